"""Safety does not wait: new lines of the safety logs go past a freeze or lock, and nothing else does (SAF-02)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.test import override_settings

from accounts.actor import Actor
from accounts.testing import Cast
from core import schedule
from core.actions import after_lock, crf, draft, query
from core.actions.entry import Entry
from core.actions.errors import Conflict, Refused
from core.actions.hold import Shown, ask_unlock, unlock
from core.actions.verify import verify_chain
from core.crf import read
from core.holds import held_of
from core.lockcheck import Target
from core.models import Change, ChangeKind, Crf, HoldState, Query, Subject
from core.places import LOG, NEW, Place
from core.schedule import VisitKind
from core.testing import trial
from core.testing.forms import enter
from core.testing.trial import commit
from core.tests import hold_scenes, signing_scenes
from core.tests.hold_scenes import freeze, lock, targets
from core.tests.scenes import client_of, text_of
from core.tests.verification_scenes import hold

pytestmark = pytest.mark.req("SAF-02")
WHY = "Reported by another hospital after the lock"
SAE = {"saeterm": "Second malignancy", "saeaware": "2026-03-05T09:30+08:00"}
TAKEN = ("AE", "SAE", "DTH", "PREG")


def line(subject: Subject, code: str, key: int = NEW) -> Place:
    return trial.place_at(subject, LOG, code, key)


def enter_after(subject: Subject, by: Actor, code: str = "SAE", key: int = NEW, **answers: Any) -> Any:
    place = line(subject, code, key)
    revision = place.record.revision if place.record else 0
    saved = after_lock.save(place, Entry(answers or SAE), by=by, reason=WHY, revision=revision)
    commit()
    return saved


@pytest.fixture
def locked(cast: Cast, subject: Subject) -> Subject:
    hold(cast, subject)
    return subject


def test_it_works(locked: Subject, coordinator: Actor) -> None:
    saved = enter_after(locked, coordinator)
    assert saved.record.saeterm == "Second malignancy"
    change = Change.objects.get(pk=saved.change.pk)
    assert (change.kind, change.reason, change.role) == (ChangeKind.AFTER_LOCK, WHY, "coordinator")
    assert (change.visit_name, change.form_code, change.record_key) == (LOG, "SAE", 1)
    assert held_of(locked).state() == HoldState.LOCKED, "the lock itself stays"
    assert verify_chain(locked) == []


@pytest.mark.parametrize("level", ["visit", "subject", "site", "study"])
@pytest.mark.parametrize("act", [freeze, lock])
def test_at_every_level_that_covers_the_logs(
    cast: Cast, subject: Subject, coordinator: Actor, level: str, act: Any
) -> None:
    place = hold_scenes.ready(cast, subject)
    log = Target.of_visit(trial.place_at(subject, LOG, "AE", NEW).at)
    act(log if level == "visit" else targets(place)[level], cast)
    with pytest.raises(Refused):
        crf.save(line(subject, "SAE"), Entry(SAE), by=coordinator)
    enter_after(subject, coordinator)
    enter_after(subject, coordinator, "AE", aeterm="Second malignancy", aeser="Y")


def test_a_line_so_entered_is_changed_and_voided_the_same_way(locked: Subject, coordinator: Actor) -> None:
    enter_after(locked, coordinator)
    saved = enter_after(locked, coordinator, key=1, saeterm="T-cell lymphoma")
    assert (saved.record.revision, saved.change.kind) == (2, ChangeKind.AFTER_LOCK)
    with pytest.raises(Refused, match="frozen"):
        crf.save(line(locked, "SAE", 1), Entry({"saeterm": "x"}), by=coordinator, reason=WHY, revision=2)
    voided = crf.void(line(locked, "SAE", 1), by=coordinator, reason="Another subject's", revision=2)
    commit()
    assert voided.change
    assert voided.change.kind == ChangeKind.AFTER_LOCK
    assert line(locked, "SAE", 1).record.voided  # type: ignore[union-attr]
    assert verify_chain(locked) == []


def test_what_was_there_before_stays_as_it_was(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    enter(coordinator, subject, LOG, "SAE", SAE)
    hold(cast, subject)
    with pytest.raises(Refused, match="only new lines"):
        enter_after(subject, coordinator, key=1, saeterm="Another")
    with pytest.raises(Refused):
        crf.void(line(subject, "SAE", 1), by=coordinator, reason=WHY, revision=1)


SCHEDULED = [visit for visit in schedule.current().visits if visit.kind in (VisitKind.SCHEDULED, VisitKind.LOG)]


@pytest.mark.parametrize("code", sorted({code for visit in SCHEDULED for code in visit.forms} - set(TAKEN)))
def test_every_other_form_is_refused(locked: Subject, coordinator: Actor, code: str) -> None:
    visit = next(visit.code for visit in SCHEDULED if code in visit.forms)
    place = trial.place_at(locked, visit, code, NEW if read.form(code).log else 1)
    with pytest.raises(Refused):
        after_lock.save(place, Entry({}), by=coordinator, reason=WHY)
    with pytest.raises(Refused):
        crf.save(place, Entry({}), by=coordinator)


def test_the_forms_that_are_taken_are_these() -> None:
    assert {code for code in read.form_models() if read.form(code).after_lock} == set(TAKEN)


def test_where_nothing_is_held_the_path_is_closed(subject: Subject, coordinator: Actor) -> None:
    with pytest.raises(Refused):
        after_lock.save(line(subject, "SAE"), Entry(SAE), by=coordinator, reason=WHY)


@pytest.mark.parametrize("reason", ["", "  ", "..."])
def test_a_reason_is_needed_from_the_first_entry_on(locked: Subject, coordinator: Actor, reason: str) -> None:
    with pytest.raises(after_lock.WhyRequired):
        after_lock.save(line(locked, "SAE"), Entry(SAE), by=coordinator, reason=reason)


@pytest.mark.parametrize("who", ["monitor", "data_manager", "safety_reviewer", "auditor", "other_coordinator"])
def test_only_staff_of_the_site_may(cast: Cast, locked: Subject, who: str) -> None:
    with pytest.raises(PermissionDenied):
        after_lock.save(line(locked, "SAE"), Entry(SAE), by=cast.actor(getattr(cast, who)), reason=WHY)


def test_two_who_change_it_at_once_conflict(locked: Subject, coordinator: Actor) -> None:
    enter_after(locked, coordinator)
    enter_after(locked, coordinator, key=1, saeterm="T-cell lymphoma")
    with pytest.raises(Conflict):
        after_lock.save(line(locked, "SAE", 1), Entry({"saeterm": "x"}), by=coordinator, reason=WHY, revision=1)


def test_edit_checks_ask_and_the_questions_go_on(cast: Cast, locked: Subject, coordinator: Actor) -> None:
    saved = enter_after(locked, coordinator, "SAE", NEW, **SAE, saesent="2026-03-05T09:00+08:00")
    asked = Query.objects.get(check_id="SAE-03")
    assert asked in saved.opened
    query.answer(asked, "The time was mistyped", by=coordinator)
    commit()
    enter_after(locked, coordinator, key=1, saesent="2026-03-05T10:00+08:00")
    asked.refresh_from_db()
    assert asked.state == "CLOSED"


def test_the_investigator_signs_it_under_the_lock(cast: Cast, locked: Subject, coordinator: Actor) -> None:
    enter_after(locked, coordinator)
    signing_scenes.sign(line(locked, "SAE", 1), by=signing_scenes.investigator(cast))
    commit()
    record: Crf | None = line(locked, "SAE", 1).record
    assert record is not None
    assert record.signature is not None


def test_a_death_is_told_of_the_subject_too(locked: Subject, coordinator: Actor) -> None:
    enter_after(locked, coordinator, "DTH", dthdat="2026-03-05", dthcaus="Septic shock")
    locked.refresh_from_db()
    assert (str(locked.died_on), locked.status) == ("2026-03-05", "DIED")
    assert verify_chain(locked) == []


def test_after_an_unlocking_and_another_lock_it_is_locked_like_all_else(
    cast: Cast, subject: Subject, coordinator: Actor
) -> None:
    hold(cast, subject)
    enter_after(subject, coordinator)
    target = Target.of_subject(subject)
    ask_unlock(target, by=cast.actor(cast.investigator), shown=Shown.now(target), reason=WHY)
    commit()
    unlock(target, by=cast.actor(cast.data_manager), shown=Shown.now(target), reason=WHY)
    commit()
    with pytest.raises(Refused):
        enter_after(subject, coordinator, key=1, saeterm="T-cell lymphoma")
    crf.save(line(subject, "SAE", 1), Entry({"saeterm": "Lymphoma"}), by=coordinator, reason=WHY, revision=1)
    commit()
    held = held_of(subject)
    assert held.state(LOG, "SAE", 1) == HoldState.FREE


@pytest.mark.parametrize(
    "place",
    [{"level": "VISIT", "visit_name": LOG}, {"level": "FORM", "visit_name": LOG, "form_code": "SAE", "record_key": 1}],
)
def test_what_is_locked_after_it_was_entered_is_locked(
    cast: Cast, locked: Subject, coordinator: Actor, place: dict[str, Any]
) -> None:
    enter_after(locked, coordinator)
    assert held_of(locked).state(LOG, "SAE", 1) == HoldState.FROZEN
    hold(cast, locked, **place)
    assert held_of(locked).state(LOG, "SAE", 1) == HoldState.LOCKED
    with pytest.raises(Refused, match="only new lines"):
        enter_after(locked, coordinator, key=1, saeterm="T-cell lymphoma")
    enter_after(locked, coordinator)


def test_the_page_says_what_it_is_and_takes_it_with_a_reason(cast: Cast, locked: Subject) -> None:
    client = client_of(cast.coordinator)
    address = f"/subjects/{locked.number}/visits/LOG/SAE/0/"
    page = client.get(address)
    assert "Safety does not wait" in text_of(page)
    assert "Nothing can be changed" in text_of(page)
    token = page.context["token"]
    without = client.post(address, SAE | {"token": token, "revision": "0"})
    assert (without.status_code, "although it is frozen or locked" in text_of(without)) == (400, True)
    saved = client.post(address, SAE | {"token": token, "revision": "0", "reason": WHY})
    assert saved.status_code == 302
    commit()
    assert "entered after a freeze or lock" in text_of(client.get("/changes/"))
    assert "Safety does not wait" not in text_of(client.get(f"/subjects/{locked.number}/visits/LOG/DV/0/"))
    shown = client.get(f"/subjects/{locked.number}/visits/LOG/SAE/1/")
    assert "Frozen" in text_of(shown)


def test_what_is_typed_there_is_journalled(locked: Subject, coordinator: Actor) -> None:
    assert draft.journal(line(locked, "SAE"), {"saeterm": "Malig"}, by=coordinator, token=uuid4()) == 1
    with pytest.raises(Refused):
        draft.journal(line(locked, "DV"), {"dvterm": "x"}, by=coordinator, token=uuid4())


@override_settings(LANGUAGE_CODE="en")
def test_the_trail_tells_it_by_name(cast: Cast, locked: Subject, coordinator: Actor) -> None:
    enter_after(locked, coordinator)
    page = client_of(cast.coordinator).get(f"/subjects/{locked.number}/visits/LOG/SAE/1/history/")
    assert "after a freeze or lock" in text_of(page)
    assert WHY in text_of(page)
