"""All that happened to one record, or to one of its items, in time order: saved, typed and not saved, asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from core.crf.items import FormDef
from core.models import Change, ChangeItem, DraftEntry, Query, QueryEvent, Recorded
from core.places import Place
from core.wording import drafts, threads, trail
from core.wording.drafts import Sitting
from core.wording.fields import MISSING, VOIDED
from core.wording.people import Who
from core.wording.places import Where
from core.wording.threads import Step
from core.wording.trail import Line, Told


@dataclass(frozen=True)
class Saved:
    """One changed value of one item, with the act that changed it."""

    change: Change
    line: Line

    kind = "saved"

    @property
    def at(self) -> datetime:
        """The server's time."""
        return self.change.at


Entry = Told | Saved | Sitting | Step
# At one moment: what was typed came before it was saved, and the query after.
ORDER = {"typed": 0, "change": 1, "saved": 1, "query": 2}


def of_record(place: Place) -> list[Entry]:
    """The whole record, newest first. At most seven statements, and one more for each repeating group asked about."""
    changes = list(changes_of(place))
    told = trail.tell(changes, ChangeItem.objects.filter(change__in=changes).order_by("id"))
    typed = drafts.entries(place, [change.page_token for change in changes])
    return _merge(place.form, told, typed, _steps(queries_of(place)))


@dataclass(frozen=True)
class ItemPlace:
    """One item of a record, or of one of its repeating rows: where the trail, the journal and the queries keep it."""

    place: Place
    row: Recorded | None
    table: str
    name: str
    group: str = ""
    key: int | None = None

    @property
    def input(self) -> str:
        """The name of its input on the form's page."""
        return f"{self.group}-{self.key}-{self.name}" if self.group else self.name


def of_item(at: ItemPlace) -> list[Entry]:
    """One item, newest first, with its missing reasons and the voiding of its row."""
    items = list(_items_of(at, at.row)) if at.row else []
    behind = trail.look_behind(items)
    saved = [Saved(item.change, _line(item, behind)) for item in items]
    pages = [change.page_token for change in changes_of(at.place)] if at.place.form.log else []
    typed = [entry for entry in drafts.entries(at.place, pages) if drafts.about(entry, at.input)]
    queries = queries_of(at.place).filter(field=at.name, group=at.group, row_key=at.key)
    return _merge(at.place.form, saved, _without_bare_discards(typed), _steps(queries))


def _items_of(at: ItemPlace, row: Recorded) -> Iterable[ChangeItem]:
    names = [at.name, f"{MISSING}{at.name}", VOIDED]
    found = ChangeItem.objects.filter(table_name=at.table, row_id=row.pk, field__in=names)
    return found.select_related("change__subject", "change__site").order_by("id")


def _line(item: ChangeItem, behind: trail.Behind) -> Line:
    change = item.change
    where = Where(change.subject, change.visit_name, change.form_code, change.record_key, change.form_version)
    return trail.line(item, Who.of(change, change.site), where, behind)


def _without_bare_discards(entries: Sequence[DraftEntry]) -> list[DraftEntry]:
    """Letting go of other inputs is no event of this one."""
    typed = {(entry.user_id, entry.page_token) for entry in entries if not entry.discarded}
    return [entry for entry in entries if not entry.discarded or (entry.user_id, entry.page_token) in typed]


def changes_of(place: Place) -> Iterable[Change]:
    """The record's change records, oldest first."""
    found = Change.objects.filter(
        subject=place.subject, visit_name=place.at.name, form_code=place.form.code, record_key=place.key
    )
    return found.select_related("site", "subject").order_by("seq")


def queries_of(place: Place) -> QuerySet[Query]:
    """The queries about the record."""
    return Query.objects.filter(
        subject=place.subject, visit_name=place.at.name, form_code=place.form.code, record_key=place.key
    ).select_related("site", "subject")


def _steps(queries: QuerySet[Query]) -> list[Step]:
    asked = {one.query.pk: one for one in threads.tell(list(queries))}
    events = QueryEvent.objects.filter(query__in=asked).select_related("actor").order_by("id")
    return [threads.step(asked[event.query_id], event) for event in events]


def _merge(
    form: FormDef, saved: Sequence[Told | Saved], typed: Sequence[DraftEntry], steps: Sequence[Step]
) -> list[Entry]:
    """Newest first, what one person typed in one sitting together."""
    found: list[tuple[datetime, str, Entry | DraftEntry]] = [(one.at, one.kind, one) for one in (*saved, *steps)]
    found += [(entry.at, "typed", entry) for entry in typed]
    found.sort(key=_oldest_first)
    merged: list[Entry] = []
    for _at, _kind, one in found:
        if isinstance(one, DraftEntry):
            _sit(merged, one, form)
        else:
            merged.append(one)
    return merged[::-1]


def _oldest_first(found: tuple[datetime, str, object]) -> tuple[datetime, int]:
    return (found[0], ORDER[found[1]])


def _sit(merged: list[Entry], entry: DraftEntry, form: FormDef) -> None:
    last = merged[-1] if merged else None
    if not isinstance(last, Sitting) or last.token != (entry.user_id, entry.page_token):
        last = Sitting(entry.user.full_name, (entry.user_id, entry.page_token))
        merged.append(last)
    last.typed.append(drafts.tell(entry, form))
