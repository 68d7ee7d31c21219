"""Electronic signatures: bound to the content and the form version that were signed (21 CFR 11.50, 11.70)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Site
from core.models.noted import Noted
from core.models.subject import Subject


class Meaning(models.TextChoices):
    """What the signature says."""

    REVIEWED = "REVIEWED", _("I reviewed these data and they are complete and accurate.")
    RESPONSIBLE = "RESPONSIBLE", _("I take responsibility for these data.")


class Signature(Noted):
    """One record signed by one person. It stands while the record points to it; a change of the record lets it go."""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="signatures")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    visit_name = models.CharField(max_length=12)
    form_code = models.CharField(max_length=12)
    record_key = models.PositiveIntegerField()
    form_version = models.PositiveSmallIntegerField()
    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    meaning = models.CharField(max_length=16, choices=Meaning.choices)
    content_digest = models.CharField(max_length=64)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=150)
    role = models.CharField(max_length=20)
    at = models.DateTimeField()
    utc_offset = models.CharField(max_length=6)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("signature")
        indexes = [models.Index(fields=["subject", "table_name", "row_id", "id"], name="signature_by_record")]

    def __str__(self) -> str:
        return f"{self.form_code} {self.record_key}: {self.actor_name}"
