"""Which reference range is in force for a result: of the laboratory, the sex, the age and the day of the sample."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from assessments.lab_units import limit_in
from core.crf.values import PartialDate


class Limits(NamedTuple):
    """The lower and the upper limit, both themselves inside; None where the laboratory has none."""

    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True)
class Person:
    """Whose sample it is. Of a partial date of birth the youngest and the oldest age are known, in full years."""

    sex: str | None = None
    youngest: int | None = None
    oldest: int | None = None

    @classmethod
    def on(cls, day: date, sex: str | None, born: PartialDate | None) -> Person:
        """The person on the day of the sample."""
        if born is None:
            return cls(sex)
        return cls(sex, full_years(born.latest, day), full_years(born.earliest, day))


def full_years(born: date, on: date) -> int:
    """Completed years; who was born on 29 February has the birthday on 1 March in common years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def named(laboratory: str) -> str:
    """A laboratory's name as it is compared: capitals and blanks do not matter."""
    return " ".join(laboratory.split()).casefold()


def in_force(ranges: Iterable[Any], laboratory: str, test: str, on: date, person: Person) -> Any:
    """The one range that holds; None where none does, or where the answers leave more than one."""
    found = [
        each
        for each in ranges
        if each.test == test and named(each.laboratory) == named(laboratory)
        if each.valid_from <= on and (each.valid_to is None or on <= each.valid_to)
        if _is_for(each, person)
    ]
    return found[0] if len(found) == 1 else None


def limits_in(found: Any, unit: str) -> Limits:
    """The limits of a range in the unit of the result."""
    return Limits(*(limit_in(found.test, each, found.unit, unit) for each in (found.low, found.high)))


def _is_for(found: Any, person: Person) -> bool:
    """Certainly this person's: a range for one sex or age says nothing of a person whose sex or age is not known."""
    if found.sex and found.sex != person.sex:
        return False
    if found.age_from is not None and (person.youngest is None or person.youngest < found.age_from):
        return False
    return found.age_to is None or (person.oldest is not None and person.oldest <= found.age_to)
