"""Two people at one form, one visit, one site, at once: nothing is overwritten, nothing left out (ENT-05)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from accounts.actor import Actor
from accounts.testing import Cast
from core.actions import crf
from core.actions import subject as subjects
from core.actions import visit as visits
from core.actions.entry import Entry
from core.actions.errors import Conflict
from core.actions.verify import verify_chain
from core.models import Change, Subject, Visit
from core.places import visit_of
from core.testing import trial
from core.testing.trial import CALM, VISIT_ON, WHY, save_vs

pytestmark = pytest.mark.req("ENT-05")


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Each act in a thread and a connection of its own, all begun together. What each gave, or the error."""
    gate, given = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int) -> None:
        try:
            gate.wait()
            given[number] = acts[number]()
        except Exception as error:  # noqa: BLE001  handed back to the test
            given[number] = error  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return given


def test_it_works(subject: Subject, coordinator: Actor, colleague: Actor) -> None:
    """The second writer gets a conflict, and the first value stays."""
    record: Any = save_vs(subject, CALM, by=coordinator).record
    place = trial.place_at(subject, "SCR", "VS")
    crf.save(place, Entry({"sysbp": "130"}), by=coordinator, reason=WHY, revision=1)
    counts = trial.counts()
    with pytest.raises(Conflict) as caught:
        crf.save(place, Entry({"sysbp": "140"}), by=colleague, reason=WHY, revision=1)
    assert (trial.stored(record)["sysbp"], trial.counts()) == (130, counts)
    assert (caught.value.current.pk, caught.value.current.sysbp) == (record.pk, 130)


def test_the_same_answers_from_a_stale_page_are_no_conflict(
    subject: Subject, coordinator: Actor, colleague: Actor
) -> None:
    save_vs(subject, CALM, by=coordinator)
    place = trial.place_at(subject, "SCR", "VS")
    crf.save(place, Entry({"sysbp": "130"}), by=coordinator, reason=WHY, revision=1)
    assert crf.save(place, Entry({"sysbp": "130"}), by=colleague, reason=WHY, revision=1).change is None


def test_a_void_of_what_was_changed_in_between_is_a_conflict(subject: Subject, coordinator: Actor) -> None:
    save_vs(subject, CALM, by=coordinator)
    place = trial.place_at(subject, "SCR", "VS")
    save_vs(subject, {"sysbp": "130"}, by=coordinator, reason=WHY)
    with pytest.raises(Conflict):
        crf.void(place, by=coordinator, reason=WHY, revision=1)


@pytest.mark.parametrize("revision", [0, 2, 99])
def test_a_version_that_is_not_the_present_one_is_a_conflict(
    subject: Subject, coordinator: Actor, revision: int
) -> None:
    save_vs(subject, CALM, by=coordinator)
    place = trial.place_at(subject, "SCR", "VS")
    with pytest.raises(Conflict):
        crf.save(place, Entry({"sysbp": "130"}), by=coordinator, reason=WHY, revision=revision)


def test_a_version_of_a_form_that_is_not_there_is_a_conflict(subject: Subject, coordinator: Actor) -> None:
    place = trial.place_at(subject, "SCR", "VS")
    with pytest.raises(Conflict):
        crf.save(place, Entry(CALM, visit_on=VISIT_ON), by=coordinator, revision=3)


def test_two_first_entries_of_one_form(subject: Subject, coordinator: Actor, colleague: Actor) -> None:
    """Both pages were opened while there was nothing: not even the visit."""
    place = trial.place_at(subject, "SCR", "VS")
    first = crf.save(place, Entry(CALM, visit_on=VISIT_ON), by=coordinator)
    with pytest.raises(Conflict):
        crf.save(place, Entry(CALM | {"sysbp": "140"}, visit_on=VISIT_ON), by=colleague)
    assert crf.save(place, Entry(CALM, visit_on=VISIT_ON), by=colleague).change is None
    assert first.record
    assert trial.stored(first.record)["sysbp"] == 120


def test_two_forms_of_one_new_visit(subject: Subject, coordinator: Actor, colleague: Actor) -> None:
    """The visit is made once, whoever comes first."""
    vs, dm = trial.place_at(subject, "SCR", "VS"), trial.place_at(subject, "SCR", "DM")
    crf.save(vs, Entry(CALM, visit_on=VISIT_ON), by=coordinator)
    saved = crf.save(dm, Entry({"sex": "F"}, visit_on=VISIT_ON), by=colleague)
    assert saved.record
    assert saved.record.visit == Visit.objects.get()
    trial.commit()


def test_two_dates_of_one_new_visit(subject: Subject, coordinator: Actor, colleague: Actor) -> None:
    """The second date is neither dropped nor written over the first."""
    vs, dm = trial.place_at(subject, "SCR", "VS"), trial.place_at(subject, "SCR", "DM")
    crf.save(vs, Entry(CALM, visit_on=VISIT_ON), by=coordinator)
    with pytest.raises(ValidationError, match="2026-03-02"):
        crf.save(dm, Entry({"sex": "F"}, visit_on=date(2026, 3, 3)), by=colleague)


def test_two_corrections_of_a_visits_date(subject: Subject, coordinator: Actor, colleague: Actor) -> None:
    visits.save_date(visit_of(subject, "SCR"), VISIT_ON, by=coordinator)
    at = visit_of(subject, "SCR")
    visits.save_date(at, date(2026, 3, 3), by=coordinator, reason=WHY, revision=1)
    with pytest.raises(Conflict):
        visits.save_date(at, date(2026, 3, 4), by=colleague, reason=WHY, revision=1)
    with pytest.raises(ValidationError):
        visits.save_date(at, date(1026, 3, 4), by=colleague, reason=WHY, revision=2)


def test_two_threads_at_one_subject_leave_a_chain_without_a_gap(
    committed_db: str, subject: Subject, coordinator: Actor, colleague: Actor
) -> None:
    """Ten rounds, two forms: both recorded each time, numbered one after the other."""
    for turn in range(1, 11):
        vs, dm = trial.place_at(subject, "SCR", "VS"), trial.place_at(subject, "SCR", "DM")
        given = at_once(
            lambda vs=vs, turn=turn: trial.save(  # type: ignore[misc]
                vs, Entry(CALM | {"sysbp": 120 + turn}, visit_on=VISIT_ON), by=coordinator, reason=WHY
            ),
            lambda dm=dm, turn=turn: trial.save(  # type: ignore[misc]
                dm, Entry({"brthdat": str(1950 + turn)}, visit_on=VISIT_ON), by=colleague, reason=WHY
            ),
        )
        assert [type(each) for each in given] == [crf.Saved] * 2, given
    assert list(Change.objects.order_by("id").values_list("seq", flat=True)) == list(range(1, 22))
    assert verify_chain(subject) == []


def test_two_threads_at_one_form_give_one_change_and_one_conflict(
    committed_db: str, subject: Subject, coordinator: Actor, colleague: Actor
) -> None:
    save_vs(subject, CALM, by=coordinator)
    place = trial.place_at(subject, "SCR", "VS")
    given = at_once(
        lambda: crf.save(place, Entry({"sysbp": "130"}), by=coordinator, reason=WHY, revision=1),
        lambda: crf.save(place, Entry({"sysbp": "140"}), by=colleague, reason=WHY, revision=1),
    )
    assert sorted(type(each).__name__ for each in given) == ["Conflict", "Saved"]
    saved = next(each for each in given if isinstance(each, crf.Saved))
    assert saved.record
    assert trial.stored(saved.record)["sysbp"] == saved.record.sysbp  # type: ignore[attr-defined]
    assert verify_chain(subject) == []


def test_numbers_are_drawn_once_each_whoever_adds(committed_db: str, cast: Cast, coordinator: Actor) -> None:
    other = cast.actor(cast.other_coordinator)
    acts: list[Callable[[], Any]] = [lambda: subjects.add(cast.site, by=coordinator)] * 8
    given = at_once(*acts, lambda: subjects.add(cast.other_site, by=other))
    assert sorted(str(each) for each in given) == [*(f"01-{n:03}" for n in range(1, 9)), "02-001"]


def test_a_number_whose_subject_was_not_kept_is_drawn_again(committed_db: str, cast: Cast, coordinator: Actor) -> None:
    """No gap where an act failed; a number that was once given out is never reused, since no subject is deleted."""

    class Failed(Exception):
        pass

    with pytest.raises(Failed), transaction.atomic():  # noqa: PT012
        subjects.add(cast.site, by=coordinator)
        raise Failed
    assert [subjects.add(cast.site, by=coordinator).number for _ in range(2)] == ["01-001", "01-002"]
