"""Dose-limiting toxicity: the candidates that the data propose for adjudication (clinical reference pack, 4.8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from typing import Final


class Rule(IntEnum):
    """The published definitions, by number. Rule 6, what else the committee judges to be one, no data propose."""

    CRS = 1
    ICANS = 2
    HAEMATOLOGICAL = 3
    ORGAN = 4
    DEATH = 5
    OTHER = 6


CRS_LEAST: Final = 4
ICANS_LEAST: Final = 3
HAEMATOLOGICAL_LEAST: Final = 3
ORGAN_LEAST: Final = 3
TENDER_LEAST: Final = 2  # heart and kidney
FATAL: Final = 5

AE, CRS, ICANS, HEM, DEATH = "AE", "CRS", "ICANS", "HEM", "DEATH"
BLOOD, HEART, KIDNEY = "BLOOD", "CARDIAC", "RENAL"
TENDER: Final = frozenset({HEART, KIDNEY})


@dataclass(frozen=True)
class Window:
    """From infusion to the last day of the evaluation, both included; `longer_than` days for a blood count."""

    first: date
    last: date
    longer_than: int

    def may_hold(self, earliest: date, latest: date) -> bool:
        """Can an onset between these days lie in it? A partial date counts where it may."""
        return earliest <= self.last and latest >= self.first


@dataclass(frozen=True)
class Event:
    """An adverse event. `organ` is None while nobody has said which; `until` is None while it goes on."""

    line: int
    title: str
    grade: int
    earliest: date
    latest: date
    until: date | None
    is_related: bool
    organ: str | None = None
    syndromes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Level:
    """A grade on a day: of the daily record, or of a count (`test`)."""

    on: date
    grade: int
    test: str = ""


@dataclass(frozen=True)
class Candidate:
    """One toxicity to adjudicate, and where it stands: `line` of the adverse events, or `test` of the counts."""

    rule: Rule
    source: str
    on: date
    grade: int
    line: int | None = None
    test: str = ""
    title: str = ""
    days: int | None = None

    @property
    def key(self) -> tuple[str, int | None, str]:
        """What makes two the same."""
        return (self.source, self.line, self.test)


def candidates(
    window: Window,
    events: Iterable[Event],
    crs: Iterable[Level],
    icans: Iterable[Level],
    counts: Iterable[Level],
    died_on: date | None,
) -> list[Candidate]:
    """All that rules 1 to 5 may concern; whether it is one, and whether the disease explains it, people decide.

    In doubt it is proposed: a relation not yet judged, an organ not yet named, a partial onset that may lie within.
    What the daily record says of CRS and ICANS is proposed where no event stands for it.
    """
    events = list(events)
    found = [
        Candidate(rule, AE, event.earliest, event.grade, event.line, title=event.title)
        for event in events
        if event.is_related and window.may_hold(event.earliest, event.latest) and (rule := _rule(event, window))
    ]
    reported = {each.rule for each in found}
    found += [] if Rule.CRS in reported else _of_days(Rule.CRS, CRS, CRS_LEAST, crs, window)
    found += [] if Rule.ICANS in reported else _of_days(Rule.ICANS, ICANS, ICANS_LEAST, icans, window)
    found += _of_counts(counts, window)
    if died_on and window.first <= died_on <= window.last and not any(e.grade == FATAL for e in events):
        found.append(Candidate(Rule.DEATH, DEATH, died_on, FATAL))
    return sorted(found, key=lambda each: (each.rule, each.on, each.line or 0, each.test))


def _of_days(rule: Rule, source: str, least: int, levels: Iterable[Level], window: Window) -> Iterator[Candidate]:
    """The first day of the highest grade in the window, if that is enough."""
    within = [level for level in levels if window.first <= level.on <= window.last and level.grade >= least]
    if within:
        peak = min(within, key=lambda level: (-level.grade, level.on))
        yield Candidate(rule, source, peak.on, peak.grade)


def _rule(event: Event, window: Window) -> Rule | None:
    """The first rule a related event may meet."""
    rules = (
        (Rule.CRS, CRS in event.syndromes and event.grade >= CRS_LEAST),
        (Rule.ICANS, ICANS in event.syndromes and event.grade >= ICANS_LEAST),
        (Rule.DEATH, event.grade >= FATAL),
        (Rule.HAEMATOLOGICAL, _is_lasting(event, window)),
        (Rule.ORGAN, _is_organ(event)),
    )
    return next((rule for rule, holds in rules if holds), None)


def _is_lasting(event: Event, window: Window) -> bool:
    """Of the blood, grade 3, and more than the days allowed from its first day to its last, or still going on."""
    if event.organ != BLOOD or event.grade < HAEMATOLOGICAL_LEAST:
        return False
    return event.until is None or _days(event.earliest, event.until) > window.longer_than


def _is_organ(event: Event) -> bool:
    """Grade 3 of an organ; of heart and kidney, and of one not yet named, grade 2."""
    if event.organ == BLOOD or {CRS, ICANS} & event.syndromes:
        return False
    least = TENDER_LEAST if event.organ is None or event.organ in TENDER else ORGAN_LEAST
    return event.grade >= least


def _of_counts(levels: Iterable[Level], window: Window) -> Iterator[Candidate]:
    """Of each test the first run of grade 3 that began in the window and lasted too long, past its end as well."""
    by_test: dict[str, list[Level]] = {}
    for level in sorted(levels, key=lambda level: level.on):
        by_test.setdefault(level.test, []).append(level)
    for test, found in by_test.items():
        runs = (run for run in low_runs(found) if window.first <= run.begins <= window.last)
        if run := next((run for run in runs if run.days > window.longer_than), None):
            yield Candidate(Rule.HAEMATOLOGICAL, HEM, run.begins, run.grade, test=test, days=run.days)


@dataclass(frozen=True)
class Run:
    """A stretch of counts of grade 3 or more: its first day, how many days it lasted, its highest grade."""

    begins: date
    days: int
    grade: int


def low_runs(levels: Sequence[Level]) -> list[Run]:
    """Stretches among the counts of one test, by date: from the first count of grade 3 to the day before the next that
    is not; without such a one, to the last count. Of several on a day the worst holds.
    """
    by_day: dict[date, int] = {}
    for level in levels:
        by_day[level.on] = max(level.grade, by_day.get(level.on, 0))
    runs: list[Run] = []
    begins: date | None = None
    grade = 0
    for on, found in by_day.items():
        if found >= HAEMATOLOGICAL_LEAST:
            begins, grade, last = begins or on, max(grade, found), on
        elif begins:
            runs.append(Run(begins, _days(begins, on - timedelta(days=1)), grade))
            begins, grade = None, 0
    return [*runs, Run(begins, _days(begins, last), grade)] if begins else runs


def _days(first: date, last: date) -> int:
    return (last - first).days + 1
