"""Queries in words: what is asked about which item, and each step of the thread."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.crf import read
from core.crf.fields import as_json
from core.crf.items import MISSING_REASONS, Item, Kind
from core.crf.rules import VISIT
from core.models import (
    DATA_KINDS,
    OVER,
    WHOLE,
    Change,
    ChangeItem,
    CrfRow,
    Query,
    QueryEvent,
    QueryState,
    Recorded,
    Side,
    StoredFile,
    Visit,
)
from core.places import LOG, place_of, visit_of
from core.standing import SIGNATURE, VERIFIED
from core.wording import trail
from core.wording.fields import Value, item_of, naming_item, row_title, rows_of, say
from core.wording.people import Who
from core.wording.places import Where

PILLS = {
    QueryState.OPEN: "query",
    QueryState.ANSWERED: "due",
    QueryState.CLOSED: "complete",
    QueryState.CANCELLED: "void",
}
ANSWERS = gettext_lazy("The site answers")
CLOSES = {
    Side.SYSTEM: gettext_lazy("A monitor or data manager closes"),
    Side.MONITORING: gettext_lazy("A monitor closes"),
    Side.DATA_MANAGEMENT: gettext_lazy("A data manager closes"),
    Side.SAFETY: gettext_lazy("A safety reviewer closes"),
}

RowPlace = tuple[int, str, int, str, int | None]


@dataclass(frozen=True)
class Asked:
    """A query with the words around it; `events` are its steps, oldest first, where they were asked for."""

    query: Query
    where: Where
    row: str
    label: str
    value: Value | None
    events: Sequence[QueryEvent] = ()

    @property
    def what(self) -> str:
        """The item it is about, with its row where there are several."""
        return _("%(row)s: %(item)s") % {"row": self.row, "item": self.label} if self.row else self.label

    @property
    def pill(self) -> str:
        """How its state looks."""
        return PILLS[QueryState(self.query.state)]

    @property
    def is_over(self) -> bool:
        """Nobody need do anything any more."""
        return self.query.state in OVER

    @property
    def token(self) -> str:
        """The query as it stands now: what a page posts, so that a later step is not overlooked."""
        return f"{self.query.pk}-{self.events[-1].pk if self.events else 0}"

    @property
    def raised_by(self) -> Who | None:
        """Who asked."""
        return Who.of(self.events[0], self.query.site) if self.events else None

    @property
    def age(self) -> int | None:
        """Days it has waited for its next step, on the site's calendar; None once it is over."""
        if self.is_over:
            return None
        site = self.query.site
        since = self.events[-1].at if self.events else self.query.opened_at
        return (site.today() - timezone.localdate(since, site.clock)).days

    @property
    def next_step(self) -> str:
        """Who does what next; empty once it is over."""
        if self.is_over:
            return ""
        return str(ANSWERS if self.query.state == QueryState.OPEN else CLOSES[Side(self.query.side)])

    @property
    def url(self) -> str:
        """The item on its page."""
        if not self.where.is_form or not self.query.field:
            return self.where.url
        prefix = f"{self.query.group}-{self.query.row_key}-" if self.query.group else ""
        return f"{self.where.url}#item-{prefix}{self.query.field}"

    @property
    def change_url(self) -> str:
        """The item on its page, to be changed because of this query; empty where there is no form."""
        page, _hash, item = self.url.partition("#")
        return f"{page}?query={self.query.pk}#{item}" if self.where.is_form else ""


@dataclass(frozen=True)
class Step:
    """One step of a thread."""

    at: datetime
    who: Who
    sentence: str
    text: str
    asked: Asked

    kind = "query"


@dataclass(frozen=True)
class Done:
    """What was changed because of a query, between the steps of its thread."""

    told: trail.Told

    kind = "change"

    @property
    def at(self) -> datetime:
        """The server's time."""
        return self.told.at


def tell(queries: Sequence[Query], events: Mapping[int, Sequence[QueryEvent]] | None = None) -> list[Asked]:
    """The queries in words, in the order given; subject and site loaded. A statement for each repeating group.

    `events`: the steps of each, actors loaded.
    """
    names, steps_of = _row_names(queries), events or {}
    return [_asked(query, names, steps_of.get(query.pk, ())) for query in queries]


def _asked(query: Query, names: Mapping[RowPlace, str], events: Sequence[QueryEvent]) -> Asked:
    where = Where(query.subject, query.visit_name, query.form_code, query.record_key)
    model = model_of(query)
    row = ""
    if issubclass(model, CrfRow):
        row = row_title(model.rows.title, query.row_key, names.get(_place(query), ""))
    item = item_about(query)
    value = None if query.value is None or item is None else say(model._meta.db_table, item, query.value)
    return Asked(query, where, row, str(item.label) if item else query.field or whole(query), value, events)


def whole(query: Query) -> str:
    """What a query is about that is about no single item."""
    return _("The whole visit") if query.form_code == VISIT else _("The whole form")


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
    item = item_about(query)
    row = _row_now(query) if item else None
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


def thread(asked: Asked) -> list[Step | Done]:
    """The steps, and between them what was changed because of the query; oldest first. At most five statements."""
    changes = asked.query.changes.filter(kind__in=DATA_KINDS).select_related("site", "subject").order_by("seq")
    found: list[Step | Done] = [*steps(asked, asked.events), *map(Done, _told(list(changes)))]
    return sorted(found, key=lambda one: (one.at, one.kind == "query"))  # a change comes before what came of it


def _told(changes: Sequence[Change]) -> list[trail.Told]:
    """The changes without what they carry beside the answers."""
    if not changes:
        return []
    items = ChangeItem.objects.filter(change__in=changes).exclude(field__in=(WHOLE, SIGNATURE))
    return trail.tell(changes, items.exclude(field__startswith=VERIFIED).order_by("id"))


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
        QueryState.CANCELLED: _("%(who)s cancelled the query."),
    }
    return done[QueryState(state)]
