"""What every numeric laboratory panel has: one sample, and a row for each result with what is derived of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments import lab_alerts, lab_case, lab_words
from assessments.ctcae import Case, Direction, Toxicity
from assessments.lab_ranges import Limits
from assessments.lab_units import UNITS, likely_unit, standard, to_standard
from assessments.laboratory import Condition, Indicator, Unit, is_above, is_below, is_outside, lies
from assessments.models.reference_range import ReferenceRange
from core.crf.codes import NoYes
from core.crf.declare import coded, date, decimal, derive, file, integer, measured, rule, text, time
from core.crf.values import Measured
from core.models import Crf, CrfRow

if TYPE_CHECKING:
    from core.crf.rules import Context

DONE = ("lbperf", "Y")
PANELS: Final = ("CHEM", "HEM", "COAG", "INFL", "CARD", "IMM", "THY")
READS: Final = ("DM", *PANELS)  # sex and date of birth for the range; the panel's own earlier samples for the baseline


class LabSample(Crf):
    """One sample and the laboratory's report of it."""

    lbperf = coded(_("Was the sample taken?"), NoYes, sdtm="LBSTAT")
    lbreasnd = text(_("Reason not taken"), asked_if=("lbperf", "N"), sdtm="LBREASND")
    lbdat = date(_("Date of the sample"), asked_if=DONE, heading=_("Sample"), sdtm="LBDTC")
    lbtim = time(_("Time of the sample"), asked_if=DONE, sdtm="LBDTC")
    lbfast = coded(_("Was the subject fasting?"), NoYes, asked_if=DONE, optional=True, sdtm="LBFAST")
    lbspccnd = coded(_("Condition of the sample"), Condition, asked_if=DONE, optional=True, sdtm="LBSPCCND")
    lbnam = text(
        _("Laboratory"), asked_if=DONE, sdtm="LBNAM",
        help=_("By its name in the list of reference ranges. The limits on file are then filled in."),
    )  # fmt: skip
    lbreport = file(
        _("Laboratory report"), asked_if=DONE, optional=True,
        help=_("PDF, PNG or JPEG, up to 10 MB. Cover the subject's name and hospital numbers first."),
    )  # fmt: skip

    class Meta(Crf.Meta):
        abstract = True


def test_item(analytes: type[models.TextChoices]) -> Any:
    """Which test a row is about: the item that names it."""
    return coded(_("Test"), analytes, sdtm="LBTESTCD")


def unit_item(analytes: type[models.TextChoices]) -> Any:
    """The unit reported: those of the panel's tests."""
    known = {unit for test in analytes.values for unit in UNITS[test]}
    offered = [(each.name, (each.value, each.label)) for each in Unit if each in known]
    units: Any = models.TextChoices("Unit", offered)  # type: ignore[call-overload]  # as Enum takes them
    return coded(_("Unit"), units, sdtm="LBORRESU")


def start(analytes: Sequence[models.TextChoices]) -> tuple[Mapping[str, str], ...]:
    """The rows of a new form: each test in the unit that laboratories in China report."""
    return tuple({"lbtestcd": each.value, "lborresu": standard(each.value).value} for each in analytes)


class LabResult(CrfRow):
    """One result with unit and limits as reported; in the standard unit, judged and graded by the system."""

    first = ("lbtestcd", "lborres", "lborresu")

    lborres = measured(_("Result"), help=_("As reported, for example 5.1 or <0.5."), sdtm="LBORRES")
    lbornrlo = decimal(_("Lower limit"), digits=12, places=4, optional=True, sdtm="LBORNRLO")
    lbornrhi = decimal(_("Upper limit"), digits=12, places=4, optional=True, sdtm="LBORNRHI")
    lbclsig = coded(_("Clinically significant?"), NoYes, optional=True, sdtm="LBCLSIG")
    lbtoxgri = integer(
        _("Grade by the investigator"), limits=(0, 5), optional=True, sdtm="SUPPLB.QVAL where QNAM = LBTOXGRI"
    )
    lbstresn = measured(_("Standard value"), sdtm="LBSTRESC, LBSTRESN")
    lbstresu = coded(_("Standard unit"), Unit, sdtm="LBSTRESU")
    lbnrlo = decimal(_("Lower limit in force"), digits=18, places=6, sdtm="LBSTNRLO, in the standard unit")
    lbnrhi = decimal(_("Upper limit in force"), digits=18, places=6, sdtm="LBSTNRHI, in the standard unit")
    lbnrind = coded(_("To the limits"), Indicator, sdtm="LBNRIND")
    lbtox = coded(_("CTCAE term"), Toxicity, sdtm="LBTOX")
    lbtoxgr = integer(_("CTCAE grade"), limits=(0, 4), sdtm="LBTOXGR")
    lbtoxgrp = integer(_("Proposed grade, at least"), limits=(0, 4), sdtm="SUPPLB.QVAL where QNAM = LBTOXGRP")
    lbtoxv = text(_("CTCAE version"), length=20, sdtm="SUPPLB.QVAL where QNAM = LBTOXV")

    class Meta(CrfRow.Meta):
        abstract = True

    @property
    def in_short(self) -> list[str]:
        """Standard value, limits in force, and grade."""
        return lab_words.in_short(self)

    @derive("lbstresn", "LB-STANDARD-VALUE")
    def standard_value(lbtestcd: str, lborresu: str, lborres: Measured) -> Measured | None:
        return to_standard(lbtestcd, lborresu, lborres)

    @derive("lbstresu", "LB-STANDARD-UNIT")
    def standard_unit(lbtestcd: str, lbstresn: Measured) -> str:
        return standard(lbtestcd).value

    @derive("lbnrlo", "LB-LOWER-LIMIT", forms=("DM",))
    def lower_limit(
        lbtestcd: str, lborresu: str, parent: Any, context: Context, lbornrlo: Decimal | None = None,
        lbornrhi: Decimal | None = None,
    ) -> Decimal | None:  # fmt: skip
        return _limits(lbtestcd, lborresu, Limits(lbornrlo, lbornrhi), parent, context).low

    @derive("lbnrhi", "LB-UPPER-LIMIT", forms=("DM",))
    def upper_limit(
        lbtestcd: str, lborresu: str, parent: Any, context: Context, lbornrlo: Decimal | None = None,
        lbornrhi: Decimal | None = None,
    ) -> Decimal | None:  # fmt: skip
        return _limits(lbtestcd, lborresu, Limits(lbornrlo, lbornrhi), parent, context).high

    @derive("lbnrind", "LB-INDICATOR")
    def indicator(
        lbtestcd: str, lborres: Measured, lbnrlo: Decimal | None = None, lbnrhi: Decimal | None = None
    ) -> str | None:
        """Where that is certain; normal only with every limit that the grades of this test need."""
        if is_below(lborres, lbnrlo):
            return Indicator.LOW
        if is_above(lborres, lbnrhi):
            return Indicator.HIGH
        unsure = (
            limit is not None and lies(lborres, sign, limit) is None for sign, limit in (("<", lbnrlo), (">", lbnrhi))
        )
        return None if any(unsure) or _lacks_limit(lbtestcd, lbnrlo, lbnrhi) else Indicator.NORMAL

    @derive("lbtox", "LB-TERM", forms=READS)
    def term(
        lbtestcd: str, lborres: Measured, lborresu: str, parent: Any, rows: Any, context: Context,
        lbnrlo: Decimal | None = None, lbnrhi: Decimal | None = None,
    ) -> str | None:  # fmt: skip
        case = _case(lbtestcd, lborresu, lborres, Limits(lbnrlo, lbnrhi), parent, context)
        return lab_case.graded(case, rows["results"]).term or None

    @derive("lbtoxgr", "LB-GRADE", forms=READS)
    def grade(
        lbtestcd: str, lborres: Measured, lborresu: str, parent: Any, rows: Any, context: Context,
        lbnrlo: Decimal | None = None, lbnrhi: Decimal | None = None,
    ) -> int | None:  # fmt: skip
        """Where the figure settles it (CTCAE, in the unit reported, with the limits of that unit)."""
        case = _case(lbtestcd, lborresu, lborres, Limits(lbnrlo, lbnrhi), parent, context)
        return lab_case.graded(case, rows["results"]).grade

    @derive("lbtoxgrp", "LB-GRADE-PROPOSED", forms=READS)
    def proposed(
        lbtestcd: str, lborres: Measured, lborresu: str, parent: Any, rows: Any, context: Context,
        lbnrlo: Decimal | None = None, lbnrhi: Decimal | None = None,
    ) -> int | None:  # fmt: skip
        """The least grade the figure supports, where symptoms, treatment or a missing answer decide."""
        case = _case(lbtestcd, lborresu, lborres, Limits(lbnrlo, lbnrhi), parent, context)
        return lab_case.graded(case, rows["results"]).proposed

    @derive("lbtoxv", "LB-GRADE-VERSION")
    def version(lbtestcd: str, lbtoxgr: int | None = None, lbtoxgrp: int | None = None) -> str | None:
        return None if lbtoxgr is None and lbtoxgrp is None else f"CTCAE {lab_case.version()}"

    @rule("LB-01", _("This unit is unusual for this test. Please check the unit on the report."))
    def unit_fits_test(lbtestcd: str, lborresu: str) -> bool:
        return lborresu in UNITS[lbtestcd]

    @rule("LB-02", _("The lower limit should be below the upper limit."))
    def limits_in_order(lbornrlo: Decimal, lbornrhi: Decimal) -> bool:
        return lbornrlo < lbornrhi

    @rule("LB-03", _("The result is outside the laboratory's limits. Say whether it is clinically significant."))
    def outside_is_judged(
        lborres: Measured, lbnrlo: Decimal | None = None, lbnrhi: Decimal | None = None, lbclsig: str | None = None
    ) -> bool:
        return lbclsig is not None or not is_outside(lborres, lbnrlo, lbnrhi)

    @rule(
        "LB-04",
        _(
            "No limit is known that this result can be judged by. Enter the limits printed on the report, or check the "
            "laboratory's name and the date of the sample above."
        ),
    )
    def result_has_limits(
        lbtestcd: str, lborres: Measured, lbnrlo: Decimal | None = None, lbnrhi: Decimal | None = None,
        lbornrlo: Decimal | None = None, lbornrhi: Decimal | None = None,
    ) -> bool:  # fmt: skip
        """Exclusion 10 and the CTCAE grades compare with the limits that go with the result."""
        return not _lacks_limit(lbtestcd, lbnrlo, lbnrhi)

    @rule(
        "LB-05",
        _(
            "This figure is hardly possible in %(chosen)s but usual in %(likely)s. Please check which unit the report "
            "gives."
        ),
    )
    def unit_is_likely(lbtestcd: str, lborres: Measured, lborresu: str) -> bool | Mapping[str, Any]:
        """A slip of the unit: creatinine 0.9 in umol/L, or 80 in mg/dL."""
        likely = likely_unit(lbtestcd, lborresu, lborres)
        return True if likely is None else {"chosen": Unit(lborresu).label, "likely": likely.label}

    @rule(
        "LB-06",
        _("The investigator's grade is not the grade that follows from the result. Please check both, and say why."),
    )
    def grades_agree(
        lborres: Measured, lbtoxgr: int | None = None, lbtoxgrp: int | None = None, lbtoxgri: int | None = None
    ) -> bool:
        """A proposed grade is the least: symptoms and treatment may raise it."""
        if lbtoxgri is None:
            return True
        if lbtoxgr is not None:
            return lbtoxgri == lbtoxgr
        return lbtoxgrp is None or lbtoxgri >= lbtoxgrp

    @rule(
        "LB-07",
        _("This grade takes a judgement: it is at least %(grade)s. Enter the grade that the investigator gives it."),
    )
    def grade_is_judged(
        lbtoxgrp: int, lbclsig: str | None = None, lbtoxgri: int | None = None
    ) -> bool | Mapping[str, Any]:
        """Asked from grade 2 on, and of whatever was called significant."""
        asked = lbtoxgri is None and (lbtoxgrp >= 2 or lbclsig == NoYes.YES)
        return {"grade": lbtoxgrp} if asked else True

    @rule(
        "LB-08",
        _("Alert: the result is beyond the limit of %(limit)s. Tell the investigator now, and record what was done."),
        forms=READS,
    )
    def no_alert(
        lbtestcd: str, lborresu: str, lborres: Measured, parent: Any, context: Context,
        lbnrlo: Decimal | None = None, lbnrhi: Decimal | None = None, lbclsig: str | None = None,
    ) -> bool | Mapping[str, Any]:  # fmt: skip
        """The alert ranges of the protocol (clinical reference pack, section 4.6)."""
        case = _case(lbtestcd, lborresu, lborres, Limits(lbnrlo, lbnrhi), parent, context)
        found = lab_alerts.beyond(case)
        return {"limit": found} if found else True


def _limits(test: str, unit: str, typed: Limits, sample: Any, context: Context) -> Limits:
    def fetch() -> Any:
        return ReferenceRange.objects.filter(site=context.subject.site_id)

    return lab_case.limits(test, unit, typed, sample, context, fetch)


def _case(test: str, unit: str, result: Measured, limits: Limits, sample: Any, context: Context) -> Case:
    anticoagulated = getattr(sample, "anticoag", NoYes.NO)
    return Case(
        test,
        unit,
        result,
        limits.low,
        limits.high,
        lab_case.baseline(test, unit, result, sample, context),
        treated=anticoagulated == NoYes.YES,
        doubtful=test == "INR" and anticoagulated is None,
    )


def _lacks_limit(test: str, low: Decimal | None, high: Decimal | None) -> bool:
    """Is a limit missing that a CTCAE term of the test compares with, or is there none at all?"""
    sides = {term.direction for term in lab_case.terms_of(test) if term.limited}
    needed = [low if side is Direction.LOW else high for side in sides]
    return None in needed or (low is None and high is None)
