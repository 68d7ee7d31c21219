"""MG treatment in a span of days, from the lines of concomitant medication, as far as partial dates can tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, TypeAlias

INHIBITOR: Final = "CHEI"
# Given for CRS, ICANS or infection they have a class of their own and are no MG treatment.
IMMUNE: Final = frozenset({"STEROID", "NSIST", "RTX", "IVIG", "PLEX", "FCRN", "COMPL"})
ANY: Final = IMMUNE | {INHIBITOR}
PYRIDOSTIGMINE: Final = ("pyridostigmin", "mestinon", "吡斯的明", "吡啶斯的明")
DOSES_A_DAY: Final = {
    "QD": 1, "BID": 2, "TID": 3, "QID": 4, "5XD": 5,
    "Q4H": 6, "Q6H": 4, "Q8H": 3, "Q12H": 2,
}  # fmt: skip

Line: TypeAlias = Any  # a record of form CM


def surely(lines: Iterable[Line], classes: Iterable[str], since: date, until: date) -> list[Line]:
    """The lines of these classes certainly taken on a day from `since` to `until`, whatever partial dates hide."""
    return [line for line in _of(lines, classes) if _began_by(line, until) and _lasted_to(line, since)]


def perhaps(lines: Iterable[Line], classes: Iterable[str], since: date, until: date) -> list[Line]:
    """The lines of these classes that may have been taken on a day from `since` to `until`."""
    return [line for line in _of(lines, classes) if _may_begin_by(line, until) and _may_last_to(line, since)]


def _of(lines: Iterable[Line], classes: Iterable[str]) -> Iterator[Line]:
    wanted = frozenset(classes)
    return (line for line in lines if line.cmclas in wanted)


def _began_by(line: Line, day: date) -> bool:
    return line.cmstdat is not None and line.cmstdat.latest <= day


def _may_begin_by(line: Line, day: date) -> bool:
    return line.cmstdat is None or line.cmstdat.earliest <= day


def _lasted_to(line: Line, day: date) -> bool:
    """Ongoing, or ended on the day or after it; one that began after it did so too."""
    if line.cmongo == "Y" or (line.cmstdat is not None and line.cmstdat.earliest >= day):
        return True
    return line.cmendat is not None and line.cmendat.earliest >= day


def _may_last_to(line: Line, day: date) -> bool:
    return line.cmendat is None or line.cmendat.latest >= day


def highest_inhibitor_dose(lines: Iterable[Line], since: date, until: date) -> Decimal | None:
    """The most pyridostigmine on one day of the span, in mg, of what was certainly taken. None where it cannot be told.

    That is: no line, another inhibitor, another unit, or a frequency that gives no daily dose.
    """
    found = surely(lines, {INHIBITOR}, since, until)
    doses = [daily_dose(line) for line in found]
    if not found or None in doses:
        return None
    begins = {max(since, line.cmstdat.latest) for line in found}
    return max(sum(_on(found, day), Decimal()) for day in begins)


def _on(lines: Iterable[Line], day: date) -> Iterator[Decimal]:
    for line in surely(lines, {INHIBITOR}, day, day):
        yield daily_dose(line) or Decimal()


def daily_dose(line: Line) -> Decimal | None:
    """Pyridostigmine in mg a day; None where the line does not tell."""
    name = (line.cmtrt or "").lower()
    times = DOSES_A_DAY.get(line.cmdosfrq or "")
    known = any(part in name for part in PYRIDOSTIGMINE) and line.cmdosu == "mg"
    return Decimal(line.cmdose) * times if known and times and line.cmdose is not None else None


def year_before(day: date, days: int) -> date:
    """The first of the days that lie less than so many days before this one."""
    return day - timedelta(days=days - 1)
