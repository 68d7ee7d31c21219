"""Reports of a record that were frozen to be sent: what they said stays, whatever becomes of the record (SAF-02)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Site
from core.models.change import ExactJSON
from core.models.file import StoredFile
from core.models.noted import Noted
from core.models.subject import Subject


class ReportKind(models.TextChoices):
    """Which report it is. There is one first; a follow-up may also come after a final one."""

    INITIAL = "INITIAL", _("Initial report")
    FOLLOW_UP = "FOLLOW_UP", _("Follow-up report")
    FINAL = "FINAL", _("Final report")


class Report(Noted):
    """One version: its content (`said`), the document of it, whose hash it names, and until when it was to be sent.

    `due`: a moment with its offset, or empty where no clock ran. What a report says is judged by that for ever.
    """

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="reports")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    form_code = models.CharField(max_length=12)
    record_key = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=ReportKind.choices)
    due = models.CharField(max_length=25, blank=True)
    text = models.TextField(blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    said = ExactJSON()
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=150)
    role = models.CharField(max_length=20)

    class Meta:
        verbose_name = _("frozen report")
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "form_code", "record_key", "version"], name="report_version_once_per_record"
            )
        ]

    def __str__(self) -> str:
        return f"{self.form_code} {self.record_key}: {self.version}"
