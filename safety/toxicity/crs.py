"""CRS by ASTCT 2019 (Lee et al., Biol Blood Marrow Transplant 2019;25:625): the grade of each day, and its episodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

FEVER: Final = Decimal("38.0")  # °C and above
LOW_FLOW: Final = Decimal(6)  # L/min and below
HIGHEST = 4  # of the grades that findings alone can give
DEATH = 5


def worst(grades: Iterable[int | None]) -> int | None:
    """The most severe; None while one that is not known could still be worse."""
    found = list(grades)
    if HIGHEST in found:
        return HIGHEST
    return None if None in found else max((grade for grade in found if grade is not None), default=0)


def hypotension_grade(pressors: Iterable[str], vasopressin: str) -> int:
    """Hypotension of CRS: 2 without vasopressor, 3 with one, 4 with several.

    Vasopressin is never counted among them, but alone it is one.
    """
    names = set(pressors)
    return {0: 2, 1: 3}.get(len(names - {vasopressin}) or len(names), 4)


def cannula_grade(litres: Decimal | None) -> int | None:
    """Nasal cannula, low or high flow: up to 6 L/min is grade 2, above it grade 3; None while the flow is not known."""
    return None if litres is None else 2 if litres <= LOW_FLOW else 3


@dataclass(frozen=True)
class Day:
    """What one daily record says. Hypotension and hypoxia as grades (0, 2, 3, 4), None while they cannot be said.

    `first` and `last`: when signs were seen on that day; else from its beginning, to its end.
    """

    on: date
    fever: bool | None
    hypotension: int | None
    hypoxia: int | None
    treated: bool | None
    died: bool = False
    first: time | None = None
    last: time | None = None

    @property
    def begins(self) -> datetime:
        """When its signs began."""
        return datetime.combine(self.on, self.first or time.min)

    @property
    def ends(self) -> datetime:
        """When they ended."""
        return datetime.combine(self.on, self.last) if self.last else self.midnight

    @property
    def midnight(self) -> datetime:
        """The end of the day."""
        return datetime.combine(self.on, time.min) + timedelta(days=1)


@dataclass(frozen=True)
class Graded:
    """A day and its grade; None while it cannot be said."""

    day: Day
    grade: int | None


def graded(days: Iterable[Day], apart: timedelta) -> list[Graded]:
    """Each day's CRS grade, days in any order, given back by date.

    Fever is required until an antipyretic or anticytokine drug was given in the episode; from then on hypotension and
    hypoxia alone decide. `apart`: signs that return after so long without them are a new episode, which needs fever.
    """
    course = _Course(apart)
    return [Graded(day, course.grade(day)) for day in sorted(days, key=lambda day: (day.on, day.begins))]


class _Course:
    """What the days so far mean for the next one."""

    def __init__(self, apart: timedelta) -> None:
        self.apart = apart
        self.last: Day | None = None
        self.clean = self.fever = False
        self.treated: bool | None = False

    def grade(self, day: Day) -> int | None:
        """The day's grade, in the light of the days before it."""
        if parted(self.last, day, self.apart, clean=self.clean):
            self.fever = self.treated = self.clean = False
            self.last = None
        self.fever = self.fever or bool(day.fever)
        if self.fever and self.treated is not True:
            self.treated = True if day.treated else None if day.treated is None else self.treated
        found = self._of(day)
        self._remember(day, found)
        return found

    def _of(self, day: Day) -> int | None:
        if day.died:
            return DEATH
        signs = worst((day.hypotension, day.hypoxia))
        if day.fever:
            return None if signs is None else max(1, signs)
        if day.fever is None or (self.fever and self.treated is None and signs):
            return None
        return signs if self.fever and self.treated else 0

    def _remember(self, day: Day, grade: int | None) -> None:
        if grade:
            self.last, self.clean = day, False
        elif grade == 0:
            self.clean = self.last is not None


def parted(last: Day | None, day: Day, apart: timedelta, *, clean: bool) -> bool:
    """Is this day beyond the episode? A day without signs was recorded since its last, and so long has passed."""
    return last is not None and clean and day.begins - last.ends >= apart


@dataclass(frozen=True)
class Episode:
    """An episode of CRS or ICANS: the days on which the criteria were met.

    `is_over`: a day without them was recorded after the last; the episode ended with that last one.
    """

    days: tuple[Graded, ...]
    is_over: bool = False

    @property
    def onset(self) -> datetime:
        """When the criteria were first met."""
        return self.days[0].day.begins

    @property
    def end(self) -> datetime | None:
        """When they were last met; None while it goes on."""
        return self.days[-1].day.ends if self.is_over else None

    @property
    def last_on(self) -> date:
        """The last day on which they were met."""
        return self.days[-1].day.on

    @property
    def peak(self) -> int:
        """The highest grade."""
        return max(each.grade or 0 for each in self.days)

    @property
    def peak_on(self) -> date:
        """The first day with the highest grade."""
        return next(each.day.on for each in self.days if each.grade == self.peak)


def episodes(days: Sequence[Graded], apart: timedelta) -> list[Episode]:
    """The episodes among days in the order of their dates. A day whose grade cannot be said is in none, and ends none.

    The criteria once absent for a day (24 hours), the episode is over; met again less than `apart` after the last time,
    it was not.
    """
    found: list[Episode] = []
    for each in days:
        last = found[-1] if found else None
        if each.grade == 0 and last:
            found[-1] = Episode(last.days, is_over=True)
        elif each.grade and last and not parted(last.days[-1].day, each.day, apart, clean=last.is_over):
            found[-1] = Episode((*last.days, each))
        elif each.grade:
            found.append(Episode((each,)))
    return found
