"""What is certain about partial dates: both ends are reckoned with, none is guessed."""

from __future__ import annotations

from datetime import date

from core import schedule
from core.crf.values import PartialDate


def certainly_before(one: PartialDate | None, other: PartialDate | None) -> bool:
    """Even the latest day the one can be lies before the earliest of the other. False where either is not known."""
    return one is not None and other is not None and one.latest < other.earliest


def months_passed(since: PartialDate, months: int, on: date) -> bool | None:
    """Have so many calendar months passed since a day? The anniversary counts; None where the date leaves it open."""
    if schedule.add_months(since.latest, months) <= on:
        return True
    return False if schedule.add_months(since.earliest, months) > on else None


def ages(born: PartialDate, on: date) -> tuple[int, int]:
    """The least and the greatest number of completed years on a day, by both ends of the date of birth."""
    return schedule.full_years(born.latest, on), schedule.full_years(born.earliest, on)
