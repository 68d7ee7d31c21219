"""Home: what is due, overdue, unfinished and asked, for whom; the same cost however many subjects."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from accounts.models import Membership
from accounts.testing import Cast, make_person
from core import worklist
from core.actions import visit
from core.actions.entry import Entry
from core.models import Subject
from core.places import visit_of
from core.records import gather
from core.schedule import WindowState
from core.testing.trial import CALM, place_at, save, save_vs
from core.tests.scenes import client_of, statements, text_of


def infused(subject: Subject, on: date, by: Any) -> Subject:
    """The subject once the infusion is on record."""
    entry = Entry({"exoccur": "Y", "exstdtc": f"{on}T10:00+08:00"}, visit_on=on)
    save(place_at(subject, "INF", "INF"), entry, by=by)
    found: Subject = Subject.objects.select_related("site").get(pk=subject.pk)
    return found


def day_28(subject: Subject) -> WindowState | None:
    """Where Day 28 stands in the work list."""
    found = [due for due in worklist.pending(gather([subject])[0]) if due.plan.code == "D28"]
    return found[0].state if found else None


@pytest.mark.parametrize(
    ("days_ago", "state"),
    [
        (25, WindowState.UPCOMING),
        (26, WindowState.OPEN),
        (30, WindowState.OPEN),
        (31, WindowState.CLOSED),
    ],
)
def test_a_visit_is_due_from_the_first_to_the_last_day_of_its_window(
    days_ago: int, state: WindowState, cast: Cast, subject: Subject, coordinator: Any
) -> None:
    treated = infused(subject, cast.site.today() - timedelta(days=days_ago), coordinator)

    assert day_28(treated) is state
    page = text_of(client_of(cast.coordinator).get("/"))
    assert ("Day 28" in page) is (state is not WindowState.UPCOMING)


def test_a_visit_that_took_place_or_was_missed_is_not_due(cast: Cast, subject: Subject, coordinator: Any) -> None:
    today = cast.site.today()
    treated = infused(subject, today - timedelta(days=28), coordinator)
    visit.save_date(visit_of(treated, "D28"), today, by=coordinator)
    visit.mark_missed(visit_of(treated, "D21"), by=coordinator, reason="ill at home")

    codes = {due.plan.code for due in worklist.pending(gather([treated])[0])}
    assert not codes & {"D28", "D21"}


def test_without_an_infusion_nothing_after_it_is_due(cast: Cast, subject: Subject, coordinator: Any) -> None:
    assert day_28(subject) is None
    assert "No visit is due today." in text_of(client_of(cast.coordinator).get("/"))


def test_a_dated_visit_leaves_its_forms_to_be_completed(cast: Cast, subject: Subject, coordinator: Any) -> None:
    save_vs(subject, CALM | {"pulse": ""}, by=coordinator)

    forms = {(str(form.title), form.begun, form.gaps) for form in worklist.forms(gather([subject]))}

    assert ("Vital signs", True, 1) in forms
    assert ("MG-ADL", False, 0) in forms


def test_a_pregnancy_test_is_not_asked_of_a_man(cast: Cast, subject: Subject, coordinator: Any) -> None:
    def asked() -> bool:
        forms = worklist.forms(gather([subject]))
        return any(str(form.title) == "Urine pregnancy test" for form in forms)

    save_vs(subject, CALM, by=coordinator)
    assert asked()  # not known yet
    save(place_at(subject, "SCR", "DM"), Entry({"sex": "M"}), by=coordinator)
    assert not asked()
    save(place_at(subject, "SCR", "DM"), Entry({"sex": "F"}), by=coordinator, reason="mistyped")
    assert asked()


def test_each_role_sees_its_own_list(cast: Cast, subject: Subject, coordinator: Any) -> None:
    save_vs(subject, CALM | {"sysbp": "250"}, by=coordinator)

    for person, words in (
        (cast.coordinator, "1 Queries to answer"),
        (cast.investigator, "1 Queries to answer"),
        (cast.other_coordinator, "0 Queries to answer"),
        (cast.monitor, "0 Answered queries to close"),
        (cast.data_manager, "1 Open queries"),
        (cast.safety_reviewer, "0 Adverse events on record"),
        (cast.auditor, "2 Changes in the last 7 days"),
        (cast.administrator, "2 Active sites"),
    ):
        page = client_of(person).get("/")
        assert page.status_code == 200
        assert words in text_of(page), person


def test_a_person_without_a_role_is_told_what_to_do(cast: Cast) -> None:
    newcomer = make_person("new.comer", "New Comer")

    assert not Membership.objects.filter(user=newcomer).exists()
    assert "You have no role in force" in text_of(client_of(newcomer).get("/"))


def test_it_costs_the_same_however_many_subjects(cast: Cast, subject: Subject, coordinator: Any) -> None:
    from core.actions import subject as subjects  # noqa: PLC0415  the fixture has the plain name

    client = client_of(cast.coordinator)
    client.get("/")
    one = statements(lambda: client.get("/"))
    for _ in range(4):
        infused(subjects.add(cast.site, by=coordinator), cast.site.today() - timedelta(days=28), coordinator)

    assert statements(lambda: client.get("/")) == one
    assert one <= 13
