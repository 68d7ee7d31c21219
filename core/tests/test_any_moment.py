"""Whatever several people did: at every moment the state as of it is the state that the items replay.

The replay reads nothing but change records and their items; it shares no code with what reads the past.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from accounts.actor import Actor
from accounts.testing import Cast
from core import asof
from core.models import ChangeItem, Recorded, Subject
from core.places import LOG, find_place, find_subject_at, find_visit
from core.records import gather
from core.standing import flat
from core.testing.mailbox import _seal_key, sealed_in  # noqa: F401  (fixtures)
from core.tests import histories
from core.tests.histories import STEPS, Step, lived, people_of

pytestmark = pytest.mark.req("AUD-05", "ADM-08")

BOOKS_OF = {"core_query", "core_queryevent", "core_hold", "core_holdstep", "core_signature", "core_storedfile"}
MICROSECOND = timedelta(microseconds=1)
Row = tuple[str, int]

# Entered, asked about, corrected, verified, signed, locked, unlocked by two, changed: verification and signature fall.
WHOLE_LIFE: list[Step] = [
    (histories.unscheduled, "coordinator"),
    (histories.vitals, "coordinator", "UNS-1", 250, "none"),
    (histories.thread, "coordinator", "answer", 0),
    (histories.vitals, "coordinator2", "UNS-1", 120, "none"),
    (histories.verified, "monitor", "UNS-1", False),
    (histories.signed, "investigator", "UNS-1"),
    (histories.held, "data_manager", "lock", "visit", "UNS-1"),
    (histories.vitals, "coordinator", "UNS-1", 118, "open"),
    (histories.held, "investigator", "ask_unlock", "visit", "UNS-1"),
    (histories.held, "data_manager", "unlock", "visit", "UNS-1"),
    (histories.vitals, "coordinator", "UNS-1", 118, "open"),
    (histories.void, "coordinator", "UNS-1"),
    (histories.vitals, "coordinator", "UNS-1", 250, "ND"),
]


@dataclass
class State:
    """A subject as items tell it: rows by table and number, append-only rows alike, and where each record is."""

    rows: dict[Row, dict[str, Any]] = field(default_factory=dict)
    noted: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    seqs: dict[tuple[str, str, int], int] = field(default_factory=dict)

    def take(self, item: ChangeItem) -> None:
        """One item, after all that came before it."""
        if item.table_name in BOOKS_OF:
            assert (item.field, item.old) == ("*", None)
            self.noted.setdefault(item.table_name, {})[item.row_id] = item.new
            return
        row = self.rows.setdefault((item.table_name, item.row_id), {})
        assert row.get(item.field) == item.old
        row[item.field] = item.new
        if item.new is None:
            del row[item.field]
        change = item.change
        if change.form_code and change.kind in ("CREATE", "CHANGE", "VOID"):
            self.seqs[change.visit_name, change.form_code, change.record_key or 0] = change.seq

    @property
    def queries(self) -> dict[int, tuple[str, bool, Any]]:
        """State, confirmed and value of every query: what the last step of its thread says."""
        steps = self.noted.get("core_queryevent", {})
        return {
            step["query_id"]: (step["state"], step["confirmed"], step.get("value"))
            for _id, step in sorted(steps.items())
        }

    @property
    def open_queries(self) -> dict[tuple[str, str], int]:
        """How many are open, by visit and form."""
        counted: dict[tuple[str, str], int] = {}
        for number, (state, _confirmed, _value) in self.queries.items():
            asked = self.noted["core_query"][number]
            if state == "OPEN":
                place = (asked["visit_name"], asked["form_code"])
                counted[place] = counted.get(place, 0) + 1
        return counted

    @property
    def holds(self) -> dict[int, str]:
        """What is frozen or locked: what the last step says."""
        steps = self.noted.get("core_holdstep", {})
        last = {step["hold_id"]: step["state"] for _id, step in sorted(steps.items())}
        return {number: state for number, state in last.items() if state != "FREE"}


def replayed(subject: Subject, until: datetime) -> State:
    """All items up to a moment, the first to the last."""
    state = State()
    items = ChangeItem.objects.filter(change__subject=subject, change__at__lte=until).select_related("change")
    for item in items.order_by("change__seq", "id"):
        state.take(item)
    return state


def moments(subject: Subject) -> Iterator[datetime]:
    """Of each change its moment, the moment just before, and one between it and the next."""
    ats = [change.at for change in subject.changes.order_by("seq")]
    assert ats == sorted(set(ats))
    for at, following in zip(ats, [*ats[1:], None], strict=True):
        yield at
        if following is not None:
            yield from {following - MICROSECOND, at + (following - at) / 2} - {at}


def as_of(by: Actor, number: str, at: str) -> tuple[dict[Row, dict[str, Any]], set[tuple[str, str, int]]]:
    """Every row that the pages show at a moment, as the trail would tell it; and the records that are signed."""
    subject, moment = find_subject_at(by, number, at)
    assert moment is not None
    found: list[Recorded] = [subject]
    signed: set[tuple[str, str, int]] = set()
    visits = {visit.pk: visit for visit in asof.visits_then([subject.pk], moment.at)}
    for visit in visits.values():
        assert flat(visit) == flat(find_visit(by, number, visit.name, at=at).visit or visit)
    found += visits.values()
    for line in asof.lines_then([subject.pk], moment.at):
        name = visits[line.visit_id].name if line.visit_id else LOG
        place = find_place(by, number, name, line.form_code, line.key, at=at)
        assert place.record is not None
        assert (line.state == "VOIDED") is place.record.voided
        assert line.verified <= len(place.record.verified) + sum(
            len(r.verified) for g in asof.rows_at(place).values() for r in g
        )
        found += [place.record, *(row for rows in asof.rows_at(place).values() for row in rows)]
        if line.signed:
            signed.add((name, line.form_code, line.key))
    return {(row._meta.db_table, row.pk): flat(row) for row in found}, signed


def check(by: Actor, subject: Subject, at: datetime) -> None:
    """The pages and the items tell the same."""
    state, text = replayed(subject, at), at.isoformat()
    rows, signed = as_of(by, subject.number, text)
    assert rows == state.rows
    then, moment = find_subject_at(by, subject.number, text)
    assert moment is not None
    asked = {query.pk: (query.state, query.confirmed, query.value) for query in asof.queries_then(then, moment.at)}
    assert asked == state.queries
    assert {hold.pk: hold.state for hold in asof.held_at(then, moment).holds} == state.holds
    [records] = gather([then], moment)
    assert records.queries == state.open_queries
    lines = {(name, code): line for (name, code), line in records.states.items()}
    named = [(*place, line) for place, line in lines.items()] + [(LOG, x.form_code, x) for x in records.log_lines]
    assert all(state.seqs[name, code, line.key] == line.seq for name, code, line in named)
    assert len(signed) == sum("signature_id" in row for row in state.rows.values())


def check_every_moment(cast: Cast, steps: list[Step]) -> Subject:
    """Live it, then look back at all of it."""
    people = people_of(cast)
    subject = lived(cast, people, steps)
    for at in moments(subject):
        check(people["monitor"], subject, at)
    return subject


def test_it_works(committed_db: str, cast: Cast) -> None:
    subject = check_every_moment(cast, WHOLE_LIFE)
    kinds = set(subject.changes.values_list("kind", flat=True))
    assert kinds >= {"CREATE", "CHANGE", "VOID", "QUERY", "VERIFY", "SIGN", "LOCK", "ASK_UNLOCK", "UNLOCK"}


NO_LIMIT = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=20, deadline=None, suppress_health_check=NO_LIMIT, phases=[Phase.explicit, Phase.generate])
@given(steps=st.lists(STEPS, min_size=3, max_size=9))
def test_whatever_people_did_every_moment_is_as_the_items_tell_it(
    committed_db: str, cast: Cast, steps: list[Step]
) -> None:
    check_every_moment(cast, steps)


@pytest.mark.drill
@settings(max_examples=40, deadline=None, suppress_health_check=NO_LIMIT)
@given(steps=st.lists(STEPS, min_size=10, max_size=40))
@example(steps=WHOLE_LIFE * 2)
def test_long_lives_are_as_the_items_tell_them(committed_db: str, cast: Cast, steps: list[Step]) -> None:
    check_every_moment(cast, steps)
