"""Exclusion 7: systemic steroid in the time before treatment (registry entry; clinical reference pack, 2.2 and 8.5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from core import protocol
from core.crf.values import PartialDate
from screening.eligibility.answers import agreed, all_of, any_of
from screening.eligibility.evidence import Evidence, Seen

STEROID = "STEROID"


def on_steroids(ask: Evidence) -> bool | None:
    """E7: started on or before the reference, and going on or ended less than the days before it.

    Reckoned in days; ended exactly that many days before is enough. Only systemic use counts.
    """
    reference = ask.milestone(_("Day the time is counted back from"), _reference(ask))
    if reference is None:
        return None
    lines = list(_systemic(ask))
    said = [covers(line("cmstdat"), line.peek("cmendat"), line.peek("cmongo"), reference) for line in lines]
    return any_of(*said, *_unknown_use(ask), *_earlier(ask, reference, bool(lines)))


def covers(start: PartialDate | None, end: PartialDate | None, ongoing: str | None, reference: date) -> bool | None:
    """Was this use going on at the reference, or too shortly before it? None where its dates leave that open."""
    first, last = (start.earliest, start.latest) if start else (date.min, end.latest if end else date.max)
    begun = agreed(first <= reference, last <= reference)
    if end is None:
        recent = None if ongoing == "N" and not _within(first, reference) else True
    else:
        recent = agreed(_within(end.earliest, reference), _within(end.latest, reference))
    return all_of(begun, recent)


def _within(day: date, reference: date) -> bool:
    """Less than the protocol's days before the reference, or after it."""
    return (reference - day).days < protocol.days("steroid_free")


def _reference(ask: Evidence) -> date | None:
    return ask.facts.reference(protocol.text("steroid_free_reference"))


def _systemic(ask: Evidence) -> Iterator[Seen]:
    for line in ask.every("CM"):
        if line.peek("cmsyst") == "Y":
            goes_on = line.peek("cmendat") is None and line.peek("cmongo") != "N"
            line.use(line.peek("cmtrt") or _("Systemic steroid"), _period(line, goes_on=goes_on))
            yield line


def _period(line: Seen, *, goes_on: bool = False) -> str:
    start, end = (line.peek(name) or _("not known") for name in ("cmstdat", "cmendat"))
    return _("%(start)s to %(end)s") % {"start": start, "end": _("going on") if goes_on else end}


def _unknown_use(ask: Evidence) -> Iterator[None]:
    """A steroid of which nobody said whether it is systemic."""
    for line in ask.every("CM"):
        if line.peek("cmclas") == STEROID and line.peek("cmsyst") is None:
            line("cmsyst")
            yield None


def _earlier(ask: Evidence, reference: date, in_log: bool) -> Iterator[bool | None]:
    """Steroids among the earlier MG treatments. Without an end they count as going on, unless the log tells more."""
    record = ask.newest("PMT")
    for row in ask.rows(record.record, "PMT", "treatments") if record else ():
        if row.peek("cmclas") != STEROID:
            continue
        end = row.peek("cmendat")
        if end is not None:
            row.use(row.peek("cmtrt") or _("Systemic steroid"), _period(row))
            yield covers(row.peek("cmstdat"), end, None, reference)
        elif not in_log:
            ask.note(_("An earlier steroid treatment has no end. Enter it among the concomitant medication."))
            yield None
