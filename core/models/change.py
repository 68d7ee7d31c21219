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
    """JSON with sorted keys, no spaces, decimals with the digits they have: the text that is hashed."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return "{" + ",".join(f"{canonical(str(key))}:{canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(canonical(element) for element in value) + "]"
    return json.dumps(value, ensure_ascii=False)


class ExactJSON(models.JSONField):
    """JSON whose decimals stay decimals."""

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        """None is SQL NULL."""
        return None if value is None else Jsonb(value, dumps=canonical)

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        """Decimals come back as written."""
        return None if value is None else json.loads(value, parse_float=Decimal)


class ChangeKind(models.TextChoices):
    """What was done."""

    CREATE = "CREATE", _("entered")
    CHANGE = "CHANGE", _("changed")
    VOID = "VOID", _("voided")


class Change(models.Model):
    """One act on one subject: who, in which role, when, where, why, and its place in the subject's chain."""

    subject = models.ForeignKey("core.Subject", on_delete=models.PROTECT, related_name="changes")
    site = models.ForeignKey("accounts.Site", on_delete=models.PROTECT, related_name="+")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    txid = models.BigIntegerField(default=0)
    kind = models.CharField(max_length=8, choices=ChangeKind.choices)
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
            models.Index(fields=["actor", "-at", "-id"], name="change_by_actor"),
            models.Index(fields=["form_code", "-at", "-id"], name="change_by_form"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id}/{self.seq}"


class ChangeItem(models.Model):
    """One field that an act changed: the value before and after, and the rule that wrote it where no person did."""

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="items")
    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    row_key = models.PositiveIntegerField(null=True)
    field = models.CharField(max_length=63)
    old = ExactJSON(null=True)
    new = ExactJSON(null=True)
    system_rule = models.CharField(max_length=60, blank=True)
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
    lock_only = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.subject_id}/{self.seq}"
