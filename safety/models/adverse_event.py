"""AE: adverse events from consent on; a line each, onset and end may be partial dates."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core import protocol
from core.crf.codes import NoYes
from core.crf.declare import RowsSpec, Spec, coded, derive, integer, moment, partial_date, rule, several, text
from core.crf.values import PartialDate
from core.models import Crf, CrfRow, Subject
from safety import days
from safety.codes import (
    Action,
    Causality,
    Grade,
    Outcome,
    ReportedBy,
    Seriousness,
    SpecialInterest,
    Transgene,
)

CTCAE = "CTCAE 5.0"  # the registry entry names this version
ASTCT = "ASTCT 2019"  # Lee et al. 2019, for CRS and ICANS
ASTCT_2023 = "ASTCT 2023"  # Hines et al. 2023, for IEC-HS
FATAL = Outcome.FATAL
OVER = {FATAL, Outcome.RECOVERED, Outcome.SEQUELAE}
GOING_ON = {Outcome.RECOVERING, Outcome.NOT_RECOVERED}
OF_INFECTION = ("aespecial", "INFECTION")
OF_MALIGNANCY = ("aespecial", "MALIGNANCY")


class AdverseEvent(Crf):
    """AE: one adverse event of a subject."""

    crf = Spec(
        "AE", _("Adverse event"), version=1, domain="AE", log=True, safety=True, after_lock=True,
        summary=("aeterm", "aestdat"), panel="safety.panels.of_event",
    )  # fmt: skip

    aeterm = text(
        _("Event"), coded_by="MEDDRA", help=_("One diagnosis, or one symptom while there is none."), sdtm="AETERM"
    )
    aectcae = text(
        _("CTCAE 5.0 term"), length=120, help=_("The term it is graded under; “Other, specify” where none fits."),
        sdtm="SUPPAE.QVAL where QNAM = AECTCAE",
    )  # fmt: skip
    aerepby = coded(_("Who told the site first?"), ReportedBy, sdtm="SUPPAE.QVAL where QNAM = AEREPBY")
    aestdat = partial_date(_("Start date"), sdtm="AESTDTC")
    aestdtc = moment(
        _("Start, date and time"), optional=True, sdtm="AESTDTC",
        help=_("Where the hour matters: within days of the infusion, and for every serious event."),
    )  # fmt: skip
    aeongo = coded(_("Is it still going on?"), NoYes, sdtm="AEENRF")
    aeendat = partial_date(_("End date"), asked_if=("aeongo", "N"), sdtm="AEENDTC")
    aeendtc = moment(_("End, date and time"), asked_if=("aeongo", "N"), optional=True, sdtm="AEENDTC")
    aeout = coded(_("Outcome"), Outcome, sdtm="AEOUT")
    aeperiod = integer(
        _("Infusions before it"), heading=_("In the trial"),
        help=_("0: before the first. Computed as soon as the start date allows."), sdtm="APERIOD",
    )  # fmt: skip
    aeinfdy = integer(_("Days since the infusion (its day is 0)"), sdtm="SUPPAE.QVAL where QNAM = AEINFDY")
    aestdy = integer(_("Study day (first lymphodepletion dose is day 1)"), sdtm="AESTDY")
    aeteae = coded(_("Treatment-emergent"), NoYes, sdtm="AETRTEM")
    aetoxgr = coded(
        _("Highest grade"), Grade, heading=_("Severity"), sdtm="AETOXGR",
        help=_("CTCAE 5.0. For CRS and ICANS the grade of ASTCT 2019, for IEC-HS that of ASTCT 2023."),
    )  # fmt: skip
    aetoxscl = text(_("Grading system"), length=20, sdtm="SUPPAE.QVAL where QNAM = AETOXSCL")
    aeser = coded(_("Is it serious?"), NoYes, sdtm="AESER")
    aesercrit = several(
        _("Why is it serious?"), Seriousness, asked_if=("aeser", "Y"),
        sdtm="AESDTH, AESLIFE, AESHOSP, AESDISAB, AESCONG, AESMIE",
    )  # fmt: skip
    aesaeno = integer(
        _("Line of the SAE log"), asked_if=("aeser", "Y"), limits=(1, 9999), optional=True, sdtm="RELREC",
        help=_("Once it is reported there."),
    )  # fmt: skip
    aespecial = several(
        _("Event of special interest"), SpecialInterest, optional=True,
        help=_("Leave empty if it is none of these."), sdtm="AESCAT",
    )  # fmt: skip
    aeinfsit = text(_("Site of the infection"), asked_if=OF_INFECTION, sdtm="SUPPAE.QVAL where QNAM = AEINFSIT")
    aeinforg = text(
        _("Organism"), asked_if=OF_INFECTION, help=_("As the laboratory names it; “not found” where none was."),
        sdtm="SUPPAE.QVAL where QNAM = AEINFORG",
    )  # fmt: skip
    aemaltis = coded(
        _("Was tumour tissue kept?"), NoYes, asked_if=OF_MALIGNANCY, sdtm="SUPPAE.QVAL where QNAM = AEMALTIS",
        help=_("Tissue and blood are kept and tested for the CAR transgene, whatever the kind of tumour."),
    )  # fmt: skip
    aemalcar = coded(
        _("CAR transgene in the tissue"), Transgene, asked_if=OF_MALIGNANCY, sdtm="SUPPAE.QVAL where QNAM = AEMALCAR"
    )
    aerel = coded(_("Related to the CAR-T cells?"), Causality, heading=_("Cause and action"), sdtm="AEREL")
    aerelld = coded(_("Related to lymphodepletion?"), Causality, sdtm="SUPPAE.QVAL where QNAM = AERELLD")
    aerelnst = text(
        _("Another likely cause"), optional=True, help=_("For example myasthenia gravis or an infection."),
        sdtm="AERELNST",
    )  # fmt: skip
    aeacn = coded(_("Action taken with the CAR-T cells"), Action, sdtm="AEACN")
    aecontrt = coded(
        _("Was it treated?"), NoYes, sdtm="AECONTRT",
        help=_("Then name below the lines of the medication log with which it was treated."),
    )  # fmt: skip
    aecom = text(_("Comment"), length=500, optional=True, sdtm="COVAL where RDOMAIN = AE")

    @derive("aeperiod", "AE-PERIOD")
    def infusions_before(subject: Subject, aestdat: PartialDate) -> int | None:
        return days.period(aestdat, days.infusions_of(subject))

    @derive("aeinfdy", "AE-INFDY")
    def days_since_infusion(subject: Subject, aestdat: PartialDate) -> int | None:
        return days.infusion_day(aestdat, days.infusions_of(subject))

    @derive("aestdy", "AE-STDY")
    def study_day(subject: Subject, aestdat: PartialDate) -> int | None:
        return days.study_day(aestdat, subject.lymphodepletion_on)

    @derive("aeteae", "AE-TEAE")
    def treatment_emergent(subject: Subject, aestdat: PartialDate) -> str | None:
        """Registry entry: up to 90 days after infusion (parameter). A worsening is a line of its own."""
        found = days.is_emergent(aestdat, days.infusions_of(subject), protocol.days("teae_window"))
        return None if found is None else NoYes.YES if found else NoYes.NO

    @derive("aetoxscl", "AE-SCALE", version=2)
    def grading_system(aetoxgr: str, aespecial: list[str] | None = None) -> str:
        """Kept with each grade: a later version grades otherwise (clinical reference pack, 0.8, 4.4)."""
        special = set(aespecial or ())
        if {SpecialInterest.CRS, SpecialInterest.ICANS} & special:
            return ASTCT
        return ASTCT_2023 if SpecialInterest.IEC_HS in special else CTCAE

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

    @rule("AE-06", _("The start date and the start with its time are different days. Please check both."))
    def one_start(aestdat: PartialDate, aestdtc: datetime) -> bool:
        return aestdat.earliest <= aestdtc.date() <= aestdat.latest

    @rule("AE-07", _("The end date and the end with its time are different days. Please check both."))
    def one_end(aeendat: PartialDate, aeendtc: datetime) -> bool:
        return aeendat.earliest <= aeendtc.date() <= aeendat.latest

    @rule("AE-08", _("The event ended before it started. Please check both times."))
    def ends_after_start_to_the_minute(aestdtc: datetime, aeendtc: datetime) -> bool:
        return aeendtc >= aestdtc

    @rule("AE-09", _("“It was life-threatening” goes with grade 4 or 5. Please check both."))
    def life_threatening_is_grade_four(aetoxgr: str, aesercrit: list[str]) -> bool:
        """CTCAE 5.0: grade 4 is life-threatening. Not the reverse: a laboratory grade 4 may not be serious."""
        return Seriousness.LIFE not in aesercrit or aetoxgr in (Grade.LIFE_THREATENING, Grade.DEATH)


class Treatment(CrfRow):
    """A line of the medication log with which the event was treated."""

    rows = RowsSpec(AdverseEvent, "treatments", _("Treated with"))

    aecmno = integer(_("Line of the medication log"), limits=(1, 9999), sdtm="RELREC")
