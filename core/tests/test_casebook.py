"""The casebook page: what each reader sees of a subject, and what it costs."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from accounts.actor import Actor
from accounts.testing import Cast
from core import schedule
from core.actions import crf, visit
from core.crf import read
from core.lockcheck import Target
from core.models import Query, Subject
from core.places import NEW, visit_of
from core.testing.forms import enter
from core.testing.samples import sample_entry
from core.testing.trial import CALM, WHY, commit, place_at, save_vs
from core.tests import hold_scenes
from core.tests.scenes import client_of, statements, text_of

PAGE = "/subjects/01-001/"


def page(cast: Cast, query: str = "", reader: Any = None) -> Any:
    return client_of(reader or cast.coordinator).get(PAGE + query)


def test_it_works(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    save_vs(subject, CALM, by=coordinator)
    answer = page(cast)
    assert answer.status_code == 200
    text = text_of(answer)
    for words in ("Subject 01-001", "01 Hangzhou", "Registered", "took place 2026-03-02", "Complete", "To enter"):
        assert words in text
    assert 'href="/subjects/01-001/visits/SCR/VS/"' in answer.content.decode()
    assert 'href="/subjects/01-001/visits/D28/"' in answer.content.decode()


@pytest.mark.parametrize("reader", ["coordinator", "investigator", "monitor", "data_manager"])
def test_every_icon_of_the_page_is_in_the_sprite(cast: Cast, subject: Subject, reader: str) -> None:
    sprite = Path(settings.BASE_DIR, "static/vendor/bootstrap-icons/sprite.svg").read_text()
    used = set(re.findall(r"sprite\.svg#([a-z0-9-]+)", page(cast, reader=getattr(cast, reader)).content.decode()))
    assert len(used) > 3
    assert used <= set(re.findall(r'<symbol id="([^"]+)"', sprite))


def test_milestones_and_the_day_since_infusion_stand_at_the_top(
    cast: Cast, subject: Subject, coordinator: Actor
) -> None:
    on = subject.site.today() - timedelta(days=28)
    enter(coordinator, subject, "INF", "INF", {"exoccur": "Y", "exstdtc": f"{on}T10:00+08:00"}, on=on)
    text = text_of(page(cast))
    assert f"CAR-T infusion {on}" in text
    assert "Today is day 28" in text
    assert "Status In follow-up" in text
    assert f"Day 28 {on + timedelta(days=26)} – {on + timedelta(days=30)}" in text


def test_the_matrix_turns(cast: Cast, subject: Subject) -> None:
    def heads(query: str, scope: str) -> list[str]:
        return re.findall(rf'<th scope="{scope}">\s*<a href="(.*?)">', page(cast, query).content.decode())

    visits = heads("", "row")
    assert "/subjects/01-001/visits/D28/" in visits
    assert heads("?across=visits", "col") == visits
    assert heads("", "col") == heads("?across=visits", "row") == []
    assert page(cast, "?across=nonsense").status_code == 200


@pytest.fixture
def _without_ecg(monkeypatch: pytest.MonkeyPatch) -> None:
    """As before the electrocardiogram was built."""
    monkeypatch.delitem(read.form_models(), "ECG")
    monkeypatch.setattr(schedule, "forms_to_come", lambda: {"ECG": "Electrocardiogram"})


@pytest.mark.usefixtures("_without_ecg")
def test_forms_of_a_later_release_are_counted_and_shown_on_request(cast: Cast, subject: Subject) -> None:
    hidden, shown = text_of(page(cast)), text_of(page(cast, "?later=1"))
    assert "form of the protocol comes in a later release. Show them" in hidden
    assert "Electrocardiogram" not in hidden
    assert "Electrocardiogram" in shown
    assert "Hide the forms" in shown


def test_a_missed_visit_shows_its_reason(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    visit.mark_missed(visit_of(subject, "D1"), by=coordinator, reason="Snowed in <all day>")
    assert "Day 1 Missed Snowed in <all day>" in text_of(page(cast))


def test_logs_are_counted_without_their_void_lines(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    form = read.form("AE")
    for term in ("Fever", "Headache"):
        enter(coordinator, subject, "LOG", "AE", {"aeterm": term, "aestdat": f"{subject.site.today().year + 1}"})
    crf.save(place_at(subject, "LOG", "AE", NEW), sample_entry(form, 0), by=coordinator)
    crf.void(place_at(subject, "LOG", "AE", 2), by=coordinator, reason=WHY, revision=1)
    answer = page(cast)
    asked = Query.objects.filter(form_code="AE", state="OPEN").count()
    assert f"2 {form.title} 1 incomplete {asked} queries" in text_of(answer)
    assert 'href="/subjects/01-001/log/AE/"' in answer.content.decode()
    assert 'href="/subjects/01-001/log/DV/"' in answer.content.decode()


def test_open_queries_are_marked_in_their_cell(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    save_vs(subject, CALM | {"sysbp": 300, "temp": "41.9"}, by=coordinator)
    text = text_of(page(cast))
    assert "2 open queries" in text
    assert "Complete 2 queries" in text


def test_its_state_is_one_line_that_says_what_is_missing_for_lock(
    cast: Cast, subject: Subject, coordinator: Actor
) -> None:
    save_vs(subject, CALM | {"pulse": None}, by=coordinator)
    assert "Not ready for lock: 1 form to complete" in text_of(page(cast))
    assert 'href="/subjects/01-001/lock/"' in page(cast).content.decode()


def test_what_is_signed_verified_or_held_is_marked_in_its_cell(
    cast: Cast, subject: Subject, coordinator: Actor
) -> None:
    place = hold_scenes.ready(cast, subject)
    assert "Complete Signed Verified" in text_of(page(cast))
    hold_scenes.lock(Target.of_form(place), cast)
    assert "Complete Signed Verified Locked" in text_of(page(cast))
    hold_scenes.freeze(Target.of_visit(place.at), cast)
    assert re.search(r"Unscheduled visit 1 took place 2026-03-02 Frozen", text_of(page(cast)))


def test_the_way_into_the_past_is_at_hand(cast: Cast, subject: Subject) -> None:
    shown = page(cast).content.decode()
    assert 'href="#look-back"' in shown
    assert 'type="datetime-local"' in shown
    assert 'href="/subjects/01-001/difference/"' in shown
    assert 'href="/subjects/01-001/standing/"' in shown


def test_each_role_is_offered_what_it_may_do(cast: Cast, subject: Subject) -> None:
    for reader in (cast.coordinator, cast.investigator):
        assert "/unscheduled/" in page(cast, reader=reader).content.decode()
    for reader in (cast.monitor, cast.data_manager, cast.auditor, cast.safety_reviewer):
        answer = page(cast, reader=reader)
        assert answer.status_code == 200
        assert "/unscheduled/" not in answer.content.decode()
        assert 'href="/changes/?subject=01-001"' in answer.content.decode()


def test_another_site_has_no_such_subject_and_an_administrator_no_such_page(cast: Cast, subject: Subject) -> None:
    assert page(cast, reader=cast.other_coordinator).status_code == 404
    assert page(cast, reader=cast.administrator).status_code == 403
    assert client_of(cast.coordinator).get("/subjects/01-002/").status_code == 404


def test_the_page_costs_the_same_for_one_visit_and_for_many(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    save_vs(subject, CALM, by=coordinator)
    client = client_of(cast.coordinator)
    client.get(PAGE)  # the first page also begins the session
    one = statements(lambda: client.get(PAGE))
    for name in ("LEUK", "BL", "LD1", "LD2", "LD3", "RST", "INF", "D1", "D2"):
        save_vs(subject, CALM | {"sysbp": 300}, by=coordinator, visit=name)
    enter(coordinator, subject, "LOG", "AE", {"aeterm": "Fever"})
    commit()
    many = statements(lambda: client.get(PAGE + "?later=1"))
    assert one == many
    assert many <= 16  # 3 of them keep the session alive
