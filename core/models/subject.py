"""A person in the trial, known by a number only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Site
from core.crf.declare import coded
from core.crf.declare import date as day
from core.models.recorded import Recorded
from core.schedule import Anchors

if TYPE_CHECKING:
    from datetime import date

    from django_stubs_ext import StrOrPromise


class SubjectStatus(models.TextChoices):
    """How far the subject has come; follows from the milestones."""

    REGISTERED = "REGISTERED", _("Registered")
    SCREENING = "SCREENING", _("In screening")
    ENROLLED = "ENROLLED", _("Enrolled")
    LEUKAPHERESIS = "LEUKAPHERESIS", _("Leukapheresis done")
    LYMPHODEPLETION = "LYMPHODEPLETION", _("In lymphodepletion")
    FOLLOW_UP = "FOLLOW_UP", _("In follow-up")
    SCREEN_FAILURE = "SCREEN_FAILURE", _("Screen failure")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    LOST = "LOST", _("Lost to follow-up")
    COMPLETED = "COMPLETED", _("Completed")
    DIED = "DIED", _("Died")


class Subject(Recorded):
    """A subject: number drawn once per site and never reused, milestones that anchor the schedule.

    `site`: where it is followed now; the number keeps the site where it was added.
    """

    number = models.CharField(max_length=8, unique=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="subjects")
    ordinal = models.PositiveIntegerField()
    # The same person's casebook before this one, by its number: so the trail and every export say it in plain words.
    previous = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, to_field="number", related_name="again",
        verbose_name=_("Screened before as"),
    )  # fmt: skip
    protocol_version = models.PositiveSmallIntegerField(default=1)
    status = coded(_("Status"), SubjectStatus)
    consent_on = day(_("Informed consent"))
    leukapheresis_on = day(_("Leukapheresis"))
    lymphodepletion_on = day(_("First lymphodepletion dose"))
    infusion_on = day(_("CAR-T infusion"))
    enrolled_on = day(_("Enrolment"))
    second_infusion_on = day(_("Second CAR-T infusion"))
    screen_failed_on = day(_("Screen failure"))
    withdrawn_on = day(_("Withdrawal"))
    lost_on = day(_("Lost to follow-up"))
    completed_on = day(_("End of study"))
    died_on = day(_("Death"))

    class Meta:
        verbose_name = _("subject")
        indexes = [models.Index(fields=["site", "status"], name="subject_by_status")]

    def __str__(self) -> str:
        return self.number

    @property
    def anchors(self) -> Anchors:
        """The dates on which the schedule hangs."""
        infusions = (self.infusion_on, self.second_infusion_on)
        return Anchors(self.consent_on, self.leukapheresis_on, self.lymphodepletion_on, *infusions)

    @property
    def left_on(self) -> date | None:
        """The day from which nothing more falls due; None while the subject takes part."""
        ends = (self.died_on, self.completed_on, self.lost_on, self.withdrawn_on, self.screen_failed_on)
        return min((on for on in ends if on is not None), default=None)

    @property
    def status_label(self) -> StrOrPromise:
        """The status in words."""
        return SubjectStatus(self.status).label if self.status else ""

    @property
    def is_treated(self) -> bool:
        """Did treatment of the trial begin? Lymphodepletion is its first part."""
        return any((self.lymphodepletion_on, self.infusion_on, self.second_infusion_on))

    @property
    def may_be_screened_again(self) -> bool:
        """The person left, alive, before any treatment of the trial. Whether it was done already is asked apart."""
        return self.left_on is not None and self.died_on is None and not self.is_treated

    def status_by_milestones(self) -> SubjectStatus:
        """How the subject left; while it takes part, the furthest milestone reached."""
        steps = (
            (self.died_on, SubjectStatus.DIED),
            (self.completed_on, SubjectStatus.COMPLETED),
            (self.lost_on, SubjectStatus.LOST),
            (self.withdrawn_on, SubjectStatus.WITHDRAWN),
            (self.screen_failed_on, SubjectStatus.SCREEN_FAILURE),
            (self.infusion_on, SubjectStatus.FOLLOW_UP),
            (self.lymphodepletion_on, SubjectStatus.LYMPHODEPLETION),
            (self.leukapheresis_on, SubjectStatus.LEUKAPHERESIS),
            (self.enrolled_on, SubjectStatus.ENROLLED),
            (self.consent_on, SubjectStatus.SCREENING),
        )
        return next((status for on, status in steps if on), SubjectStatus.REGISTERED)
