"""A person in the trial, known by a number only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Site
from core.crf.declare import coded, date
from core.models.recorded import Recorded
from core.schedule import Anchors

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class SubjectStatus(models.TextChoices):
    """How far the subject has come; follows from the milestones."""

    REGISTERED = "REGISTERED", _("Registered")
    SCREENING = "SCREENING", _("In screening")
    LEUKAPHERESIS = "LEUKAPHERESIS", _("Leukapheresis done")
    LYMPHODEPLETION = "LYMPHODEPLETION", _("In lymphodepletion")
    FOLLOW_UP = "FOLLOW_UP", _("In follow-up")


class Subject(Recorded):
    """A subject: number drawn once per site and never reused, milestones that anchor the schedule."""

    number = models.CharField(max_length=8, unique=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="subjects")
    ordinal = models.PositiveIntegerField()
    protocol_version = models.PositiveSmallIntegerField(default=1)
    status = coded(_("Status"), SubjectStatus)
    consent_on = date(_("Informed consent"))
    leukapheresis_on = date(_("Leukapheresis"))
    lymphodepletion_on = date(_("First lymphodepletion dose"))
    infusion_on = date(_("CAR-T infusion"))

    class Meta:
        verbose_name = _("subject")
        constraints = [models.UniqueConstraint(fields=["site", "ordinal"], name="subject_number_once_per_site")]
        indexes = [models.Index(fields=["site", "status"], name="subject_by_status")]

    def __str__(self) -> str:
        return self.number

    @property
    def anchors(self) -> Anchors:
        """The dates on which the schedule hangs."""
        return Anchors(self.consent_on, self.leukapheresis_on, self.lymphodepletion_on, self.infusion_on)

    @property
    def status_label(self) -> StrOrPromise:
        """The status in words."""
        return SubjectStatus(self.status).label if self.status else ""

    def status_by_milestones(self) -> SubjectStatus:
        """The furthest milestone reached."""
        steps = (
            (self.infusion_on, SubjectStatus.FOLLOW_UP),
            (self.lymphodepletion_on, SubjectStatus.LYMPHODEPLETION),
            (self.leukapheresis_on, SubjectStatus.LEUKAPHERESIS),
            (self.consent_on, SubjectStatus.SCREENING),
        )
        return next((status for on, status in steps if on), SubjectStatus.REGISTERED)
