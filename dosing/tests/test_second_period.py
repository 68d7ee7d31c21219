"""A second infusion opens a second treatment period: its visits are not there before, and counted from it then."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.http import Http404

from accounts.actor import Actor
from core import matrix, worklist
from core.actions import visit
from core.models import Subject
from core.places import VisitPlace, visit_of
from core.records import gather
from core.schedule import current
from core.testing.forms import enter

FIRST = {"exoccur": "Y", "exstdtc": "2025-02-28T10:00+08:00"}
SECOND = {"exoccur": "Y", "exstdtc": "2025-09-01T10:00+08:00"}


def fresh(someone: Subject) -> Any:
    return gather([Subject.objects.select_related("site").get(pk=someone.pk)])[0]


def names(someone: Subject) -> set[str]:
    return {row.name for row in matrix.build(fresh(someone)).visits}


def due(someone: Subject) -> set[str]:
    return {each.plan.code for each in worklist.pending(fresh(someone))}


def add_second(someone: Subject, by: Actor) -> str:
    place = VisitPlace(someone, current().visit("INF2"), 0, None)
    return visit.add_unscheduled(place, date(2025, 9, 1), by=by, reason="Relapse").name


@pytest.mark.req("LTF-01")
def test_it_works(subject: Subject, coordinator: Actor) -> None:
    enter(coordinator, subject, "INF", "INF", FIRST, on=date(2025, 2, 28))
    enter(coordinator, subject, add_second(subject, coordinator), "INF2", SECOND)
    subject.refresh_from_db()
    assert (subject.infusion_on, subject.second_infusion_on) == (date(2025, 2, 28), date(2025, 9, 1))
    row = next(row for row in matrix.build(fresh(subject)).visits if row.name == "P2D28")
    assert row.window is not None
    assert (row.window.opens, row.window.closes) == (date(2025, 9, 27), date(2025, 10, 1))
    assert row.title == "Day 28, second period"
    assert "M12" in names(subject)  # those of the first period stay


def test_before_a_second_infusion_nothing_of_its_period_is_there_or_due(subject: Subject, coordinator: Actor) -> None:
    enter(coordinator, subject, "INF", "INF", FIRST, on=date(2025, 2, 28))
    assert not [name for name in names(subject) | due(subject) if name.startswith("P2")]
    with pytest.raises(Http404):
        visit_of(subject, "P2D28")
    name = add_second(subject, coordinator)
    assert not [each for each in names(subject) if each.startswith("P2")]
    enter(coordinator, subject, name, "INF2", SECOND)
    assert "P2D28" in due(subject)
    assert visit_of(Subject.objects.get(pk=subject.pk), "P2D28").plan.code == "P2D28"


def test_what_was_entered_in_it_stays_to_be_seen_when_its_date_is_taken_back(
    subject: Subject, coordinator: Actor
) -> None:
    name = add_second(subject, coordinator)
    enter(coordinator, subject, name, "INF2", SECOND)
    subject.refresh_from_db()
    visit.save_date(visit_of(subject, "P2D1"), date(2025, 9, 2), by=coordinator)
    enter(coordinator, subject, name, "INF2", {"exstdtc": None}, reason="Not infused after all")
    subject.refresh_from_db()
    assert subject.second_infusion_on is None
    assert {each for each in names(subject) if each.startswith("P2")} == {"P2D1"}
    assert visit_of(subject, "P2D1").visit is not None
