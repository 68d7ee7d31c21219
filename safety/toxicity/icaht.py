"""ICAHT: haematotoxicity from the counts of neutrophils and platelets, by days after infusion (day 0)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Final

# 10⁹/L. Neutrophils: Rejeski et al., Blood 2023;142:865 (EHA and EBMT); platelets: the T-ICAHT of the same groups.
NEUTROPHILS_500: Final = Decimal("0.5")
NEUTROPHILS_100: Final = Decimal("0.1")
LATE_NEUTROPHILS: Final = ((4, Decimal("0.1")), (3, Decimal("0.5")), (2, Decimal("1.0")), (1, Decimal("1.5")))
PLATELETS_100: Final = Decimal(100)
PLATELETS_50: Final = Decimal(50)
PLATELETS_20: Final = Decimal(20)
STABLE_DAYS: Final = 3  # a shorter recovery of the platelets counts as none
TWICE: Final = 2  # late neutropenia that is measured only once is transient


@dataclass(frozen=True)
class Count:
    """A count as measured, 10⁹/L. `censored`: the laboratory said only that it is less."""

    day: int
    value: Decimal
    censored: bool = False

    def is_at_most(self, limit: Decimal) -> bool:
        """Certainly at the limit or below."""
        return self.value <= limit

    def is_below(self, limit: Decimal) -> bool:
        """Certainly below the limit."""
        return self.value <= limit if self.censored else self.value < limit


def lowest_by_day(counts: Iterable[Count]) -> dict[int, Count]:
    """Day -> the lowest count of the day."""
    ordered = sorted(counts, key=lambda count: (count.day, count.value, not count.censored))
    return {day: next(found) for day, found in groupby(ordered, key=lambda count: count.day)}


def carried(counts: Iterable[Count], first: int, last: int, longest: int) -> dict[int, Count | None]:
    """Each day of the span -> the count that stands for it: its own, or the last one of at most `longest` days before.

    None where there is none: such a day is counted neither way. Nothing is interpolated.
    """
    measured = lowest_by_day(counts)
    found: dict[int, Count | None] = {}
    for day in range(first, last + 1):
        held = (measured[before] for before in range(day, day - longest - 1, -1) if before in measured)
        found[day] = next(held, None)
    return found


def unmeasured(days: Mapping[int, Count | None]) -> int:
    """How many days no count stands for."""
    return sum(count is None for count in days.values())


@dataclass(frozen=True)
class Neutropenia:
    """Days of early neutropenia: at or below 500/µL, at or below 100/µL, and whether no count was ever above 500."""

    days_500: int
    days_100: int
    never_above_500: bool = False


def neutropenia(days: Mapping[int, Count | None], *, is_closed: bool) -> Neutropenia:
    """Cumulative days in the span. `is_closed`: its last day has come, so that "never above 500" can be said."""
    known = [count for count in days.values() if count is not None]
    low = sum(count.is_at_most(NEUTROPHILS_500) for count in known)
    very_low = sum(count.is_at_most(NEUTROPHILS_100) for count in known)
    return Neutropenia(low, very_low, never_above_500=is_closed and low == len(known))


def early_neutropenia_grade(found: Neutropenia) -> int:
    """500/µL: fewer than 7 days 1, 7 to 13 days 2, 14 days 3, never above 4. 100/µL: 7 days 3, 14 days 4.

    "Never above" needs the 14 days of grade 3 as well: a few counts alone do not tell of all 31 days.
    """
    is_long = found.days_500 >= 14
    if (is_long and found.never_above_500) or found.days_100 >= 14:
        return 4
    if is_long or found.days_100 >= 7:
        return 3
    return 2 if found.days_500 >= 7 else int(found.days_500 > 0)


def late_neutropenia_grade(counts: Iterable[Count]) -> int:
    """After day 30: 1500/µL 1, 1000/µL 2, 500/µL 3, 100/µL 4, where measured so on two days or more."""
    measured = list(lowest_by_day(counts).values())
    grades = (grade for grade, limit in LATE_NEUTROPHILS if sum(c.is_at_most(limit) for c in measured) >= TWICE)
    return next(grades, 0)


def days_below(days: Mapping[int, Count | None], limit: Decimal) -> int:
    """Cumulative days with platelets below the limit, days of a recovery shorter than 3 days among them."""
    return sum(_below(list(days.values()), limit))


def _below(counts: list[Count | None], limit: Decimal) -> Iterator[bool]:
    """Day by day: below the limit, or risen above it for less than 3 days between days that are below."""
    states = [count is not None and count.is_below(limit) for count in counts]
    runs = [(is_low, len(list(run))) for is_low, run in groupby(states)]
    at = 0
    for number, (is_low, length) in enumerate(runs):
        within = 0 < number < len(runs) - 1 and length < STABLE_DAYS
        yield from (is_low or (within and count is not None) for count in counts[at : at + length])
        at += length


def early_platelets_grade(days: Mapping[int, Count | None]) -> int:
    """Days 0 to 30. Below 50: 1 to 6 days 1, 7 days 2. Below 20: 1 to 13 days 3, 14 days 4."""
    below_50 = days_below(days, PLATELETS_50)
    return _very_low_grade(days) or (2 if below_50 >= 7 else int(below_50 > 0))


def late_platelets_grade(days: Mapping[int, Count | None]) -> int:
    """Days 31 to 100. Below 100: 1. Below 50: 2. Below 20: 1 to 13 days 3, 14 days 4."""
    if grade := _very_low_grade(days):
        return grade
    return 2 if days_below(days, PLATELETS_50) else int(days_below(days, PLATELETS_100) > 0)


def _very_low_grade(days: Mapping[int, Count | None]) -> int:
    below_20 = days_below(days, PLATELETS_20)
    return 4 if below_20 >= 14 else 3 if below_20 else 0


def as_text(counts: Iterable[Count]) -> str:
    """The counts used, lowest of each day: `D7 0.42, D8 <0.1`."""
    found = lowest_by_day(counts).values()
    return ", ".join(f"D{count.day} {'<' if count.censored else ''}{count.value.normalize():f}" for count in found)
