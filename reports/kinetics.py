"""Kinetics of the CAR transgene in blood: Cmax, Tmax, AUC to day 28, Tlast.

Convention (clinical reference pack, 5a and 8.5; to be confirmed by the statistician): linear-up log-down trapezoids on
actual days; below the limit of quantification 0 before the first quantifiable result, then half the limit once, then 0;
linear where a neighbour is 0; nothing is extrapolated beyond the last sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from core.crf.values import Measured

LAST_DAY = Decimal(28)
Point = tuple[Decimal, Decimal]


@dataclass(frozen=True)
class Sample:
    """One result: days since infusion, copies per microgram of DNA as reported, the assay's limit of quantification."""

    day: Decimal
    result: Measured
    limit: Decimal | None = None

    @property
    def is_below(self) -> bool:
        """Is it certainly below the limit of quantification?"""
        if self.result.operator in ("<", "<="):
            return True
        return self.limit is not None and self.result.value < self.limit

    @property
    def half_limit(self) -> Decimal:
        """Half the limit of quantification; without a stated one, half the figure reported as `<50`."""
        return (self.result.value if self.limit is None else self.limit) / 2


@dataclass(frozen=True)
class Kinetics:
    """Cmax in copies per microgram, Tmax and Tlast in days since infusion, AUC in days times copies per microgram.

    `auc_until`: the day up to which the area is known, 28 or that of the last sample before.
    """

    cmax: Decimal
    tmax: Decimal
    tlast: Decimal
    auc: Decimal
    auc_until: Decimal


def kinetics(samples: Sequence[Sample]) -> Kinetics | None:
    """The kinetics of one infusion; None without a quantifiable result after it."""
    ordered = sorted(samples, key=lambda sample: sample.day)
    found = [sample for sample in ordered if sample.day > 0 and not sample.is_below]
    if not found:
        return None
    peak = max(found, key=lambda sample: (sample.result.value, -sample.day))
    points = until(concentrations(ordered), LAST_DAY)
    return Kinetics(peak.result.value, peak.day, found[-1].day, area(points), points[-1][0])


def concentrations(ordered: Sequence[Sample]) -> list[Point]:
    """Day and concentration that count, from infusion on: before it the transgene is not there."""
    points: list[Point] = [(Decimal(0), Decimal(0))]
    was_found = was_halved = False
    for sample in ordered:
        if sample.day <= 0:
            continue
        if not sample.is_below:
            was_found, was_halved = True, False
            points.append((sample.day, sample.result.value))
            continue
        points.append((sample.day, sample.half_limit if was_found and not was_halved else Decimal(0)))
        was_halved = was_found
    return points


def until(points: Sequence[Point], day: Decimal) -> list[Point]:
    """The points up to a day; where that lies between two samples, with the concentration between them."""
    kept = [point for point in points if point[0] <= day]
    later = [point for point in points if point[0] > day]
    if later and kept[-1][0] < day:
        kept.append((day, _between(kept[-1], later[0], day)))
    return kept


def area(points: Sequence[Point]) -> Decimal:
    """Area under the points, linear up and logarithmic down."""
    return sum((_trapezoid(one, other) for one, other in pairwise(points)), Decimal(0))


def _trapezoid(one: Point, other: Point) -> Decimal:
    days, (first, second) = other[0] - one[0], (one[1], other[1])
    if _is_linear(first, second):
        return (first + second) / 2 * days
    return (first - second) / (first / second).ln() * days


def _between(one: Point, other: Point, day: Decimal) -> Decimal:
    share = (day - one[0]) / (other[0] - one[0])
    if _is_linear(one[1], other[1]):
        return one[1] + (other[1] - one[1]) * share
    return one[1] * ((other[1] / one[1]).ln() * share).exp()


def _is_linear(first: Decimal, second: Decimal) -> bool:
    return second >= first or second == 0
