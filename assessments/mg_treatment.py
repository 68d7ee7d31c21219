"""MG treatment in a span of days, from the lines of concomitant medication, as far as partial dates can tell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, TypeAlias

INHIBITOR: Final = "CHEI"
IMMUNE: Final = frozenset({"STEROID", "NSIST", "RTX", "IVIG", "PLEX", "FCRN", "COMPL", "BIOLOGIC"})
ANY: Final = IMMUNE | {INHIBITOR}
# Given for CRS, ICANS, infection or low immunoglobulins, the same medicine is no MG treatment.
FOR_MG: Final = frozenset({"MG", "RESCUE", "BRIDGE"})

Line: TypeAlias = Any  # a record of form CM


def surely(lines: Iterable[Line], classes: Iterable[str], since: date, until: date) -> list[Line]:
    """The lines of these classes certainly taken on a day from `since` to `until`, whatever partial dates hide."""
    wanted = frozenset(classes)
    for_mg = (line for line in lines if line.cmclas in wanted and line.cmindc in FOR_MG)
    return [line for line in for_mg if _began_by(line, until) and _lasted_to(line, since)]


def perhaps(lines: Iterable[Line], classes: Iterable[str], since: date, until: date) -> list[Line]:
    """The lines of these classes that may have been taken on a day from `since` to `until`."""
    wanted = frozenset(classes)
    for_mg = (line for line in lines if line.cmclas in wanted and (line.cmindc is None or line.cmindc in FOR_MG))
    return [line for line in for_mg if _may_begin_by(line, until) and _may_last_to(line, since)]


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


def highest_inhibitor_dose(lines: Iterable[Line], since: date, until: date) -> Decimal:
    """The most pyridostigmine on one day of the span, in mg: at least so much was taken.

    Another inhibitor, or a line that gives no daily dose, adds nothing to it.
    """
    found = surely(lines, {INHIBITOR}, since, until)
    begins = {max(since, line.cmstdat.latest) for line in found}
    return max((_inhibitor_on(found, day) for day in begins), default=Decimal())


def _inhibitor_on(lines: Iterable[Line], day: date) -> Decimal:
    return sum((line.cmpyri or Decimal() for line in surely(lines, {INHIBITOR}, day, day)), Decimal())


def year_before(day: date, days: int) -> date:
    """The first of the days that lie less than so many days before this one."""
    return day - timedelta(days=days - 1)
