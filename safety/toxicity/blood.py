"""The blood counts of the haematology forms, by days after infusion; and their CTCAE grades over time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final

from core import protocol
from core.crf.rules import Context
from safety.toxicity import dlt
from safety.toxicity.icaht import PLATELETS_20, Count, carried

NEUTROPHILS: Final = "NEUT"
PLATELETS: Final = "PLAT"
LYMPHOCYTES: Final = "LYM"
WITHOUT_TRANSFUSION: Final = timedelta(days=7)


def results(context: Context) -> Iterator[tuple[date, Any]]:
    """Each result of the haematology forms with the day of its sample."""
    for record in context.records("HEM"):
        if record.lbdat is not None:
            yield from ((record.lbdat, row) for row in context.rows(record, "results"))


def counts(context: Context, test: str, until: date) -> list[Count]:
    """The results of a test up to this day, in 10⁹/L, by days after infusion; none while there is no infusion."""
    infusion = context.subject.infusion_on
    if infusion is None:
        return []
    return [
        Count((on - infusion).days, row.lbstresn.value, censored=row.lbstresn.operator == "<")
        for on, row in results(context)
        if row.lbtestcd == test and row.lbstresn is not None and on <= until
    ]


def early(context: Context, test: str, until: date) -> dict[int, Count | None]:
    """Day 0 to the end of the early time, or to this day -> the count that stands for it. Empty without any count."""
    return _span(context, test, until, 0, protocol.days("icaht_early_until"))


def late(context: Context, test: str, until: date) -> dict[int, Count | None]:
    """The same of the late time. Empty before it begins."""
    early_until = protocol.days("icaht_early_until")
    return _span(context, test, until, early_until + 1, protocol.days("icaht_late_until"))


def _span(context: Context, test: str, until: date, first: int, last: int) -> dict[int, Count | None]:
    found = counts(context, test, until)
    if not found or context.subject.infusion_on is None:
        return {}
    days = carried(found, first, min(last, (until - context.subject.infusion_on).days), protocol.days("icaht_carry"))
    return days if any(days.values()) else {}


def early_is_closed(context: Context, until: date) -> bool:
    """Has the last early day come?"""
    infusion = context.subject.infusion_on
    return infusion is not None and (until - infusion).days >= protocol.days("icaht_early_until")


def late_counts(context: Context, test: str, until: date) -> list[Count]:
    """The counts measured in the late time."""
    first, last = protocol.days("icaht_early_until"), protocol.days("icaht_late_until")
    return [count for count in counts(context, test, until) if first < count.day <= last]


def platelets_recovered_on(context: Context, until: date, transfused: Sequence[date]) -> date | None:
    """The first of 3 days in a row at 20 or more after they were below, without platelets given in the 7 days before.

    A count stands for the days after it as in the grades.
    """
    infusion, days = context.subject.infusion_on, early(context, PLATELETS, until) | late(context, PLATELETS, until)
    if infusion is None:
        return None
    was_low = False
    for day, count in days.items():
        was_low = was_low or (count is not None and count.is_below(PLATELETS_20))
        on: date = infusion + timedelta(days=day)
        held = [days.get(day + further) for further in range(3)]
        alone = not any(on - WITHOUT_TRANSFUSION <= given <= on for given in transfused)
        if was_low and alone and all(each is not None and not each.is_below(PLATELETS_20) for each in held):
            return on
    return None


def levels(context: Context) -> list[dlt.Level]:
    """The CTCAE grades of the counts, lymphocytes left out: lymphodepletion takes them away on purpose."""
    return [
        dlt.Level(on, grade, row.lbtestcd)
        for on, row in results(context)
        if row.lbtestcd != LYMPHOCYTES and (grade := _grade(row)) is not None
    ]


def _grade(row: Any) -> int | None:
    """The highest of the grade by the figures, the one proposed where judgement is needed, and the investigator's."""
    return max((grade for grade in (row.lbtoxgr, row.lbtoxgrp, row.lbtoxgri) if grade is not None), default=None)
