"""MGH: onset, course, antibodies, worst class and response to cholinesterase inhibitors."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.codes import NoYes
from core.crf.declare import RowsSpec, Spec, coded, decimal, derive, integer, measured, partial_date, rule, text
from core.crf.rules import Context
from core.crf.values import Measured, PartialDate
from core.models import Crf, CrfRow
from screening.antibody import above_limit
from screening.codes import QUANTITATIVE, AntibodyMethod, AntibodyUnit, MgfaClass, Sign
from screening.partial import certainly_before

MEASURED_BY = ("achrmeth", QUANTITATIVE)


class Onset(models.TextChoices):
    """Muscles affected first."""

    OCULAR = "OCULAR", _("Eye muscles only")
    BULBAR = "BULBAR", _("Throat, speech or chewing")
    LIMB = "LIMB", _("Limbs or neck")
    RESPIRATORY = "RESPIRATORY", _("Breathing")
    MIXED = "MIXED", _("Several of these at once")


class OtherAntibody(models.TextChoices):
    """Antibodies beside that against the acetylcholine receptor."""

    MUSK = "MUSK", _("MuSK")
    LRP4 = "LRP4", _("LRP4")
    TITIN = "TITIN", _("Titin")
    RYR = "RYR", _("Ryanodine receptor")
    OTHER = "OTHER", _("Another")


class MgHistory(Crf):
    """MGH: the history of myasthenia gravis before the trial (inclusion 2; clinical reference pack, 2.1)."""

    crf = Spec("MGH", _("Myasthenia gravis history"), version=1, domain="MH")

    mhonset = partial_date(_("First symptoms"), heading=_("Onset and course"), sdtm="MHSTDTC where MHCAT = MG")
    mhdiag = partial_date(_("Diagnosis made"), sdtm="MHDTC where MHCAT = MG")
    mhtype = coded(_("What was affected first?"), Onset, sdtm="SUPPMH.QVAL where QNAM = MGONSET")
    mhgenyn = coded(
        _("Did it become generalised later?"), NoYes, asked_if=("mhtype", "OCULAR"),
        sdtm="SUPPMH.QVAL where QNAM = MGGENYN",
    )  # fmt: skip
    mhgendat = partial_date(_("Generalised since"), asked_if=("mhgenyn", "Y"), sdtm="SUPPMH.QVAL where QNAM = MGGENDTC")
    mhcrisis = coded(
        _("Has there been a myasthenic crisis?"), NoYes,
        help=_("Intubated or ventilated because of myasthenia gravis."),
        sdtm="MHOCCUR where MHTERM = MYASTHENIC CRISIS",
    )  # fmt: skip
    mhcrisn = integer(
        _("Number of crises"), limits=(1, 99), asked_if=("mhcrisis", "Y"), sdtm="SUPPMH.QVAL where QNAM = MGCRISN"
    )
    mhcrisdt = partial_date(
        _("Last crisis"), asked_if=("mhcrisis", "Y"), sdtm="MHSTDTC where MHTERM = MYASTHENIC CRISIS"
    )
    mgfaworst = coded(_("Worst MGFA class ever"), MgfaClass, sdtm="RSORRES where RSTESTCD = MGFAWRST")
    mgfawdat = partial_date(_("When was it at its worst?"), sdtm="RSDTC where RSTESTCD = MGFAWRST")

    achrres = coded(
        _("AChR antibody: result as reported"), Sign, heading=_("AChR antibody, confirming result"),
        help=_("The result on which the diagnosis rests, however long ago."), sdtm="ISORRES where ISTESTCD = ACHRAB",
    )  # fmt: skip
    achrdat = partial_date(_("Date of the sample"), sdtm="ISDTC where ISTESTCD = ACHRAB")
    achrmeth = coded(_("Method"), AntibodyMethod, sdtm="ISMETHOD where ISTESTCD = ACHRAB")
    achr = measured(_("Result as a figure"), asked_if=MEASURED_BY, sdtm="ISORRES where ISTESTCD = ACHRAB")
    achrunit = coded(_("Unit"), AntibodyUnit, asked_if=MEASURED_BY, sdtm="ISORRESU where ISTESTCD = ACHRAB")
    achruln = decimal(
        _("Upper limit of the kit"), digits=10, places=4, asked_if=MEASURED_BY, help=_("In the same unit."),
        sdtm="ISORNRHI where ISTESTCD = ACHRAB",
    )  # fmt: skip
    achrlab = text(_("Laboratory"), length=100, sdtm="ISNAM where ISTESTCD = ACHRAB")
    achrgt = coded(_("Above the kit's limit?"), NoYes, sdtm="ISNRIND where ISTESTCD = ACHRAB")

    cheiresp = coded(
        _("Do symptoms improve on an oral cholinesterase inhibitor?"), NoYes, heading=_("Cholinesterase inhibitor"),
        help=_("In the investigator's judgement. If it was never taken, choose “not applicable” as the reason."),
        sdtm="SUPPMH.QVAL where QNAM = CHEIRESP",
    )  # fmt: skip
    cheievid = text(
        _("What improved, at which dose?"), length=500, asked_if=("cheiresp", "Y"),
        sdtm="SUPPMH.QVAL where QNAM = CHEIEVID",
    )  # fmt: skip

    @derive("achrgt", "MGH-ACHR")
    def above_kit_limit(achr: Measured, achruln: Decimal) -> str | None:
        return above_limit(achr, achruln)

    @rule("MGH-01", _("The reported result and the kit's limit disagree. Please check result, figure, unit and limit."))
    def result_fits_limit(achrres: str, achrgt: str) -> bool:
        return (achrres == Sign.POSITIVE) == (achrgt == NoYes.YES)

    @rule("MGH-02", _("The diagnosis lies before the first symptoms. Please check both dates."))
    def diagnosed_after_onset(mhonset: PartialDate, mhdiag: PartialDate) -> bool:
        return not certainly_before(mhdiag, mhonset)

    @rule("MGH-03", _("It became generalised before the first symptoms. Please check both dates."))
    def generalised_after_onset(mhonset: PartialDate, mhgendat: PartialDate) -> bool:
        return not certainly_before(mhgendat, mhonset)

    @rule("MGH-04", _("The first symptoms lie before the date of birth. Please check both dates."), forms=("DM",))
    def began_in_life(context: Context, mhonset: PartialDate) -> bool:
        return not certainly_before(mhonset, context.newest("DM", "brthdat"))

    @rule("MGH-05", _("A myasthenic crisis is class V. Please check the crisis and the worst class."))
    def crisis_is_class_five(mhcrisis: str, mgfaworst: str) -> bool:
        """Intubation defines class V (MGFA classification, Jaretzki et al. 2000)."""
        return mhcrisis != NoYes.YES or mgfaworst == MgfaClass.V

    @rule("MGH-06", _("The worst class was reached before the first symptoms. Please check both dates."))
    def worst_after_onset(mhonset: PartialDate, mgfawdat: PartialDate) -> bool:
        return not certainly_before(mgfawdat, mhonset)


class OtherAntibodyTest(CrfRow):
    """The newest test of another antibody."""

    rows = RowsSpec(
        MgHistory, "antibodies", _("Other antibodies"),
        start=({"mgabtest": "MUSK"}, {"mgabtest": "LRP4"}, {"mgabtest": "TITIN"}),
    )  # fmt: skip

    mgabtest = coded(_("Antibody"), OtherAntibody, sdtm="ISTESTCD")
    mgabperf = coded(_("Tested?"), NoYes, sdtm="ISSTAT")
    mgabres = coded(_("Result"), Sign, asked_if=("mgabperf", "Y"), sdtm="ISORRES")
    mgabmeth = coded(_("Method"), AntibodyMethod, asked_if=("mgabperf", "Y"), sdtm="ISMETHOD")
    mgab = measured(_("Figure"), asked_if=("mgabmeth", QUANTITATIVE), sdtm="ISORRES")
    mgabunit = coded(_("Unit"), AntibodyUnit, asked_if=("mgabmeth", QUANTITATIVE), sdtm="ISORRESU")
    mgabuln = decimal(_("Limit of the kit"), digits=10, places=4, asked_if=("mgabmeth", QUANTITATIVE), sdtm="ISORNRHI")
    mgabdat = partial_date(_("Date of the sample"), asked_if=("mgabperf", "Y"), sdtm="ISDTC")
    mgabspec = text(_("Which other antibody"), length=50, asked_if=("mgabtest", "OTHER"), sdtm="ISTEST")

    @rule("MGH-11", _("The reported result and the kit's limit disagree. Please check result, figure, unit and limit."))
    def result_fits_limit(mgabres: str, mgab: Measured, mgabuln: Decimal) -> bool:
        above = above_limit(mgab, mgabuln)
        return above is None or (mgabres == Sign.POSITIVE) == (above == NoYes.YES)
