"""The trial in small, for tests: places, saves of one line, what the database holds and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, models, transaction
from django.db.backends.utils import CursorWrapper

from accounts.actor import Actor
from core import schedule
from core.actions import crf
from core.actions import visit as visits
from core.actions.crf import Saved
from core.actions.entry import Entry
from core.crf import read
from core.models import WHOLE, Change, ChangeItem, Subject, Visit
from core.places import LOG, Place, VisitPlace, place_of, visit_of
from core.schedule import VisitKind
from core.standing import NOT_ITEMS

VISIT_ON = date(2026, 3, 2)
WHY = "Corrected after a look at the source"
# A calm set of vital signs: complete, nothing fires.
CALM = {"vsperf": "Y", "vstim": "09:30", "vspos": "SITTING", "temp": "36.6", "pulse": "72", "resp": "14"} | {
    "sysbp": "120", "diabp": "80", "oxysat": "98", "weight": "61.5",
}  # fmt: skip


def place_at(subject: Subject, visit: str, code: str, key: int = 1) -> Place:
    """A form's place as a page would find it now."""
    return place_of(visit_of(Subject.objects.select_related("site").get(pk=subject.pk), visit), code, key)


def home_of(code: str, subject: Subject, by: Actor) -> str:
    """The first visit of the schedule that asks the form; `LOG` for a log. A visit of events is added if need be."""
    if read.form(code).log:
        return LOG
    asking = [plan for plan in schedule.current().visits if code in plan.forms]
    planned = next((plan for plan in asking if plan.kind is VisitKind.SCHEDULED), None)
    if planned is not None:
        return planned.code
    added = Visit.objects.filter(subject=subject, code=asking[0].code).order_by("ordinal").first()
    at = VisitPlace(subject, asking[0], added.ordinal if added else 0, added)
    return at.name if added else visits.add_unscheduled(at, VISIT_ON, by=by, reason=WHY).name


def save(place: Place, entry: Entry, *, by: Actor, reason: str = "", token: UUID | None = None) -> Saved:
    """Save as one who has just opened the page."""
    revision = place.record.revision if place.record else 0
    return crf.save(place, entry, by=by, reason=reason, revision=revision, token=token)


def save_vs(
    subject: Subject, values: dict[str, Any], *, by: Actor, reason: str = "", visit: str = "SCR", **missing: str
) -> Saved:
    """Save vital signs, on the day of the visit."""
    place = place_at(subject, visit, "VS")
    return save(place, Entry(values, missing, visit_on=VISIT_ON), by=by, reason=reason)


def commit() -> None:
    """Fire what PostgreSQL fires at a commit."""
    connection.check_constraints()


def stored(row: models.Model) -> dict[str, Any]:
    """A row as the database has it: column -> value as text in JSON."""
    return rows_of(row._meta.db_table, "id = %s", [row.pk])[0]


def rows_of(table: str, where: str = "true", params: list[Any] | None = None) -> list[dict[str, Any]]:
    """Rows of a table, oldest first, as PostgreSQL's own JSON."""
    with connection.cursor() as cursor:
        order = "history_id" if "historical" in table else "1"
        cursor.execute(f'SELECT to_jsonb(t) FROM "{table}" t WHERE {where} ORDER BY {order}', params or [])  # noqa: S608
        return [json.loads(value, parse_float=Decimal) for (value,) in cursor.fetchall()]


def answers_of(state: dict[str, Any]) -> dict[str, Any]:
    """What of a row's columns the trail speaks of, spelled out a second time beside the code under test."""
    own = {name: value for name, value in state.items() if name not in NOT_ITEMS and value is not None}
    own |= {f"missing.{name}": code for name, code in state.get("missing", {}).items()}
    own |= {f"verified.{name}": mark for name, mark in state.get("verified", {}).items()}
    return own | ({"voided": True} if state.get("voided") else {})


def items_of(change: Change) -> dict[tuple[str, int, str], tuple[Any, Any]]:
    """(table, row, field) -> (old, new) of a change record; what its queries' threads say is left out."""
    items = ChangeItem.objects.filter(change=change).exclude(field=WHOLE)
    return {(i.table_name, i.row_id, i.field): (i.old, i.new) for i in items}


def counts() -> dict[str, int]:
    """Rows in every table."""
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        counted = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in tables)  # noqa: S608
        cursor.execute(counted)
        return dict(cursor.fetchall())


@contextmanager
def refused(*words: str) -> Iterator[pytest.ExceptionInfo[DatabaseError]]:
    """What is done inside is refused by PostgreSQL, at once or at commit, with these words; a savepoint undoes it."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():  # noqa: PT012
        yield caught
        commit()
    for word in words:
        assert word in str(caught.value), str(caught.value)


def sql(statement: str, params: list[Any] | None = None) -> CursorWrapper:
    """Raw SQL as the runtime role."""
    cursor = connection.cursor()
    cursor.execute(statement, params)
    return cursor
