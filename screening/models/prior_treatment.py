"""PMT: every treatment of myasthenia gravis before screening, a row each, with what it achieved."""

from __future__ import annotations

from datetime import date as Date

from django.utils.translation import gettext_lazy as _

from core.crf.codes import NoYes
from core.crf.declare import RowsSpec, Spec, coded, decimal, integer, partial_date, rule, text
from core.crf.rules import Context
from core.crf.values import PartialDate
from core.models import Crf, CrfRow
from screening.codes import DoseUnit, Route, TreatmentClass, TreatmentOutcome
from screening.partial import certainly_before

COURSES = (TreatmentClass.RTX, TreatmentClass.IVIG, TreatmentClass.PLEX)


class PriorTreatment(Crf):
    """PMT: prior treatment of myasthenia gravis; inclusion 6 is judged by its outcomes."""

    crf = Spec(
        "PMT", _("Prior MG treatment"), version=1, domain="CM",
        note=_("Everything ever taken for myasthenia gravis, also what goes on. Thymectomy has its own form."),
    )  # fmt: skip

    pmtyn = coded(
        _("Any treatment for myasthenia gravis so far?"), NoYes, sdtm="CMOCCUR where CMCAT = PRIOR MG THERAPY"
    )

    @rule("PMT-01", _("Enter a row for each treatment."))
    def rows_are_there(rows: dict[str, list[CrfRow]], pmtyn: str) -> bool:
        return pmtyn == NoYes.NO or bool(rows["treatments"])

    @rule("PMT-02", _("Treatments are entered, so the answer should be “yes”. Please check."))
    def answer_fits_rows(rows: dict[str, list[CrfRow]], pmtyn: str) -> bool:
        return pmtyn == NoYes.YES or not rows["treatments"]


class Treatment(CrfRow):
    """One drug or procedure over one stretch of time."""

    rows = RowsSpec(PriorTreatment, "treatments", _("Treatments"))

    cmclas = coded(_("Kind"), TreatmentClass, sdtm="CMSCAT")
    cmtrt = text(_("Drug or procedure"), help=_("Generic name; one in each row."), sdtm="CMTRT")
    cmdose = decimal(_("Highest dose"), digits=10, places=3, help=_("By day, or by course."), sdtm="CMDOSE")
    cmdosu = coded(_("Unit"), DoseUnit, sdtm="CMDOSU")
    cmdosfrq = text(_("How often given"), length=50, sdtm="CMDOSFRQ")
    cmroute = coded(_("Route"), Route, sdtm="CMROUTE")
    cmcours = integer(
        _("Courses"), limits=(1, 999), asked_if=("cmclas", COURSES), sdtm="SUPPCM.QVAL where QNAM = COURSES"
    )
    cmstdat = partial_date(_("Start"), sdtm="CMSTDTC")
    cmongo = coded(_("Going on?"), NoYes, sdtm="CMENRTPT")
    cmendat = partial_date(_("End"), asked_if=("cmongo", "N"), sdtm="CMENDTC")
    cmout = coded(_("What it achieved"), TreatmentOutcome, sdtm="SUPPCM.QVAL where QNAM = CMOUT")
    cmrsn = text(_("Comment"), optional=True, sdtm="SUPPCM.QVAL where QNAM = CMRSN")

    @rule("PMT-11", _("The treatment ended before it began. Please check both dates."))
    def ends_after_start(cmstdat: PartialDate, cmendat: PartialDate) -> bool:
        return not certainly_before(cmendat, cmstdat)

    @rule("PMT-12", _("The treatment began after this visit: enter it among the concomitant medication instead."))
    def began_before_visit(visit_on: Date, cmstdat: PartialDate) -> bool:
        return cmstdat.earliest <= visit_on

    @rule("PMT-13", _("The treatment began before the first symptoms. Please check both dates."), forms=("MGH",))
    def began_after_onset(context: Context, cmstdat: PartialDate) -> bool:
        return not certainly_before(cmstdat, context.newest("MGH", "mhonset"))

    @rule(
        "PMT-14",
        _("The outcome differs from the response to cholinesterase inhibitors in the history. Please check both."),
        forms=("MGH",),
    )
    def response_fits_history(context: Context, cmclas: str, cmout: str) -> bool:
        """One row that was effective is an improvement, which inclusion 2 asks about."""
        is_effective = cmclas == TreatmentClass.CHEI and cmout == TreatmentOutcome.EFFECTIVE
        return not is_effective or context.newest("MGH", "cheiresp") != NoYes.NO
