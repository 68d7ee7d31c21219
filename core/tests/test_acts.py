"""Save and void: what an act writes, what it asks for, and what it refuses without writing anything."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actor import Actor
from accounts.testing import Cast
from core.actions import crf
from core.actions import visit as visits
from core.actions.entry import Entry, RowEntry
from core.actions.errors import Conflict, ReasonRequired
from core.models import Change, ChangeItem, Subject, Visit
from core.places import visit_of
from core.testing import trial
from core.testing.trial import CALM, VISIT_ON, WHY, save_vs

BLANKS = ["", "   ", "\n\t"]


@pytest.mark.req("AUD-01")
def test_it_works(subject: Subject, coordinator: Actor) -> None:
    """Three fields changed: exactly three items, old and new equal to the database before and after."""
    record = save_vs(subject, CALM, by=coordinator).record
    assert record
    before = trial.stored(record)
    saved = save_vs(subject, CALM | {"sysbp": "135", "temp": "36.9", "vspos": "SUPINE"}, by=coordinator, reason=WHY)
    after = trial.stored(record)
    table = record._meta.db_table
    assert saved.change
    assert trial.items_of(saved.change) == {
        (table, record.pk, name): (before[name], after[name]) for name in ("sysbp", "temp", "vspos")
    }
    assert (after["sysbp"], str(after["temp"]), after["vspos"]) == (135, "36.9", "SUPINE")
    assert saved.change.reason == WHY
    assert (saved.change.actor_name, saved.change.role, saved.change.seq) == ("Lin Yue 林悦", "coordinator", 3)
    assert (saved.change.visit_name, saved.change.form_code, saved.change.form_version) == ("SCR", "VS", 2)
    assert (after["revision"], after["changed_by_id"]) == (2, coordinator.user.pk)
    trial.commit()


@pytest.mark.req("AUD-02")
@pytest.mark.parametrize("reason", BLANKS)
def test_a_change_without_its_reason_changes_nothing(subject: Subject, coordinator: Actor, reason: str) -> None:
    record: Any = save_vs(subject, CALM, by=coordinator).record
    before, counts = trial.stored(record), trial.counts()
    with pytest.raises(ReasonRequired):
        save_vs(subject, CALM | {"sysbp": "135"}, by=coordinator, reason=reason)
    with pytest.raises(ReasonRequired):
        crf.void(trial.place_at(subject, "SCR", "VS"), by=coordinator, reason=reason, revision=1)
    assert (trial.stored(record), trial.counts()) == (before, counts)


@pytest.mark.req("AUD-02", "AUD-04")
def test_the_reason_of_a_void_is_kept_with_it(subject: Subject, coordinator: Actor) -> None:
    """Elsewhere it was asked for and lost."""
    record: Any = save_vs(subject, CALM, by=coordinator).record
    saved = crf.void(trial.place_at(subject, "SCR", "VS"), by=coordinator, reason=f" {WHY} ", revision=1)
    assert saved.change
    assert (saved.change.kind, saved.change.reason) == ("VOID", WHY)
    assert trial.items_of(saved.change) == {(record._meta.db_table, record.pk, "voided"): (None, True)}
    assert record.history.latest().history_change_reason == WHY
    assert trial.stored(record)["sysbp"] == 120


@pytest.mark.req("ENT-03")
@pytest.mark.parametrize(
    "who", ["monitor", "data_manager", "safety_reviewer", "auditor", "administrator", "other_coordinator"]
)
def test_nobody_but_the_sites_own_staff_writes(subject: Subject, coordinator: Actor, cast: Cast, who: str) -> None:
    save_vs(subject, CALM, by=coordinator)
    by, counts = cast.actor(getattr(cast, who)), trial.counts()
    at, place = visit_of(subject, "D1"), trial.place_at(subject, "SCR", "VS")
    with pytest.raises(PermissionDenied):
        save_vs(subject, CALM | {"sysbp": "135"}, by=by, reason=WHY)
    with pytest.raises(PermissionDenied):
        crf.void(place, by=by, reason=WHY, revision=1)
    with pytest.raises(PermissionDenied):
        visits.save_date(at, VISIT_ON, by=by)
    with pytest.raises(PermissionDenied):
        visits.mark_missed(at, by=by, reason=WHY)
    with pytest.raises(PermissionDenied):
        visits.add_unscheduled(at, VISIT_ON, by=by, reason=WHY)
    assert trial.counts() == counts


def test_an_empty_form_is_no_record(subject: Subject, coordinator: Actor) -> None:
    """But the visit took place, if the page says so."""
    counts = trial.counts()
    place = trial.place_at(subject, "SCR", "VS")
    assert trial.save(place, Entry({"vsperf": "", "temp": None}), by=coordinator).record is None
    assert trial.counts() == counts
    saved = trial.save(place, Entry({}, visit_on=VISIT_ON), by=coordinator)
    assert (saved.record, Visit.objects.get().visit_on) == (None, VISIT_ON)
    trial.commit()


def test_a_form_needs_the_date_of_its_visit(subject: Subject, coordinator: Actor) -> None:
    with pytest.raises(ValidationError) as caught:
        trial.save(trial.place_at(subject, "SCR", "VS"), Entry(CALM), by=coordinator)
    assert list(caught.value.message_dict) == ["visit_on"]


BAD = {
    "temp": "thirty-six", "pulse": "72,5", "sysbp": "12O", "diabp": "-1", "vspos": "HANGING", "vstim": "25:00",
    "vsreasnd": "machine\0broken", "oxysat": "101", "weight": "1234567.8",
}  # fmt: skip


def test_every_bad_answer_is_named_at_once_and_nothing_is_saved(subject: Subject, coordinator: Actor) -> None:
    counts = trial.counts()
    with pytest.raises(ValidationError) as caught:
        save_vs(subject, CALM | BAD, by=coordinator)
    assert set(caught.value.message_dict) == set(BAD)
    assert trial.counts() == counts


def test_a_long_paste_is_refused_by_name(subject: Subject, coordinator: Actor) -> None:
    with pytest.raises(ValidationError) as caught:
        save_vs(subject, {"vsperf": "N", "vsreasnd": "x" * 300}, by=coordinator)
    assert "200" in caught.value.message_dict["vsreasnd"][0]


def test_two_answers_that_cannot_both_be_true_are_refused(subject: Subject, coordinator: Actor) -> None:
    for values, missing, named in (
        (CALM | {"vsperf": "N"}, {}, "temp"),
        (CALM | {"vsreasnd": "broken"}, {}, "vsreasnd"),
        (CALM, {"temp": "ND"}, "temp"),
        (CALM | {"temp": None}, {"temp": "BUSY"}, "temp"),
    ):
        with pytest.raises(ValidationError) as caught:
            save_vs(subject, values, by=coordinator, **missing)
        assert named in caught.value.message_dict


def test_an_unknown_item_is_not_stored(subject: Subject, coordinator: Actor) -> None:
    """Nor can a person type what is derived, or the books of a record: entry time, version token, void."""
    more = {"nosuch": "1", "entered_at": "2020-01-01", "revision": 9, "voided": True, "changed_by": 1}
    record: Any = save_vs(subject, CALM | more, by=coordinator, nosuch="ND").record
    assert trial.stored(record) | {"revision": 1, "voided": False, "missing": {}} == trial.stored(record)
    assert record.entered_at == Change.objects.latest("id").at


@pytest.mark.req("AUD-01")
def test_a_missing_reason_is_recorded_and_taken_back(subject: Subject, coordinator: Actor) -> None:
    save_vs(subject, CALM | {"temp": None}, by=coordinator, temp="ND")
    saved = save_vs(subject, CALM | {"temp": "36.5"}, by=coordinator, reason=WHY, temp="")
    items = {i.field: (i.old, i.new) for i in ChangeItem.objects.filter(change=saved.change)}
    assert {name: (str(old), str(new)) for name, (old, new) in items.items()} == {
        "missing.temp": ("ND", "None"), "temp": ("None", "36.5"),
    }  # fmt: skip
    trial.commit()


def test_a_page_sent_twice_makes_one_line(subject: Subject, coordinator: Actor) -> None:
    place, token = trial.place_at(subject, "LOG", "AE", 0), uuid4()
    first = crf.save(place, Entry({"aeterm": "Headache"}), by=coordinator, token=token)
    counts = trial.counts()
    second = crf.save(place, Entry({"aeterm": "Headache"}), by=coordinator, token=token)
    assert (second.record, second.change, trial.counts()) == (first.record, None, counts)
    third = crf.save(place, Entry({"aeterm": "Headache"}), by=coordinator, token=uuid4())
    assert third.record
    assert third.record.key == 2
    trial.commit()


def test_a_page_sent_again_with_other_answers_loses_neither(subject: Subject, coordinator: Actor) -> None:
    """The way back in the browser: what was typed is neither dropped nor written over the line."""
    place, token = trial.place_at(subject, "LOG", "AE", 0), uuid4()
    first = crf.save(place, Entry({"aeterm": "Headache"}), by=coordinator, token=token)
    with pytest.raises(Conflict) as caught:
        crf.save(place, Entry({"aeterm": "Fever"}), by=coordinator, token=token)
    assert caught.value.current == first.record


def test_the_page_after_a_conflict_may_keep_its_token(subject: Subject, coordinator: Actor) -> None:
    token = uuid4()
    for sysbp, revision in (("120", 0), ("121", 1)):
        entry = Entry(CALM | {"sysbp": sysbp}, visit_on=VISIT_ON)
        place = trial.place_at(subject, "SCR", "VS")
        crf.save(place, entry, by=coordinator, reason=WHY, revision=revision, token=token)
    trial.commit()


def test_a_log_line_belongs_to_no_visit(subject: Subject, coordinator: Actor) -> None:
    place = trial.place_at(subject, "LOG", "AE", 0)
    record: Any = trial.save(place, Entry({"aeterm": "Headache"}, visit_on=VISIT_ON), by=coordinator).record
    assert record.visit is None
    assert not Visit.objects.exists()


# Test, unit, limits, and a value with the next one: nothing about them is asked.
RESULTS = (
    ("ALT", "U/L", "9", "50", "20", "21"), ("AST", "U/L", "15", "40", "20", "21"),
    ("ALP", "U/L", "45", "125", "70", "71"), ("GGT", "U/L", "10", "60", "20", "21"),
    ("BILI", "umol/L", "3", "21", "10", "11"), ("CREAT", "umol/L", "41", "97", "70", "71"),
    ("UREA", "mmol/L", "2.6", "7.5", "5", "5.1"), ("ALB", "g/L", "40", "55", "45", "46"),
    ("PROT", "g/L", "65", "85", "70", "71"), ("GLUC", "mmol/L", "3.9", "6.1", "5", "5.1"),
    ("SODIUM", "mmol/L", "137", "147", "140", "141"), ("K", "mmol/L", "3.5", "5.3", "4.1", "4.2"),
    ("CL", "mmol/L", "99", "110", "102", "103"), ("CA", "mmol/L", "2.11", "2.52", "2.3", "2.31"),
    ("MG", "mmol/L", "0.75", "1.02", "0.8", "0.81"),
)  # fmt: skip


def results(number: int, which: int = 0) -> Entry:
    names = ("lbtestcd", "lborresu", "lbornrlo", "lbornrhi", "lborres")
    rows = [
        RowEntry(dict(zip(names, (*row[:4], row[4 + which]), strict=True)), key)
        for key, row in enumerate(RESULTS[:number], 1)
    ]
    return Entry({"lbperf": "Y", "lbfast": "Y"}, rows={"results": rows}, visit_on=VISIT_ON)


def statements(place: Any, entry: Entry, by: Actor) -> int:
    """As PostgreSQL gets them; within the test a savepoint stands for BEGIN and COMMIT."""
    with CaptureQueriesContext(connection) as seen:
        saved = trial.save(place, entry, by=by, reason=WHY)
    assert saved.change
    assert not saved.opened
    return len(seen)


def test_a_save_takes_few_statements_however_many_forms_there_are(subject: Subject, coordinator: Actor) -> None:
    place = trial.place_at(subject, "SCR", "VS")
    assert statements(place, Entry(CALM, visit_on=VISIT_ON), coordinator) == 12
    place = trial.place_at(subject, "SCR", "VS")
    alone = statements(place, Entry(CALM | {"sysbp": "121"}), coordinator)
    for code in ("ICF", "DM", "MGADL", "CHEM", "UPT"):
        other = trial.place_at(subject, "SCR", code)
        trial.save(other, Entry({other.form.items[0].name: "N" if code != "DM" else "1970"}), by=coordinator)
    place = trial.place_at(subject, "SCR", "VS")
    assert statements(place, Entry(CALM | {"sysbp": "122"}), coordinator) == alone == 10


def test_a_save_takes_as_many_statements_for_many_rows_as_for_two(subject: Subject, coordinator: Actor) -> None:
    taken = []
    for visit, number in (("SCR", 2), ("D1", 15)):
        place = trial.place_at(subject, visit, "CHEM")
        new = statements(place, results(number), coordinator)
        changed = statements(trial.place_at(subject, visit, "CHEM"), results(number, 1), coordinator)
        taken.append((new, changed))
        trial.commit()
    assert taken == [(14, 13), (14, 13)]
