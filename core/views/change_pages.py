"""A page of the change list: change records and events in one list, newest first, by a key into each of the two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import Event
from core.listing import BIGGEST, SIZE
from core.models import Change
from core.trail_search import Search

Row = Change | Event


@dataclass(frozen=True)
class Key:
    """A place in the list: the last change record and the last event that were shown."""

    change: int
    event: int

    def __str__(self) -> str:
        return f"{self.change}-{self.event}"

    @classmethod
    def parse(cls, text: str) -> Key | None:
        """None for what no page of ours wrote."""
        change, _dash, event = text.partition("-")
        if not (change.isdecimal() and event.isdecimal()) or len(text) > 40:
            return None
        return cls(int(change), int(event)) if max(int(change), int(event)) <= BIGGEST else None


START = Key(BIGGEST, BIGGEST)


@dataclass(frozen=True)
class ChangePage:
    """Some rows of the list, and where the pages before and after begin; empty where there is none."""

    rows: Sequence[Row]
    before: str = ""
    after: str = ""

    @property
    def changes(self) -> list[Change]:
        """The change records among them."""
        return [row for row in self.rows if isinstance(row, Change)]


def page_of(search: Search | None, events: Search | None, asked: Mapping[str, Any], *, size: int = SIZE) -> ChangePage:
    """The page that `asked` names by `after` or `before`, else the first."""
    after, before = (Key.parse(str(asked.get(name, ""))) for name in ("after", "before"))
    if after is None and before is not None:
        return _newer(search, events, before, size)
    return _older(search, events, after or START, size, is_first=after is None)


def _older(search: Search | None, events: Search | None, key: Key, size: int, *, is_first: bool) -> ChangePage:
    numbers = search.older(key.change, size + 1) if search else []
    seen = events.older(key.event, size + 1) if events else []
    rows = _merged(_changes(numbers), _events(seen), newest_first=True)
    more, rows = len(rows) > size, rows[:size]
    before = "" if is_first else str(_end(rows, Key(key.change - 1, key.event - 1), max))
    return ChangePage(rows, before, str(_end(rows, key, min)) if more else "")


def _newer(search: Search | None, events: Search | None, key: Key, size: int) -> ChangePage:
    numbers = search.newer(key.change, size + 1) if search else []
    seen = events.newer(key.event, size + 1) if events else []
    rows = _merged(_changes(numbers), _events(seen), newest_first=False)
    more, rows = len(rows) > size, rows[:size][::-1]
    return ChangePage(
        rows, str(_end(rows, key, max)) if more else "", str(_end(rows, Key(key.change + 1, key.event + 1), min))
    )


def _changes(numbers: Sequence[int]) -> list[Change]:
    found = Change.objects.select_related("site", "subject").in_bulk(numbers) if numbers else {}
    return [found[number] for number in numbers]


def _events(numbers: Sequence[int]) -> list[Event]:
    found = Event.objects.in_bulk(numbers, field_name="seq") if numbers else {}
    return [found[number] for number in numbers]


def _merged(changes: Sequence[Change], events: Sequence[Event], *, newest_first: bool) -> list[Row]:
    """By time; each of the two keeps its own order, so that a page goes on where the last one ended."""
    merged: list[Row] = []
    one, other = list(changes), list(events)
    while one and other:
        merged.append(one.pop(0) if (one[0].at >= other[0].at) is newest_first else other.pop(0))
    return [*merged, *one, *other]


def _end(rows: Sequence[Row], otherwise: Key, of: Any) -> Key:
    """The last shown of each at one end of a page; where none of it was shown, where it stood before."""
    changes = [row.pk for row in rows if isinstance(row, Change)]
    events = [row.seq for row in rows if isinstance(row, Event)]
    return Key(of(changes, default=otherwise.change), of(events, default=otherwise.event))
