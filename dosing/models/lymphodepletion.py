"""LD: fludarabine and cyclophosphamide of one day, body surface and kidney function. Recorded as given."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from core import protocol
from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, decimal, derive, moment, rule, text
from core.crf.declare import date as day
from core.crf.rules import Context
from core.models import Crf
from dosing import formulas, kidney
from dosing.regimens import CYCLOPHOSPHAMIDE, FLUDARABINE, Plan, Regimen

GIVEN = ("exoccur", "Y")
FLU = ("flugiven", "Y")
CY = ("cygiven", "Y")
TENTH = Decimal("0.1")


class Lymphodepletion(Crf):
    """LD: what was planned and what was given on one day of lymphodepletion."""

    crf = Spec("LD", _("Lymphodepletion dose"), version=1, domain="EC")

    explan = coded(_("Planned regimen"), Regimen, sdtm="SUPPEC.QVAL where QNAM = EXPLAN")
    exoccur = coded(_("Was lymphodepletion given on this day?"), NoYes, sdtm="ECOCCUR")
    exreasnd = text(_("Reason not given"), asked_if=("exoccur", "N"), sdtm="ECREASOC")
    exheight = decimal(
        _("Height the dose was reckoned from"), unit="cm", digits=4, places=1, expect=(130, 210), asked_if=GIVEN,
        heading=_("Body surface and kidney function"), sdtm="VSORRES where VSTESTCD = HEIGHT",
    )  # fmt: skip
    exweight = decimal(
        _("Weight the dose was reckoned from"), unit="kg", digits=4, places=1, expect=(35, 130), asked_if=GIVEN,
        help=_("The weight of the day of the first dose, for all days."), sdtm="VSORRES where VSTESTCD = WEIGHT",
    )  # fmt: skip
    exbsa = decimal(
        _("Body surface (Mosteller)"), unit="m²", digits=4, places=2, sdtm="VSORRES where VSTESTCD = BSA"
    )  # fmt: skip
    excreat = decimal(
        _("Newest creatinine before the first dose of the day"), unit="µmol/L", digits=16, places=1,
        sdtm="LBSTRESN where LBTESTCD = CREAT",
    )  # fmt: skip
    excreatdat = day(_("Date of that sample"), sdtm="LBDTC where LBTESTCD = CREAT")
    excrcl = decimal(
        _("Creatinine clearance (Cockcroft-Gault)"), unit="mL/min", digits=16, places=1,
        help=_("For display. The checks use the unrounded figure."), sdtm="LBORRES where LBTESTCD = CREATCLR",
    )  # fmt: skip

    flugiven = coded(
        _("Was fludarabine given?"), NoYes, asked_if=GIVEN, heading=_("Fludarabine"),
        sdtm="ECOCCUR where ECTRT = FLUDARABINE",
    )  # fmt: skip
    flureasnd = text(_("Reason fludarabine was not given"), asked_if=("flugiven", "N"), sdtm="ECREASOC")
    fludose = decimal(
        _("Fludarabine given"), unit="mg", digits=6, places=1, asked_if=FLU, sdtm="ECDOSE where ECTRT = FLUDARABINE"
    )
    fludosm2 = decimal(
        _("Fludarabine, per body surface"), unit="mg/m²", digits=12, places=1, sdtm="SUPPEC.QVAL where QNAM = FLUDOSM2"
    )
    flustdtc = moment(_("Start of fludarabine"), asked_if=FLU, sdtm="ECSTDTC where ECTRT = FLUDARABINE")
    fluendtc = moment(_("End of fludarabine"), asked_if=FLU, sdtm="ECENDTC where ECTRT = FLUDARABINE")
    fluintp = coded(_("Was fludarabine interrupted?"), NoYes, asked_if=FLU, sdtm="SUPPEC.QVAL where QNAM = FLUINTP")
    fluadj = text(
        _("Why was fludarabine interrupted, and for how long?"), length=500, asked_if=("fluintp", "Y"),
        sdtm="ECADJ where ECTRT = FLUDARABINE",
    )  # fmt: skip

    cygiven = coded(
        _("Was cyclophosphamide given?"), NoYes, asked_if=GIVEN, heading=_("Cyclophosphamide"),
        sdtm="ECOCCUR where ECTRT = CYCLOPHOSPHAMIDE",
    )  # fmt: skip
    cyreasnd = text(_("Reason cyclophosphamide was not given"), asked_if=("cygiven", "N"), sdtm="ECREASOC")
    cydose = decimal(
        _("Cyclophosphamide given"), unit="mg", digits=6, places=1, asked_if=CY,
        sdtm="ECDOSE where ECTRT = CYCLOPHOSPHAMIDE",
    )  # fmt: skip
    cydosm2 = decimal(
        _("Cyclophosphamide, per body surface"), unit="mg/m²", digits=12, places=1,
        sdtm="SUPPEC.QVAL where QNAM = CYDOSM2",
    )  # fmt: skip
    cystdtc = moment(_("Start of cyclophosphamide"), asked_if=CY, sdtm="ECSTDTC where ECTRT = CYCLOPHOSPHAMIDE")
    cyendtc = moment(_("End of cyclophosphamide"), asked_if=CY, sdtm="ECENDTC where ECTRT = CYCLOPHOSPHAMIDE")
    cyintp = coded(_("Was cyclophosphamide interrupted?"), NoYes, asked_if=CY, sdtm="SUPPEC.QVAL where QNAM = CYINTP")
    cyadj = text(
        _("Why was cyclophosphamide interrupted, and for how long?"), length=500, asked_if=("cyintp", "Y"),
        sdtm="ECADJ where ECTRT = CYCLOPHOSPHAMIDE",
    )  # fmt: skip
    ldstdtc = moment(_("First dose of the day"), heading=_("The day as a whole"), sdtm="ECSTDTC")
    ldendtc = moment(_("End of the last dose of the day"), sdtm="ECENDTC")

    @derive("exbsa", "LD-BSA")
    def body_surface(exheight: Decimal, exweight: Decimal) -> Decimal:
        """Mosteller, rounded once."""
        return formulas.surface(exheight, exweight).quantize(Decimal("0.01"), ROUND_HALF_UP)

    @derive("fludosm2", "LD-FLU-M2")
    def fludarabine_per_surface(fludose: Decimal, exheight: Decimal, exweight: Decimal) -> Decimal | None:
        """From the unrounded body surface."""
        return _per_surface(fludose, exheight, exweight)

    @derive("cydosm2", "LD-CY-M2")
    def cyclophosphamide_per_surface(cydose: Decimal, exheight: Decimal, exweight: Decimal) -> Decimal | None:
        """From the unrounded body surface."""
        return _per_surface(cydose, exheight, exweight)

    @derive("ldstdtc", "LD-FIRST-DOSE")
    def first_dose(flustdtc: datetime | None = None, cystdtc: datetime | None = None) -> datetime | None:
        """The earlier of the two starts."""
        return min((at for at in (flustdtc, cystdtc) if at), default=None)

    @derive("ldendtc", "LD-LAST-DOSE")
    def last_dose(
        flustdtc: datetime | None = None,
        cystdtc: datetime | None = None,
        fluendtc: datetime | None = None,
        cyendtc: datetime | None = None,
    ) -> datetime | None:
        """The later of the two ends; of a drug whose end is not entered its start."""
        return max((at for at in (fluendtc or flustdtc, cyendtc or cystdtc) if at), default=None)

    @derive("excreat", "LD-CREATININE", forms=kidney.READS)
    def newest_creatinine(
        context: Context, exoccur: str, ldstdtc: datetime | None = None, visit_on: date | None = None
    ) -> Decimal | None:
        """Of the newest sample before the first dose; with no dose yet, of the day of the visit or before."""
        found = kidney.creatinine(context, before) if (before := ldstdtc or visit_on) else None
        return None if found is None else _rounded(found.micromoles)

    @derive("excreatdat", "LD-CREATININE-DATE", forms=kidney.READS)
    def date_of_creatinine(
        context: Context, exoccur: str, ldstdtc: datetime | None = None, visit_on: date | None = None
    ) -> date | None:
        """The day of that sample, also where its result is no figure."""
        found = kidney.creatinine(context, before) if (before := ldstdtc or visit_on) else None
        return None if found is None else found.on

    @derive("excrcl", "LD-CLEARANCE", forms=kidney.READS)
    def creatinine_clearance(
        context: Context, exweight: Decimal, ldstdtc: datetime | None = None, visit_on: date | None = None
    ) -> Decimal | None:
        """Cockcroft-Gault with the weight above, rounded once."""
        return _rounded(kidney.clearance(context, ldstdtc or visit_on, exweight))

    @rule("LD-01", _("A height or weight of 0 cannot be right. Please check."))
    def body_is_real(exheight: Decimal, exweight: Decimal) -> bool:
        return exheight > 0 and exweight > 0

    @rule("LD-02", _("Fludarabine should end after its start. Please check both times."))
    def fludarabine_ends_after_start(flustdtc: datetime, fluendtc: datetime) -> bool:
        return flustdtc < fluendtc

    @rule("LD-03", _("Cyclophosphamide should end after its start. Please check both times."))
    def cyclophosphamide_ends_after_start(cystdtc: datetime, cyendtc: datetime) -> bool:
        return cystdtc < cyendtc

    @rule("LD-04", _("The first dose was given on another day than that of the visit. Please check both dates."))
    def given_at_the_visit(visit_on: date, ldstdtc: datetime) -> bool:
        return visit_on == ldstdtc.date()

    @rule("LD-05", _("Fludarabine differs from the planned dose by more than the protocol allows. Please check."))
    def fludarabine_near_plan(explan: str, exheight: Decimal, exweight: Decimal, fludose: Decimal) -> bool:
        """Exactly the allowed difference passes (`lymphodepletion_deviation`)."""
        return _near(FLUDARABINE.get(explan), fludose, exheight, exweight)

    @rule("LD-06", _("Cyclophosphamide differs from the planned dose by more than the protocol allows. Please check."))
    def cyclophosphamide_near_plan(explan: str, exheight: Decimal, exweight: Decimal, cydose: Decimal) -> bool:
        """Exactly the allowed difference passes (`lymphodepletion_deviation`)."""
        return _near(CYCLOPHOSPHAMIDE.get(explan), cydose, exheight, exweight)

    @rule("LD-07", _("The planned regimen gives no lymphodepletion. Please check the regimen, or what was given."))
    def regimen_gives_drugs(explan: str, exoccur: str) -> bool:
        return explan != Regimen.E or exoccur == NoYes.NO

    @rule("LD-08", _("The planned regimen gives fludarabine on each day. Please check the regimen, and say why."))
    def fludarabine_as_planned(explan: str, flugiven: str) -> bool:
        return flugiven == NoYes.YES or explan not in FLUDARABINE

    @rule("LD-09", _("The planned regimen gives cyclophosphamide on each day. Please check the regimen, and say why."))
    def cyclophosphamide_as_planned(explan: str, cygiven: str) -> bool:
        """Regimen C gives it on one of the days only."""
        plan = CYCLOPHOSPHAMIDE.get(explan)
        return cygiven == NoYes.YES or plan is None or plan.days == 1


def _near(plan: Plan | None, dose: Decimal, height: Decimal, weight: Decimal) -> bool:
    """Not more than allowed above the highest planned dose, nor below the lowest. Nothing planned: LD-07 asks."""
    if plan is None:
        return True
    squared, allowed = formulas.squared_surface(height, weight), protocol.number("lymphodepletion_deviation")
    above = formulas.differs(dose, plan.high, squared, allowed) > 0
    return not above and formulas.differs(dose, plan.low, squared, allowed) >= 0


def _per_surface(dose: Decimal, height: Decimal, weight: Decimal) -> Decimal | None:
    surface = formulas.surface(height, weight)
    return (dose / surface).quantize(TENTH, ROUND_HALF_UP) if surface else None


def _rounded(exact: Fraction | None) -> Decimal | None:
    """To one place, half up; 28 figures of the fraction first, so that no tie is made or lost."""
    if exact is None:
        return None
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(TENTH, ROUND_HALF_UP)
