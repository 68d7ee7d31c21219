"""Queries in words: what is asked about which item, and each step of the thread."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.crf import read
from core.crf.fields import as_json
from core.crf.items import MISSING_REASONS, Item, Kind
from core.crf.rules import VISIT
from core.models import CrfRow, Query, QueryEvent, QueryState, Recorded, StoredFile, Visit
from core.places import LOG, place_of, visit_of
from core.wording.fields import Value, item_of, naming_item, row_title, rows_of, say
from core.wording.people import Who
from core.wording.places import Where

PILLS = {QueryState.OPEN: "query", QueryState.ANSWERED: "due", QueryState.CLOSED: "complete"}

RowPlace = tuple[int, str, int, str, int | None]


@dataclass(frozen=True)
class Asked:
    """A query with the words around it."""

    query: Query
    where: Where
    row: str
    label: str
    value: Value | None

    @property
    def what(self) -> str:
        """The item it is about, with its row where there are several."""
        return _("%(row)s: %(item)s") % {"row": self.row, "item": self.label} if self.row else self.label

    @property
    def pill(self) -> str:
        """How its state looks."""
        return PILLS[QueryState(self.query.state)]

    @property
    def age(self) -> int | None:
        """Days since it was opened, on the site's calendar; None once it is closed."""
        if self.query.state == QueryState.CLOSED:
            return None
        site = self.query.site
        return (site.today() - timezone.localdate(self.query.opened_at, site.clock)).days

    @property
    def url(self) -> str:
        """The item on its page."""
        prefix = f"{self.query.group}-{self.query.row_key}-" if self.query.group else ""
        return f"{self.where.url}#item-{prefix}{self.query.field}" if self.where.is_form else self.where.url


@dataclass(frozen=True)
class Step:
    """One step of a thread."""

    at: datetime
    who: Who
    sentence: str
    text: str
    asked: Asked

    kind = "query"


def tell(queries: Sequence[Query]) -> list[Asked]:
    """The queries in words, in the order given; subject and site loaded. A statement for each repeating group."""
    names = _row_names(queries)
    return [_asked(query, names) for query in queries]


def _asked(query: Query, names: Mapping[RowPlace, str]) -> Asked:
    where = Where(query.subject, query.visit_name, query.form_code, query.record_key)
    model = model_of(query)
    row = ""
    if issubclass(model, CrfRow):
        row = row_title(model.rows.title, query.row_key, names.get(_place(query), ""))
    item = item_about(query)
    value = None if query.value is None or item is None else say(model._meta.db_table, item, query.value)
    return Asked(query, where, row, str(item.label) if item else query.field, value)


def item_about(query: Query) -> Item | None:
    """What the protocol says of the item a query is about."""
    return item_of(model_of(query)._meta.db_table, query.field, None)


def model_of(query: Query) -> type[Recorded]:
    """The table of the item a query is about: the visit's, the form's or the repeating group's."""
    if query.form_code == VISIT:
        return Visit
    return read.form(query.form_code).group(query.group).model if query.group else read.form_models()[query.form_code]


def value_now(query: Query) -> Value | None:
    """What the item says at present: its value, or why it is missing. At most four statements."""
    row, item = _row_now(query), item_about(query)
    if row is None or item is None:
        return None
    if reason := getattr(row, "missing", {}).get(item.name):
        return Value(str(MISSING_REASONS.get(reason, reason)))
    column: Any = row._meta.get_field(item.name)
    stored = as_json(column, getattr(row, column.attname))
    files = StoredFile.objects.defer("content").in_bulk([stored]) if stored and item.kind is Kind.FILE else {}
    return None if stored is None else say(row._meta.db_table, item, stored, files)


def _row_now(query: Query) -> Recorded | None:
    at = visit_of(query.subject, query.visit_name)
    if query.form_code == VISIT:
        return at.visit
    record = place_of(at, query.form_code, query.record_key).record
    if record is None or not query.group:
        return record
    group = read.form(query.form_code).group(query.group)
    return rows_of(group.model).filter(parent=record, key=query.row_key).first()


def _place(query: Query) -> RowPlace:
    return (query.subject_id, query.visit_name, query.record_key, query.group, query.row_key)


def _row_names(queries: Sequence[Query]) -> dict[RowPlace, str]:
    by_model: dict[type[CrfRow], list[Query]] = defaultdict(list)
    for query in queries:
        model = model_of(query)
        if issubclass(model, CrfRow):
            by_model[model].append(query)
    return {place: name for model, found in by_model.items() for place, name in _names_in(model, found)}


def _names_in(model: type[CrfRow], queries: Sequence[Query]) -> Iterable[tuple[RowPlace, str]]:
    naming = naming_item(model)
    if naming is None:
        return
    rows = (
        rows_of(model)
        .filter(
            parent__subject__in={query.subject_id for query in queries}, key__in={query.row_key for query in queries}
        )
        .select_related("parent__visit")
    )
    for row in rows:
        record, value = row.parent, getattr(row, naming.name)
        visit_name = record.visit.name if record.visit else LOG
        if value is not None:
            name = str(say(model._meta.db_table, naming, value))
            yield (record.subject_id, visit_name, record.key, model.rows.name, row.key), name


def steps(asked: Asked, events: Iterable[QueryEvent]) -> list[Step]:
    """The thread, oldest first; actors loaded."""
    return [step(asked, event) for event in events]


def step(asked: Asked, event: QueryEvent) -> Step:
    """One step in words. The system's own sentences are stored in English and shown in the reader's language."""
    by_system = event.actor.is_system
    opening = event.state == QueryState.OPEN and not event.text
    text = asked.query.text if opening else _(event.text) if by_system and event.text else event.text
    who = Who.of(event, asked.query.site)
    return Step(event.at, who, _what_was_done(event.state, opening=opening) % {"who": who.label}, text, asked)


def _what_was_done(state: str, *, opening: bool) -> str:
    if opening:
        return _("%(who)s raised a query.")
    done = {
        QueryState.OPEN: _("%(who)s asked again."),
        QueryState.ANSWERED: _("%(who)s answered the query."),
        QueryState.CLOSED: _("%(who)s closed the query."),
    }
    return done[QueryState(state)]
