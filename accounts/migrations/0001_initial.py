"""People, sites and memberships, each with its history."""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import accounts.models.site


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "This user name is taken. User names are never used again."},
                        help_text="Small letters a-z, digits, dots and hyphens. Cannot be changed later.",
                        max_length=30,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9][a-z0-9._-]*\\Z", "Use small letters a-z, digits, dots and hyphens."
                            )
                        ],
                        verbose_name="user name",
                    ),
                ),
                (
                    "full_name",
                    models.CharField(
                        help_text="The person's name as it shall stand on every record.",
                        max_length=100,
                        verbose_name="full name",
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        blank=True,
                        help_text="Each address belongs to one person.",
                        max_length=254,
                        verbose_name="e-mail",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[("en", "English"), ("zh-hans", "Simplified Chinese")],
                        help_text="Language of the pages. Empty: as the browser asks.",
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Take the tick away when the person leaves: access ends at once.",
                        verbose_name="active",
                    ),
                ),
                ("is_system", models.BooleanField(default=False, editable=False, verbose_name="the system")),
                ("is_staff", models.BooleanField(default=False, editable=False)),
                ("is_superuser", models.BooleanField(default=False, editable=False)),
            ],
            options={
                "verbose_name": "person",
                "verbose_name_plural": "people",
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        condition=models.Q(("email", ""), _negated=True),
                        name="user_email_once",
                        violation_error_message="This e-mail address belongs to another person.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_system", True)), fields=("is_system",), name="user_one_system"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_system", False),
                            models.Q(("is_active", False), ("password__startswith", "!")),
                            _connector="OR",
                        ),
                        name="user_system_cannot_sign_in",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalSite",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        db_index=True,
                        help_text="Two digits. Subject numbers begin with it, so it cannot be changed later.",
                        max_length=2,
                        validators=[
                            django.core.validators.RegexValidator("^[0-9]{2}\\Z", "Use two digits, such as 01.")
                        ],
                        verbose_name="number",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("name_zh", models.CharField(blank=True, max_length=200, verbose_name="name in Chinese")),
                ("city", models.CharField(blank=True, max_length=100, verbose_name="city")),
                ("city_zh", models.CharField(blank=True, max_length=100, verbose_name="city in Chinese")),
                (
                    "time_zone",
                    models.CharField(
                        default="Asia/Shanghai",
                        help_text="The clock of the site's records, such as Asia/Shanghai.",
                        max_length=50,
                        validators=[accounts.models.site.validate_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="A site that is not active takes no new subjects. Its data stay.",
                        verbose_name="active",
                    ),
                ),
                ("history_change_reason", models.TextField(null=True)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical site",
                "verbose_name_plural": "historical sites",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalUser",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "username",
                    models.CharField(
                        db_index=True,
                        error_messages={"unique": "This user name is taken. User names are never used again."},
                        help_text="Small letters a-z, digits, dots and hyphens. Cannot be changed later.",
                        max_length=30,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9][a-z0-9._-]*\\Z", "Use small letters a-z, digits, dots and hyphens."
                            )
                        ],
                        verbose_name="user name",
                    ),
                ),
                (
                    "full_name",
                    models.CharField(
                        help_text="The person's name as it shall stand on every record.",
                        max_length=100,
                        verbose_name="full name",
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        blank=True,
                        help_text="Each address belongs to one person.",
                        max_length=254,
                        verbose_name="e-mail",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[("en", "English"), ("zh-hans", "Simplified Chinese")],
                        help_text="Language of the pages. Empty: as the browser asks.",
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Take the tick away when the person leaves: access ends at once.",
                        verbose_name="active",
                    ),
                ),
                ("is_system", models.BooleanField(default=False, editable=False, verbose_name="the system")),
                ("is_staff", models.BooleanField(default=False, editable=False)),
                ("is_superuser", models.BooleanField(default=False, editable=False)),
                ("history_change_reason", models.TextField(null=True)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical person",
                "verbose_name_plural": "historical people",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Site",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        help_text="Two digits. Subject numbers begin with it, so it cannot be changed later.",
                        max_length=2,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator("^[0-9]{2}\\Z", "Use two digits, such as 01.")
                        ],
                        verbose_name="number",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("name_zh", models.CharField(blank=True, max_length=200, verbose_name="name in Chinese")),
                ("city", models.CharField(blank=True, max_length=100, verbose_name="city")),
                ("city_zh", models.CharField(blank=True, max_length=100, verbose_name="city in Chinese")),
                (
                    "time_zone",
                    models.CharField(
                        default="Asia/Shanghai",
                        help_text="The clock of the site's records, such as Asia/Shanghai.",
                        max_length=50,
                        validators=[accounts.models.site.validate_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="A site that is not active takes no new subjects. Its data stay.",
                        verbose_name="active",
                    ),
                ),
            ],
            options={
                "verbose_name": "site",
                "verbose_name_plural": "sites",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[0-9]{2}$")),
                        name="site_code_two_digits",
                        violation_error_message="Use two digits, such as 01.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalMembership",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("coordinator", "Study coordinator"),
                            ("investigator", "Investigator"),
                            ("monitor", "Monitor"),
                            ("data_manager", "Data manager"),
                            ("safety_reviewer", "Safety reviewer"),
                            ("auditor", "Auditor"),
                            ("administrator", "Administrator"),
                        ],
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                ("from_on", models.DateField(help_text="First day the role counts.", verbose_name="from")),
                (
                    "to_on",
                    models.DateField(
                        blank=True, help_text="Last day the role counts. Empty: no end.", null=True, verbose_name="to"
                    ),
                ),
                (
                    "trained_on",
                    models.DateField(
                        blank=True,
                        help_text="Day of the training in protocol and system. Without it, site staff have no rights.",
                        null=True,
                        verbose_name="trained on",
                    ),
                ),
                (
                    "delegated_on",
                    models.DateField(
                        blank=True,
                        help_text="Day the investigator signed the delegation. Without it, site staff have no rights.",
                        null=True,
                        verbose_name="delegated on",
                    ),
                ),
                ("history_change_reason", models.TextField(null=True)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "delegated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="The investigator of that site who signed the delegation.",
                        limit_choices_to={"is_system": False},
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="delegated by",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        limit_choices_to={"is_system": False},
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Empty: all sites. Coordinators and investigators work at one named site.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.site",
                        verbose_name="site",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical membership",
                "verbose_name_plural": "historical memberships",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("coordinator", "Study coordinator"),
                            ("investigator", "Investigator"),
                            ("monitor", "Monitor"),
                            ("data_manager", "Data manager"),
                            ("safety_reviewer", "Safety reviewer"),
                            ("auditor", "Auditor"),
                            ("administrator", "Administrator"),
                        ],
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                ("from_on", models.DateField(help_text="First day the role counts.", verbose_name="from")),
                (
                    "to_on",
                    models.DateField(
                        blank=True, help_text="Last day the role counts. Empty: no end.", null=True, verbose_name="to"
                    ),
                ),
                (
                    "trained_on",
                    models.DateField(
                        blank=True,
                        help_text="Day of the training in protocol and system. Without it, site staff have no rights.",
                        null=True,
                        verbose_name="trained on",
                    ),
                ),
                (
                    "delegated_on",
                    models.DateField(
                        blank=True,
                        help_text="Day the investigator signed the delegation. Without it, site staff have no rights.",
                        null=True,
                        verbose_name="delegated on",
                    ),
                ),
                (
                    "delegated_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="The investigator of that site who signed the delegation.",
                        limit_choices_to={"is_system": False},
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delegations",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="delegated by",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        limit_choices_to={"is_system": False},
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: all sites. Coordinators and investigators work at one named site.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="accounts.site",
                        verbose_name="site",
                    ),
                ),
            ],
            options={
                "verbose_name": "membership",
                "verbose_name_plural": "memberships",
                "indexes": [models.Index(fields=["user", "from_on"], name="membership_of_person")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "coordinator",
                                    "investigator",
                                    "monitor",
                                    "data_manager",
                                    "safety_reviewer",
                                    "auditor",
                                    "administrator",
                                ],
                            )
                        ),
                        name="membership_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("to_on__isnull", True), ("to_on__gte", models.F("from_on")), _connector="OR"
                        ),
                        name="membership_to_not_before_from",
                        violation_error_message="The last day lies before the first.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("delegated_by__isnull", True), ("delegated_on__isnull", True)),
                            models.Q(("delegated_by__isnull", False), ("delegated_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="membership_delegated_pair",
                        violation_error_message="Give both the day of the delegation and who signed it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("role__in", ("coordinator", "investigator")), _negated=True),
                            ("site__isnull", False),
                            _connector="OR",
                        ),
                        name="membership_staff_at_one_site",
                        violation_error_message="Coordinators and investigators work at one named site: choose it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("role", "administrator"), _negated=True), ("site__isnull", True), _connector="OR"
                        ),
                        name="membership_administrator_all_sites",
                        violation_error_message="An administrator works for all sites: leave the site empty.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("delegated_by", models.F("user")), _negated=True),
                            ("role", "investigator"),
                            _connector="OR",
                        ),
                        name="membership_no_self_delegation",
                        violation_error_message="Only an investigator's own line may be signed by the person themself.",
                    ),
                ],
            },
        ),
    ]
