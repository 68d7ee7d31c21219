"""Home: what is due, overdue, unfinished and asked, for whom; the same cost however many subjects."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import Membership, Role
from accounts.testing import Cast, join, make_person
from core import worklist
from core.actions import crf, hold, visit
from core.actions import subject as subjects
from core.actions.entry import Entry
from core.actions.hold import Shown
from core.lockcheck import Target
from core.models import Subject
from core.places import LOG, VisitPlace, visit_of
from core.records import gather
from core.schedule import WindowState, current
from core.testing.forms import enter
from core.testing.trial import CALM, WHY, place_at, save, save_vs
from core.tests import hold_scenes
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


def test_it_works(cast: Cast, subject: Subject, coordinator: Any) -> None:
    """What is due, overdue and unfinished stands there with the page on which it is done."""
    infused(subject, cast.site.today() - timedelta(days=24), coordinator)

    page = client_of(cast.coordinator).get("/")

    counts = {task.url: task.count for task in page.context["tasks"]}
    assert [due.plan.code for due in listed(page, "overdue")] == ["LEUK", *(f"D{day}" for day in range(1, 15)), "D21"]
    assert (counts["#due"], counts["#overdue"], counts["#forms"]) == (0, 16, len(listed(page, "forms")))
    assert 'href="/subjects/01-001/visits/D21/"' in page.content.decode()
    assert 'href="/subjects/01-001/visits/INF/VS/"' in page.content.decode()


def test_another_site_s_work_is_not_listed(cast: Cast, subject: Subject, coordinator: Any) -> None:
    by = cast.actor(cast.other_coordinator)
    other = infused(subjects.add(cast.other_site, by=by), cast.other_site.today() - timedelta(days=28), by)

    assert other.number in text_of(client_of(cast.other_coordinator).get("/"))
    assert other.number not in text_of(client_of(cast.coordinator).get("/"))


@pytest.mark.parametrize(
    ("days_ago", "state"),
    [(25, WindowState.UPCOMING), (26, WindowState.OPEN), (30, WindowState.OPEN), (31, WindowState.CLOSED)],
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


def work(subject: Subject) -> set[tuple[str, str, bool]]:
    """Visit, form and whether it was begun, of what is left to complete."""
    return {(str(form.visit), str(form.title), form.begun) for form in worklist.forms(gather([subject]))}


def add_visit(subject: Subject, code: str, by: Any) -> str:
    """A visit the schedule did not foresee."""
    place = VisitPlace(subject, current().visit(code), 0, None)
    return visit.add_unscheduled(place, date(2026, 3, 2), by=by, reason="Fever").name


def test_of_an_unscheduled_visit_only_what_was_begun_is_to_be_completed(
    cast: Cast, subject: Subject, coordinator: Any
) -> None:
    name = add_visit(subject, "UNS", coordinator)
    assert not work(subject)
    save_vs(subject, CALM | {"pulse": ""}, by=coordinator, visit=name)

    assert work(subject) == {("Unscheduled visit 1", "Vital signs", True)}
    assert f'href="/subjects/01-001/visits/{name}/VS/"' in client_of(cast.coordinator).get("/").content.decode()
    assert client_of(cast.coordinator).get("/subjects/").context["rows"][0]["forms"] == 1


def test_an_early_termination_asks_for_its_forms(cast: Cast, subject: Subject, coordinator: Any) -> None:
    add_visit(subject, "ET", coordinator)

    assert {form for _visit, form, begun in work(subject) if not begun} >= {"MG-ADL", "Vital signs"}


def test_a_void_form_is_to_be_entered_again(cast: Cast, subject: Subject, coordinator: Any) -> None:
    save_vs(subject, CALM | {"pulse": ""}, by=coordinator)
    crf.void(place_at(subject, "SCR", "VS"), by=coordinator, reason=WHY, revision=1)

    assert ("Screening", "Vital signs", False) in work(subject)


def test_a_line_of_a_log_is_to_be_completed(cast: Cast, subject: Subject, coordinator: Any) -> None:
    event(subject, "Fever", "N", coordinator)

    page = client_of(cast.coordinator).get("/")

    assert "01-001 Running records Adverse event Fever · 2026-03" in text_of(page)
    assert 'href="/subjects/01-001/visits/LOG/AE/1/"' in page.content.decode()


def test_a_list_that_is_cut_says_so(cast: Cast, coordinator: Any) -> None:
    more = "There are more"
    for _ in range(20):
        infused(subjects.add(cast.site, by=coordinator), cast.site.today() - timedelta(days=28), coordinator)

    def due() -> str:
        page = client_of(cast.coordinator).get("/").content.decode()
        return page[page.index('id="due"') : page.index('id="overdue"')]

    assert more not in due()
    infused(subjects.add(cast.site, by=coordinator), cast.site.today() - timedelta(days=28), coordinator)
    assert more in due()


def test_who_enters_at_one_site_and_monitors_another_has_both_lists(cast: Cast) -> None:
    both = make_person("both.two", "Both Two")
    join(both, Role.COORDINATOR, cast.site, cast.investigator)
    join(both, Role.MONITOR, cast.other_site)

    page = text_of(client_of(both).get("/"))

    assert "Visits due now" in page
    assert "Answered queries to close" in page


def test_the_changes_counted_are_those_the_link_shows(cast: Cast, subject: Subject, coordinator: Any) -> None:
    client = client_of(cast.auditor)
    client.get("/")  # the session is of today

    with time_machine.travel(datetime.now(UTC) + timedelta(days=7), tick=False):
        client = client_of(cast.auditor)
        task = next(task for task in client.get("/").context["tasks"] if "Changes" in task.label)
        assert task.count == 1
        assert "01-001" in text_of(client.get(task.url))
    with time_machine.travel(datetime.now(UTC) + timedelta(days=8), tick=False):
        client = client_of(cast.auditor)
        task = next(task for task in client.get("/").context["tasks"] if "Changes" in task.label)
        assert task.count == 0


def listed(page: Any, name: str) -> Any:
    """What a panel of the page lists under that name."""
    return next(panel.context[name] for panel in page.context["panels"] if name in panel.context)


def event(subject: Subject, term: str, serious: str, by: Any) -> None:
    """A line of the adverse event log."""
    enter(by, subject, LOG, "AE", {"aeterm": term, "aestdat": "2026-03", "aeser": serious})


def test_a_safety_reviewer_sees_what_is_serious_or_new(cast: Cast, subject: Subject, coordinator: Any) -> None:
    event(subject, "Fever", "N", coordinator)
    event(subject, "Seizure", "Y", coordinator)
    event(subject, "Entered by mistake", "Y", coordinator)
    crf.void(place_at(subject, LOG, "AE", 3), by=coordinator, reason=WHY, revision=1)

    page = client_of(cast.safety_reviewer).get("/")
    text = text_of(page)
    assert "1 Serious adverse events" in text
    assert "2 Adverse events entered in the last 7 days" in text
    assert [(row["title"], row["serious"]) for row in listed(page, "events")["rows"]] == [
        ("Seizure · 2026-03", True),
        ("Fever · 2026-03", False),
    ]
    assert 'href="/subjects/01-001/visits/LOG/AE/2/"' in page.content.decode()
    with time_machine.travel(datetime.now(UTC) + timedelta(days=8), tick=False):
        later = listed(client_of(cast.safety_reviewer).get("/"), "events")["rows"]
    assert [row["serious"] for row in later] == [True]


def test_a_safety_reviewer_of_one_site_sees_that_site_alone(cast: Cast, subject: Subject, coordinator: Any) -> None:
    event(subject, "Seizure", "Y", coordinator)
    local = join(make_person("local.eye", "Local Eye"), Role.SAFETY_REVIEWER, cast.other_site)

    text = text_of(client_of(local).get("/"))

    assert "0 Serious adverse events" in text
    assert "Seizure" not in text


def test_each_role_sees_its_own_list(cast: Cast, subject: Subject, coordinator: Any) -> None:
    save_vs(subject, CALM | {"sysbp": "250"}, by=coordinator)

    for person, words in (
        (cast.coordinator, "1 Queries to answer"),
        (cast.investigator, "1 Queries to answer"),
        (cast.other_coordinator, "0 Queries to answer"),
        (cast.monitor, "0 Answered queries to close"),
        (cast.data_manager, "1 Open queries"),
        (cast.safety_reviewer, "0 Serious adverse events"),
        (cast.auditor, "2 Changes in the last 7 days"),
        (cast.administrator, "2 Active sites"),
    ):
        page = client_of(person).get("/")
        assert page.status_code == 200
        assert words in text_of(page), person


def test_roles_that_lack_training_are_counted_while_they_last(cast: Cast) -> None:
    newcomer, today = make_person("new.comer", "New Comer"), cast.site.today()
    line = Membership(user=newcomer, role=Role.COORDINATOR, site=cast.site, from_on=today - timedelta(days=30))
    line.save()
    assert "1 Roles without training or delegation" in text_of(client_of(cast.administrator).get("/"))

    line.to_on = today - timedelta(days=1)
    line.save()
    assert "0 Roles without training or delegation" in text_of(client_of(cast.administrator).get("/"))


def test_every_count_opens_a_page(cast: Cast, subject: Subject) -> None:
    for person in (cast.coordinator, cast.monitor, cast.safety_reviewer, cast.auditor, cast.administrator):
        client = client_of(person)
        page = client.get("/")
        for task in page.context["tasks"]:
            if task.url.startswith("#"):
                assert f'id="{task.url[1:]}"' in page.content.decode()
            else:
                assert client.get(task.url).status_code == 200, task.url


def test_a_person_without_a_role_is_told_what_to_do(cast: Cast) -> None:
    newcomer = make_person("new.comer", "New Comer")

    assert not Membership.objects.filter(user=newcomer).exists()
    assert "You have no role in force" in text_of(client_of(newcomer).get("/"))


def test_it_costs_the_same_however_many_subjects(cast: Cast, subject: Subject, coordinator: Any) -> None:
    client = client_of(cast.coordinator)
    client.get("/")
    one = statements(lambda: client.get("/"))
    for _ in range(4):
        infused(subjects.add(cast.site, by=coordinator), cast.site.today() - timedelta(days=28), coordinator)

    assert statements(lambda: client.get("/")) == one
    assert one <= 13


def test_the_reviewer_s_list_costs_the_same_however_many_events(cast: Cast, subject: Subject, coordinator: Any) -> None:
    client = client_of(cast.safety_reviewer)
    event(subject, "Fever", "N", coordinator)
    client.get("/")
    one = statements(lambda: client.get("/"))
    for n in range(4):
        other = subjects.add(cast.site, by=coordinator)
        event(other, f"Rash {n}", "Y", coordinator)

    assert statements(lambda: client.get("/")) == one


def test_a_request_to_unlock_stands_on_the_home_page_of_who_decides(cast: Cast, subject: Subject) -> None:
    target, manager = Target.of_subject(subject), cast.actor(cast.data_manager)
    hold_scenes.ready(cast, subject)
    hold.lock(target, by=manager, shown=Shown.now(target))
    hold.ask_unlock(target, by=manager, shown=Shown.now(target), reason="a value was misread")
    for person in (cast.monitor, cast.investigator):
        page = client_of(person).get("/")
        assert "a value was misread" in text_of(page)
        assert 'href="/subjects/01-001/lock/"' in page.content.decode()
