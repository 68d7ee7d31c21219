"""Adverse events that began from the infusion to the end of their time; of partial dates what is certain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, TypeAlias

from core import protocol
from core.crf.rules import Context
from safety.codes import Causality

Test: TypeAlias = "Callable[[Any, date, date], bool]"
NEEDED = ("aetoxgr", "aeser", "aerel", "aeout", "aeongo")


def count(context: Context, *tests: Test) -> int:
    """How many events of the log pass all these tests; without an infusion none emerges from it."""
    first = context.subject.infusion_on
    if first is None:
        return 0
    last = first + timedelta(days=protocol.days("teae_window"))
    return sum(all(test(event, first, last) for test in tests) for event in context.records("AE"))


def is_emergent(event: Any, first: date, last: date) -> bool:
    """Certainly begun in that time, its first and last day included."""
    start = event.aestdat
    return start is not None and bool(first <= start.earliest and start.latest <= last)


def is_vague(event: Any, first: date, last: date) -> bool:
    """It may have begun in that time, or not; or nobody has said when."""
    start = event.aestdat
    if start is None:
        return True
    return bool(start.earliest <= last and start.latest >= first) and not is_emergent(event, first, last)


def is_severe(event: Any, first: date, last: date) -> bool:
    """Of grade 3 or higher."""
    return event.aetoxgr is not None and event.aetoxgr >= "3"


def is_serious(event: Any, first: date, last: date) -> bool:
    """By the investigator."""
    return bool(event.aeser == "Y")


def is_related(event: Any, first: date, last: date) -> bool:
    """To the CAR-T cells, possibly too."""
    return event.aerel in (Causality.RELATED, Causality.POSSIBLE)


def is_ongoing(event: Any, first: date, last: date) -> bool:
    """As the log says now."""
    return bool(event.aeongo == "Y")


def lacks_answers(event: Any, first: date, last: date) -> bool:
    """Without one of the answers a report rests on, and no reason given why it is missing."""
    return any(getattr(event, name) is None and name not in event.missing for name in NEEDED)
