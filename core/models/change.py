"""The trail: one change record for each act, an item for each changed field, chained by SHA-256 per subject."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _
from psycopg.types.json import Jsonb


def canonical(value: Any) -> str:
    """JSON to the letter as PostgreSQL writes it from jsonb: what is hashed here can be hashed there, and offline."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{canonical(str(key))}: {canonical(value[key])}" for key in sorted(value, key=_rank)) + "}"
        )
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(canonical(element) for element in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _rank(key: str) -> tuple[int, bytes]:
    """jsonb keeps shorter names first."""
    text = key.encode()
    return len(text), text


class ExactJSON(models.JSONField):
    """JSON whose decimals stay decimals."""

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        """None is SQL NULL."""
        return None if value is None else Jsonb(value, dumps=canonical)

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        """Decimals come back as written."""
        return None if value is None else json.loads(value, parse_float=Decimal)


class ChangeKind(models.TextChoices):
    """What was done. The first four change data; core/protection/functions.sql says who may do which."""

    CREATE = "CREATE", _("entered")
    CHANGE = "CHANGE", _("changed")
    VOID = "VOID", _("voided")
    AFTER_LOCK = "AFTER_LOCK", _("entered after a freeze or lock")
    FILE = "FILE", _("uploaded")
    QUERY = "QUERY", _("queried")
    VERIFY = "VERIFY", _("verified")
    SIGN = "SIGN", _("signed")
    FREEZE = "FREEZE", _("frozen")
    UNFREEZE = "UNFREEZE", _("released")
    LOCK = "LOCK", _("locked")
    ASK_UNLOCK = "ASK_UNLOCK", _("unlocking asked for")
    UNLOCK = "UNLOCK", _("unlocking decided")
    ASK_MASK = "ASK_MASK", _("masking asked for")
    MASK = "MASK", _("masked")
    CODE = "CODE", _("coded")
    TRANSFER = "TRANSFER", _("transferred")
    REPORT = "REPORT", _("frozen as a report")


DATA_KINDS = frozenset(
    {ChangeKind.CREATE, ChangeKind.CHANGE, ChangeKind.VOID, ChangeKind.AFTER_LOCK, ChangeKind.TRANSFER}
)
WHOLE = "*"  # the field of an item that carries a whole append-only row


class Change(models.Model):
    """One act on one subject: who, in which role, when, where, why, and its place in the subject's chain."""

    subject = models.ForeignKey("core.Subject", on_delete=models.PROTECT, related_name="changes")
    site = models.ForeignKey("accounts.Site", on_delete=models.PROTECT, related_name="+")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    txid = models.BigIntegerField(default=0)
    kind = models.CharField(max_length=12, choices=ChangeKind.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=150)
    role = models.CharField(max_length=20, blank=True)
    visit_name = models.CharField(max_length=12, blank=True)
    form_code = models.CharField(max_length=12, blank=True)
    record_key = models.PositiveIntegerField(null=True)
    form_version = models.PositiveSmallIntegerField(null=True)
    software_version = models.CharField(max_length=40)
    reason = models.TextField(blank=True)
    request_id = models.CharField(max_length=36, blank=True)
    query = models.ForeignKey("core.Query", on_delete=models.PROTECT, null=True, related_name="changes")
    after_verification = models.BooleanField(default=False)
    after_signature = models.BooleanField(default=False)
    reason_masked = models.BooleanField(default=False)
    page_token = models.UUIDField(null=True, unique=True)
    salt = models.CharField(max_length=32)
    reason_digest = models.CharField(max_length=64)
    prev_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("change")
        constraints = [models.UniqueConstraint(fields=["subject", "seq"], name="change_seq_once_per_subject")]
        indexes = [
            models.Index(fields=["site", "-at", "-id"], name="change_by_site"),
            models.Index(fields=["-at", "-id"], name="change_by_time"),
            models.Index(fields=["subject"], condition=models.Q(kind="AFTER_LOCK"), name="change_after_lock"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id}/{self.seq}"


class ChangeItem(models.Model):
    """One field that an act changed: the value before and after, and the rule that wrote it where no person did.

    `was_verified` and `was_signed`: the old value had been verified against source, or stood under a signature. The
    field `*` carries a whole row that an act added to an append-only table (core.models.noted).
    """

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="items")
    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    row_key = models.PositiveIntegerField(null=True)
    field = models.CharField(max_length=63)
    old = ExactJSON(null=True)
    new = ExactJSON(null=True)
    system_rule = models.CharField(max_length=60, blank=True)
    was_verified = models.BooleanField(default=False)
    was_signed = models.BooleanField(default=False)
    masked = models.BooleanField(default=False)
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("changed field")
        indexes = [models.Index(fields=["table_name", "row_id", "field", "id"], name="changeitem_by_row")]

    def __str__(self) -> str:
        return f"{self.table_name}.{self.field}"


class ChainHead(models.Model):
    """The end of a subject's chain. Written by the database's own function alone; acts only lock it."""

    subject = models.OneToOneField("core.Subject", on_delete=models.PROTECT, primary_key=True, related_name="head")
    seq = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(null=True)
    lock_only = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.subject_id}/{self.seq}"
