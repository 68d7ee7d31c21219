"""Grade a laboratory result by CTCAE: how a table of terms is read. The tables are data, one module a version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.lab_units import standard, to_standard
from assessments.laboratory import lies
from core.crf.values import Measured


class Toxicity(models.TextChoices):
    """LBTOX: the terms of all versions, named as CTCAE names them."""

    NEUT_LOW = "NEUT_LOW", _("Neutrophil count decreased")
    WBC_LOW = "WBC_LOW", _("White blood cell decreased")
    LYM_LOW = "LYM_LOW", _("Lymphocyte count decreased")
    LYM_HIGH = "LYM_HIGH", _("Lymphocyte count increased")
    CD4_LOW = "CD4_LOW", _("CD4 lymphocytes decreased")
    ANEMIA = "ANEMIA", _("Anemia")
    PLAT_LOW = "PLAT_LOW", _("Platelet count decreased")
    ALT_HIGH = "ALT_HIGH", _("Alanine aminotransferase increased")
    AST_HIGH = "AST_HIGH", _("Aspartate aminotransferase increased")
    ALP_HIGH = "ALP_HIGH", _("Alkaline phosphatase increased")
    GGT_HIGH = "GGT_HIGH", _("GGT increased")
    BILI_HIGH = "BILI_HIGH", _("Blood bilirubin increased")
    CREAT_HIGH = "CREAT_HIGH", _("Creatinine increased")
    HYPONATREMIA = "HYPONATREMIA", _("Hyponatremia")
    HYPERNATREMIA = "HYPERNATREMIA", _("Hypernatremia")
    HYPOKALEMIA = "HYPOKALEMIA", _("Hypokalemia")
    HYPERKALEMIA = "HYPERKALEMIA", _("Hyperkalemia")
    HYPOCALCEMIA = "HYPOCALCEMIA", _("Hypocalcemia")
    HYPERCALCEMIA = "HYPERCALCEMIA", _("Hypercalcemia")
    HYPOMAGNESEMIA = "HYPOMAGNESEMIA", _("Hypomagnesemia")
    HYPERMAGNESEMIA = "HYPERMAGNESEMIA", _("Hypermagnesemia")
    HYPOPHOSPHATEMIA = "HYPOPHOSPHATEMIA", _("Hypophosphatemia")
    HYPERPHOSPHATEMIA = "HYPERPHOSPHATEMIA", _("Hyperphosphatemia")
    HYPOGLYCEMIA = "HYPOGLYCEMIA", _("Hypoglycemia")
    HYPERGLYCEMIA = "HYPERGLYCEMIA", _("Hyperglycemia")
    HYPOALBUMINEMIA = "HYPOALBUMINEMIA", _("Hypoalbuminemia")
    FIBRINO_LOW = "FIBRINO_LOW", _("Fibrinogen decreased")
    INR_HIGH = "INR_HIGH", _("INR increased")
    APTT_LONG = "APTT_LONG", _("Activated partial thromboplastin time prolonged")
    CK_HIGH = "CK_HIGH", _("CPK increased")
    LDH_HIGH = "LDH_HIGH", _("Blood lactate dehydrogenase increased")
    HYPERURICEMIA = "HYPERURICEMIA", _("Hyperuricemia")
    HYPERTRIGLYCERIDEMIA = "HYPERTRIGLYCERIDEMIA", _("Hypertriglyceridemia")
    AMYLASE_HIGH = "AMYLASE_HIGH", _("Serum amylase increased")
    LIPASE_HIGH = "LIPASE_HIGH", _("Lipase increased")
    TROPONIN_I_HIGH = "TROPONIN_I_HIGH", _("Cardiac troponin I increased")
    TROPONIN_T_HIGH = "TROPONIN_T_HIGH", _("Cardiac troponin T increased")


class Basis(StrEnum):
    """What a criterion compares with."""

    FIGURE = "FIGURE"
    LLN = "LLN"
    ULN = "ULN"
    BASELINE = "BASELINE"


class Direction(StrEnum):
    """On which side of the normal range a term lies: the sign that says so."""

    LOW = "<"
    HIGH = ">"


@dataclass(frozen=True)
class Edge:
    """One criterion: beyond a figure (in each unit the table gives) or beyond a multiple of a limit or the baseline."""

    sign: str
    basis: Basis
    times: Decimal = Decimal(1)
    figures: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """A grade and its criteria, any of which is enough. `judged`: the figure alone does not settle it."""

    grade: int
    edges: tuple[Edge, ...]
    judged: bool = False


@dataclass(frozen=True)
class Term:
    """One CTCAE term: its steps, the severest first. `abnormal`: where the baseline lay beyond the same limit.

    `treated`: where the subject is on anticoagulation.
    """

    code: str
    test: str
    direction: Direction
    usual: tuple[Step, ...]
    abnormal: tuple[Step, ...] = ()
    treated: tuple[Step, ...] = ()

    @property
    def limited(self) -> bool:
        """Can it not be graded without the limit of the laboratory? Where all its criteria are figures, it can."""
        return any(edge.basis in (Basis.LLN, Basis.ULN) for step in self.usual for edge in step.edges)

    @property
    def relative(self) -> bool:
        """Does a criterion compare with the baseline, anticoagulation apart?"""
        return any(edge.basis is Basis.BASELINE for step in (*self.usual, *self.abnormal) for edge in step.edges)


@dataclass(frozen=True)
class Baseline:
    """What the subject's result was before treatment, and the result at hand, both in one unit.

    Nothing known though the sample is of later: `was` is None. `indicator`: how it lay to its own limits.
    """

    was: Measured | None = None
    now: Measured | None = None
    indicator: str | None = None


@dataclass(frozen=True)
class Case:
    """A result with all that its grade hangs on. `baseline` None: the sample itself is of before treatment.

    `doubtful`: something the grade hangs on is not known, so it is proposed at most.
    """

    test: str
    unit: str
    result: Measured
    low: Decimal | None = None
    high: Decimal | None = None
    baseline: Baseline | None = None
    treated: bool = False
    doubtful: bool = False


@dataclass(frozen=True)
class Outcome:
    """What the figures say of one term: the least grade they support, and whether that settles it."""

    grade: int
    settled: bool


@dataclass(frozen=True)
class Graded:
    """The grade of a result: derived, or proposed where it takes a judgement. Term empty for grade 0."""

    term: str
    grade: int | None
    proposed: int | None


UNGRADED = Graded("", None, None)


def grade(terms: Iterable[Term], case: Case) -> Graded:
    """The grade by the terms of the test. A result beyond a limit that no term is about has none."""
    found = [(term, judge(term, case)) for term in terms]
    term, outcome = max(found, key=lambda each: each[1].grade, default=(None, Outcome(0, False)))
    if term is not None and outcome.grade:
        settled = outcome.settled
        return Graded(term.code, outcome.grade if settled else None, None if settled else outcome.grade)
    sides = {term.direction for term, _ in found}
    settled = bool(found) and all(outcome.settled for _, outcome in found)
    return (
        Graded("", 0, None) if settled and not any(_beyond(each, case) for each in set(Direction) - sides) else UNGRADED
    )


def judge(term: Term, case: Case) -> Outcome:
    """First whether the result is outside the normal range at all, then the grade (reference pack, section 8.5)."""
    outside = _outside(term, case)
    if outside is False:
        return Outcome(0, not case.doubtful)
    sure = outside is True and not case.doubtful and not _lacks_baseline(term, case)
    found = [_step(steps, case, sure=sure) for steps in _arms(term, case)]
    least = min(found, key=lambda each: each.grade)
    return Outcome(least.grade, all(each.settled and each.grade == least.grade for each in found))


def _outside(term: Term, case: Case) -> bool | None:
    limit = case.low if term.direction is Direction.LOW else case.high
    if limit is None:
        return None if term.limited else True
    return lies(case.result, term.direction, limit)


def _beyond(side: Direction, case: Case) -> bool:
    """May the result lie beyond the limit of this side?"""
    limit = case.low if side is Direction.LOW else case.high
    return limit is not None and lies(case.result, side, limit) is not False


def _lacks_baseline(term: Term, case: Case) -> bool:
    """Would it be compared with a baseline that nobody entered? Then the usual criteria only propose."""
    return term.relative and case.baseline is not None and case.baseline.was is None


def _arms(term: Term, case: Case) -> tuple[tuple[Step, ...], ...]:
    """The steps that apply; both arms where it is not known whether the baseline was normal."""
    if case.treated and term.treated:
        return (term.treated,)
    if not term.abnormal or case.baseline is None or case.baseline.was is None:
        return (term.usual,)
    if case.baseline.indicator is None:
        return (term.usual, term.abnormal)
    beyond = "LOW" if term.direction is Direction.LOW else "HIGH"
    return (term.abnormal if case.baseline.indicator == beyond else term.usual,)


def _step(steps: tuple[Step, ...], case: Case, *, sure: bool) -> Outcome:
    """The first step that is certainly met; one that may be met above it leaves the grade open."""
    for step in steps:
        met = [_holds(edge, case) for edge in step.edges]
        if True in met:
            return Outcome(step.grade, sure and not step.judged)
        sure = sure and None not in met
    return Outcome(0, sure)


def _holds(edge: Edge, case: Case) -> bool | None:
    if edge.basis is Basis.FIGURE:
        return _holds_figure(edge, case)
    if edge.basis is Basis.BASELINE:
        return _holds_baseline(edge, case.baseline)
    limit = case.low if edge.basis is Basis.LLN else case.high
    return None if limit is None else lies(case.result, edge.sign, edge.times * limit)


def _holds_figure(edge: Edge, case: Case) -> bool | None:
    """In the unit reported where the table gives a figure for it, else in the standard unit."""
    if case.unit in edge.figures:
        return lies(case.result, edge.sign, edge.figures[case.unit])
    converted = to_standard(case.test, case.unit, case.result)
    return None if converted is None else lies(converted, edge.sign, edge.figures[standard(case.test)])


def _holds_baseline(edge: Edge, baseline: Baseline | None) -> bool | None:
    """A sample of before treatment is not compared with itself; a censored baseline has no multiples."""
    if baseline is None:
        return False
    if baseline.was is None or baseline.now is None or baseline.was.operator:
        return None
    return lies(baseline.now, edge.sign, edge.times * baseline.was.value)
