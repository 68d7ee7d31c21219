"""What a result hangs on beyond its own row: the laboratory's range, the baseline, the albumin of the same sample."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any, Final

from assessments import ctcae_v5
from assessments.ctcae import UNGRADED, Baseline, Case, Graded, Term, grade
from assessments.lab_ranges import Limits, Person, in_force, limits_in
from assessments.lab_units import standard, to_standard
from core import protocol
from core.crf.rules import Context
from core.crf.values import Measured

VERSIONS: Final[Mapping[str, tuple[Term, ...]]] = {ctcae_v5.VERSION: ctcae_v5.TERMS}
BASELINE_VISIT: Final = "BL"
# Payne's correction in its usual form: calcium bound to each g/L of albumin that lacks from 40 (reference pack, 5a).
NORMAL_ALBUMIN: Final = Decimal(40)
CALCIUM_OF_ALBUMIN: Final = {"mmol/L": Decimal("0.02"), "mg/dL": Decimal("0.08")}


def version() -> str:
    """The version of CTCAE that the protocol grades by."""
    return protocol.text("ctcae_version")


def terms_of(test: str) -> tuple[Term, ...]:
    """The terms of that version for a test."""
    return _terms(version(), test)


@cache
def _terms(of: str, test: str) -> tuple[Term, ...]:
    return tuple(term for term in VERSIONS[of] if term.test == test)


def limits(
    test: str, unit: str, typed: Limits, sample: Any, context: Context, fetch: Callable[[], Iterable[Any]]
) -> Limits:
    """Those of the report, where it prints any; else the site's range in force for laboratory, sex, age and day."""
    on = taken_on(sample)
    if typed != Limits() or on is None or not sample.lbnam:
        return typed
    known = [each for each in context.once("reference ranges", fetch) if each.test == test]
    if not known:
        return typed
    person = Person.on(on, context.newest("DM", "sex"), context.newest("DM", "brthdat"))
    found = in_force(known, sample.lbnam, test, on, person)
    return typed if found is None else limits_in(found, unit)


def taken_on(sample: Any) -> date | None:
    """The day of the sample; of the visit where the form does not say."""
    day: date | None = sample.lbdat or (sample.visit.visit_on if sample.visit else None)
    return day


def baseline(test: str, unit: str, result: Measured, sample: Any, context: Context) -> Baseline | None:
    """The subject's result at the baseline visit, else the last before the first lymphodepletion dose.

    None for a sample of before treatment; both results are in the unit reported, or in the standard unit where they
    were reported in different ones.
    """
    if not any(term.relative or term.treated for term in terms_of(test)) or _is_before(sample, context):
        return None
    was = _baseline_row(test, sample, context)
    if was is None:
        return Baseline()
    if was.lborresu == unit:
        return Baseline(was.lborres, result, was.lbnrind)
    return Baseline(to_standard(test, was.lborresu, was.lborres), to_standard(test, unit, result), was.lbnrind)


def _is_before(sample: Any, context: Context) -> bool:
    """Of before treatment: at the baseline visit, or on a day before the first lymphodepletion dose."""
    if sample.visit is not None and sample.visit.code == BASELINE_VISIT:
        return True
    first, on = context.subject.lymphodepletion_on, taken_on(sample)
    return first is None or on is None or on < first


def _baseline_row(test: str, sample: Any, context: Context) -> Any:
    others = context.records(sample.crf.code)
    first = context.subject.lymphodepletion_on
    at_baseline = [each for each in others if each.visit is not None and each.visit.code == BASELINE_VISIT]
    before = [each for each in others if (on := taken_on(each)) is not None and first is not None and on < first]
    before.sort(key=lambda each: (taken_on(each), each.lbtim is not None, each.lbtim))
    for record in (*reversed(at_baseline), *reversed(before)):
        found = [row for row in context.rows(record, "results") if row.lbtestcd == test and row.lborres is not None]
        if found and found[-1].lborresu is not None:
            return found[-1]
    return None


def graded(case: Case, rows: Sequence[Any]) -> Graded:
    """The grade, for calcium of the figure corrected for the albumin of the same sample."""
    if case.test == "CA":
        corrected = corrected_calcium(case.unit, case.result, rows)
        case = _with(case, case.result, doubtful=True) if corrected is None else _with(case, corrected)
    found = terms_of(case.test)
    return grade(found, case) if found else UNGRADED


def _with(case: Case, result: Measured, *, doubtful: bool = False) -> Case:
    return Case(case.test, case.unit, result, case.low, case.high, case.baseline, case.treated, doubtful)


def corrected_calcium(unit: str, calcium: Measured, rows: Sequence[Any]) -> Measured | None:
    """Calcium + 0.02 mmol/L (0.08 mg/dL) for each g/L of albumin below 40. None without an exact figure of both."""
    albumin = exact_in_standard("ALB", rows)
    if albumin is None or calcium.operator or unit not in CALCIUM_OF_ALBUMIN:
        return None
    return Measured(calcium.value + CALCIUM_OF_ALBUMIN[unit] * (NORMAL_ALBUMIN - albumin))


def corrected_in_standard(rows: Sequence[Any]) -> Decimal | None:
    """Corrected calcium of a sample in mmol/L, rounded at the third place. None without calcium or albumin."""
    calcium = exact_in_standard("CA", rows)
    corrected = None if calcium is None else corrected_calcium(standard("CA"), Measured(calcium), rows)
    if corrected is None or not 0 < corrected.value < 1000:
        return None
    return corrected.value.quantize(Decimal("0.001"), ROUND_HALF_UP)


def exact_in_standard(test: str, rows: Sequence[Any]) -> Decimal | None:
    """The last result of a test on the sample, in its standard unit. None where it is censored or not there."""
    found = [row for row in rows if row.lbtestcd == test and row.lborres is not None and row.lborresu is not None]
    converted = to_standard(test, found[-1].lborresu, found[-1].lborres) if found else None
    return None if converted is None or converted.operator else converted.value
