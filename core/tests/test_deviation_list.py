"""The list of protocol deviations: what, whose, how much it matters, who was notified, and the data it concerns."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.testing import Cast
from core import schedule
from core.actions import crf, subject, visit
from core.models import Subject
from core.places import LOG, VisitPlace, find_place
from core.testing.forms import enter
from core.testing.trial import VISIT_ON
from core.tests.scenes import client_of, statements, text_of

WORST = {"dvterm": "Infused without consent", "dvcat": "CONSENT", "dvsource": "HAND", "dvimpact": "MAJOR"}
SMALL = {"dvterm": "Pulse not taken", "dvcat": "PROCEDURE", "dvsource": "HAND", "dvimpact": "MINOR"}


@pytest.fixture
def someone(cast: Cast) -> Subject:
    return subject.add(cast.site, by=cast.actor(cast.coordinator))


def deviation(cast: Cast, of: Subject, answers: dict[str, str], **more: str) -> None:
    enter(cast.actor(cast.coordinator), of, LOG, "DV", answers | more)


def days_ago(of: Subject, days: int) -> str:
    return (of.site.today() - timedelta(days=days)).isoformat()


def listed(user: User, **filters: Any) -> str:
    answer = client_of(user).get(reverse("deviation-list"), filters)
    assert answer.status_code == 200
    page = text_of(answer)
    return page[page.index("Clear filters") :]


def html(user: User) -> str:
    return client_of(user).get(reverse("deviation-list")).content.decode()


def test_it_works(cast: Cast, someone: Subject) -> None:
    deviation(cast, someone, WORST, dvfounddtc=days_ago(someone, 3), dvspndtc=days_ago(someone, 1))
    line = listed(cast.monitor)
    found, told = days_ago(someone, 3), days_ago(someone, 1)
    assert f"01-001 Infused without consent Informed consent Major {found} {told} not yet 3 Open" in line
    assert 'href="/subjects/01-001/visits/LOG/DV/1/"' in html(cast.monitor)


def test_the_newest_comes_first(cast: Cast, someone: Subject) -> None:
    deviation(cast, someone, WORST)
    deviation(cast, someone, SMALL)
    page = listed(cast.monitor)
    assert page.index("Pulse not taken") < page.index("Infused without consent")


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"importance": "MAJOR"}, {"Infused"}),
        ({"category": "PROCEDURE"}, {"Pulse"}),
        ({"awaits": "sponsor"}, {"Pulse"}),
        ({"awaits": "ethics"}, {"Infused", "Pulse"}),
        ({"awaits": "either"}, {"Infused", "Pulse"}),
        ({"subject": "01-001"}, {"Infused", "Pulse"}),
        ({"importance": "MAJOR", "category": "PROCEDURE"}, set()),
    ],
)
def test_each_filter_narrows_the_list(cast: Cast, someone: Subject, filters: dict[str, str], found: set[str]) -> None:
    deviation(cast, someone, WORST, dvspndtc="2026-03-02")
    deviation(cast, someone, SMALL)
    page = listed(cast.monitor, **filters)
    assert {word for word in ("Infused", "Pulse") if word in page} == found
    assert ("No deviation fits these filters." in page) is (not found)


def test_a_site_narrows_the_list(cast: Cast, someone: Subject) -> None:
    deviation(cast, someone, WORST)
    assert "Infused" in listed(cast.monitor, site=cast.site.pk)
    assert "Infused" not in listed(cast.monitor, site=cast.other_site.pk)


def test_another_sites_deviations_are_not_seen(cast: Cast, someone: Subject) -> None:
    deviation(cast, someone, WORST)
    assert "Infused" in listed(cast.investigator)
    assert "Infused" not in listed(cast.other_coordinator)
    assert client_of(cast.administrator).get(reverse("deviation-list")).status_code == 403


@pytest.mark.parametrize("filters", [{"category": "GONE"}, {"awaits": "me"}, {"subject": "02-001"}, {"site": "999"}])
def test_a_bad_filter_is_told_beside_it(cast: Cast, someone: Subject, filters: dict[str, str]) -> None:
    answer = client_of(cast.coordinator).get(reverse("deviation-list"), filters)
    assert answer.status_code == 400
    assert "errorlist" in answer.content.decode()


def test_a_void_deviation_is_none(cast: Cast, someone: Subject) -> None:
    deviation(cast, someone, WORST)
    place = find_place(cast.actor(cast.coordinator), someone.number, LOG, "DV", 1)
    crf.void(place, by=cast.actor(cast.coordinator), reason="entered twice", revision=1)
    assert "Infused" not in listed(cast.monitor)


def test_what_is_settled_is_open_no_more(cast: Cast, someone: Subject) -> None:
    done = {"dvstdat": "2026-03-01", "dvfounddtc": "2026-03-02", "dvaction": "Staff trained again"}
    deviation(cast, someone, WORST, **done)
    assert "Open" in listed(cast.monitor), "complete, but nobody was notified"
    deviation(cast, someone, SMALL, **done)
    page = listed(cast.monitor)
    line = page[page.index("Pulse not taken") : page.index("Infused")]
    assert "Complete" in line
    assert "Open" not in line
    other = subject.add(cast.site, by=cast.actor(cast.coordinator))
    deviation(cast, other, WORST, **done, dvspndtc="2026-03-02", dvecdtc="2026-03-03")
    assert "Open" not in listed(cast.monitor, subject="01-002")


@pytest.mark.parametrize(
    ("said", "url", "words"),
    [
        ("SCR/VS/1", "/subjects/01-001/visits/SCR/VS/", "Screening: Vital signs"),
        ("SCR/SV/1", "/subjects/01-001/visits/SCR/", "Screening: Visit"),
        ("SCR", "/subjects/01-001/visits/SCR/", "Screening: Visit"),
        ("UNS-1/VS/1", "/subjects/01-001/visits/UNS-1/VS/", "Unscheduled visit 1: Vital signs"),
        ("LOG/AE/1", "/subjects/01-001/visits/LOG/AE/1/", "Adverse event, line 1"),
    ],
)
def test_the_data_it_concerns_is_linked(cast: Cast, someone: Subject, said: str, url: str, words: str) -> None:
    by = cast.actor(cast.coordinator)
    enter(by, someone, LOG, "AE", {"aeterm": "Headache"})
    plan = VisitPlace(someone, schedule.current().visit("UNS"), 0, None)
    visit.add_unscheduled(plan, VISIT_ON, by=by, reason="Fever at home")
    deviation(cast, someone, SMALL, dvplace=said)
    page = client_of(cast.monitor).get(reverse("deviation-list"))
    assert f'<a href="{url}">{words}</a>' in page.content.decode()
    assert client_of(cast.monitor).get(url).status_code == 200


@pytest.mark.parametrize(
    "said", ["ward 3", "NONE/VS/1", "SCR/NONE/1", "UNS-9/VS/1", "UNS/VS/1", "LOG/AE/7", "LOG/DV/x", "/", "SCR-1"]
)
def test_what_names_no_page_is_shown_as_written(cast: Cast, someone: Subject, said: str) -> None:
    deviation(cast, someone, SMALL, dvplace=said)
    assert f'data-label="Data concerned">{said}</td>' in html(cast.monitor)


def test_the_cost_does_not_grow_with_the_deviations(cast: Cast, someone: Subject) -> None:
    client, address = client_of(cast.monitor), reverse("deviation-list")
    deviation(cast, someone, WORST)
    client.get(address)
    few = statements(lambda: client.get(address))
    for _each in range(4):
        other = subject.add(cast.site, by=cast.actor(cast.coordinator))
        deviation(cast, other, SMALL, dvplace="SCR/VS/1")
    assert statements(lambda: client.get(address)) == few
