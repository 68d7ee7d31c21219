"""Events of the trial in one chain; who checked a person's identity; who keeps a site's seals."""

import accounts.models.site
import django.contrib.postgres.functions
import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_administrator_apart"),
    ]

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveBigIntegerField(db_default=0, unique=True)),
                ("at", models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("SIGN_IN", "Sign-in"),
                            ("SIGN_IN_FAILED", "Failed sign-in"),
                            ("SIGN_OUT", "Sign-out"),
                            ("REFUSED", "Refused for want of a role"),
                            ("EXPORT", "Export"),
                            ("ROLE", "Change of a role"),
                            ("ACCOUNT", "Change of an account"),
                            ("SITE", "Change of a site"),
                            ("CONFIGURATION", "Change of the configuration"),
                            ("SIGN_FAILED", "Failed signature"),
                            ("TRAIL_REVIEW", "Review of the audit trail"),
                            ("SEAL", "Seal"),
                            ("CLOCK", "Clock out of step"),
                            ("PRINT", "Print"),
                            ("STATEMENT", "Statement on the electronic signature"),
                        ],
                        max_length=16,
                    ),
                ),
                ("actor_name", models.CharField(db_default="", max_length=150)),
                ("role", models.CharField(db_default="", max_length=20)),
                ("subject", models.CharField(db_default="", max_length=12)),
                ("what", models.CharField(db_default="", max_length=500)),
                ("detail", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                ("reason", models.TextField(db_default="")),
                ("request_id", models.CharField(db_default="", max_length=36)),
                ("address", models.CharField(db_default="", max_length=45)),
                ("prev_digest", models.CharField(db_default="", max_length=64)),
                ("digest", models.CharField(db_default="", max_length=64)),
                ("txid", models.BigIntegerField(db_default=0)),
            ],
            options={
                "verbose_name": "event",
            },
        ),
        migrations.CreateModel(
            name="EventHead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveBigIntegerField(db_default=0)),
                (
                    "digest",
                    models.CharField(
                        db_default="0000000000000000000000000000000000000000000000000000000000000000", max_length=64
                    ),
                ),
                ("at", models.DateTimeField(null=True)),
                ("clock", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="historicalsite",
            name="seal_recipients",
            field=models.TextField(
                blank=True,
                help_text="E-mail addresses at the hospital, one on each line, that keep a copy of every seal of the audit trail. With it the hospital can prove later that nothing was altered.",
                validators=[accounts.models.site.validate_recipients],
                verbose_name="recipients of seals",
            ),
        ),
        migrations.AddField(
            model_name="historicaluser",
            name="equivalence_at",
            field=models.DateTimeField(
                editable=False,
                help_text="When the person stated that their electronic signature equals the handwritten one.",
                null=True,
                verbose_name="electronic signature declared equivalent",
            ),
        ),
        migrations.AddField(
            model_name="historicaluser",
            name="identity_checked_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                help_text="Who saw the document: another person.",
                limit_choices_to={"is_system": False},
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="identity checked by",
            ),
        ),
        migrations.AddField(
            model_name="historicaluser",
            name="identity_checked_on",
            field=models.DateField(
                blank=True,
                help_text="Day somebody saw the person's identity document. Without it, nothing can be signed.",
                null=True,
                verbose_name="identity checked on",
            ),
        ),
        migrations.AddField(
            model_name="site",
            name="seal_recipients",
            field=models.TextField(
                blank=True,
                help_text="E-mail addresses at the hospital, one on each line, that keep a copy of every seal of the audit trail. With it the hospital can prove later that nothing was altered.",
                validators=[accounts.models.site.validate_recipients],
                verbose_name="recipients of seals",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="equivalence_at",
            field=models.DateTimeField(
                editable=False,
                help_text="When the person stated that their electronic signature equals the handwritten one.",
                null=True,
                verbose_name="electronic signature declared equivalent",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="identity_checked_by",
            field=models.ForeignKey(
                blank=True,
                help_text="Who saw the document: another person.",
                limit_choices_to={"is_system": False},
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="identity checked by",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="identity_checked_on",
            field=models.DateField(
                blank=True,
                help_text="Day somebody saw the person's identity document. Without it, nothing can be signed.",
                null=True,
                verbose_name="identity checked on",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("identity_checked_by__isnull", True), ("identity_checked_on__isnull", True)),
                    models.Q(("identity_checked_by__isnull", False), ("identity_checked_on__isnull", False)),
                    _connector="OR",
                ),
                name="user_identity_pair",
                violation_error_message="Give both the day of the identity check and who did it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("identity_checked_by", models.F("id")), _negated=True),
                name="user_identity_not_by_oneself",
            ),
        ),
        migrations.AddField(
            model_name="event",
            name="actor",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="event",
            name="site",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.site"
            ),
        ),
        migrations.AddConstraint(
            model_name="eventhead",
            constraint=models.CheckConstraint(condition=models.Q(("id", 1)), name="event_head_is_one_row"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["kind", "-seq"], name="event_by_kind"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["actor", "-seq"], name="event_by_actor"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["site", "-seq"], name="event_by_site"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("subject", ""), _negated=True), fields=["subject", "-seq"], name="event_by_subject"
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["-at"], name="event_by_time"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["txid"], name="event_by_transaction"),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "SIGN_IN",
                            "SIGN_IN_FAILED",
                            "SIGN_OUT",
                            "REFUSED",
                            "EXPORT",
                            "ROLE",
                            "ACCOUNT",
                            "SITE",
                            "CONFIGURATION",
                            "SIGN_FAILED",
                            "TRAIL_REVIEW",
                            "SEAL",
                            "CLOCK",
                            "PRINT",
                            "STATEMENT",
                        ],
                    )
                ),
                name="event_kind_known",
            ),
        ),
    ]
