"""The pages of a subject as of a moment: read only, every link keeps the moment, and what is refused says why."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from django.urls import URLPattern, get_resolver

from accounts.actor import Actor
from accounts.testing import Cast
from core import schedule
from core.actions import visit
from core.models import Change, Subject
from core.places import VisitPlace
from core.testing.trial import CALM, WHY, commit, save_vs
from core.tests.past_scenes import FORM, HOME, changes, look, moment_of, past
from core.tests.scenes import client_of, statements, text_of

pytestmark = pytest.mark.req("AUD-05")

# Pages that show a state; histories and threads tell the whole of the past anyway.
ITS_PAGE = re.compile(rf"{HOME}($|\?|standing/|log/|visits/(?!.*/(history|queries)/))")
MANY = 40  # pages are enough
LINK = re.compile(r'<a [^>]*href="([^"]*)"[^>]*>')


@pytest.fixture
def story(subject: Subject, coordinator: Actor) -> list[Change]:
    """Added, entered, corrected, void."""
    return past(subject, coordinator)


@pytest.mark.parametrize("url", [HOME, f"{HOME}visits/SCR/", FORM, f"{HOME}log/AE/", f"{HOME}standing/"])
def test_it_works(cast: Cast, story: list[Change], url: str) -> None:
    """Each sort of page says as of when it shows the subject, with the offset, and shows now without it."""
    answer = look(cast, url, moment_of(story[1]))
    assert answer.status_code == 200
    local = story[1].at.astimezone(cast.site.clock)
    assert f"As it was on {local:%Y-%m-%d %H:%M:%S} +08:00" in text_of(answer)
    assert "To be read only" in text_of(answer)
    now = client_of(cast.coordinator).get(url)
    assert now.status_code == 200
    assert "data-moment" not in now.content.decode()


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("yesterday", "is no moment"),
        ("2026-11-24", "is no moment"),
        ("2026-02-30T10:00", "There is no such date"),
        ("2026-02-28T25:00", "There is no such date"),
        ("0001-01-01T00:00+08:00", "There is no such date"),
        ("2999-01-01T10:00", "lies ahead"),
        ("2999-01-01T10:00+08:00", "lies ahead"),
        ("2026-11-24T10:00\0", "is no moment"),
        ("٢٠٢٦-11-24T10:00", "is no moment"),
    ],
)
@pytest.mark.parametrize("url", [HOME, f"{HOME}visits/SCR/", f"{HOME}standing/"])
def test_a_bad_moment_is_refused_with_words(cast: Cast, story: list[Change], url: str, at: str, words: str) -> None:
    answer = look(cast, url, at)
    assert answer.status_code == 400
    assert words in text_of(answer)
    assert answer["Cache-Control"] == "no-store"


def test_before_the_subject_was_added_there_is_nothing_and_the_page_says_since_when(
    cast: Cast, subject: Subject
) -> None:
    for url in (HOME, FORM, f"{HOME}visits/SCR/"):
        answer = look(cast, url, "2020-01-01T00:00")
        assert answer.status_code == 404
        assert "Subject 01-001 was added on 20" in text_of(answer)
    assert look(cast, "/subjects/01-777/", "2020-01-01T00:00").status_code == 404
    assert "was added" not in text_of(look(cast, "/subjects/01-777/", "2020-01-01T00:00"))


def test_another_site_has_no_such_subject_at_any_moment(cast: Cast, story: list[Change]) -> None:
    for at in (moment_of(story[1]), "2020-01-01T00:00"):
        for url in (HOME, f"{HOME}visits/SCR/", f"{HOME}standing/"):
            answer = look(cast, url, at, reader=cast.other_coordinator)
            assert answer.status_code == 404
            assert "01-001" not in text_of(answer)
    assert look(cast, HOME, moment_of(story[1]), reader=cast.administrator).status_code == 403


def test_a_visit_that_was_added_later_was_not_there_yet(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    at = moment_of(subject.changes.get())
    place = VisitPlace(subject, schedule.current().visit("UNS"), 0, None)
    visit.add_unscheduled(place, subject.site.today(), by=coordinator, reason="Fever")
    assert look(cast, f"{HOME}visits/UNS-1/", moment_of(changes(subject)[-1])).status_code == 200
    answer = look(cast, f"{HOME}visits/UNS-1/", at)
    assert answer.status_code == 404
    assert "was not there yet" in text_of(answer)
    assert look(cast, f"{HOME}visits/UNS-7/", "").status_code == 404


def test_every_link_of_a_page_keeps_the_moment(cast: Cast, story: list[Change]) -> None:
    """From the casebook on, over every page of the subject that a link leads to."""
    client, at = client_of(cast.coordinator), quote(moment_of(story[1]))
    seen: set[str] = set()
    waiting = [f"{HOME}?at={at}"]
    while waiting:
        answer = client.get(url := waiting.pop())
        assert (answer.status_code, "data-moment" in answer.content.decode()) == (200, True), url
        for tag in LINK.finditer(answer.content.decode()):
            href = unescape(tag[1]).partition("#")[0]
            if not ITS_PAGE.match(href) or "data-now" in tag[0]:
                continue
            assert "at=" in href, (url, tag[0])
            if href not in seen:
                seen.add(href)
                waiting += [href] if len(seen) < MANY else []
    pages = {href.partition("?")[0] for href in seen}
    assert {f"{HOME}standing/", f"{HOME}visits/SCR/", FORM, f"{HOME}log/AE/"} <= pages


def test_the_way_back_to_now_and_to_the_neighbours(cast: Cast, story: list[Change]) -> None:
    page = look(cast, f"{HOME}visits/SCR/", moment_of(story[1])).content.decode()
    links = [unescape(href) for href in LINK.findall(page)]
    neighbours = [href for href in links if href.startswith("?at=")]
    assert len(neighbours) == 2
    client = client_of(cast.coordinator)
    assert "2 gap" not in page
    following = client.get(f"{HOME}visits/SCR/{neighbours[1]}").content.decode()
    assert "1 gap" in following
    assert re.search(r'href="(\.|\?|/subjects/01-001/visits/SCR/)" data-now', page)
    assert "No earlier change" in text_of(look(cast, HOME, moment_of(story[0])))
    assert "No later change" in text_of(look(cast, HOME, moment_of(story[3])))
    assert "data-moment" not in client.get(HOME).content.decode()


def test_nothing_can_be_done_from_the_past(cast: Cast, story: list[Change]) -> None:
    """Whatever address of a subject takes a post refuses it with a moment, whoever sends it."""
    before = Change.objects.count()
    tried = 0
    for url in _subject_addresses():
        for user in (cast.coordinator, cast.investigator, cast.monitor, cast.data_manager):
            answer = client_of(user).post(
                f"{url}?at={quote(moment_of(story[1]))}", {"reason": WHY, "visit_on": "2026-03-03"}
            )
            assert answer.status_code == 405, url
            assert "cannot be changed" in text_of(answer)
            tried += 1
    assert tried >= 10
    assert Change.objects.count() == before
    for url in (HOME, f"{HOME}visits/SCR/", f"{HOME}standing/"):
        page = look(cast, url, moment_of(story[1])).content.decode()
        assert 'method="post"' not in re.sub(r"<header.*?</header>", "", page, flags=re.S)
        assert "/unscheduled/" not in page


def _subject_addresses() -> list[str]:
    known = {"number": "01-001", "visit": "SCR", "code": "VS", "key": "1", "field": "sysbp", "pk": "1"}
    waiting: list[tuple[str, Any]] = [("/", pattern) for pattern in get_resolver().url_patterns]
    found = []
    while waiting:
        prefix, pattern = waiting.pop()
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            if route.startswith("/subjects/<str:number>/"):
                found.append(re.sub(r"<\w+:(\w+)>", lambda match: known.get(match[1], "1"), route))
        elif getattr(pattern, "namespace", None) != "admin":
            waiting += [(route, each) for each in pattern.url_patterns]
    return found


def test_the_past_costs_what_the_present_costs(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    """In forms, in visits and in history: the same number of statements, now and then."""
    save_vs(subject, CALM, by=coordinator)
    client = client_of(cast.coordinator)
    client.get(HOME)  # the first page also begins the session

    def cost(url: str) -> tuple[int, int]:
        at = f"{url}?at={quote(moment_of(changes(subject)[-1]))}"
        return statements(lambda: client.get(url)), statements(lambda: client.get(at))

    few = [cost(HOME), cost(f"{HOME}visits/SCR/")]
    for name in ("LEUK", "BL", "LD1", "LD2", "LD3", "RST", "INF", "D1", "D2"):
        save_vs(subject, CALM | {"sysbp": 300}, by=coordinator, visit=name)
    for n in range(20):
        save_vs(subject, CALM | {"pulse": 60 + n}, by=coordinator, reason=WHY)
    commit()
    many = [cost(HOME), cost(f"{HOME}visits/SCR/")]
    assert few == many
    for now, then in many:
        assert then <= now + 1  # whether the reader may see the subject now is asked as well
