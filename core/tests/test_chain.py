"""The chain of a subject's changes: whole after any acts, and an alteration behind the application is found."""

# ruff: noqa: S608  (the statements are made of this file's own words)
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from accounts.actor import Actor
from accounts.testing import Cast
from core.actions import subject as subjects
from core.actions.chain import seal, seal_item
from core.actions.errors import ReasonRequired
from core.actions.verify import verify_chain
from core.crf import read
from core.models import Change, ChangeItem, Subject
from core.standing import flat
from core.testing import trial
from core.testing.databases import owner_connection
from core.testing.trial import CALM, WHY, save_vs


def five_changes(cast: Cast) -> Subject:
    """Of a new subject, by two people."""
    people = [cast.actor(cast.coordinator), cast.actor(cast.coordinator2)]
    subject = subjects.add(cast.site, by=people[0])
    for turn, sysbp in enumerate((120, 125, 130, 135)):
        save_vs(subject, CALM | {"sysbp": sysbp}, by=people[turn % 2], reason=WHY)
    return subject


@pytest.fixture
def worked_on(committed_db: str, cast: Cast) -> Subject:
    return five_changes(cast)


@contextmanager
def unprotected(committed_db: str) -> Iterator[psycopg.Connection[Any]]:
    """The owner at the database's door, with the triggers of the trail switched off."""
    history = read.form("VS").model.history.model._meta.db_table
    with owner_connection(committed_db) as connected:
        for table in ("core_change", "core_changeitem", "core_chainhead", history):
            connected.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
        yield connected


def test_it_works(worked_on: Subject) -> None:
    changes = list(Change.objects.filter(subject=worked_on).order_by("id"))
    assert [change.seq for change in changes] == [1, 2, 3, 4, 5]
    assert [change.prev_digest for change in changes] == ["0" * 64, *(change.digest for change in changes[:-1])]
    assert verify_chain(worked_on) == []


OF_4 = "change_id IN (SELECT id FROM core_change WHERE subject_id = {s} AND seq = 4)"
ITEM_4 = f"{OF_4} AND field = 'sysbp'"
CHANGE_4 = "subject_id = {s} AND seq = 4"
LEAVE_OUT = (
    f"DELETE FROM core_changeitem WHERE {OF_4}",
    f"DELETE FROM assessments_historicalvitalsigns WHERE {OF_4}",
    f"DELETE FROM core_change WHERE {CHANGE_4}",
)
SWAP = tuple(
    f"UPDATE core_change SET {change}"
    for change in (
        "seq = 9 WHERE subject_id = {s} AND seq = 3",
        f"seq = 3 WHERE {CHANGE_4}",
        "seq = 4 WHERE subject_id = {s} AND seq = 9",
    )
)
TAMPERED: list[tuple[tuple[str, ...], str]] = [
    ((f"UPDATE core_changeitem SET new = '99' WHERE {ITEM_4}",), "item sysbp was altered"),
    ((f"UPDATE core_changeitem SET old = '99' WHERE {ITEM_4}",), "item sysbp was altered"),
    ((f"UPDATE core_changeitem SET old = '99' WHERE {ITEM_4}",), "does not begin with the value before it"),
    ((f"UPDATE core_changeitem SET field = 'diabp' WHERE {ITEM_4}",), "diabp was altered"),
    ((f"UPDATE core_changeitem SET system_rule = 'X v1' WHERE {ITEM_4}",), "sysbp was altered"),
    ((f"UPDATE core_changeitem SET row_id = row_id + 1 WHERE {ITEM_4}",), "sysbp was altered"),
    ((f"UPDATE core_changeitem SET was_verified = true WHERE {ITEM_4}",), "sysbp was altered"),
    (
        (f"UPDATE core_changeitem SET masked = true, new = '\"[masked]\"' WHERE {ITEM_4}",),
        "no decision on masking names it",
    ),
    ((f"DELETE FROM core_changeitem WHERE {ITEM_4}",), "change 4: it was altered, or items were added or left out"),
    ((f"UPDATE core_change SET reason = 'Better' WHERE {CHANGE_4}",), "change 4: its reason was altered"),
    ((f"UPDATE core_change SET actor_name = 'Nobody' WHERE {CHANGE_4}",), "change 4: it was altered"),
    ((f"UPDATE core_change SET at = at - interval '1 day' WHERE {CHANGE_4}",), "change 4: it was altered"),
    ((f"UPDATE core_change SET role = 'investigator' WHERE {CHANGE_4}",), "change 4: it was altered"),
    ((f"UPDATE core_change SET visit_name = 'D28' WHERE {CHANGE_4}",), "change 4: it was altered"),
    ((f"UPDATE core_change SET after_signature = true WHERE {CHANGE_4}",), "change 4: it was altered"),
    ((f"UPDATE core_change SET reason = 'x', reason_masked = true WHERE {CHANGE_4}",), "no decision on masking"),
    (LEAVE_OUT, "change 5: it comes after change 3"),
    (LEAVE_OUT, "change 5: it does not continue the one before it"),
    (SWAP, "change 3: it does not continue the one before it"),
    (tuple(each.replace("seq = 4", "seq = 5") for each in LEAVE_OUT), "the chain does not end where its head says"),
    (("UPDATE core_chainhead SET digest = repeat('0', 64) WHERE subject_id = {s}",), "the chain does not end"),
    (("DELETE FROM core_chainhead WHERE subject_id = {s}",), "the chain does not end where its head says"),
]


@pytest.mark.req("ADM-08")
def test_what_the_owner_alters_is_found(committed_db: str, cast: Cast) -> None:
    """Each alteration in the chain of a subject of its own."""
    whole = [five_changes(cast) for _ in TAMPERED]
    with unprotected(committed_db) as owner:
        for subject, (statements, fault) in zip(whole, TAMPERED, strict=True):
            assert verify_chain(subject) == []
            for statement in statements:
                assert owner.execute(statement.format(s=subject.pk)).rowcount == 1, statement
            found = verify_chain(subject)
            assert any(fault in each for each in found), (statements, found)


@pytest.mark.req("ADM-08")
def test_who_seals_an_alteration_anew_is_found_one_step_further(committed_db: str, worked_on: Subject) -> None:
    """Item, record, the next record's link: each step that is mended shows at the next."""
    forged, fourth = ChangeItem.objects.get(new=130), Change.objects.get(seq=4)
    forged.new = 99
    of_4, of_5 = "01-001, change 4: it was altered", "01-001, change 5: it was altered"
    with unprotected(committed_db) as owner:
        owner.execute(
            "UPDATE core_changeitem SET new = '99', digest = %s WHERE id = %s", [seal_item(forged).digest, forged.pk]
        )
        assert found_in_chain(worked_on) == [f"{of_4}, or items were added or left out (VS at SCR)"]
        digest = seal(fourth, [forged], worked_on.number).digest
        owner.execute("UPDATE core_change SET digest = %s WHERE seq = 4", [digest])
        assert found_in_chain(worked_on) == ["01-001, change 5: it does not continue the one before it"]
        owner.execute("UPDATE core_change SET prev_digest = %s WHERE seq = 5", [digest])
        assert found_in_chain(worked_on) == [f"{of_5}, or items were added or left out (VS at SCR)"]


def found_in_chain(subject: Subject) -> list[str]:
    """What is wrong with the change records themselves, whatever the rows say."""
    return [fault for fault in verify_chain(subject) if "assessments_vitalsigns" not in fault]


def test_each_subject_has_a_chain_of_its_own(worked_on: Subject, cast: Cast, coordinator: Actor) -> None:
    other = subjects.add(cast.site, by=coordinator)
    assert list(Change.objects.filter(subject=other).values_list("seq", "prev_digest")) == [(1, "0" * 64)]
    assert verify_chain(other) == verify_chain(worked_on) == []


ANSWERS = st.fixed_dictionaries(
    {"vsperf": st.just("Y")},
    optional={
        "temp": st.none() | st.decimals(30, 45, places=1).map(str),
        "sysbp": st.none() | st.integers(0, 350),
        "diabp": st.none() | st.integers(0, 250).map(str),
        "vspos": st.sampled_from(["", "SUPINE", "SITTING", "STANDING"]),
        "vstim": st.none() | st.times().map(lambda t: t.isoformat("minutes")),
        "weight": st.sampled_from([None, "61.5", " 061.5 ", "0"]),
    },
)
MISSING = st.dictionaries(st.sampled_from(["pulse", "resp", "oxysat"]), st.sampled_from(["", "ND", "UNK", "REF"]))
SAVES = st.lists(st.tuples(ANSWERS, MISSING, st.booleans()), min_size=1, max_size=6)


def replayed(row: Any) -> dict[str, Any]:
    """A row's answers as the items of its changes tell them, from the first to the last."""
    state: dict[str, Any] = {}
    items = ChangeItem.objects.filter(table_name=row._meta.db_table, row_id=row.pk).order_by("change__seq", "id")
    for item in items:
        assert state.get(item.field) == item.old
        state[item.field] = item.new
    return {name: value for name, value in state.items() if value is not None}


class Undo(Exception):
    """Ends an example: its subject goes with it."""


@pytest.mark.req("AUD-01", "ADM-08")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(saves=SAVES)
def test_whatever_two_people_save_the_items_tell_it(cast: Cast, saves: list[Any]) -> None:
    people = {True: cast.actor(cast.coordinator), False: cast.actor(cast.coordinator2)}
    with pytest.raises(Undo), transaction.atomic():  # noqa: PT012
        subject = subjects.add(cast.site, by=people[True])
        for values, missing, first in saves:
            answers = dict.fromkeys(missing) | values
            record = save_vs(subject, answers, by=people[first], reason=WHY, **missing).record
            assert record
            fresh = type(record).objects.get(pk=record.pk)
            assert flat(fresh) == replayed(fresh)
            counts = trial.counts()
            assert save_vs(subject, answers, by=people[not first], **missing).change is None
            assert trial.counts() == counts
        trial.commit()
        assert verify_chain(subject) == []
        raise Undo


def test_a_change_without_a_reason_is_no_link(subject: Subject, coordinator: Actor) -> None:
    save_vs(subject, CALM, by=coordinator)
    with pytest.raises(ReasonRequired):
        save_vs(subject, CALM | {"sysbp": "130"}, by=coordinator)
    save_vs(subject, CALM | {"sysbp": "130"}, by=coordinator, reason=WHY)
    trial.commit()
    assert verify_chain(subject) == []
    assert list(Change.objects.values_list("seq", flat=True).order_by("seq")) == [1, 2, 3]
