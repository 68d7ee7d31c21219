"""Changed since I last reviewed: what a monitor's home opens on, per subject and form, and what a review marks."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.actor import Actor
from accounts.models import Role, User
from accounts.testing import Cast, join, make_person
from core.actions import crf, reading
from core.actions import subject as subjects
from core.actions import verification as acts
from core.actions.entry import Entry
from core.actions.errors import Refused
from core.models import ChainHead, ReadMark, Subject
from core.panels import SHOWN, monitoring
from core.reading import Record, unread
from core.testing.trial import CALM, WHY, commit, place_at, refused, save, save_vs, sql
from core.tests.scenes import STAMP, WITH_OFFSET, client_of, statements, text_of
from core.verification import Answer
from core.views import reviewing

VS = Record("SCR", "VS", 1)


def head(subject: Subject) -> int:
    return ChainHead.objects.get(pk=subject.pk).seq


def read(subject: Subject, *records: Record, by: Actor, seq: int | None = None) -> list[ReadMark]:
    """As one who saw all that there is now."""
    marks = reading.mark_read(subject, records or [VS], by=by, seq=seq or head(subject))
    commit()
    return marks


def new(by: Actor) -> dict[tuple[str, str, str, int], int]:
    """What is new to the person: the record -> how many changes of its data."""
    found: Any = unread(by)
    return {(line.subject.number, line.visit_name, line.form_code, line.key): line.changes for line in found}


def page(user: User, name: str = "review", number: str = "01-001") -> Any:
    return client_of(user).get(reverse(name, args=[number] if name == "review" else []))


def shown(user: User) -> Any:
    """The list on the person's home."""
    found = monitoring.panel(Actor.of(user))
    assert found is not None
    return found


@pytest.fixture
def vitals(subject: Subject, coordinator: Actor) -> Subject:
    """01-001 with vital signs at screening."""
    save_vs(subject, CALM, by=coordinator)
    return subject


@pytest.mark.req("AUD-06", "QRY-02")
def test_it_works(cast: Cast, vitals: Subject, coordinator: Actor, monitor: Actor) -> None:
    assert new(monitor) == {("01-001", "SCR", "VS", 1): 1}
    read(vitals, by=monitor)
    assert new(monitor) == {}
    save_vs(vitals, {"temp": "37.1"}, by=coordinator, reason=WHY)
    save_vs(vitals, {"pulse": "90"}, by=coordinator, reason="Misread")
    assert new(monitor) == {("01-001", "SCR", "VS", 1): 2}

    text = text_of(page(cast.monitor))
    assert "Temperature 36.6 °C 37.1 °C Lin Yue 林悦 (Study coordinator)" in text
    assert WHY in text
    assert "Misread" in text
    assert "Weight" not in text, "what was reviewed before is not shown again"


def test_what_came_after_the_page_stays_unread(cast: Cast, vitals: Subject, coordinator: Actor, monitor: Actor) -> None:
    seen = head(vitals)
    save_vs(vitals, {"temp": "37.1"}, by=coordinator, reason=WHY)
    read(vitals, by=monitor, seq=seen)
    assert new(monitor) == {("01-001", "SCR", "VS", 1): 1}


def test_the_button_marks_up_to_what_was_shown(cast: Cast, vitals: Subject, coordinator: Actor, monitor: Actor) -> None:
    client = client_of(cast.monitor)
    html = client.get(reverse("review", args=["01-001"])).content.decode()
    data = dict(re.findall(r'<input type="hidden" name="(seq|record)" value="([^"]*)"', html))
    save_vs(vitals, {"temp": "37.1"}, by=coordinator, reason=WHY)
    answer = client.post(reverse("review-mark", args=["01-001"]), data)
    assert answer.status_code == 302
    assert new(monitor) == {("01-001", "SCR", "VS", 1): 1}
    text = text_of(client.get(answer["Location"]))
    assert "1 form marked as reviewed." in text
    assert "36.6 °C 37.1 °C" in text


def test_each_record_is_reviewed_for_itself(vitals: Subject, coordinator: Actor, monitor: Actor) -> None:
    save(place_at(vitals, "SCR", "DM"), Entry({"sex": "F"}), by=coordinator)
    save_vs(vitals, CALM, by=coordinator, visit="BL")
    for term in ("Fever", "Rash"):
        save(place_at(vitals, "LOG", "AE", 0), Entry({"aeterm": term, "aestdat": "2026-03"}), by=coordinator)
    read(vitals, VS, Record("LOG", "AE", 2), by=monitor)
    assert set(new(monitor)) == {
        ("01-001", "SCR", "DM", 1),
        ("01-001", "BL", "VS", 1),
        ("01-001", "LOG", "AE", 1),
    }


def test_what_one_record_waits_for_shows_nothing_of_another_that_was_reviewed(
    cast: Cast, vitals: Subject, coordinator: Actor, monitor: Actor
) -> None:
    save(place_at(vitals, "SCR", "DM"), Entry({"sex": "F"}), by=coordinator)
    read(vitals, VS, by=monitor)
    save_vs(vitals, {"temp": "37.1"}, by=coordinator, reason=WHY)
    told = {each.record.form_code: [one.verb for one in told] for each, told in page(cast.monitor).context["changed"]}
    assert told == {"VS": ["changed"], "DM": ["entered"]}


def test_each_person_has_their_own(cast: Cast, vitals: Subject, monitor: Actor) -> None:
    read(vitals, by=monitor)
    colleague = join(make_person("second.monitor", "Second Monitor"), Role.MONITOR)
    assert new(Actor.of(colleague))


def test_a_verification_is_no_change_of_data(vitals: Subject, coordinator: Actor, monitor: Actor) -> None:
    read(vitals, by=monitor)
    acts.verify(place_at(vitals, "SCR", "VS"), {Answer("", None, "temp")}, by=monitor, revision=1)
    assert new(monitor) == {}
    save_vs(vitals, {"pulse": "90"}, by=coordinator, reason=WHY)
    assert new(monitor) == {("01-001", "SCR", "VS", 1): 1}


def test_a_record_made_void_is_to_be_reviewed(cast: Cast, vitals: Subject, coordinator: Actor, monitor: Actor) -> None:
    read(vitals, by=monitor)
    crf.void(place_at(vitals, "SCR", "VS"), by=coordinator, reason=WHY, revision=1)
    assert new(monitor) == {("01-001", "SCR", "VS", 1): 1}
    assert "voided by Lin Yue" in text_of(page(cast.monitor))


def test_what_was_reviewed_is_not_marked_again(vitals: Subject, monitor: Actor) -> None:
    assert len(read(vitals, VS, VS, by=monitor)) == 1
    assert read(vitals, by=monitor) == []
    assert read(vitals, by=monitor, seq=1) == []
    assert ReadMark.objects.count() == 1


@pytest.mark.parametrize("seq", [0, -1, 999])
def test_a_change_that_was_never_shown_cannot_be_reviewed(vitals: Subject, monitor: Actor, seq: int) -> None:
    with pytest.raises(Refused, match="out of date"):
        reading.mark_read(vitals, [VS], by=monitor, seq=seq)


@pytest.mark.req("AUD-06")
@pytest.mark.parametrize("who", ["coordinator", "investigator", "safety_reviewer", "administrator"])
def test_who_reviews_no_trail_marks_nothing(cast: Cast, vitals: Subject, who: str) -> None:
    with pytest.raises(PermissionDenied):
        read(vitals, by=cast.actor(getattr(cast, who)))
    client = client_of(getattr(cast, who))
    sent = {"record": "SCR.VS.1", "seq": "1"}
    assert client.post(reverse("review-mark", args=["01-001"]), sent).status_code == 403
    assert page(getattr(cast, who)).status_code == 403


def test_another_sites_subject_is_not_there(cast: Cast, vitals: Subject, monitor: Actor) -> None:
    local = join(make_person("local.monitor", "Local Monitor"), Role.MONITOR, cast.other_site)
    assert page(local).status_code == 404
    sent = {"record": "SCR.VS.1", "seq": "1"}
    assert client_of(local).post(reverse("review-mark", args=["01-001"]), sent).status_code == 404
    assert new(Actor.of(local)) == {}
    assert shown(local).tasks[0].count == 0


@pytest.mark.req("AUD-06")
def test_a_mark_is_never_changed_or_deleted(vitals: Subject, monitor: Actor) -> None:
    read(vitals, by=monitor)
    for statement in ("UPDATE core_readmark SET seq = 99", "DELETE FROM core_readmark"):
        with refused("permission denied"):
            sql(statement)


def test_a_page_that_was_tampered_with_marks_nothing(cast: Cast, vitals: Subject) -> None:
    client, url = client_of(cast.monitor), reverse("review-mark", args=["01-001"])
    assert client.post(url, {"record": "SCR.VS.1", "seq": "999"}).status_code == 400
    assert client.post(url, {"record": "SCR.VS.1"}).status_code == 400
    assert client.post(url, {"record": ["x", "a.b", "SCR.VS.x.y", "A" * 13 + ".VS.1"], "seq": "1"}).status_code == 302
    assert not ReadMark.objects.exists()
    assert client.get(url).status_code == 405


def test_the_home_opens_on_what_changed(cast: Cast, vitals: Subject, coordinator: Actor) -> None:
    save_vs(vitals, {"temp": "37.1"}, by=coordinator, reason=WHY)
    panel = shown(cast.monitor)
    assert [(task.label, task.count) for task in panel.tasks] == [
        ("Forms changed since you reviewed them", 1),
        ("Answers to verify", 8),
    ]
    (line,) = panel.context["changed"]
    assert (line.subject.number, line.where.visit, line.where.form) == ("01-001", "Screening", "Vital signs")
    assert (line.status.changes, line.who) == (2, coordinator.name)
    assert line.url == "/subjects/01-001/reviewed/#record-SCR-VS-1"
    assert 'id="record-SCR-VS-1"' in page(cast.monitor).content.decode()
    assert not panel.context["more"]


def test_home_shows_it_and_leads_to_its_review(cast: Cast, vitals: Subject) -> None:
    home = client_of(cast.monitor).get("/")
    assert home.context["panels"][0].template == "core/_panel_monitoring.html", "it opens on it"
    assert 'href="/subjects/01-001/reviewed/#record-SCR-VS-1"' in home.content.decode()


def test_the_newest_change_comes_first_and_a_list_that_is_cut_says_so(cast: Cast, coordinator: Actor) -> None:
    everyone = [subjects.add(cast.site, by=coordinator) for _ in range(SHOWN + 1)]
    for each in everyone:
        save_vs(each, CALM, by=coordinator)
    save_vs(everyone[4], {"temp": "37.1"}, by=coordinator, reason=WHY)
    panel = shown(cast.monitor)
    assert panel.tasks[0].count == SHOWN + 1
    assert panel.context["changed"][0].subject == everyone[4]
    assert len(panel.context["changed"]) == SHOWN
    assert panel.context["more"]


def next_page(user: User, way: str) -> Any:
    """The first page of the whole list, or the one after it."""
    client, url = client_of(user), reverse("review-list")
    first = client.get(url)
    return client.get(url, {way: first.context["page"].after}) if way else first


def test_the_whole_list_is_paged(cast: Cast, coordinator: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviewing, "SIZE", 2)
    everyone = [subjects.add(cast.site, by=coordinator) for _ in range(3)]
    for each in everyone:
        save_vs(each, CALM, by=coordinator)
    save_vs(everyone[1], {"temp": "37.1"}, by=coordinator, reason=WHY)
    first, second = (next_page(cast.monitor, way) for way in ("", "after"))
    assert [line.subject.number for line in first.context["rows"]] == ["01-002", "01-003"]
    assert [line.subject.number for line in second.context["rows"]] == ["01-001"]
    assert page(cast.coordinator, "review-list").status_code == 403


def test_only_who_verifies_has_the_panel(cast: Cast, vitals: Subject) -> None:
    assert monitoring.panel(cast.actor(cast.coordinator)) is None
    assert monitoring.panel(cast.actor(cast.data_manager)) is None


def test_answers_that_are_verified_are_counted_no_more(cast: Cast, vitals: Subject, monitor: Actor) -> None:
    acts.verify(place_at(vitals, "SCR", "VS"), {Answer("", None, "temp")}, by=monitor, revision=1)
    assert shown(cast.monitor).tasks[1].count == 7


def test_the_panel_costs_two_statements_however_many_subjects(cast: Cast, vitals: Subject, coordinator: Actor) -> None:
    actor = cast.actor(cast.monitor)
    assert statements(lambda: monitoring.panel(actor)) == 2
    for _ in range(4):
        other = subjects.add(cast.site, by=coordinator)
        save_vs(other, CALM, by=coordinator)
        save_vs(other, {"temp": "37.1"}, by=coordinator, reason=WHY)
    assert statements(lambda: monitoring.panel(actor)) == 2


def test_the_page_costs_the_same_however_much_changed(cast: Cast, vitals: Subject, coordinator: Actor) -> None:
    client, url = client_of(cast.monitor), reverse("review", args=["01-001"])
    client.get(url)
    few = statements(lambda: client.get(url))
    for visit in ("LEUK", "BL", "D28"):
        save_vs(vitals, CALM, by=coordinator, visit=visit)
        save_vs(vitals, {"temp": "37.1"}, by=coordinator, reason=WHY, visit=visit)
    assert statements(lambda: client.get(url)) == few


@pytest.mark.req("TIM-01")
def test_every_stamp_shows_its_offset(cast: Cast, vitals: Subject) -> None:
    for answer in (page(cast.monitor), page(cast.monitor, "review-list")):
        stamps = STAMP.findall(answer.content.decode())
        assert stamps
        assert [stamp for stamp in stamps if not WITH_OFFSET.fullmatch(stamp)] == []
