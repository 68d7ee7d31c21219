"""What is frozen or locked cannot be written by any path: PostgreSQL refuses, whoever writes and whatever is forged."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.actor import Actor
from accounts.models import User
from accounts.testing import Cast
from core.actions import hold
from core.actions import subject as subjects
from core.lockcheck import Target, standing
from core.models import Change, Hold, HoldState, HoldStep, Level, Query, QueryEvent, QueryState, Signature, Subject
from core.places import Place
from core.testing import forgery, trial
from core.testing.trial import CALM, commit, refused, sql
from core.tests import hold_scenes
from core.tests.hold_scenes import VISIT, do, freeze, lock, targets

pytestmark = pytest.mark.req("QRY-03", "ADM-07")
LEVELS = ("form", "visit", "subject", "site", "study")
HOLDS = [pytest.param(freeze, "frozen", id="frozen"), pytest.param(lock, "locked", id="locked")]


@pytest.fixture
def vs(cast: Cast, subject: Subject) -> Place:
    """Vital signs that nothing keeps from being locked."""
    return hold_scenes.ready(cast, subject)


@pytest.fixture
def whole(vs: Place) -> Target:
    """The casebook."""
    return Target.of_subject(vs.subject)


def person(user: User, role: str) -> dict[str, Any]:
    """Who a forged record says has acted."""
    return {"actor_id": user.pk, "actor_name": user.full_name, "role": role}


def site_change(place: Place, cast: Cast, **otherwise: Any) -> Change:
    """A change of data by the coordinator, as the chain would take it."""
    where = {"visit_name": VISIT, "form_code": "VS", "record_key": 1, "query_id": None}
    return forgery.change(place.subject, **person(cast.coordinator, "coordinator") | where | otherwise)


def changed(place: Place, cast: Cast) -> None:
    """A change of a value that is true in every part: its verification and the signature fall with it."""
    record: Any = place.record
    change = site_change(place, cast)
    left = {name: mark for name, mark in record.verified.items() if name != "sysbp"}
    forgery.item(change, record, "sysbp", 120, 130)
    forgery.item(change, record, "signature_id", record.signature_id, None)
    forgery.item(change, record, "verified.sysbp", True, None)
    after = {"sysbp": 130, "signature_id": None, "verified": left, "revision": record.revision + 1}
    forgery.history(change, record, **after)
    forgery.row(change, record, **after)


def step(target: Target, user: User, role: str, verb: str, kind: str, **otherwise: Any) -> HoldStep:
    """A step of a hold with its change record, true in every part unless told otherwise.

    `state`, `asked`: where it leads. `of`, `by`: the subject, the data manager whose the change record is instead.
    """
    moved = {"state": otherwise.pop("state", HoldState.FREE), "asked": otherwise.pop("asked", False)}
    subject: Any = otherwise.pop("of", target.subject)
    (held,) = standing(target).holds.values()
    by = otherwise.pop("by", user)
    actor = person(by, "data_manager" if by != user else role)
    change = forgery.change(subject, **{"kind": kind, "query_id": None} | actor | otherwise)
    said = {"hold": held, "verb": verb, "at": change.at, "change": change, "text": "forged"}
    forged = HoldStep.objects.create(**said | moved | person(user, role))
    forgery.item(change, forged, "*", None, forged.carried())
    Hold.objects.filter(pk=held.pk).update(**moved)
    return forged


def test_a_change_that_is_true_in_every_part_passes_where_nothing_holds(cast: Cast, vs: Place) -> None:
    """The control of what follows."""
    changed(vs, cast)
    commit()
    record: Any = vs.record
    assert trial.stored(record)["sysbp"] == 130


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("held", "word"), HOLDS)
def test_a_forged_change_of_a_form(cast: Cast, vs: Place, level: str, held: Any, word: str) -> None:
    held(targets(vs)[level], cast)
    with refused(word):
        changed(vs, cast)


@pytest.mark.parametrize(("held", "word"), HOLDS)
def test_a_new_form_at_a_held_visit(cast: Cast, vs: Place, held: Any, word: str) -> None:
    held(targets(vs)["visit"], cast)
    form: Any = type(vs.record)
    by = {"entered_by": cast.coordinator, "changed_by": cast.coordinator}
    with refused(word):
        change = site_change(vs, cast, kind="CREATE", record_key=2)
        stamps = {"entered_at": change.at, "changed_at": change.at}
        record = form(subject=vs.subject, visit=vs.at.visit, key=2, form_version=1, vsperf="N", **by | stamps)
        form._base_manager.bulk_create([record])
        forgery.item(change, record, "form_version", None, 1)
        forgery.item(change, record, "vsperf", None, "N")
        forgery.history(change, record, history_type="+")


@pytest.mark.parametrize("level", ["visit", "subject", "site", "study"])
@pytest.mark.parametrize(("held", "word"), HOLDS)
def test_a_forged_date_of_a_visit(cast: Cast, vs: Place, level: str, held: Any, word: str) -> None:
    held(targets(vs)[level], cast)
    visit: Any = vs.at.visit
    with refused(word):
        change = site_change(vs, cast, form_code="", record_key=None)
        forgery.item(change, visit, "visit_on", "2026-03-02", "2026-03-03")
        forgery.history(change, visit, visit_on="2026-03-03")
        forgery.row(change, visit, visit_on="2026-03-03")


@pytest.mark.parametrize("level", ["subject", "site", "study"])
@pytest.mark.parametrize(("held", "word"), HOLDS)
def test_a_forged_milestone_of_a_subject(cast: Cast, vs: Place, level: str, held: Any, word: str) -> None:
    held(targets(vs)[level], cast)
    with refused(word):
        change = site_change(vs, cast, visit_name="", form_code="", record_key=None)
        forgery.item(change, vs.subject, "consent_on", None, "2026-03-01")
        forgery.history(change, vs.subject, consent_on="2026-03-01")
        forgery.row(change, vs.subject, consent_on="2026-03-01")


@pytest.mark.parametrize("path", ["orm", "bulk", "raw"])
def test_a_value_written_past_the_acts(cast: Cast, vs: Place, whole: Target, path: str) -> None:
    lock(whole, cast)
    record: Any = vs.record
    model: Any = type(record)
    with refused("without its history"):
        if path == "orm":
            model._base_manager.filter(pk=record.pk).update(sysbp=130)
        elif path == "bulk":
            record.sysbp = 130
            model._base_manager.bulk_update([record], ["sysbp"])
        else:
            sql(f'UPDATE "{model._meta.db_table}" SET sysbp = 130 WHERE id = %s', [record.pk])  # noqa: S608


def test_a_forged_mark_of_verification_under_a_lock(cast: Cast, vs: Place, whole: Target) -> None:
    lock(whole, cast)
    record: Any = vs.record
    name, left = next(iter(record.verified)), dict(list(record.verified.items())[1:])
    books = {"changed_at": record.changed_at, "changed_by_id": record.changed_by_id}
    with refused("locked"):
        change = site_change(vs, cast, kind="VERIFY", **person(cast.monitor, "monitor"))
        forgery.item(change, record, f"verified.{name}", True, None)
        forgery.history(change, record, verified=left, **books)
        forgery.row(change, record, verified=left, **books)


def test_a_forged_signature_under_a_lock(cast: Cast, vs: Place, whole: Target) -> None:
    lock(whole, cast)
    record: Any = vs.record
    books = {"changed_at": record.changed_at, "changed_by_id": record.changed_by_id}
    with refused("locked"):
        change = site_change(vs, cast, kind="SIGN", **person(cast.investigator, "investigator"))
        last = Signature.objects.latest("pk")
        again = Signature(**forgery.values_of(last) | {"id": None, "change_id": change.pk, "at": change.at})
        again.save(force_insert=True)
        forgery.item(change, again, "*", None, again.carried())
        forgery.item(change, record, "signature_id", last.pk, again.pk)
        forgery.history(change, record, signature_id=again.pk, **books)
        forgery.row(change, record, signature_id=again.pk, **books)


def test_a_forged_step_of_a_query_under_a_lock(cast: Cast, vs: Place, whole: Target, coordinator: Actor) -> None:
    trial.save_vs(vs.subject, CALM | {"sysbp": "250"}, by=coordinator, visit="BL", reason="x")
    query = Query.objects.get()
    place = trial.place_at(vs.subject, "BL", "VS")
    trial.save_vs(vs.subject, CALM, by=coordinator, visit="BL", reason="misread")
    commit()
    hold_scenes.signed(cast, hold_scenes.verified(cast, place))
    lock(whole, cast)
    with refused("locked"):
        change = site_change(vs, cast, kind="QUERY", visit_name="BL", query_id=query.pk)
        said = {
            "state": QueryState.ANSWERED,
            "at": change.at,
            "text": "forged",
            **person(cast.coordinator, "coordinator"),
        }
        answer = QueryEvent.objects.create(query=query, change=change, **said)
        forgery.item(change, answer, "*", None, answer.carried())


@pytest.mark.parametrize("level", ["site", "study"])
@pytest.mark.parametrize(("held", "word"), HOLDS)
def test_a_new_subject_at_a_held_site(cast: Cast, vs: Place, level: str, held: Any, word: str) -> None:
    held(targets(vs)[level], cast)
    with refused("frozen or locked"):
        Subject(site=cast.site, ordinal=9, number="01-009").save(force_insert=True)
    if level == "site":
        subjects.add(cast.other_site, by=cast.actor(cast.other_coordinator))
        commit()


def test_a_true_step_passes(cast: Cast, whole: Target) -> None:
    """The control of what follows."""
    lock(whole, cast)
    do(hold.ask_unlock, whole, cast, cast.investigator)
    step(whole, cast.monitor, "monitor", "UNLOCK", "UNLOCK")
    commit()
    assert standing(whole).state == HoldState.FREE


def test_a_hold_that_moves_without_a_step(cast: Cast, whole: Target) -> None:
    lock(whole, cast)
    with refused("its state is not that of its steps"):
        Hold.objects.update(state=HoldState.FREE)
    with refused("only its state moves"):
        Hold.objects.update(level=Level.FORM)
    with refused("its state is not that of its steps"):
        Hold.objects.update(asked=True)


def test_a_hold_without_a_step_or_a_record(cast: Cast, vs: Place) -> None:
    of = {"subject": vs.subject, "site": cast.site, "change": Change.objects.latest("id")}
    with refused():
        Hold.objects.create(level=Level.SUBJECT, state=HoldState.LOCKED, **of)


@pytest.mark.parametrize("table", ["core_hold", "core_holdstep"])
def test_holds_and_their_steps_are_never_taken_away(cast: Cast, whole: Target, table: str) -> None:
    lock(whole, cast)
    for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):  # noqa: S608  (table from the list above)
        with refused():
            sql(statement)
    with refused():
        sql("UPDATE core_holdstep SET text = 'another reason'")


def test_unlocking_without_a_request(cast: Cast, whole: Target) -> None:
    lock(whole, cast)
    with refused("does not follow"):
        step(whole, cast.monitor, "monitor", "UNLOCK", "UNLOCK")


def test_unlocking_by_the_one_who_asked(cast: Cast, whole: Target) -> None:
    lock(whole, cast)
    do(hold.ask_unlock, whole, cast, cast.investigator)
    with refused("another person"):
        step(whole, cast.investigator, "investigator", "UNLOCK", "UNLOCK")


def test_a_request_in_another_persons_name(cast: Cast, whole: Target) -> None:
    """Else one person could ask in the name of another, and agree."""
    lock(whole, cast)
    asking = {"state": HoldState.LOCKED, "asked": True}
    with refused("person, role or time differ"):
        step(whole, cast.investigator, "investigator", "ASK", "ASK_UNLOCK", by=cast.data_manager, **asking)


def test_a_step_whose_record_is_another_subjects(cast: Cast, whole: Target, coordinator: Actor) -> None:
    """Else the chain of the subject would not tell that it was unlocked."""
    other = subjects.add(cast.site, by=coordinator)
    commit()
    lock(whole, cast)
    do(hold.ask_unlock, whole, cast, cast.investigator)
    with refused("subject"):
        step(whole, cast.monitor, "monitor", "UNLOCK", "UNLOCK", of=other)


def test_a_step_whose_record_says_another_kind(cast: Cast, whole: Target) -> None:
    lock(whole, cast)
    do(hold.ask_unlock, whole, cast, cast.investigator)
    with refused("is not what its change record says"):
        step(whole, cast.data_manager, "data_manager", "UNLOCK", "FREEZE")


@pytest.mark.parametrize(
    ("who", "role"), [("coordinator", "coordinator"), ("auditor", "auditor"), ("monitor", "data_manager")]
)
def test_a_lock_by_one_who_may_not(cast: Cast, whole: Target, who: str, role: str) -> None:
    freeze(whole, cast)
    with refused("no such role"):
        step(whole, getattr(cast, who), role, "LOCK", "LOCK", state=HoldState.LOCKED)


@pytest.mark.parametrize(("verb", "kind"), [("UNFREEZE", "UNFREEZE"), ("ASK", "ASK_UNLOCK"), ("UNLOCK", "UNLOCK")])
def test_a_step_without_its_reason(cast: Cast, whole: Target, verb: str, kind: str) -> None:
    with refused("no reason"):
        freeze(whole, cast)
        step(whole, cast.data_manager, "data_manager", verb, kind, reason=" ")


def test_a_true_release_under_a_false_state(cast: Cast, whole: Target) -> None:
    lock(whole, cast)
    for state, asked in ((HoldState.FROZEN, False), (HoldState.LOCKED, False), (HoldState.FREE, True)):
        with refused("does not follow"):
            step(whole, cast.monitor, "monitor", "UNFREEZE", "UNFREEZE", state=state, asked=asked)
