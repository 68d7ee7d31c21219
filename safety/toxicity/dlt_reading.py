"""What the forms say of dose-limiting toxicity: the window, the candidates, and which are not judged yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from core import protocol
from core.crf.rules import Context
from core.models import Subject
from safety.codes import Causality
from safety.toxicity import blood, dlt, reading

FORMS: Final = ("AE", "CRS", "HEM")
NOT_RELATED: Final = (Causality.UNLIKELY, Causality.NOT_RELATED)
ORGANS: Final = {"CARDIAC": dlt.HEART, "ICAHT": dlt.BLOOD}


def window(subject: Subject) -> dlt.Window | None:
    """From infusion to its last day; None while there is no infusion."""
    first = subject.infusion_on
    if first is None:
        return None
    days = timedelta(days=protocol.days("dlt_window"))
    return dlt.Window(first, first + days, protocol.days("dlt_haematological"))


def candidates(context: Context, judged: Sequence[Any]) -> list[dlt.Candidate]:
    """What the data propose. `judged`: the rows so far, which say of events to which organ they belong."""
    span = window(context.subject)
    if span is None:
        return []
    organs = {row.dltline: row.dltorgan for row in judged if row.dltsrc == dlt.AE and row.dltline}
    events = [_event(event, organs.get(event.key)) for event in context.records("AE") if _is_usable(event)]
    daily = context.records("CRS")
    return dlt.candidates(
        span,
        events,
        _levels(daily, "crsgr"),
        _levels(daily, "icansgr"),
        blood.levels(context),
        context.subject.died_on,
    )


def undecided(context: Context, judged: Sequence[Any]) -> list[dlt.Candidate]:
    """The candidates for which no row has the committee's decision."""
    decided = {key_of(row) for row in judged if row.dltsrcdec is not None}
    return [each for each in candidates(context, judged) if each.key not in decided]


def key_of(row: Any) -> tuple[str, int | None, str]:
    """Which candidate a row judges."""
    return (row.dltsrc or "", row.dltline, row.dlttest or "")


def _is_usable(event: Any) -> bool:
    return event.aestdat is not None and event.aetoxgr is not None


def _event(event: Any, organ: str | None) -> dlt.Event:
    special = event.aespecial or []
    return dlt.Event(
        line=event.key,
        title=event.aeterm or "",
        grade=int(event.aetoxgr),
        earliest=event.aestdat.earliest,
        latest=event.aestdat.latest,
        until=event.aeendat.latest if event.aeendat else None,
        is_related=event.aerel not in NOT_RELATED,
        organ=organ or next((ORGANS[name] for name in special if name in ORGANS), None),
        syndromes=frozenset(special) & {dlt.CRS, dlt.ICANS},
    )


def _levels(records: Iterable[Any], item: str) -> list[dlt.Level]:
    """The higher of the investigator's grade and the one by the findings, day by day."""
    found = []
    for record in records:
        grades = [int(grade) for grade in (getattr(record, item), getattr(record, f"{item}i")) if grade is not None]
        if grades and (on := reading.visit_day(record)) is not None:
            found.append(dlt.Level(on, max(grades)))
    return found
