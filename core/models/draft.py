"""The journal of what is typed and not yet saved: an audited record of its own, never case report form data."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models.subject import Subject


class DraftEntry(models.Model):
    """One field as typed at one moment by one person. Append-only; `discarded` marks where the person let it go."""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    visit_name = models.CharField(max_length=12)
    form_code = models.CharField(max_length=12)
    record_key = models.PositiveIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=TransactionNow())
    page_token = models.UUIDField()
    name = models.CharField(max_length=100, blank=True)
    value = models.TextField(blank=True)
    discarded = models.BooleanField(default=False)
    masked = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("typed, not saved")
        indexes = [
            models.Index(
                fields=["subject", "form_code", "visit_name", "record_key", "user", "id"], name="draft_by_page"
            )
        ]

    def __str__(self) -> str:
        return f"{self.form_code}.{self.name}"
