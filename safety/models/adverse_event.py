"""AE: adverse events from consent on; a line each, onset and end may be partial dates."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, derive, partial_date, rule, several, text
from core.crf.values import PartialDate
from core.models import Crf
from safety.codes import Action, Causality, Grade, Outcome, Seriousness, SpecialInterest

CTCAE = "CTCAE 5.0"  # the registry entry names this version
ASTCT = "ASTCT 2019"  # Lee et al. 2019, for CRS and ICANS
FATAL = Outcome.FATAL
OVER = {FATAL, Outcome.RECOVERED, Outcome.SEQUELAE}
GOING_ON = {Outcome.RECOVERING, Outcome.NOT_RECOVERED}


class AdverseEvent(Crf):
    """AE: one adverse event of a subject."""

    crf = Spec("AE", _("Adverse event"), version=1, domain="AE", log=True, summary=("aeterm", "aestdat"))

    aeterm = text(
        _("Event"), coded_by="MEDDRA", help=_("One diagnosis, or one symptom while there is none."), sdtm="AETERM"
    )
    aestdat = partial_date(_("Start date"), sdtm="AESTDTC")
    aeongo = coded(_("Is it still going on?"), NoYes, sdtm="AEENRF")
    aeendat = partial_date(_("End date"), asked_if=("aeongo", "N"), sdtm="AEENDTC")
    aeout = coded(_("Outcome"), Outcome, sdtm="AEOUT")
    aetoxgr = coded(
        _("Highest grade"), Grade, heading=_("Severity"), sdtm="AETOXGR",
        help=_("CTCAE 5.0. For CRS and ICANS the grade of ASTCT 2019."),
    )  # fmt: skip
    aetoxscl = text(_("Grading system"), length=20, sdtm="SUPPAE.QVAL where QNAM = AETOXSCL")
    aeser = coded(_("Is it serious?"), NoYes, sdtm="AESER")
    aesercrit = several(
        _("Why is it serious?"), Seriousness, asked_if=("aeser", "Y"),
        sdtm="AESDTH, AESLIFE, AESHOSP, AESDISAB, AESCONG, AESMIE",
    )  # fmt: skip
    aespecial = several(
        _("Event of special interest"), SpecialInterest, optional=True,
        help=_("Leave empty if it is none of these."), sdtm="AESCAT",
    )  # fmt: skip
    aerel = coded(_("Related to the CAR-T cells?"), Causality, heading=_("Cause and action"), sdtm="AEREL")
    aerelld = coded(_("Related to lymphodepletion?"), Causality, sdtm="SUPPAE.QVAL where QNAM = AERELLD")
    aerelnst = text(
        _("Another likely cause"), optional=True, help=_("For example myasthenia gravis or an infection."),
        sdtm="AERELNST",
    )  # fmt: skip
    aeacn = coded(_("Action taken with the CAR-T cells"), Action, sdtm="AEACN")
    aecontrt = coded(_("Was it treated?"), NoYes, sdtm="AECONTRT")
    aecom = text(_("Comment"), length=500, optional=True, sdtm="COVAL where RDOMAIN = AE")

    @derive("aetoxscl", "AE-SCALE")
    def grading_system(aetoxgr: str, aespecial: list[str] | None = None) -> str:
        """Kept with each grade: a later version grades otherwise (clinical reference pack, 0.8)."""
        return ASTCT if {SpecialInterest.CRS, SpecialInterest.ICANS} & set(aespecial or ()) else CTCAE

    @rule("AE-01", _("The event ended before it started. Please check both dates."))
    def ends_after_start(aestdat: PartialDate, aeendat: PartialDate) -> bool:
        """Only what is certain: even the latest possible end lies before the earliest possible start."""
        return aeendat.latest >= aestdat.earliest

    @rule("AE-02", _("Grade 5 and the outcome “fatal” belong together. Please check both."))
    def grade_five_is_fatal(aeout: str, aetoxgr: str) -> bool:
        return (aetoxgr == Grade.DEATH) == (aeout == FATAL)

    @rule("AE-03", _("A fatal event is serious. Please check."))
    def fatal_is_serious(aeout: str, aeser: str) -> bool:
        return aeout != FATAL or aeser == NoYes.YES

    @rule("AE-04", _("“It led to death” and the outcome “fatal” belong together. Please check both."))
    def death_is_fatal(aeout: str, aesercrit: list[str]) -> bool:
        return (Seriousness.DEATH in aesercrit) == (aeout == FATAL)

    @rule("AE-05", _("The outcome does not fit whether the event is still going on. Please check both."))
    def outcome_fits(aeongo: str, aeout: str) -> bool:
        return aeout not in (OVER if aeongo == NoYes.YES else GOING_ON)
