"""Find change records and events by what marks them, at a cost that neither length of the trail nor page decides.

Every condition is a group of marks of which a record must bear one. What is in the index (core/protection/words.sql) is
found by laying the groups over one another, stretch by stretch; what came since is looked at row by row. Each record
found is asked for with the exact condition before it is shown, so the index can never show what does not belong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from itertools import islice
from operator import and_, or_
from typing import Any

from django.db import connection
from django.db.models import Max, Model, Q, QuerySet

from accounts.models import Event
from core.models import Change
from core.models.trail_search import STRETCH, TrailMark, TrailSegment

FULL = STRETCH // 8  # bytes with a bit for each number; fewer are places of two bytes
WAITING = 512  # so many changes may wait before they are taken into the index
MOST = 40  # stretches taken in at once
FEW = 64  # so many numbers of one stretch are rather looked at one by one than told apart by their time first
FIRST, GROWTH = 2, 8  # stretches looked at: first the nearest two, then eight times as many each time
LAST = 2**62


def extend() -> int:
    """Take into the index what has come since. Gives how many numbers it took in; 0 where few wait."""
    taken = 0
    for each in ("trail_index", "trail_index_events"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {each}(%s, %s)", [WAITING, MOST])
            taken += cursor.fetchone()[0]
    return taken


@dataclass(frozen=True)
class Book:
    """What grows by number: the change records, or the events. `first`: where its stretches are counted from.

    `in_time`: its times rise with its numbers. Those of change records nearly do: acts on two subjects may overlap.
    """

    model: type[Model]
    number: str
    first: int
    in_time: bool = False

    @property
    def rows(self) -> QuerySet[Any]:
        """All of it."""
        return self.model._default_manager.all()

    def segments(self, low: int, high: int) -> QuerySet[TrailSegment]:
        """What of it is in the index, from one stretch to another."""
        return TrailSegment.objects.filter(number__gte=low + self.first, number__lte=high + self.first)

    def known(self) -> int:
        """Its last number in the index; -1 while nothing of it is there."""
        last: int | None = self.segments(0, EVENTS_FROM - 1).aggregate(last=Max("until"))["last"]
        return -1 if last is None else last


EVENTS_FROM = 2**30
CHANGES = Book(Change, "pk", 0)
EVENTS = Book(Event, "seq", EVENTS_FROM, in_time=True)


@dataclass(frozen=True)
class Span:
    """Numbers of change records, both ends included."""

    low: int
    high: int


@dataclass(frozen=True)
class Search:
    """What is looked for: groups of marks, the same said exactly, and from when to when."""

    book: Book = CHANGES
    groups: tuple[frozenset[str], ...] = ()
    exact: Q = field(default_factory=Q)
    since: datetime | None = None
    until: datetime | None = None

    @property
    def rows(self) -> QuerySet[Any]:
        """All of it, by the exact condition alone."""
        found = self.book.rows.filter(self.exact)
        if self.since:
            found = found.filter(at__gte=self.since)
        return found.filter(at__lte=self.until) if self.until else found

    def older(self, than: int, count: int) -> list[int]:
        """The next numbers below one, the highest first."""
        return list(islice(self.numbers(Span(0, than - 1), newest_first=True, few=count), count))

    def newer(self, than: int, count: int) -> list[int]:
        """The next numbers above one, the lowest first."""
        return list(islice(self.numbers(Span(than + 1, LAST), newest_first=False, few=count), count))

    def numbers(self, span: Span, *, newest_first: bool, few: int) -> Iterator[int]:
        """All numbers in a span, fetched `few` at a time."""
        span, known = self._in_time(span), self.book.known()
        recent = Span(max(span.low, known + 1), span.high)
        indexed = Span(span.low, min(span.high, known))
        if newest_first:
            yield from self._one_by_one(recent, newest_first, few)
        yield from self._indexed(indexed, newest_first, few)
        if not newest_first:
            yield from self._one_by_one(recent, newest_first, few)

    def _in_time(self, span: Span) -> Span:
        """Where times rise with numbers, the days asked for are a stretch of numbers."""
        if not self.book.in_time:
            return span
        name, rows = self.book.number, self.book.rows
        if self.since:
            first = rows.filter(at__gte=self.since).order_by("at", name).values_list(name, flat=True).first()
            span = Span(max(span.low, LAST if first is None else first), span.high)
        if self.until:
            last = rows.filter(at__lte=self.until).order_by("-at", f"-{name}").values_list(name, flat=True).first()
            span = Span(span.low, min(span.high, -1 if last is None else last))
        return span

    def _one_by_one(self, span: Span, newest_first: bool, few: int) -> Iterator[int]:
        """By the exact condition, in the order of the primary key."""
        while span.low <= span.high:
            name = self.book.number
            found = self.rows.filter(**{f"{name}__gte": span.low, f"{name}__lte": span.high})
            numbers = list(found.order_by(f"-{name}" if newest_first else name).values_list(name, flat=True)[:few])
            yield from numbers
            if len(numbers) < few:
                return
            span = Span(span.low, numbers[-1] - 1) if newest_first else Span(numbers[-1] + 1, span.high)

    def _indexed(self, span: Span, newest_first: bool, few: int) -> Iterator[int]:
        stretches = self._dated(span) if span.low <= span.high else None
        if stretches is None:
            return
        span = Span(max(span.low, stretches.low * STRETCH), min(span.high, (stretches.high + 1) * STRETCH - 1))
        if not self.groups:
            yield from self._one_by_one(span, newest_first, few)
            return
        candidates = self._candidates(span, newest_first)
        while some := list(islice(candidates, few)):
            name = self.book.number
            right = set(self.rows.filter(**{f"{name}__in": some}).values_list(name, flat=True))
            yield from (number for number in some if number in right)

    def _dated(self, span: Span) -> Span | None:
        """The stretches of a span that may hold something of the time asked for; None where none may."""
        low, high = span.low // STRETCH, span.high // STRETCH
        if not (self.since or self.until):
            return Span(low, high)
        found = self.book.segments(low, high)
        if self.since:
            found = found.filter(last_at__gte=self.since)
        if self.until:
            found = found.filter(first_at__lte=self.until)
        numbers = sorted(number - self.book.first for number in found.values_list("number", flat=True))
        return Span(numbers[0], numbers[-1]) if numbers else None

    def _candidates(self, span: Span, newest_first: bool) -> Iterator[int]:
        """Numbers that bear a mark of every group. At the edges of the time asked for, those of that time."""
        edges = self._edges(span)
        for stretches in windows(span.low // STRETCH, span.high // STRETCH, newest_first):
            for stretch, bits in sorted(self._overlay(stretches).items(), reverse=newest_first):
                if stretch in edges and bits.bit_count() > FEW:
                    bits &= self._of_that_time(stretch)
                numbers = [stretch * STRETCH + place for place in places(bits)]
                kept = [number for number in numbers if span.low <= number <= span.high]
                yield from reversed(kept) if newest_first else kept

    def _edges(self, span: Span) -> frozenset[int]:
        """Stretches that lie partly outside the time asked for."""
        partly = Q()
        if self.since:
            partly |= Q(first_at__lt=self.since)
        if self.until:
            partly |= Q(last_at__gt=self.until)
        if not partly or self.book.in_time:
            return frozenset()
        found = self.book.segments(span.low // STRETCH, span.high // STRETCH).filter(partly)
        return frozenset(number - self.book.first for number in found.values_list("number", flat=True))

    def _overlay(self, stretches: Span) -> dict[int, int]:
        first = self.book.first
        found = overlay(self.groups, Span(stretches.low + first, stretches.high + first))
        return {number - first: bits for number, bits in found.items()}

    def _of_that_time(self, stretch: int) -> int:
        first, name = stretch * STRETCH, self.book.number
        rows = Search(self.book, since=self.since, until=self.until).rows
        found = rows.filter(**{f"{name}__gte": first, f"{name}__lt": first + STRETCH})
        return bits_of(number - first for number in found.values_list(name, flat=True))


def windows(low: int, high: int, newest_first: bool) -> Iterator[Span]:
    """Stretches from one end to the other, ever more at once."""
    size = FIRST
    while low <= high:
        if newest_first:
            yield Span(max(low, high - size + 1), high)
            high -= size
        else:
            yield Span(low, min(high, low + size - 1))
            low += size
        size *= GROWTH


def overlay(groups: Sequence[frozenset[str]], stretches: Span) -> dict[int, int]:
    """For each stretch in which any record bears a mark of every group: a bit for each that does.

    Groups of one mark go first; those of many are only looked up where something is left.
    """
    single = [group for group in groups if len(group) == 1]
    many = [group for group in groups if len(group) > 1]
    left = _laid(single, Q(segment__gte=stretches.low, segment__lte=stretches.high)) if single else None
    for group in many:
        if left is not None and not left:
            break
        where = Q(segment__gte=stretches.low, segment__lte=stretches.high) if left is None else Q(segment__in=left)
        found = _laid([group], where)
        left = found if left is None else {s: both for s in left if (both := left[s] & found.get(s, 0))}
    return left or {}


def _laid(groups: Sequence[frozenset[str]], where: Q) -> dict[int, int]:
    """The groups laid over one another, stretch by stretch. One statement."""
    wanted = frozenset[str]().union(*groups)
    found: dict[int, dict[str, int]] = {}
    for mark, stretch, kept in TrailMark.objects.filter(where, mark__in=wanted).values_list(
        "mark", "segment", "places"
    ):
        found.setdefault(stretch, {})[mark] = unpacked(bytes(kept))
    laid = {
        stretch: reduce(and_, (reduce(or_, (marks.get(mark, 0) for mark in group)) for group in groups))
        for stretch, marks in found.items()
    }
    return {stretch: bits for stretch, bits in laid.items() if bits}


def unpacked(kept: bytes) -> int:
    """What the database keeps of one mark in one stretch, as bits."""
    if len(kept) == FULL:
        return int.from_bytes(kept, "little")
    return bits_of(int.from_bytes(kept[at : at + 2], "big") for at in range(0, len(kept), 2))


def bits_of(numbers: Iterable[int]) -> int:
    """A bit for each place."""
    bits = bytearray(FULL)
    for place in numbers:
        bits[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(bits, "little")


def places(bits: int) -> list[int]:
    """The places whose bits are set, the lowest first."""
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return found
