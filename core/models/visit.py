"""A visit that took place, was missed, or was added; planned visits are computed, not stored."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.crf.declare import coded, date, text
from core.models.recorded import Recorded
from core.models.subject import Subject


class VisitStatus(models.TextChoices):
    """What became of a visit."""

    OCCURRED = "OCCURRED", _("Took place")
    MISSED = "MISSED", _("Missed")


class Visit(Recorded):
    """SV: a visit of one subject. `ordinal` is 0 for a scheduled visit, 1, 2, ... for repeated ones."""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="visits")
    code = models.CharField(max_length=8)
    ordinal = models.PositiveSmallIntegerField(default=0)
    revision = models.PositiveIntegerField(default=1)
    status = coded(_("Visit status"), VisitStatus, sdtm="SVPRESP")
    visit_on = date(_("Visit date"), sdtm="SVSTDTC")
    reason = text(_("Reason the visit was missed or added"), length=500, sdtm="SVREASOC")

    class Meta:
        verbose_name = _("visit")
        constraints = [
            models.UniqueConstraint(fields=["subject", "code", "ordinal"], name="visit_once"),
            models.CheckConstraint(
                name="visit_missed_has_reason_and_no_date",
                condition=Q(status="OCCURRED", visit_on__isnull=False)
                | Q(status="MISSED", visit_on__isnull=True, reason__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """`D28`, `UNS-2`: how the visit is written in addresses and in the trail."""
        return f"{self.code}-{self.ordinal}" if self.ordinal else self.code
