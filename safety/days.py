"""When an event lies in the trial: period, days since infusion and first dose, treatment emergence. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import TypeVar

from core import schedule
from core.crf.values import PartialDate
from core.models import Subject

Answer = TypeVar("Answer")


def infusions_of(subject: Subject) -> tuple[date, ...]:
    """The days of the infusions there were, in order."""
    return tuple(sorted(on for on in (subject.infusion_on, subject.second_infusion_on) if on))


def period(onset: PartialDate, infusions: Sequence[date]) -> int | None:
    """Infusions up to and including the day: 0, 1, 2. None while a partial date leaves it open."""
    return _certain(onset, lambda day: sum(on <= day for on in infusions))


def infusion_day(onset: PartialDate, infusions: Sequence[date]) -> int | None:
    """Days since the infusion of its period, whose day is 0. None before the first, and without a full date."""
    before = [on for on in infusions if on <= onset.earliest]
    return schedule.infusion_day(onset.earliest, max(before)) if _is_full(onset) and before else None


def study_day(onset: PartialDate, reference: date | None) -> int | None:
    """SDTM study day; the first dose of study treatment is day 1. None before it, and without a full date."""
    if reference is None or not _is_full(onset) or onset.earliest < reference:
        return None
    return schedule.study_day(onset.earliest, reference)


def is_emergent(onset: PartialDate, infusions: Sequence[date], days: int) -> bool | None:
    """Did it begin on the day of an infusion or within so many days after one? Both ends count.

    None while the date leaves it open: no partial date is completed.
    """
    return _certain(onset, lambda day: any(0 <= (day - on).days <= days for on in infusions))


def _certain(onset: PartialDate, answer: Callable[[date], Answer]) -> Answer | None:
    """The answer that every day gives on which it can have begun."""
    answers = {answer(day) for day in _days(onset)}
    return answers.pop() if len(answers) == 1 else None


def _days(onset: PartialDate) -> Iterator[date]:
    for offset in range((onset.latest - onset.earliest).days + 1):
        yield onset.earliest + timedelta(days=offset)


def _is_full(onset: PartialDate) -> bool:
    return onset.day is not None
