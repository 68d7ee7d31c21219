"""Acts on visits: dated, corrected, missed, added; and the milestones the system draws from them."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from accounts.actor import Actor
from core.actions import crf, visit
from core.actions.entry import Entry
from core.actions.errors import Conflict, ReasonRequired, Refused
from core.actions.verify import verify_chain
from core.models import Change, ChangeItem, Subject, Visit
from core.places import VisitPlace, visit_of
from core.schedule import current
from core.testing import trial
from core.testing.trial import CALM, VISIT_ON, WHY, refused, save_vs

BLANKS = ["", "  "]


def unscheduled(subject: Subject) -> VisitPlace:
    return VisitPlace(subject, current().visit("UNS"), 0, None)


@pytest.mark.req("AUD-01")
def test_it_works(subject: Subject, coordinator: Actor) -> None:
    """Dated, corrected, marked as missed: each a change of its own, with old and new."""
    visit.save_date(visit_of(subject, "D1"), VISIT_ON, by=coordinator)
    visit.save_date(visit_of(subject, "D1"), date(2026, 3, 3), by=coordinator, reason=WHY, revision=1)
    visit.mark_missed(visit_of(subject, "D1"), by=coordinator, reason="Did not come", revision=2)
    trial.commit()
    row = Visit.objects.get().pk
    changes = Change.objects.filter(visit_name="D1").order_by("seq")
    assert [trial.items_of(change) for change in changes] == [
        {("core_visit", row, "status"): (None, "OCCURRED"), ("core_visit", row, "visit_on"): (None, "2026-03-02")},
        {("core_visit", row, "visit_on"): ("2026-03-02", "2026-03-03")},
        {
            ("core_visit", row, "status"): ("OCCURRED", "MISSED"),
            ("core_visit", row, "visit_on"): ("2026-03-03", None),
            ("core_visit", row, "reason"): (None, "Did not come"),
        },
    ]
    assert [change.reason for change in changes] == ["", WHY, "Did not come"]
    assert verify_chain(subject) == []


@pytest.mark.req("AUD-02")
@pytest.mark.parametrize("reason", BLANKS)
def test_each_of_them_needs_its_reason(subject: Subject, coordinator: Actor, reason: str) -> None:
    visit.save_date(visit_of(subject, "D1"), VISIT_ON, by=coordinator)
    counts = trial.counts()
    with pytest.raises(ReasonRequired):
        visit.save_date(visit_of(subject, "D1"), date(2026, 3, 3), by=coordinator, reason=reason, revision=1)
    with pytest.raises(ReasonRequired):
        visit.mark_missed(visit_of(subject, "D1"), by=coordinator, reason=reason, revision=1)
    with pytest.raises(ReasonRequired):
        visit.mark_missed(visit_of(subject, "D2"), by=coordinator, reason=reason)
    with pytest.raises(ReasonRequired):
        visit.add_unscheduled(unscheduled(subject), VISIT_ON, by=coordinator, reason=reason)
    assert trial.counts() == counts


def test_the_same_date_again_writes_nothing(subject: Subject, coordinator: Actor) -> None:
    visit.save_date(visit_of(subject, "D1"), VISIT_ON, by=coordinator)
    counts = trial.counts()
    assert visit.save_date(visit_of(subject, "D1"), VISIT_ON, by=coordinator, revision=1) is None
    assert trial.counts() == counts


def test_a_visit_with_forms_was_not_missed(subject: Subject, coordinator: Actor) -> None:
    """Unless they are void: they were entered at the wrong visit."""
    save_vs(subject, CALM, by=coordinator)
    with pytest.raises(Refused, match="has forms"):
        visit.mark_missed(visit_of(subject, "SCR"), by=coordinator, reason=WHY, revision=1)
    crf.void(trial.place_at(subject, "SCR", "VS"), by=coordinator, reason=WHY, revision=1)
    assert visit.mark_missed(visit_of(subject, "SCR"), by=coordinator, reason=WHY, revision=1)
    trial.commit()


def test_a_missed_visit_may_turn_out_to_have_taken_place(subject: Subject, coordinator: Actor) -> None:
    visit.mark_missed(visit_of(subject, "D1"), by=coordinator, reason="Did not come")
    with pytest.raises(Conflict):
        visit.save_date(visit_of(subject, "D1"), VISIT_ON, by=coordinator)
    visit.save_date(visit_of(subject, "D1"), VISIT_ON, by=coordinator, reason="Came to the other ward", revision=1)
    trial.commit()
    assert Visit.objects.get().status == "OCCURRED"


def test_added_visits_are_numbered_and_keep_their_reason(subject: Subject, coordinator: Actor) -> None:
    for number in (1, 2):
        added = visit.add_unscheduled(unscheduled(subject), VISIT_ON, by=coordinator, reason="Fever")
        assert (added.name, added.reason) == (f"UNS-{number}", "Fever")
    with pytest.raises(Refused, match="part of the schedule"):
        visit.add_unscheduled(visit_of(subject, "D1"), VISIT_ON, by=coordinator, reason="Fever")
    trial.commit()


@pytest.mark.parametrize("typed", ["2026-03-02", None, 20260302, date(1026, 3, 2)])
def test_what_is_no_date_is_refused_by_name(subject: Subject, coordinator: Actor, typed: object) -> None:
    with pytest.raises(ValidationError) as caught:
        visit.save_date(visit_of(subject, "D1"), typed, by=coordinator)  # type: ignore[arg-type]
    assert list(caught.value.message_dict) == ["visit_on"]


def test_a_long_reason_is_refused_with_words(subject: Subject, coordinator: Actor) -> None:
    """A missed visit keeps its reason as an answer too; what does not fit there is said before anything is written."""
    with pytest.raises(ValidationError, match="500"):
        visit.mark_missed(visit_of(subject, "D1"), by=coordinator, reason="x" * 501)
    with pytest.raises(ValidationError, match="500"):
        visit.add_unscheduled(unscheduled(subject), VISIT_ON, by=coordinator, reason="x" * 501)


@pytest.mark.req("AUD-09")
def test_milestones_are_the_systems_and_name_their_rule(subject: Subject, coordinator: Actor) -> None:
    place = trial.place_at(subject, "SCR", "ICF")
    answers = {"icyn": "Y", "rficdtc": "2026-03-02T23:30-05:00"}
    saved = trial.save(place, Entry(answers, visit_on=VISIT_ON), by=coordinator)
    items = ChangeItem.objects.filter(change=saved.change, table_name="core_subject")
    assert {i.field: (i.new, i.system_rule) for i in items} == {
        "consent_on": ("2026-03-02", "SUBJECT-MILESTONES v1"), "status": ("SCREENING", "SUBJECT-MILESTONES v1"),
    }  # fmt: skip
    crf.void(trial.place_at(subject, "SCR", "ICF"), by=coordinator, reason=WHY, revision=1)
    trial.commit()
    fresh = Subject.objects.get(pk=subject.pk)
    assert (fresh.consent_on, fresh.status) == (None, "REGISTERED")


def test_a_missed_visit_without_its_reason_is_refused_by_sql_too(subject: Subject, coordinator: Actor) -> None:
    visit.mark_missed(visit_of(subject, "D1"), by=coordinator, reason="Did not come")
    for change in ("reason = NULL", "visit_on = '2026-03-02'", "status = 'OCCURRED'", "status = 'HELD'"):
        with refused("violates check constraint"):
            trial.sql(f"UPDATE core_visit SET {change}")  # noqa: S608


def test_a_visit_that_was_never_planned_cannot_be_missed(subject: Subject, coordinator: Actor) -> None:
    with pytest.raises(Refused, match="Only a visit of the schedule"):
        visit.mark_missed(unscheduled(subject), by=coordinator, reason="never came")


def test_a_form_of_an_event_nobody_recorded_is_not_there(subject: Subject) -> None:
    for code in ("ET", "UNS", "RSC"):
        with pytest.raises(Http404):
            visit_of(subject, code)
