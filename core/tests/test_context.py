"""What stands around every page: only places the person may open, and in which role they are here."""

from __future__ import annotations

from typing import Any

from django.test import RequestFactory
from django.utils import translation

from accounts.actor import Actor
from accounts.models import Membership, Role, Site, User
from core.context import page

HOSPITAL = Site(pk=1, code="01", name="First Hospital", name_zh="第一医院")

ALL_SITES = ["Dose levels"]


def shown_to(*roles: Role, path: str = "/", site: Site | None = None) -> dict[str, Any]:
    """The surroundings of a page for a person in these roles."""
    person = User(full_name="Chen Jing")
    request = RequestFactory().get(path)
    request.actor = Actor(person, tuple(Membership(user=person, role=role, site=site) for role in roles))  # type: ignore[attr-defined]
    return page(request)


def labels(*roles: Role) -> list[str]:
    return [str(place.label) for place in shown_to(*roles)["places"]]


def test_it_works() -> None:
    shown = shown_to(Role.MONITOR, path="/subjects/01-001/")
    assert [str(place.label) for place in shown["places"] if place.current] == ["Subjects"]
    assert shown["SOFTWARE_VERSION"]


def test_a_reader_of_the_trail_gets_the_changes_and_no_administration() -> None:
    assert labels(Role.AUDITOR) == ["Home", "Subjects", "Queries", "Deviations", *ALL_SITES, "Changes", "Oversight"]


def test_what_shows_subjects_of_every_site_is_for_who_may_see_them_all() -> None:
    here = [str(place.label) for place in shown_to(Role.INVESTIGATOR, site=HOSPITAL)["places"]]
    assert set(ALL_SITES).isdisjoint(here)
    assert set(ALL_SITES) <= set(labels(Role.SAFETY_REVIEWER))


def test_an_administrator_sees_no_clinical_place() -> None:
    assert labels(Role.ADMINISTRATOR) == ["Home", "Administration"]


def test_someone_without_a_role_in_force_sees_the_home_page_only() -> None:
    assert labels() == ["Home"]


def test_signed_out_there_is_nowhere_to_go_and_nobody_to_be() -> None:
    shown = page(RequestFactory().get("/"))
    assert (shown["places"], shown["posts"]) == ([], [])


def test_the_home_page_is_current_on_itself_alone() -> None:
    assert [place.url for place in shown_to(Role.MONITOR)["places"] if place.current] == ["/"]
    elsewhere = shown_to(Role.MONITOR, path="/changes/")["places"]
    assert [place.url for place in elsewhere if place.current] == ["/changes/"]


def test_each_role_is_shown_with_its_site_in_the_readers_language() -> None:
    assert shown_to(Role.INVESTIGATOR, site=HOSPITAL)["posts"] == ["Investigator, 01 First Hospital"]
    assert shown_to(Role.MONITOR)["posts"] == ["Monitor, all sites"]
    with translation.override("zh-hans"):
        assert "第一医院" in shown_to(Role.INVESTIGATOR, site=HOSPITAL)["posts"][0]
