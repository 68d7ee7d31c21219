"""When a subject is due, and for which forms: visits, anchors, windows. Pure functions, no database."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib import import_module
from itertools import combinations
from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django_stubs_ext import StrOrPromise


class Anchor(StrEnum):
    """A date of the subject's own that visits are counted from."""

    CONSENT = "CONSENT"
    LEUKAPHERESIS = "LEUKAPHERESIS"
    LYMPHODEPLETION = "LYMPHODEPLETION"
    INFUSION = "INFUSION"
    SECOND_INFUSION = "SECOND_INFUSION"


INFUSIONS = (Anchor.INFUSION, Anchor.SECOND_INFUSION)


class Milestone(StrEnum):
    """A date that says how far the subject has come, or that it left; no visit is counted from it."""

    ENROLMENT = "ENROLMENT"
    SCREEN_FAILURE = "SCREEN_FAILURE"
    WITHDRAWAL = "WITHDRAWAL"
    LOSS = "LOSS"
    COMPLETION = "COMPLETION"
    DEATH = "DEATH"


@dataclass(frozen=True)
class Anchors:
    """One subject's anchor dates, as far as they are known: the actual date, or the planned one until then."""

    consent: date | None = None
    leukapheresis: date | None = None
    lymphodepletion: date | None = None
    infusion: date | None = None
    second_infusion: date | None = None

    def of(self, anchor: Anchor) -> date | None:
        day: date | None = getattr(self, anchor.lower())
        return day


class VisitKind(StrEnum):
    """How a visit comes about. Only a scheduled visit falls due by itself."""

    SCHEDULED = "SCHEDULED"
    UNSCHEDULED = "UNSCHEDULED"
    EARLY_TERMINATION = "EARLY_TERMINATION"
    EVENT = "EVENT"
    LOG = "LOG"


class WindowState(StrEnum):
    """Where a day lies relative to a window."""

    UPCOMING = "UPCOMING"
    OPEN = "OPEN"
    CLOSED = "CLOSED"


@dataclass(frozen=True)
class Window:
    """The days on which a visit is in time, both ends included."""

    opens: date
    target: date
    closes: date

    def contains(self, day: date) -> bool:
        return self.opens <= day <= self.closes

    def state(self, today: date) -> WindowState:
        if today < self.opens:
            return WindowState.UPCOMING
        return WindowState.OPEN if today <= self.closes else WindowState.CLOSED


@dataclass(frozen=True)
class ProtocolVersion:
    """A version of the protocol, numbered from 1 in the order of release."""

    number: int
    name: str
    summary: StrOrPromise = field(default="", compare=False)


@dataclass(frozen=True)
class VisitDef:
    """A visit as protocol versions `since` to `until` define it; its days are counted from the anchor."""

    code: str
    label: StrOrPromise = field(compare=False)  # a lazy translation has another hash in every language
    forms: tuple[str, ...]
    kind: VisitKind = VisitKind.SCHEDULED
    anchor: Anchor | None = None
    target: int | None = None
    before: int = 0
    after: int = 0
    since: int = 1
    until: int | None = None
    sets: Anchor | None = None  # the anchor that this visit's own date fixes
    phase: StrOrPromise = field(default="", compare=False)

    def in_version(self, number: int) -> bool:
        return self.since <= number and (self.until is None or number <= self.until)


@dataclass(frozen=True)
class Spacing:
    """The protocol's distance in days between the actual dates of two visits; `least` 0 demands the order alone."""

    first: str
    then: str
    least: int = 0
    most: int | None = None

    def holds(self, dates: Mapping[str, date]) -> bool:
        """Whether the visits dated so far keep the distance; a visit without a date breaks nothing."""
        if not {self.first, self.then} <= dates.keys():
            return True
        days = (dates[self.then] - dates[self.first]).days
        return self.least <= days and (self.most is None or days <= self.most)


class NotInSchedule(LookupError):
    """The schedule has no such visit, or no such protocol version."""


@dataclass(frozen=True)
class Schedule:
    """All visits of all protocol versions, in the order of the casebook."""

    visits: tuple[VisitDef, ...]
    versions: tuple[ProtocolVersion, ...]
    spacings: tuple[Spacing, ...] = ()

    @property
    def newest(self) -> int:
        """The number of the newest protocol version."""
        return max(version.number for version in self.versions)

    def for_version(self, number: int) -> tuple[VisitDef, ...]:
        if number not in {version.number for version in self.versions}:
            raise NotInSchedule(f"The schedule has no protocol version {number}.")
        return tuple(visit for visit in self.visits if visit.in_version(number))

    def open_to(self, version: int, anchors: Anchors) -> tuple[VisitDef, ...]:
        """The visits that concern this subject: those of the second period once its infusion is dated."""
        period = {None, *Anchor} - ({Anchor.SECOND_INFUSION} if anchors.second_infusion is None else set())
        return tuple(visit for visit in self.for_version(version) if visit.anchor in period)

    def visit(self, code: str, version: int | None = None) -> VisitDef:
        """The visit as `version` defines it; without a version, as it was defined last."""
        known = self.visits if version is None else self.for_version(version)
        found = [visit for visit in known if visit.code == code]
        if not found:
            raise NotInSchedule(f"The schedule has no visit {code!r}.")
        return max(found, key=lambda visit: visit.since)

    def forms_of(self, code: str, version: int | None = None) -> tuple[str, ...]:
        return self.visit(code, version).forms

    def form_codes(self, version: int | None = None) -> tuple[str, ...]:
        """Every form the visits name, each once, in the order of first use."""
        visits = self.visits if version is None else self.for_version(version)
        return tuple(dict.fromkeys(form for visit in visits for form in visit.forms))

    @staticmethod
    def window(visit: VisitDef, anchors: Anchors) -> Window | None:
        """The visit's window for this subject; None while its anchor is unknown, or where it has none."""
        day = anchors.of(visit.anchor) if visit.anchor else None
        if day is None or visit.target is None:
            return None
        opens, closes = _span(visit)
        return Window(_shift(day, opens), _shift(day, visit.target), _shift(day, closes))

    def nearest(self, day: date, anchors: Anchors, version: int) -> VisitDef | None:
        """The scheduled visit whose target is nearest to `day`, on a tie the earlier; None when no target is known."""
        dated = [
            (abs(day - window.target), window.target, order, visit)
            for order, visit in enumerate(self.for_version(version))
            if visit.kind is VisitKind.SCHEDULED and (window := self.window(visit, anchors))
        ]
        return min(dated)[-1] if dated else None

    def misspaced(self, dates: Mapping[str, date]) -> tuple[Spacing, ...]:
        """The distances that the actual visit dates (by visit code) do not keep."""
        return tuple(spacing for spacing in self.spacings if not spacing.holds(dates))

    def overlaps(self, version: int) -> tuple[tuple[VisitDef, VisitDef], ...]:
        """Pairs of scheduled visits counted from one infusion whose windows share a day: a date could be either."""
        scheduled = (visit for visit in self.for_version(version) if visit.kind is VisitKind.SCHEDULED)
        spans = [(visit, *_span(visit)) for visit in scheduled if visit.anchor in INFUSIONS]
        return tuple(
            (one, other)
            for (one, opens, closes), (other, opens2, closes2) in combinations(spans, 2)
            if one.anchor is other.anchor and max(opens, opens2) <= min(closes, closes2)
        )


def _span(visit: VisitDef) -> tuple[int, int]:
    target = visit.target or 0
    return target - visit.before, target + visit.after


def _shift(day: date, days: int) -> date:
    # A mistyped year 9999 must not take the whole casebook page down with it: stop at the calendar's end.
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def current() -> Schedule:
    """The schedule of this trial, as settings.TRIAL_SCHEDULE names it."""
    return _load(settings.TRIAL_SCHEDULE)


def forms_to_come() -> Mapping[str, StrOrPromise]:
    """Forms that visits name and that a later release brings: code -> title."""
    return dict(import_module(settings.TRIAL_SCHEDULE).FORMS_TO_COME)


@cache
def _load(module: str) -> Schedule:
    schedule = getattr(import_module(module), "SCHEDULE", None)
    if not isinstance(schedule, Schedule):
        raise ImproperlyConfigured(f"TRIAL_SCHEDULE: {module} has no SCHEDULE made of core.schedule.Schedule.")
    return schedule


class Infused(Protocol):
    """Who may have been infused, once or twice."""

    @property
    def anchors(self) -> Anchors: ...


def infusion_of(day: date, subject: Infused) -> date | None:
    """The infusion whose period a day belongs to: the last one on or before it. None before the first.

    The day of an infusion is day 0 of its own period.
    """
    infusions = (subject.anchors.infusion, subject.anchors.second_infusion)
    return max((on for on in infusions if on is not None and on <= day), default=None)


def infusion_day(day: date, infusion: date) -> int:
    """Days since infusion; the day of infusion is day 0."""
    return (day - infusion).days


def study_day(day: date, reference: date) -> int:
    """SDTM study day (--DY): the reference date is day 1, the day before it is day -1, there is no day 0."""
    return (day - reference).days + (1 if day >= reference else 0)


def add_months(day: date, months: int) -> date:
    """The same day `months` calendar months later (earlier if negative), or that month's last day if it is shorter."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, min(day.day, last))


def full_years(birth: date, on: date) -> int:
    """Completed years of age. Born on 29 February: the birthday is 1 March in common years (PRC practice)."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def problems(schedule: Schedule) -> list[str]:
    """Each contradiction in the declared schedule, one sentence each; empty when it is sound."""
    found = [*_version_problems(schedule)]
    for visit in schedule.visits:
        found += (f"Visit {visit.code}: {text}" for text in _visit_problems(visit))
    for version in schedule.versions:
        found += (f"Protocol version {version.number}: {text}" for text in _clashes(schedule, version.number))
    for spacing in schedule.spacings:
        found += (f"Spacing {spacing.first} to {spacing.then}: {text}" for text in _spacing_problems(schedule, spacing))
    return list(dict.fromkeys(found))


def _version_problems(schedule: Schedule) -> Iterator[str]:
    numbers = [version.number for version in schedule.versions]
    if not numbers or numbers != list(range(1, len(numbers) + 1)):
        yield f"Protocol versions must be numbered 1, 2, 3 in this order, not {numbers}."
    orphans = [visit.code for visit in schedule.visits if not any(visit.in_version(number) for number in numbers)]
    yield from (f"Visit {code} belongs to no protocol version." for code in orphans)


def _visit_problems(visit: VisitDef) -> Iterator[str]:
    if visit.before < 0 or visit.after < 0:
        yield "before and after are numbers of days, they cannot be negative."
    if visit.kind is VisitKind.SCHEDULED and (visit.anchor is None or visit.target is None):
        yield "a scheduled visit needs an anchor and a target day."
    if visit.sets is not None and visit.sets is visit.anchor and (visit.target, *_span(visit)) != (0, 0, 0):
        yield f"it fixes {visit.sets} itself, so it can only be day 0 of it, without a window."
    if not visit.forms:
        yield "it names no form."
    if len(set(visit.forms)) < len(visit.forms):
        yield "it names a form twice."


def _clashes(schedule: Schedule, version: int) -> Iterator[str]:
    for one, other in combinations(schedule.for_version(version), 2):
        if one.code == other.code:
            yield f"visit code {one.code} is used twice."
        if one.sets is not None and one.sets is other.sets:
            yield f"{one.code} and {other.code} both fix {one.sets}."
    for one, other in schedule.overlaps(version):
        yield f"the windows of {one.code} and {other.code} overlap."


def _spacing_problems(schedule: Schedule, spacing: Spacing) -> Iterator[str]:
    for code in sorted({spacing.first, spacing.then} - {visit.code for visit in schedule.visits}):
        yield f"there is no visit {code}."
    if spacing.least < 0 or (spacing.most is not None and spacing.most < spacing.least):
        yield "the least distance must be 0 or more and not above the most."
