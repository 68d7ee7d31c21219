"""Corticosteroids as prednisone: factors, daily dose, and the mean over the days before a visit. Knows no database."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final, Protocol

from core.crf.values import PartialDate

# Milligrams that are worth 5 mg of prednisone (clinical reference pack, section 6). Betamethasone is given there as 0.6
# to 0.75: 0.6 counts, which makes the dose the larger one.
WORTH_FIVE: Final[dict[str, Fraction]] = {
    "PREDNISONE": Fraction(5),
    "PREDNISOLONE": Fraction(5),
    "METHYLPREDNISOLONE": Fraction(4),
    "HYDROCORTISONE": Fraction(20),
    "CORTISONE": Fraction(25),
    "DEXAMETHASONE": Fraction(3, 4),
    "BETAMETHASONE": Fraction(3, 5),
    "TRIAMCINOLONE": Fraction(4),
    "DEFLAZACORT": Fraction(6),
}
MILLIGRAMS: Final[dict[str, Fraction]] = {"ug": Fraction(1, 1000), "mg": Fraction(1), "g": Fraction(1000)}
# Doses a day. A single dose is one on its day; a course on alternate days is its mean, half a dose a day.
PER_DAY: Final[dict[str, Fraction]] = {
    "ONCE": Fraction(1), "QD": Fraction(1), "BID": Fraction(2), "TID": Fraction(3), "QID": Fraction(4),
    "5XD": Fraction(5), "6XD": Fraction(6), "Q12H": Fraction(2), "Q8H": Fraction(3), "Q6H": Fraction(4),
    "Q4H": Fraction(6), "QOD": Fraction(1, 2), "QW": Fraction(1, 7), "BIW": Fraction(2, 7), "TIW": Fraction(3, 7),
    "Q2W": Fraction(1, 14), "Q4W": Fraction(1, 28),
}  # fmt: skip
DAYS: Final = 7  # clinical reference pack, 5a: the mean is taken over the 7 days before the visit


class Course(Protocol):
    """What is read of a line of concomitant medication."""

    cmster: str | None
    cmdose: Decimal | None
    cmdosu: str | None
    cmdosfrq: str | None
    cmdostot: Decimal | None
    cmsyst: str | None
    cmindc: str | None
    cmstdat: PartialDate | None
    cmendat: PartialDate | None
    cmongo: str | None


def milligrams_a_day(
    dose: Decimal | None, unit: str | None, frequency: str | None, a_day: Decimal | None = None
) -> Fraction | None:
    """Milligrams a day of one drug. `a_day`: the amount in all, where the frequency does not tell it.

    None where it cannot be said: a unit that is no weight (mg/kg, IU), a frequency that tells no number.
    """
    if unit not in MILLIGRAMS:
        return None
    if a_day is not None:
        return Fraction(a_day) * MILLIGRAMS[unit]
    if dose is None or frequency not in PER_DAY:
        return None
    return Fraction(dose) * MILLIGRAMS[unit] * PER_DAY[frequency]


def prednisone_a_day(steroid: str | None, milligrams: Fraction | None) -> Fraction | None:
    """Prednisone-equivalent of so many milligrams of a steroid a day. None for a steroid that has no factor."""
    if steroid not in WORTH_FIVE or milligrams is None:
        return None
    return milligrams * 5 / WORTH_FIVE[steroid]


def mean_before(
    courses: Iterable[Course], on: date, *, days: int = DAYS, leaving_out: Container[str] = ()
) -> Fraction | None:
    """Mean prednisone-equivalent in mg a day over the `days` days before `on`, that day itself not counted.

    Systemic courses only. `leaving_out`: reasons that do not count, such as CRS and ICANS in the endpoint of MG
    steroids. None where it is not certain: a dose without equivalent, or a partial date that leaves the number of days
    in the window open.
    """
    total = Fraction(0)
    for course in courses:
        if course.cmsyst != "Y" or course.cmindc in leaving_out:
            continue
        counted = _days_within(course, on - timedelta(days=days), on - timedelta(days=1))
        dose = _dose_of(course)
        if counted == 0:
            continue
        if counted is None or dose is None:
            return None
        total += counted * dose
    return total / days


def _dose_of(course: Course) -> Fraction | None:
    milligrams = milligrams_a_day(course.cmdose, course.cmdosu, course.cmdosfrq, course.cmdostot)
    return prednisone_a_day(course.cmster, milligrams)


def _days_within(course: Course, first: date, last: date) -> int | None:
    """How many days of the course lie between two days, both counted; None where its dates do not settle it."""
    start = _possible(course.cmstdat)
    if course.cmdosfrq == "ONCE":
        most = min(1, _overlap(*start, first, last))
        return most if most == _least_of_one(*start, first, last) else None
    end = (date.max, date.max) if course.cmongo == "Y" else _possible(course.cmendat)
    if start[0] > end[1]:
        return None
    most = _overlap(start[0], end[1], first, last)
    return most if most == _least(start, end, first, last) else None


def _least(start: tuple[date, date], end: tuple[date, date], first: date, last: date) -> int:
    """The fewest days inside that the possible starts and ends allow. No course ends before it starts."""
    if start[1] <= end[0]:
        return _overlap(start[1], end[0], first, last)
    return _least_of_one(max(start[0], end[0]), min(start[1], end[1]), first, last)


def _least_of_one(soonest: date, latest: date, first: date, last: date) -> int:
    """1 where a single day that may be any of these lies inside for certain, else 0."""
    return int(first <= soonest and latest <= last)


def _possible(day: PartialDate | None) -> tuple[date, date]:
    """The first and the last day it can have been."""
    return (date.min, date.max) if day is None else (day.earliest, day.latest)


def _overlap(start: date, end: date, first: date, last: date) -> int:
    return max(0, (min(end, last) - max(start, first)).days + 1)
