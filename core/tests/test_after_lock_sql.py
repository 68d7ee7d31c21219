"""PostgreSQL lets past a lock what the controlled path enters, and nothing that only pretends to be it (SAF-02)."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.actor import Actor, system_actor
from accounts.testing import Cast
from core.actions import after_lock
from core.actions.entry import Entry
from core.crf import read
from core.models import Change, Subject
from core.places import LOG, NEW
from core.testing import forgery, trial
from core.testing.forms import enter
from core.testing.trial import CALM, commit, refused, sql
from core.tests.verification_scenes import hold

pytestmark = pytest.mark.req("SAF-02", "ADM-07")
SAE = {"saeterm": "Pneumonia"}


@pytest.fixture
def old(cast: Cast, subject: Subject, coordinator: Actor) -> Any:
    """A serious event that was there before the lock, and vital signs beside it."""
    trial.save_vs(subject, CALM, by=coordinator)
    record = enter(coordinator, subject, LOG, "SAE", SAE).record
    enter(coordinator, subject, LOG, "DV", {"dvterm": "Pulse not taken"})
    hold(cast, subject)
    return record


@pytest.fixture
def new(old: Any, subject: Subject, coordinator: Actor) -> Any:
    """One that was entered after it."""
    saved = after_lock.save(trial.place_at(subject, LOG, "SAE", NEW), Entry(SAE), by=coordinator, reason="After")
    commit()
    return saved.record


def after(subject: Subject, cast: Cast, record: Any, **otherwise: Any) -> Change:
    """A change record of the kind that leads past a lock."""
    who = {"actor_id": cast.coordinator.pk, "actor_name": cast.coordinator.full_name, "role": "coordinator"}
    where = {"visit_name": LOG, "form_code": record.crf.code, "record_key": record.key, "query_id": None}
    return forgery.change(subject, **who | where | {"kind": "AFTER_LOCK"} | otherwise)


def changed(change: Change, record: Any, name: str, new: Any, **otherwise: Any) -> None:
    """A value changed, true in every part."""
    forgery.item(change, record, name, getattr(record, name), new)
    told = {name: new, "revision": record.revision + 1} | otherwise
    forgery.history(change, record, **told)
    forgery.row(change, record, **told)


def begun(change: Change, model: Any, name: str, value: Any, **otherwise: Any) -> None:
    """A record added, true in every part."""
    stamps = {"entered_at": change.at, "changed_at": change.at}
    by = {"entered_by_id": change.actor_id, "changed_by_id": change.actor_id}
    record = model(subject=change.subject, form_version=1, **{name: value} | stamps | by | otherwise)
    model._base_manager.bulk_create([record])
    forgery.item(change, record, "form_version", None, 1)
    forgery.item(change, record, name, None, value)
    forgery.history(change, record, history_type="+")


def test_a_change_of_what_was_entered_after_passes(cast: Cast, subject: Subject, new: Any) -> None:
    """The control of what follows."""
    changed(after(subject, cast, new), new, "saeterm", "Sepsis")
    commit()
    assert trial.stored(new)["saeterm"] == "Sepsis"


def test_a_new_line_of_a_form_that_is_taken_passes(cast: Cast, subject: Subject, old: Any) -> None:
    """The control of what follows."""
    begun(after(subject, cast, old, record_key=9), type(old), "saeterm", "Sepsis", key=9)
    commit()


def test_a_change_of_what_was_there_before(cast: Cast, subject: Subject, old: Any) -> None:
    with refused("is not entered after a lock"):
        changed(after(subject, cast, old), old, "saeterm", "Sepsis")


def test_a_change_that_names_a_line_entered_after(cast: Cast, subject: Subject, old: Any, new: Any) -> None:
    with refused("is not entered after a lock"):
        changed(after(subject, cast, old, record_key=new.key), old, "saeterm", "Sepsis")


@pytest.mark.parametrize("kind", ["CHANGE", "CREATE", "VOID"])
def test_an_ordinary_change_of_what_was_entered_after(cast: Cast, subject: Subject, new: Any, kind: str) -> None:
    with refused("it is frozen"):
        changed(after(subject, cast, new, kind=kind), new, "saeterm", "Sepsis")


@pytest.mark.parametrize("kind", ["CREATE", "AFTER_LOCK"])
def test_a_new_line_of_a_form_that_is_not_taken(cast: Cast, subject: Subject, old: Any, kind: str) -> None:
    with refused("locked" if kind == "CREATE" else "is not entered after a lock"):
        place = {"form_code": "DV", "record_key": 9, "kind": kind}
        begun(after(subject, cast, old, **place), read.form_models()["DV"], "dvterm", "Late", key=9)


@pytest.mark.parametrize("kind", ["CREATE", "AFTER_LOCK"])
def test_a_form_of_a_visit(cast: Cast, subject: Subject, old: Any, kind: str) -> None:
    record: Any = trial.place_at(subject, "SCR", "VS").record
    with refused("locked" if kind == "CREATE" else "is not entered after a lock"):
        place = {"visit_name": "SCR", "form_code": "VS", "record_key": 1, "kind": kind}
        changed(after(subject, cast, old, **place), record, "sysbp", 130)


def test_a_form_that_is_taken_at_a_visit(cast: Cast, subject: Subject, old: Any) -> None:
    """Only lines of a log: a visit is no log, whatever form stands there."""
    visit = trial.place_at(subject, "SCR", "VS").at.visit
    with refused("is not entered after a lock"):
        begun(after(subject, cast, old, record_key=9), type(old), "saeterm", "Sepsis", key=9, visit=visit)


def test_a_row_under_what_was_there_before(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    event: Any = enter(coordinator, subject, LOG, "AE", {"aeterm": "Fever"}).record
    hold(cast, subject)
    with refused("is not entered after a lock"):
        change = after(subject, cast, event)
        model: Any = read.form("AE").group("treatments").model
        row = model(parent=event, key=1, aecmno=1)
        model._base_manager.bulk_create([row])
        forgery.item(change, row, "aecmno", None, 1)
        forgery.history(change, row, history_type="+")


@pytest.mark.parametrize("name", ["consent_on", "infusion_on"])
def test_another_milestone_of_the_subject(cast: Cast, subject: Subject, new: Any, name: str) -> None:
    subject.refresh_from_db()
    with refused("only a death"):
        change = after(subject, cast, new)
        forgery.item(change, subject, name, None, "2026-03-01")
        changed(change, new, "saeterm", "Sepsis")
        forgery.history(change, subject, **{name: "2026-03-01"})
        forgery.row(change, subject, **{name: "2026-03-01"})


def test_a_death_without_its_line(cast: Cast, subject: Subject, new: Any) -> None:
    subject.refresh_from_db()
    with refused("only a death"):
        change = after(subject, cast, new)
        forgery.item(change, subject, "died_on", None, "2026-03-01")
        forgery.history(change, subject, died_on="2026-03-01")
        forgery.row(change, subject, died_on="2026-03-01")


def test_without_a_reason(cast: Cast, subject: Subject, new: Any) -> None:
    with refused("no reason"):
        changed(after(subject, cast, new, reason=" "), new, "saeterm", "Sepsis")


@pytest.mark.parametrize(("who", "role"), [("monitor", "monitor"), ("data_manager", "data_manager")])
def test_by_one_who_may_not(cast: Cast, subject: Subject, new: Any, who: str, role: str) -> None:
    person = getattr(cast, who)
    with refused("no such role"):
        after(subject, cast, new, actor_id=person.pk, actor_name=person.full_name, role=role)


def test_where_nothing_is_held(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    trial.save_vs(subject, CALM, by=coordinator)
    record = enter(coordinator, subject, LOG, "SAE", SAE).record
    with refused("nothing holds it"):
        begun(after(subject, cast, record, record_key=9), type(record), "saeterm", "Sepsis", key=9)


def test_what_is_locked_by_itself_is_locked(cast: Cast, subject: Subject, new: Any) -> None:
    """The lock of one record is later than the record."""
    held = "SELECT trail_held(%s, 'LOG', 'SAE', %s)"
    assert sql(held, [subject.pk, new.key]).fetchone() == ("FROZEN",)
    assert sql(held, [subject.pk, 1]).fetchone() == ("LOCKED",)
    hold(cast, subject, level="FORM", visit_name=LOG, form_code="SAE", record_key=new.key)
    assert sql(held, [subject.pk, new.key]).fetchone() == ("LOCKED",)
    with refused("nothing holds it, or it was there before"):
        changed(after(subject, cast, new), new, "saeterm", "Sepsis")


def test_the_system_never_takes_this_path(cast: Cast, subject: Subject, new: Any) -> None:
    system = system_actor()
    with refused("the system does not do this"):
        after(subject, cast, new, actor_id=system.user.pk, actor_name=system.name, role="")
