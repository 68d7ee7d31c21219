"""Open, reopen and close the queries that edit checks raise, and raise the deviations that rules find."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.actor import Actor, system_actor
from core.actions import trail
from core.actions.trail import Act, Where
from core.crf.evaluate import Firing
from core.models import OVER, HoldState, Query, QueryEvent, QueryState

CORRECTED = gettext_noop("The check no longer fires.")
REFIRED = gettext_noop("The value was changed and the check fires again.")
MOVED_ON = _("This query was answered or closed in the meantime. Look at its thread again.")


@dataclass(frozen=True)
class Checked:
    """A record that was checked, what fired there, and what of it was just changed: group, row, item."""

    where: Where
    firings: Sequence[Firing]
    changed: frozenset[tuple[str, int | None, str]] = frozenset()

    @property
    def key(self) -> tuple[str, str, int]:
        """What finds its queries."""
        return (self.where.form_code, self.where.visit_name, self.where.record_key or 1)

    @property
    def place(self) -> tuple[str, str, int | None]:
        """What finds its holds: visit, form, record."""
        return (self.where.visit_name, self.where.form_code, self.where.record_key)


def sync(act: Act, checked: Iterable[Checked]) -> list[Query]:
    """Bring the queries in line with what fires now, for the act's change record to carry. Returns those opened.

    At most four statements. What is locked is left as it is.
    """
    checked = [each for each in checked if act.held.state(*each.place) != HoldState.LOCKED]
    by_key = {record.key: record for record in checked}
    latest = _latest(act, by_key)
    fired = {(*key, *f.place): (record, f) for key, record in by_key.items() for f in record.firings}
    opened = [_open(act, record.where, f) for place, (record, f) in fired.items() if _is_new(latest.get(place), f)]
    reopened = [query for place, query in latest.items() if place in fired and _refires(query, *fired[place])]
    corrected = [query for place, query in latest.items() if place not in fired and _is_moot(query)]
    events = [
        *_move(act, reopened, QueryState.OPEN, REFIRED),
        *_move(act, corrected, QueryState.CLOSED, CORRECTED),
    ]
    trail.note(act, opened)
    Query.objects.bulk_update([*reopened, *corrected], ["state", "value", "confirmed"])
    trail.note(act, [*events, *(event(act, query, by=system_actor()) for query in opened)])
    return opened


def _is_new(query: Query | None, firing: Firing) -> bool:
    """A confirmed value is not asked about again; one that was corrected and came back is."""
    return query is None or (query.state in OVER and not (query.confirmed and query.value == firing.value))


def _refires(query: Query, record: Checked, firing: Firing) -> bool:
    """It fires on another value, or on another of the answers that it reads: what was said of it no longer holds."""
    changed = any((firing.group, firing.row_key, name) in record.changed for name in firing.reads)
    if query.state in OVER or (query.value == firing.value and not changed):
        return False
    query.value = firing.value
    return True


def _is_moot(query: Query) -> bool:
    """Also one that was confirmed and closed: should the value come back, it is asked about anew."""
    return bool(query.check_id) and (query.state not in OVER or query.confirmed)


def _move(act: Act, queries: Sequence[Query], state: QueryState, text: str) -> list[QueryEvent]:
    for query in queries:
        query.state, query.confirmed = state, False
    return [event(act, query, by=system_actor(), text=text) for query in queries]


def _latest(act: Act, checked: Mapping[tuple[str, str, int], Checked]) -> dict[tuple[Any, ...], Query]:
    codes = {code for code, _, _ in checked}
    names = {name for _, name, _ in checked}
    found = Query.objects.filter(subject=act.subject, form_code__in=codes, visit_name__in=names).order_by("id")
    return {
        (q.form_code, q.visit_name, q.record_key, q.group, q.row_key, q.field, q.check_id): q
        for q in found
        if (q.form_code, q.visit_name, q.record_key) in checked
    }


def _open(act: Act, where: Where, firing: Firing) -> Query:
    return Query(
        subject=act.subject,
        site=act.subject.site,
        visit_name=where.visit_name,
        form_code=where.form_code,
        record_key=where.record_key or 1,
        row_key=firing.row_key,
        field=firing.field,
        group=firing.group,
        kind=firing.kind,
        check_id=firing.check_id,
        text_en=firing.text("en"),
        text_zh=firing.text("zh-hans"),
        value=firing.value,
        opened_at=act.at,
    )


def event(act: Act, query: Query, *, by: Actor, role: str = "", text: str = "") -> QueryEvent:
    """One step of a thread, standing where the query stands now."""
    return QueryEvent(
        query=query,
        at=act.at,
        state=query.state,
        actor=by.user,
        actor_name=by.name,
        role=role,
        text=text,
        value=query.value,
        confirmed=query.confirmed,
    )
