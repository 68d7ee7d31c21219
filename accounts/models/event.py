"""Events: what is done in the trial that changes no data, in one chain for the whole trial (AUD-07)."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.functions import TransactionNow
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.site import Site
from accounts.models.user import User

GENESIS = "0" * 64  # what the first event of all follows


class EventKind(models.TextChoices):
    """What was done, or tried."""

    SIGN_IN = "SIGN_IN", _("Sign-in")
    SIGN_IN_FAILED = "SIGN_IN_FAILED", _("Failed sign-in")
    SIGN_OUT = "SIGN_OUT", _("Sign-out")
    REFUSED = "REFUSED", _("Refused for want of a role")
    EXPORT = "EXPORT", _("Export")
    ROLE = "ROLE", _("Change of a role")
    ACCOUNT = "ACCOUNT", _("Change of an account")
    SITE = "SITE", _("Change of a site")
    CONSENT_FORM = "CONSENT_FORM", _("Change of a version of the consent form")
    CONFIGURATION = "CONFIGURATION", _("Change of the configuration")
    SIGN_FAILED = "SIGN_FAILED", _("Failed signature")
    TRAIL_REVIEW = "TRAIL_REVIEW", _("Review of the audit trail")
    SEAL = "SEAL", _("Seal")
    CLOCK = "CLOCK", _("Clock out of step")
    PRINT = "PRINT", _("Print")
    STATEMENT = "STATEMENT", _("Statement on the electronic signature")


class Event(models.Model):
    """One event. The database itself gives number, time, name and digest (core/protection/events.sql)."""

    seq = models.PositiveBigIntegerField(unique=True, db_default=0)
    at = models.DateTimeField(db_default=TransactionNow())
    kind = models.CharField(max_length=16, choices=EventKind.choices)
    actor = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    actor_name = models.CharField(max_length=150, db_default="")
    role = models.CharField(max_length=20, db_default="")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", null=True)
    subject = models.CharField(max_length=12, db_default="")
    what = models.CharField(max_length=500, db_default="")
    detail: models.JSONField[Any, Any] = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    reason = models.TextField(db_default="")
    request_id = models.CharField(max_length=36, db_default="")
    address = models.CharField(max_length=45, db_default="")
    prev_digest = models.CharField(max_length=64, db_default="")
    digest = models.CharField(max_length=64, db_default="")
    txid = models.BigIntegerField(db_default=0)

    class Meta:
        verbose_name = _("event")
        constraints = [models.CheckConstraint(condition=Q(kind__in=EventKind.values), name="event_kind_known")]
        indexes = [
            models.Index(fields=["kind", "-seq"], name="event_by_kind"),
            models.Index(fields=["actor", "-seq"], name="event_by_actor"),
            models.Index(fields=["site", "-seq"], name="event_by_site"),
            models.Index(fields=["subject", "-seq"], condition=~Q(subject=""), name="event_by_subject"),
            models.Index(fields=["-at"], name="event_by_time"),
            models.Index(fields=["txid"], name="event_by_transaction"),
        ]

    def __str__(self) -> str:
        return f"{self.seq}"


class EventHead(models.Model):
    """The end of the events' chain: one row, written by the database's own function alone.

    `at` only rises. `clock` is what the server's clock said then: one that says less next time was set back.
    """

    seq = models.PositiveBigIntegerField(db_default=0)
    digest = models.CharField(max_length=64, db_default=GENESIS)
    at = models.DateTimeField(null=True)
    clock = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="event_head_is_one_row")]

    def __str__(self) -> str:
        return f"{self.seq}"
