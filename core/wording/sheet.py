"""What a monitor has before them: each answer of a form with its value, its marks, and what is asked about it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from core.crf.display import show
from core.crf.items import MISSING_REASONS, Item, Kind, RowsDef
from core.models import CrfRow, Query, StoredFile
from core.places import Place
from core.verification import Answer, Standing, need, plan, standings
from core.wording.fields import Value, naming_item, row_title, say
from core.wording.marks import Mark, Past


@dataclass(frozen=True)
class Posted:
    """What was ticked and refused: it stays on the page. `seq`: the subject's last change that page knew of."""

    ticked: Mapping[tuple[str, int], Collection[Answer]]
    was: Mapping[tuple[str, int], Collection[Answer]]
    seq: int


@dataclass(frozen=True)
class Line:
    """One answer."""

    standing: Standing
    place: Place
    required: bool
    marks: Sequence[Mark] = ()
    queries: Sequence[Query] = ()
    altered: bool = False
    ticked: bool = False
    files: Mapping[int, StoredFile] = field(default_factory=dict)

    @property
    def item(self) -> Item:
        """What is asked."""
        return self.standing.item

    @property
    def name(self) -> str:
        """The name of its input."""
        return self.standing.answer.input

    @property
    def id(self) -> str:
        """Its place on the page."""
        return f"{self.place.form.code}-{self.place.key}-{self.name}"

    @property
    def value(self) -> Value | None:
        """The value in words; of a file its name and hash."""
        if self.standing.value in (None, []):
            return None
        table = self.standing.row._meta.db_table
        return (
            say(table, self.item, self.standing.value, self.files)
            if self.item.kind is Kind.FILE
            else Value(show(self.item, self.standing.value))
        )

    @property
    def missing(self) -> Any:
        """Why it is missing."""
        return MISSING_REASONS.get(self.standing.row.missing.get(self.item.name, ""), "")

    @property
    def mark(self) -> Mark | None:
        """The last mark, standing or ended."""
        return self.marks[-1] if self.marks else None

    @property
    def history_url(self) -> str:
        """All that happened to it."""
        return f"{self.place.url_of('crf-history')}{self.item.name}/{self._row}"

    @property
    def query_url(self) -> str:
        """Where one asks about it."""
        return reverse("query-item", args=[*self.place.url_args, self.item.name]) + self._row

    @property
    def _row(self) -> str:
        answer = self.standing.answer
        return "?" + urlencode({"row": f"{answer.group}-{answer.row_key}"}) if answer.group else ""


@dataclass(frozen=True)
class Section:
    """Some answers under a heading; of a repeating group row by row."""

    title: Any
    lines: Sequence[Line]
    items: Sequence[Item] = ()
    rows: Sequence[tuple[str, Sequence[Line]]] = ()

    @property
    def open_names(self) -> str:
        """The answers that one tick for all of them verifies."""
        return " ".join(line.name for line in self.lines if line.standing.given and not line.standing.verified)


@dataclass
class Sheet:
    """One record. `locked`: nothing of it can be verified any more."""

    place: Place
    rows: Mapping[str, Sequence[CrfRow]]
    past: Past
    locked: bool = False
    queries: Sequence[Query] = ()
    posted: Posted | None = None
    required_only: bool = False
    files: Mapping[int, StoredFile] = field(default_factory=dict)
    source: Any = field(init=False)

    def __post_init__(self) -> None:
        form = plan().forms.get(self.place.form.code)
        self.source = form.source if form else ""

    @property
    def id(self) -> str:
        """Code and key, as the names of its inputs have them."""
        return f"{self.place.form.code}.{self.place.key}"

    @property
    def record(self) -> Any:
        """What was entered."""
        return self.place.record

    @property
    def open(self) -> bool:
        """Can its answers be verified?"""
        return not self.locked and not self.record.voided

    @cached_property
    def everything(self) -> list[Line]:
        """Every answer that is asked or given, in the order of the form."""
        found = standings(self.place.form, self.record, self.rows)
        return [self._line(standing) for standing in found if standing.asked or standing.given]

    @cached_property
    def lines(self) -> list[Line]:
        """Those the page shows."""
        return [line for line in self.everything if line.required or not self.required_only]

    @property
    def progress(self) -> tuple[int, int]:
        """How many required answers are verified, of how many."""
        wanted = [line for line in self.everything if line.required]
        return sum(line.standing.verified for line in wanted), len(wanted)

    @property
    def shown(self) -> str:
        """The answers that can be ticked here."""
        return " ".join(line.name for line in self.lines if line.standing.given)

    @property
    def was(self) -> str:
        """Those that carry a mark."""
        return " ".join(line.name for line in self.lines if line.standing.verified)

    @property
    def sections(self) -> Iterator[Section]:
        """The form's own answers under their headings, then each repeating group."""
        own = [line for line in self.lines if not line.standing.answer.group]
        headings: dict[Any, list[Line]] = {}
        for line, heading in zip(own, self._headings(own), strict=True):
            headings.setdefault(heading, []).append(line)
        yield from (Section(heading, lines) for heading, lines in headings.items())
        for group in self.place.form.rows:
            if lines := [line for line in self.lines if line.standing.answer.group == group.name]:
                yield self._group(group, lines)

    def _headings(self, lines: Iterable[Line]) -> Iterator[Any]:
        """The heading each answer stands under, also where the item that carries it is not shown."""
        under, heading = {}, ""
        for item in self.place.form.items:
            heading = item.heading or heading
            under[item.name] = heading
        return (under[line.item.name] for line in lines)

    def _group(self, group: RowsDef, lines: Sequence[Line]) -> Section:
        names = {line.item.name for line in lines}
        items = [item for item in group.items if item.name in names]
        rows = []
        for row in self.rows[group.name]:
            of_row = {line.item.name: line for line in lines if line.standing.row is row}
            if of_row:
                rows.append((_title(group, row), [of_row.get(item.name) for item in items]))
        return Section(group.label, lines, items, rows)  # type: ignore[arg-type]  # a cell without an answer is empty

    def _line(self, standing: Standing) -> Line:
        answer, past = standing.answer, self.past
        wanted = standing.asked and standing.given and not self.record.voided
        altered = self.posted is not None and past.is_altered(standing.row, answer.item, self.posted.seq)
        return Line(
            standing,
            self.place,
            wanted and need(self.place.form.code, standing.item, self.place.subject.number, answer.group),
            past.of(standing.row, answer.item),
            [query for query in self.queries if (query.group, query.row_key, query.field) == answer],
            altered,
            self._is_ticked(standing) and not altered,
            self.files,
        )

    def _is_ticked(self, standing: Standing) -> bool:
        """As it was sent, where it was; a mark that somebody else set meanwhile is not taken back by silence."""
        at, answer = (self.place.form.code, self.place.key), standing.answer
        if self.posted is None or at not in self.posted.ticked:
            return standing.verified
        unseen = standing.verified and answer not in self.posted.was.get(at, ())
        return unseen or answer in self.posted.ticked[at]


def _title(group: RowsDef, row: CrfRow) -> str:
    """A row by what names it, such as the analyte."""
    naming = naming_item(group.model)
    value = getattr(row, naming.name, None) if naming else None
    name = str(say(group.model._meta.db_table, naming, value)) if naming and value is not None else ""
    return row_title(group.label, row.key, name)
