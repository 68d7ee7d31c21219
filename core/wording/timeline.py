"""All that happened to one record, or to one of its items, in time order: saved, typed and not saved, asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from core.crf.items import FormDef
from core.models import WHOLE, Change, ChangeItem, DraftEntry, Query, QueryEvent, Recorded, Signature
from core.places import Place
from core.standing import SIGNATURE, VERIFIED
from core.wording import drafts, threads, trail
from core.wording.drafts import Sitting
from core.wording.fields import MISSING, VOIDED
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
# Told as steps of their queries.
THREADS = (Query._meta.db_table, QueryEvent._meta.db_table)


def of_record(place: Place) -> list[Entry]:
    """The whole record, newest first. At most seven statements, and one more for each repeating group asked about."""
    changes = list(changes_of(place))
    items = ChangeItem.objects.filter(change__in=changes).exclude(table_name__in=THREADS).order_by("id")
    told = [each for each in trail.tell(changes, items) if each.lines]
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
    """One item, newest first: its values and missing reasons, its verification, the record's signatures, a void row."""
    items = [item for item in _items_of(at, at.row) if trail.is_told(item)] if at.row else []
    behind = trail.look_behind(items)
    saved = [Saved(item.change, trail.line(item.change, item, behind)) for item in items]
    pages = [change.page_token for change in changes_of(at.place)] if at.place.form.log else []
    typed = [entry for entry in drafts.entries(at.place, pages) if drafts.about(entry, at.input)]
    queries = queries_of(at.place).filter(field=at.name, group=at.group, row_key=at.key)
    return _merge(at.place.form, saved, _without_bare_discards(typed), _steps(queries))


def _items_of(at: ItemPlace, row: Recorded) -> Iterable[ChangeItem]:
    names = [at.name, f"{MISSING}{at.name}", f"{VERIFIED}{at.name}", VOIDED]
    about = Q(table_name=at.table, row_id=row.pk, field__in=names)
    if at.place.record:
        form = at.place.form.model._meta.db_table
        about |= Q(table_name=form, row_id=at.place.record.pk, field=SIGNATURE)
        signatures = Signature.objects.filter(table_name=form, row_id=at.place.record.pk)
        about |= Q(table_name=Signature._meta.db_table, field=WHOLE, row_id__in=signatures.values("pk"))
    return ChangeItem.objects.filter(about).select_related("change__subject", "change__site").order_by("id")


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
