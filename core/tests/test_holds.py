"""Freeze, lock and unlock: what each act leaves on record, what follows what, and that unlocking takes two people."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from accounts.actor import Actor
from accounts.testing import Cast
from core.actions import crf, hold
from core.actions import query as queries
from core.actions.errors import ReasonRequired, Refused
from core.actions.hold import Moved, Shown, Unseen
from core.holds import held_of
from core.lockcheck import Target, standing
from core.models import (
    Change,
    ChangeItem,
    ChangeKind,
    Hold,
    HoldState,
    HoldStep,
    HoldVerb,
    Level,
    Query,
    Subject,
)
from core.places import Place
from core.testing import trial
from core.testing.trial import CALM, commit
from core.tests import hold_scenes, signing_scenes
from core.tests.hold_scenes import VISIT, WHY, do, freeze, lock, targets, unlock

pytestmark = pytest.mark.req("QRY-03")
LEVELS = ("form", "visit", "subject", "site", "study")


@pytest.fixture
def vs(cast: Cast, subject: Subject) -> Place:
    """Vital signs that nothing keeps from being locked."""
    return hold_scenes.ready(cast, subject)


@pytest.fixture
def whole(vs: Place) -> Target:
    """The casebook."""
    return Target.of_subject(vs.subject)


def change_vs(place: Place, by: Actor, **values: str) -> crf.Saved:
    return trial.save_vs(place.subject, CALM | values, by=by, reason="misread", visit=VISIT)


def sysbp(place: Place) -> Any:
    return getattr(trial.place_at(place.subject, VISIT, "VS").record, "sysbp", None)


def test_it_works(cast: Cast, vs: Place, whole: Target, coordinator: Actor) -> None:
    do(hold.freeze, whole, cast, cast.monitor, reason="Visit of the monitor")
    assert standing(whole).state == HoldState.FROZEN
    with pytest.raises(Refused, match="frozen"):
        change_vs(vs, coordinator, sysbp="130")
    do(hold.unfreeze, whole, cast, cast.monitor)
    lock(whole, cast)
    assert standing(whole).state == HoldState.LOCKED
    with pytest.raises(Refused, match="locked"):
        change_vs(vs, coordinator, sysbp="130")
    do(hold.ask_unlock, whole, cast, cast.investigator)
    assert standing(whole).asked
    do(hold.unlock, whole, cast)
    assert standing(whole).state == HoldState.FREE
    change_vs(vs, coordinator, sysbp="130")
    commit()
    kinds = ["FREEZE", "UNFREEZE", "LOCK", "ASK_UNLOCK", "UNLOCK"]
    assert list(Change.objects.filter(kind__in=kinds).order_by("seq").values_list("kind", flat=True)) == kinds


def test_each_step_is_on_record_with_person_role_time_and_reason(cast: Cast, vs: Place) -> None:
    target = Target.of_form(vs)
    (change,) = do(hold.freeze, target, cast, cast.monitor, reason="Visit of the monitor")
    step = HoldStep.objects.get()
    assert (step.verb, step.actor_name, step.role) == ("FREEZE", cast.monitor.full_name, "monitor")
    assert step.text.splitlines()[0] == "Visit of the monitor"
    assert step.at == change.at
    assert (change.kind, change.visit_name, change.form_code, change.record_key) == (ChangeKind.FREEZE, VISIT, "VS", 1)
    tables = set(ChangeItem.objects.filter(change=change).values_list("table_name", "field"))
    assert tables == {("core_hold", "*"), ("core_holdstep", "*")}


def test_a_hold_goes_on_from_where_it_stood(cast: Cast, whole: Target) -> None:
    freeze(whole, cast)
    (change,) = do(hold.lock, whole, cast)
    assert Hold.objects.count() == 1
    assert [item.table_name for item in ChangeItem.objects.filter(change=change)] == ["core_holdstep"]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("act", [freeze, lock])
def test_data_rest_at_every_level(cast: Cast, vs: Place, coordinator: Actor, level: str, act: Any) -> None:
    act(targets(vs)[level], cast)
    with pytest.raises(Refused):
        change_vs(vs, coordinator, sysbp="130")
    assert sysbp(vs) == 120


@pytest.mark.parametrize("level", LEVELS)
def test_what_was_unlocked_at_every_level_can_be_changed(cast: Cast, vs: Place, coordinator: Actor, level: str) -> None:
    lock(targets(vs)[level], cast)
    unlock(targets(vs)[level], cast)
    change_vs(vs, coordinator, sysbp="130")
    commit()
    assert sysbp(vs) == 130


@pytest.mark.parametrize("level", ["form", "visit"])
def test_what_lies_beside_goes_on(cast: Cast, vs: Place, coordinator: Actor, level: str) -> None:
    lock(targets(vs)[level], cast)
    trial.save_vs(vs.subject, CALM, by=coordinator, visit="BL")
    commit()


def test_review_goes_on_under_a_freeze_and_ends_at_a_lock(cast: Cast, vs: Place, coordinator: Actor) -> None:
    signing_scenes.vitals(vs.subject, coordinator, visit="BL", sysbp="250")
    commit()
    query, place = Query.objects.get(), trial.place_at(vs.subject, "BL", "VS")
    freeze(Target.of_subject(vs.subject), cast)
    queries.answer(query, "As observed", by=coordinator)
    queries.close(query, "Agreed", by=cast.actor(cast.monitor))
    hold_scenes.signed(cast, hold_scenes.verified(cast, place))
    lock(Target.of_subject(vs.subject), cast)
    with pytest.raises(Refused, match="locked"):
        queries.reopen(Query.objects.get(), "One more question", by=cast.actor(cast.monitor))
    with pytest.raises(Refused, match="locked"):
        hold_scenes.verified(cast, vs)


def test_holds_nest_and_unlocking_the_inner_one_leaves_the_outer(cast: Cast, vs: Place, coordinator: Actor) -> None:
    form, visit = targets(vs)["form"], targets(vs)["visit"]
    lock(form, cast)
    lock(visit, cast)
    unlock(form, cast)
    assert [hold.level for hold in held_of(vs.subject).covering(VISIT, "VS", 1)] == [Level.VISIT]
    with pytest.raises(Refused, match="locked"):
        change_vs(vs, coordinator, sysbp="130")
    unlock(visit, cast)
    change_vs(vs, coordinator, sysbp="130")


@pytest.mark.parametrize("level", LEVELS)
def test_unlocking_takes_two_people(cast: Cast, vs: Place, level: str) -> None:
    target = targets(vs)[level]
    lock(target, cast)
    do(hold.ask_unlock, target, cast)
    with pytest.raises(PermissionDenied, match="two people"):
        do(hold.unlock, target, cast)
    assert standing(target).state == HoldState.LOCKED
    do(hold.unlock, target, cast, cast.monitor)
    assert standing(target).state == HoldState.FREE


def test_nobody_unlocks_what_nobody_asked_for(cast: Cast, whole: Target) -> None:
    lock(whole, cast)
    with pytest.raises(Moved):
        do(hold.unlock, whole, cast, cast.monitor)
    do(hold.ask_unlock, whole, cast)
    with pytest.raises(Moved):
        do(hold.ask_unlock, whole, cast, cast.investigator)


def test_a_refused_request_is_over_and_another_can_be_made(cast: Cast, whole: Target) -> None:
    lock(whole, cast)
    do(hold.ask_unlock, whole, cast, cast.investigator)
    do(hold.refuse_unlock, whole, cast, cast.monitor, reason="The source says the same")
    assert (standing(whole).state, standing(whole).asked) == (HoldState.LOCKED, False)
    with pytest.raises(Moved):
        do(hold.unlock, whole, cast, cast.monitor)
    do(hold.ask_unlock, whole, cast, cast.investigator)
    do(hold.unlock, whole, cast, cast.monitor)
    verbs = [HoldVerb.LOCK, HoldVerb.ASK, HoldVerb.REFUSE, HoldVerb.ASK, HoldVerb.UNLOCK]
    assert list(HoldStep.objects.order_by("id").values_list("verb", flat=True)) == verbs


@pytest.mark.parametrize("reason", ["", "   ", " . "])
def test_each_step_but_freeze_and_lock_needs_its_reason(cast: Cast, whole: Target, reason: str) -> None:
    freeze(whole, cast)
    for before, act in ((None, hold.unfreeze), (hold.lock, hold.ask_unlock), (hold.ask_unlock, hold.unlock)):
        if before:
            do(before, whole, cast)
        with pytest.raises(ReasonRequired, match="Say why"):
            do(act, whole, cast, cast.monitor if act is hold.unlock else None, reason=reason)
    with pytest.raises(ReasonRequired):
        do(hold.refuse_unlock, whole, cast, cast.monitor, reason=reason)


MAY = {
    hold.freeze: {"monitor", "data_manager"},
    hold.unfreeze: {"monitor", "data_manager"},
    hold.lock: {"data_manager"},
    hold.ask_unlock: {"data_manager", "investigator"},
    hold.unlock: {"monitor", "investigator"},
    hold.refuse_unlock: {"data_manager", "monitor", "investigator"},
}
BEFORE = {
    hold.freeze: (), hold.unfreeze: (freeze,), hold.lock: (), hold.ask_unlock: (lock,),
    hold.unlock: (lock, lambda target, cast: do(hold.ask_unlock, target, cast)),
    hold.refuse_unlock: (lock, lambda target, cast: do(hold.ask_unlock, target, cast)),
}  # fmt: skip
ROLES = ("coordinator", "investigator", "monitor", "data_manager", "safety_reviewer", "auditor", "administrator")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("act", list(MAY), ids=lambda act: act.__name__)
def test_each_role_does_only_its_own_acts(cast: Cast, whole: Target, act: Any, role: str) -> None:
    for earlier in BEFORE[act]:
        earlier(whole, cast)
    before = Change.objects.count()
    if role in MAY[act]:
        do(act, whole, cast, getattr(cast, role))
    else:
        with pytest.raises(PermissionDenied):
            do(act, whole, cast, getattr(cast, role))
    assert Change.objects.count() == before + (role in MAY[act])


def test_a_lock_is_refused_while_anything_blocks_whatever_was_ticked(cast: Cast, subject: Subject) -> None:
    signing_scenes.vitals(subject, cast.actor(cast.coordinator))
    target = Target.of_subject(subject)
    with pytest.raises(Refused, match="cannot be locked"):
        do(hold.lock, target, cast)
    freeze(target, cast)
    with pytest.raises(Refused, match="cannot be locked"):
        do(hold.lock, target, cast)


def test_each_warning_is_ticked_and_what_was_seen_is_kept(cast: Cast, whole: Target) -> None:
    now = Shown.now(whole)
    with pytest.raises(Unseen, match="Tick each warning"):
        do(hold.lock, whole, cast, shown=Shown(now.step, now.findings))
    lock(whole, cast)
    text = HoldStep.objects.get().text
    assert text.startswith(WHY)
    assert "Seen: 1 form was entered more than 7 days after its visit." in text


def test_a_page_that_did_not_show_what_is_there_now_holds_nothing(
    cast: Cast, vs: Place, whole: Target, coordinator: Actor
) -> None:
    seen = Shown.now(whole)
    trial.save_vs(vs.subject, CALM, by=coordinator, visit="BL")
    commit()
    for act in (hold.freeze, hold.lock):
        with pytest.raises(Moved):
            do(act, whole, cast, shown=seen)
    seen = Shown.now(whole)
    freeze(whole, cast)
    with pytest.raises(Moved):
        do(hold.freeze, whole, cast, shown=seen)


@pytest.mark.req("SIG-04")
def test_what_is_changed_after_unlocking_must_be_signed_again(cast: Cast, vs: Place, coordinator: Actor) -> None:
    whole = Target.of_subject(vs.subject)
    lock(whole, cast)
    unlock(whole, cast)
    change_vs(vs, coordinator, sysbp="130")
    with pytest.raises(Refused, match="cannot be locked"):
        lock(whole, cast)
    hold_scenes.signed(cast, hold_scenes.verified(cast, vs))
    lock(whole, cast)


def test_a_lock_is_sealed(cast: Cast, whole: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(hold, "request_seal", asked.append)
    freeze(whole, cast)
    assert asked == []
    lock(whole, cast)
    assert asked == ["LOCK"]
