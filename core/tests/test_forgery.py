"""A record of a change that did not happen so is refused at commit, however much of the trail is forged with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.actor import Actor
from accounts.testing import Cast
from core.actions import crf
from core.actions import subject as subjects
from core.actions.entry import Entry, RowEntry
from core.models import Change, Subject, Visit
from core.testing import forgery, trial
from core.testing.databases import owner_connection
from core.testing.trial import commit, refused

pytestmark = pytest.mark.req("ADM-07")


@pytest.fixture
def vs(subject: Subject, coordinator: Actor) -> Any:
    """A saved form with a systolic pressure of 120."""
    record = trial.save_vs(subject, trial.CALM, by=coordinator).record
    commit()
    return record


def test_a_record_that_is_true_in_every_part_passes(vs: Any, subject: Subject) -> None:
    """The control: row, history, record and item agree. The tests below change one thing each."""
    change = forgery.change(subject)
    forgery.item(change, vs, "sysbp", 120, 130)
    forgery.history(change, vs, sysbp=130)
    forgery.row(change, vs, sysbp=130)
    commit()
    assert trial.stored(vs)["sysbp"] == 130


def test_a_history_row_alone(vs: Any, subject: Subject) -> None:
    with refused("differs in"):
        forgery.history(Change.objects.latest("id"), vs, sysbp=130)


def test_a_row_and_its_history_without_a_record(vs: Any, subject: Subject) -> None:
    with refused("differs in"):
        change = Change.objects.latest("id")
        forgery.history(change, vs, sysbp=130)
        forgery.row(change, vs, sysbp=130)


@pytest.mark.parametrize(("field", "old", "new"), [("sysbp", 120, 131), ("sysbp", 119, 130), ("diabp", 120, 130)])
def test_an_item_that_says_another_field_or_value(vs: Any, subject: Subject, field: str, old: int, new: int) -> None:
    with refused("differs in", "130"):
        change = forgery.change(subject)
        forgery.item(change, vs, field, old, new)
        forgery.history(change, vs, sysbp=130)
        forgery.row(change, vs, sysbp=130)


def test_a_true_and_a_false_item_for_one_field(vs: Any, subject: Subject) -> None:
    with refused("differs in"):
        change = forgery.change(subject)
        forgery.item(change, vs, "sysbp", 120, 999)
        forgery.item(change, vs, "sysbp", 120, 130)
        forgery.history(change, vs, sysbp=130)
        forgery.row(change, vs, sysbp=130)


def test_an_item_that_no_history_bears_out(vs: Any, subject: Subject) -> None:
    with refused("no row changed so", "sysbp"):
        forgery.item(forgery.change(subject), vs, "sysbp", 120, 130)


def test_an_item_beside_those_that_history_bears_out(vs: Any, subject: Subject) -> None:
    with refused("no row changed so", "visit_on"):
        change = forgery.change(subject)
        forgery.item(change, vs, "sysbp", 120, 130)
        forgery.item(change, Visit.objects.get(), "visit_on", "2026-03-02", "2026-03-01")
        forgery.history(change, vs, sysbp=130)
        forgery.row(change, vs, sysbp=130)


def test_a_record_without_an_item(subject: Subject) -> None:
    with refused("has no item"):
        forgery.change(subject)


def test_a_record_and_its_history_of_what_the_row_does_not_say(vs: Any, subject: Subject) -> None:
    with refused("the row itself does not say so"):
        change = forgery.change(subject)
        forgery.item(change, vs, "sysbp", 120, 130)
        forgery.history(change, vs, sysbp=130)


def test_a_history_row_slipped_in_before_the_others(vs: Any, subject: Subject) -> None:
    with refused("the row itself does not say so"):
        change = forgery.change(subject)
        for name, value in trial.answers_of(trial.stored(vs)).items():
            forgery.item(change, vs, name, None, 99 if name == "sysbp" else value)
        forged = {"sysbp": 99, "history_id": -1, "history_type": "+", "entered_at": change.at}
        forgery.history(change, vs, **forged)


@pytest.mark.parametrize(("told", "words"), [("+", "person, reason or time differ"), ("-", "not the kind of entry")])
def test_a_history_row_of_another_kind(vs: Any, subject: Subject, told: str, words: str) -> None:
    with refused(words):
        change = forgery.change(subject)
        forgery.item(change, vs, "sysbp", 120, 130)
        forgery.history(change, vs, sysbp=130, history_type=told)
        forgery.row(change, vs, sysbp=130)


@pytest.mark.parametrize(
    "other", ["history_user_id", "history_change_reason", "history_date", "changed_by_id", "changed_at"]
)
def test_a_history_row_that_names_another_person_reason_or_time(
    vs: Any, subject: Subject, cast: Cast, other: str
) -> None:
    yesterday = Change.objects.latest("id").at - timedelta(days=1)
    told = yesterday if other in ("history_date", "changed_at") else "another" if "reason" in other else cast.monitor.pk
    with refused("person, reason or time differ"):
        change = forgery.change(subject)
        forgery.item(change, vs, "sysbp", 120, 130)
        forgery.history(change, vs, sysbp=130, **{other: told})
        forgery.row(change, vs, sysbp=130, **({other: told} if other.startswith("changed") else {}))


@pytest.mark.req("ENT-02", "TIM-01")
@pytest.mark.parametrize("other", ["entered_at", "entered_by_id"])
def test_a_first_entry_back_dated_or_under_another_name(vs: Any, subject: Subject, cast: Cast, other: str) -> None:
    with refused("person, reason or time differ"):
        change = forgery.change(subject, kind="CREATE")
        visit = Visit(pk=900, subject=subject, code="D1", status="OCCURRED", visit_on=trial.VISIT_ON)
        copy = type(vs)(**forgery.values_of(vs) | {"id": 901, "visit_id": 900, "changed_at": change.at})
        copy.entered_at = change.at - timedelta(days=3) if other == "entered_at" else change.at
        copy.entered_by_id = cast.monitor.pk if other == "entered_by_id" else change.actor_id
        for new in (visit, copy):
            type(new).objects.bulk_create([new])
            for name, value in trial.answers_of(trial.stored(new)).items():
                forgery.item(change, new, name, None, value)
        for new in (visit, copy):
            forgery.history(change, new, history_type="+")


def test_a_record_in_another_subjects_chain(vs: Any, subject: Subject, cast: Cast, coordinator: Actor) -> None:
    other = subjects.add(cast.site, by=coordinator)
    with refused("of another subject"):
        change = forgery.change(other)
        forgery.item(change, vs, "sysbp", 120, 130)
        forgery.history(change, vs, sysbp=130)
        forgery.row(change, vs, sysbp=130)


def test_a_row_of_a_form_in_another_subjects_chain(subject: Subject, cast: Cast, coordinator: Actor) -> None:
    place = trial.place_at(subject, "SCR", "CHEM")
    row = {"lbtestcd": "ALT", "lborres": "20", "lborresu": "U/L", "lbornrhi": "40"}
    entry = Entry({"lbperf": "Y"}, rows={"results": [RowEntry(row, 1)]}, visit_on=trial.VISIT_ON)
    record: Any = trial.save(place, entry, by=coordinator).record
    other = subjects.add(cast.site, by=coordinator)
    result = record.results.get()
    with refused("of another subject"):
        change = forgery.change(other)
        forgery.item(change, result, "lborresu", "U/L", "g/L")
        forgery.history(change, result, lborresu="g/L")
        forgery.row(change, result, lborresu="g/L")


def test_books_kept_without_a_record(vs: Any, subject: Subject, cast: Cast) -> None:
    with refused("changed without its history"):
        type(vs).objects.filter(pk=vs.pk).update(revision=7, changed_by=cast.monitor)
    with refused("has no item"):
        change = forgery.change(subject)
        forgery.history(change, vs, revision=7)
        forgery.row(change, vs, revision=7)


@pytest.mark.req("TIM-01")
def test_a_record_of_another_time(vs: Any, subject: Subject) -> None:
    with refused("the time is the server's"):
        forgery.change(subject, at=Change.objects.latest("id").at - timedelta(minutes=1))


@pytest.mark.parametrize("otherwise", [{"seq": 9}, {"seq": 1}, {"prev_digest": "0" * 64}])
def test_a_record_out_of_its_place_in_the_chain(vs: Any, subject: Subject, otherwise: dict[str, Any]) -> None:
    with refused("does not continue the chain"):
        forgery.change(subject, **otherwise)


def test_an_item_added_after_the_check_was_made_early(vs: Any, subject: Subject) -> None:
    with refused("comes after its history"):
        change = forgery.change(subject)
        forgery.item(change, vs, "sysbp", 120, 130)
        forgery.history(change, vs, sysbp=130)
        forgery.row(change, vs, sysbp=130)
        trial.sql("SET CONSTRAINTS ALL IMMEDIATE")
        forgery.item(change, vs, "diabp", 80, 20)


def test_an_early_check_spares_no_row(vs: Any, subject: Subject) -> None:
    with refused("changed without its history"):
        trial.sql("SET CONSTRAINTS ALL IMMEDIATE")
        type(vs).objects.filter(pk=vs.pk).update(sysbp=130)


def test_what_is_added_to_a_record_of_another_transaction(committed_db: str, vs: Any, subject: Subject) -> None:
    old = Change.objects.latest("id")
    with refused("after its history"):
        forgery.item(old, vs, "diabp", 80, 20)
    with refused("after its history"):
        forgery.item(old, subject, "infusion_on", None, "2026-03-01")
    with refused("of another transaction"):
        forgery.history(old, subject)


def test_a_temporary_table_in_the_trails_place(committed_db: str, vs: Any, subject: Subject) -> None:
    """PostgreSQL looks among a session's temporary tables first; the functions of the protection do not."""
    with owner_connection(committed_db) as owner:
        owner.execute(f'GRANT TEMP ON DATABASE "{committed_db}" TO {connection.settings_dict["USER"]}')
    with refused("has no item"):
        change = forgery.change(subject)
        trial.sql("CREATE TEMP TABLE core_changeitem (LIKE public.core_changeitem) ON COMMIT DROP")
        columns = "id, change_id, table_name, row_id, field, old, new, system_rule, salt, digest"
        trial.sql(
            "ALTER TABLE pg_temp.core_changeitem ALTER masked SET DEFAULT false, "
            "ALTER was_signed SET DEFAULT false, ALTER was_verified SET DEFAULT false"
        )
        trial.sql(
            f"INSERT INTO pg_temp.core_changeitem ({columns})"  # noqa: S608
            " VALUES (1, %s, %s, %s, 'sysbp', '120', '130', '', '', '')",
            [change.pk, vs._meta.db_table, vs.pk],
        )
        forgery.history(change, vs, sysbp=130)
        forgery.row(change, vs, sysbp=130)


def test_at_a_real_commit_too(committed_db: str, vs: Any) -> None:
    """What the other tests ask for early happens at COMMIT by itself."""
    with pytest.raises(DatabaseError, match="changed without its history"), transaction.atomic():  # noqa: PT012
        type(vs).objects.filter(pk=vs.pk).update(sysbp=130)
        assert trial.stored(vs)["sysbp"] == 130
    assert trial.stored(vs)["sysbp"] == 120


@pytest.mark.req("AUD-01", "AUD-02")
@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"actor_name": "Somebody Else"}, "site or name"),
        ({"role": "monitor"}, "no such role"),
        ({"role": "investigator"}, "no such role"),
        ({"role": ""}, "no such role"),
        ({"reason": "  "}, "no reason"),
        ({"reason": "", "kind": "CREATE"}, "without a reason"),
    ],
)
def test_a_record_under_another_name_or_role_or_without_a_reason(
    vs: Any, subject: Subject, told: dict[str, Any], words: str
) -> None:
    with refused(words):
        change = forgery.change(subject, **told)
        forgery.item(change, vs, "sysbp", 120, 130)
        forgery.history(change, vs, sysbp=130, history_change_reason=change.reason)
        forgery.row(change, vs, sysbp=130)


@pytest.mark.req("AUD-01")
def test_a_record_filed_at_another_site(vs: Any, subject: Subject, cast: Cast) -> None:
    with refused("site or name"):
        forgery.change(subject, site_id=cast.other_site.pk)


@pytest.mark.req("AUD-01")
def test_a_record_by_somebody_who_may_not_write(vs: Any, subject: Subject, cast: Cast) -> None:
    auditor = {"actor_id": cast.auditor.pk, "actor_name": cast.auditor.full_name}
    for role in ("auditor", "coordinator", ""):
        with refused("no such role"):
            forgery.change(subject, **auditor, role=role)


@pytest.mark.req("AUD-04")
@pytest.mark.parametrize(("field", "old", "new"), [("voided", True, None), ("sysbp", 120, 130)])
def test_what_is_void_stays_as_it_is(
    vs: Any, subject: Subject, coordinator: Actor, field: str, old: Any, new: Any
) -> None:
    """Neither made valid again nor filled in, though the record of it is true in every part."""
    crf.void(trial.place_at(subject, "SCR", "VS"), by=coordinator, reason="wrong subject", revision=1)
    commit()
    vs.refresh_from_db()
    state = {field: new if field == "sysbp" else False}
    with refused("what is void stays as it is"):
        change = forgery.change(subject)
        forgery.item(change, vs, field, old, new)
        forgery.history(change, vs, **state)
        forgery.row(change, vs, **state)
