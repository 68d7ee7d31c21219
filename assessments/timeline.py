"""Which of several records counts: the last until a day, and the baseline before treatment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from core.models import Subject

DayOf = Callable[[Any], date | None]


def visit_day(record: Any) -> date | None:
    """The date of the visit a record belongs to."""
    day: date | None = record.visit.visit_on if record.visit else None
    return day


def last_until(records: Iterable[Any], until: date, day_of: DayOf = visit_day) -> Any:
    """The record of the latest day not after `until`; of two on one day the one entered later. None where none is."""
    dated = [(day, place, record) for place, record in enumerate(records) if (day := day_of(record)) and day <= until]
    return max(dated, key=lambda found: found[:2])[2] if dated else None


def treated_on(subject: Subject) -> date | None:
    """The first day of treatment: the first lymphodepletion dose, where there was none the infusion."""
    start: date | None = subject.lymphodepletion_on or subject.infusion_on
    return start


def baseline_for(records: Iterable[Any], subject: Subject, on: date | None, day_of: DayOf = visit_day) -> Any:
    """The baseline of something measured on that day: the last record not after the first day of treatment.

    Proposal (clinical reference pack, 8.2: baseline is taken before lymphodepletion, at most on its day). None for what
    was itself measured before treatment, and while treatment has not begun.
    """
    start = treated_on(subject)
    return last_until(records, start, day_of) if start and on and on > start else None
