"""DS: end of the main study or of all follow-up, and why."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, date, derive, rule, text
from core.models import Crf, Subject
from core.schedule import Milestone

EARLY_BY_OTHERS = ("PHYSICIAN DECISION", "STUDY TERMINATED BY SPONSOR", "OTHER")


class Disposition(models.TextChoices):
    """NCOMPLT, and COMPLETED."""

    COMPLETED = "COMPLETED", _("Completed as planned")
    ADVERSE_EVENT = "ADVERSE EVENT", _("Adverse event")
    DEATH = "DEATH", _("Death")
    EFFICACY = "LACK OF EFFICACY", _("Lack of efficacy")
    LOST = "LOST TO FOLLOW-UP", _("Lost to follow-up")
    PHYSICIAN = "PHYSICIAN DECISION", _("Decision of the investigator")
    PREGNANCY = "PREGNANCY", _("Pregnancy")
    SCREEN_FAILURE = "SCREEN FAILURE", _("Screen failure")
    NOT_INFUSED = "NOT INFUSED", _("CAR-T cells were not infused")
    STOPPED = "STUDY TERMINATED BY SPONSOR", _("The sponsor stopped the trial")
    WITHDRAWAL = "WITHDRAWAL BY SUBJECT", _("Withdrawal by the subject")
    OTHER = "OTHER", _("Another reason")


class EndOfStudy(Crf):
    """DS: disposition. With no long-term follow-up to come, nothing more falls due from that day on."""

    crf = Spec("DS", _("End of study"), version=1, domain="DS", anchors={Milestone.COMPLETION: "dsenddat"}, safety=True)

    dsdecod = coded(_("How did the main study end for the subject?"), Disposition, sdtm="DSDECOD")
    dsterm = text(_("The reason in words"), length=500, asked_if=("dsdecod", EARLY_BY_OTHERS), sdtm="DSTERM")
    dsstdat = date(_("On which day"), sdtm="DSSTDTC")
    dsltfu = coded(
        _("Does long-term follow-up go on?"), NoYes,
        help=_("It is owed to every subject who received CAR-T cells, unless consent to it was withdrawn."),
        sdtm="SUPPDS.QVAL where QNAM = LTFUYN",
    )  # fmt: skip
    dsltfuno = text(_("Why it does not go on"), asked_if=("dsltfu", "N"), sdtm="SUPPDS.QVAL where QNAM = LTFUNO")
    dslast = date(_("Last contact with the subject"), sdtm="SUPPDS.QVAL where QNAM = LASTCDTC")
    dsenddat = date(
        _("End of all follow-up"), sdtm="SUPPDS.QVAL where QNAM = ENDDTC",
        help=_("From this day on nothing more falls due."),
    )  # fmt: skip

    @derive("dsenddat", "DS-END")
    def end_of_all_follow_up(dsstdat: datetime.date, dsltfu: str) -> datetime.date | None:
        """The day the main study ended, where no long-term follow-up comes after it."""
        return dsstdat if dsltfu == NoYes.NO else None

    @rule("DS-01", _("A subject who received CAR-T cells is owed long-term follow-up. Please check the answer."))
    def the_treated_are_followed(subject: Subject, dsdecod: str, dsltfu: str) -> bool:
        """Guidance on gene-modified cells; who died, was lost or withdrew cannot be followed."""
        excused = {Disposition.DEATH, Disposition.LOST, Disposition.WITHDRAWAL}
        return subject.infusion_on is None or dsdecod in excused or dsltfu == NoYes.YES

    @rule("DS-02", _("“CAR-T cells were not infused” contradicts the date of infusion. Please check both."))
    def not_infused_was_not_infused(subject: Subject, dsdecod: str) -> bool:
        return dsdecod != Disposition.NOT_INFUSED or subject.infusion_on is None

    @rule("DS-03", _("The last contact is later than the end of the main study. Please check both dates."))
    def contact_ends_with_the_study(dsstdat: datetime.date, dsltfu: str, dslast: datetime.date) -> bool:
        return dsltfu == NoYes.YES or dslast <= dsstdat

    @rule("DS-04", _("The end does not fit the subject's death. Enter the death form, or check the reason."))
    def death_is_dated(subject: Subject, dsdecod: str) -> bool:
        return (dsdecod == Disposition.DEATH) == (subject.died_on is not None)
