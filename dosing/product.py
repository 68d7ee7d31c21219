"""The product as its form in the running records tells of it, read by the form's code."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from core.crf.rules import Context

FORM: Final = "COI"
MATCH: Final = "MATCH"
RELEASED: Final = ("RELEASED", "RECEIVED")


def at_hand(context: Context, at: datetime) -> Any:
    """The product meant for infusion: the newest that was released or received then, else the newest; or None."""
    lines = context.records(FORM)
    ready = [line for line in lines if state(context, line, at) in RELEASED]
    return next(reversed(ready or lines), None)


def state(context: Context, line: Any, at: datetime) -> str | None:
    """The state a product was in at a moment; None while none has a time up to then."""
    reached = [row for row in context.rows(line, "states") if row.prstate and row.prstdtc and row.prstdtc <= at]
    newest = max(reached, key=lambda row: (row.prstdtc, row.key), default=None)
    return None if newest is None else str(newest.prstate)


def checks(context: Context, line: Any, at: datetime) -> dict[str, str]:
    """Where its identity was checked up to a moment -> what the check says; of several at one place the worse."""
    rows = [row for row in context.rows(line, "checks") if row.coipoint and row.coimatch]
    known = [row for row in rows if row.coidtc1 is None or row.coidtc1 <= at]
    return {row.coipoint: row.coimatch for row in sorted(known, key=lambda row: row.coimatch != MATCH)}


def bags(context: Context) -> dict[str, Any]:
    """Every bag of every product of the subject, by its number."""
    lines = context.records(FORM)
    return {row.dabagid: row for line in lines for row in context.rows(line, "bags") if row.dabagid is not None}


def line_of(context: Context, numbers: set[str], at: datetime) -> Any:
    """The product that these bags belong to; the product at hand where none of them is known."""
    for line in context.records(FORM):
        if numbers & {row.dabagid for row in context.rows(line, "bags")}:
            return line
    return at_hand(context, at)


def is_in_time(bag: Any, on: date) -> bool:
    """Not expired; the last day itself is in time."""
    return bag.daexpdat is None or on <= bag.daexpdat
