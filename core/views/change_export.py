"""The change list as a file: every line that fits the filters, in columns for machines and as a sentence for people."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import merge
from itertools import chain
from operator import itemgetter
from tempfile import TemporaryFile
from typing import IO, Any, Final

from django.db.models import Max, Q
from django.utils import timezone, translation
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from accounts.models import Event, Site
from core.models import Change, ChangeItem
from core.models.change import canonical
from core.trail_search import Search, Span
from core.views.change_filters import ChangeFilters
from core.wording import events as event_words
from core.wording import trail
from core.wording.events import ToldEvent

COLUMNS: Final = (
    "at_utc", "at_local", "site", "subject", "visit", "form", "form_version", "record", "row", "field", "label",
    "old", "new", "old_text", "new_text", "by", "role", "reason", "kind", "rule", "after_verification",
    "after_signature", "query", "change", "digest", "sentence",
)  # fmt: skip
AT_ONCE: Final = 500
SHEET: Final = 1_000_000  # a sheet holds 1,048,576 rows
# What a spreadsheet would run as a formula; a plain number is none (OWASP).
FORMULA: Final = re.compile(r"[\s\u200b\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]")
NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?")

Cells = list[str]


@dataclass(frozen=True)
class Export:
    """The lines that fit the filters at one moment: what is recorded later has higher numbers."""

    search: Search | None
    lines: Q
    events: Search | None
    last_change: int
    last_event: int

    @classmethod
    def of(cls, asked: ChangeFilters) -> Export:
        """The filters must be valid."""
        search, events = asked.search(), asked.events()
        change: int | None = Change.objects.aggregate(last=Max("pk"))["last"] if search else None
        event: int | None = Event.objects.aggregate(last=Max("seq"))["last"] if events else None
        return cls(search, asked.lines(), events, change or 0, event or 0)

    def count(self) -> int:
        """How many lines there are."""
        found = 0
        if self.search:
            changes = self.search.rows.filter(pk__lte=self.last_change)
            found += ChangeItem.objects.filter(self.lines, change__in=changes).count()
        if self.events:
            found += self.events.rows.filter(seq__lte=self.last_event).count()
        return found

    def rows(self) -> Iterator[Cells]:
        """All lines, newest first, some hundred in memory at a time; in the language and on the clock of now."""
        language, clock = translation.get_language() or "en", timezone.get_current_timezone()
        both = merge(self._changes(), self._events(), key=itemgetter(0), reverse=True)
        while True:
            # Set for each line anew: between two lines others may speak.
            with translation.override(language), timezone.override(clock):
                found = next(both, None)
            if found is None:
                return
            yield from found[1]

    def _changes(self) -> Iterator[tuple[datetime, list[Cells]]]:
        if self.search is None:
            return
        for numbers in batched(self.search.numbers(Span(0, self.last_change), newest_first=True, few=AT_ONCE)):
            found = Change.objects.select_related("site", "subject").in_bulk(numbers)
            items: dict[int, list[ChangeItem]] = {number: [] for number in numbers}
            for item in ChangeItem.objects.filter(self.lines, change__in=numbers).order_by("id"):
                items[item.change_id].append(item)
            behind = trail.look_behind([item for some in items.values() for item in some])
            for number in numbers:
                change = found[number]
                yield change.at, [change_cells(change, item, behind) for item in items[number]]

    def _events(self) -> Iterator[tuple[datetime, list[Cells]]]:
        if self.events is None:
            return
        sites = Site.objects.in_bulk()
        for numbers in batched(self.events.numbers(Span(0, self.last_event), newest_first=True, few=AT_ONCE)):
            found = Event.objects.in_bulk(numbers, field_name="seq")
            for told in event_words.tell([found[number] for number in numbers], sites):
                yield told.at, [event_cells(told)]


def batched(numbers: Iterable[int]) -> Iterator[list[int]]:
    """Some hundred at a time."""
    some: list[int] = []
    for number in numbers:
        some.append(number)
        if len(some) == AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def change_cells(change: Change, item: ChangeItem, behind: trail.Behind) -> Cells:
    """One line of a change record."""
    line = trail.line(change, item, behind)
    label = f"{line.row}: {line.label}" if line.row else line.label
    return [
        *_times(change.at, change.site),
        change.site.code, change.subject.number, change.visit_name, change.form_code, _text(change.form_version),
        _text(change.record_key), _text(item.row_key), f"{item.table_name}.{item.field}", label,
        _text(item.old), _text(item.new), _text(line.old and line.old.text), _text(line.new and line.new.text),
        line.by if line.by_system else change.actor_name, "" if line.by_system else change.role,
        trail.reason_of(change), change.kind, item.system_rule, _flag(item.was_verified), _flag(item.was_signed),
        _text(change.query_id), _text(change.seq), change.digest, str(line.full),
    ]  # fmt: skip


def event_cells(told: ToldEvent) -> Cells:
    """One event: it has no field."""
    event = told.event
    detail = canonical(event.detail) if event.detail is not None else ""
    found = dict.fromkeys(COLUMNS, "")
    found["at_utc"], found["at_local"] = _times(event.at, told.site)
    found |= {
        "site": told.site.code if told.site else "",
        "subject": event.subject,
        "field": "event",
        "label": told.verb,
    }
    found |= {"new": detail, "new_text": event.what, "by": event.actor_name, "role": event.role, "reason": event.reason}
    found |= {"kind": event.kind, "change": str(event.seq), "digest": event.digest, "sentence": str(told.sentence)}
    return [found[name] for name in COLUMNS]


def _times(at: datetime, site: Site | None) -> tuple[str, str]:
    """In UTC, and on the site's clock (or the reader's) with its offset."""
    local = timezone.localtime(at, site.clock if site else None)
    return at.astimezone(UTC).isoformat(" ", "microseconds"), local.isoformat(" ", "seconds")


def _text(value: Any) -> str:
    """As stored: a text plain, everything else as JSON; empty for nothing."""
    if value is None:
        return ""
    return value if isinstance(value, str) else canonical(value)


def _flag(value: bool) -> str:
    return "1" if value else "0"


def harmless(text: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text


class _Line:
    """What csv writes into: gives each line back."""

    def write(self, text: str) -> str:
        return text


def as_csv(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """UTF-8 with the mark that spreadsheets look for, a line at a time."""
    writer: Any = csv.writer(_Line())
    yield "\ufeff".encode() + str(writer.writerow(COLUMNS)).encode()
    for row in rows:
        yield str(writer.writerow([harmless(cell) for cell in row])).encode()


def as_xlsx(rows: Iterable[Sequence[str]]) -> IO[bytes]:
    """A workbook on disk, written a row at a time; a further sheet where one is full."""
    book, sheet = Workbook(write_only=True), None
    for turn, row in enumerate(chain([COLUMNS], rows)):
        if sheet is None or turn % SHEET == 0:
            sheet = book.create_sheet()
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", harmless(cell)) for cell in row])
    file = TemporaryFile()  # noqa: SIM115  (whoever sends it closes it)
    book.save(file)
    file.seek(0)
    return file
