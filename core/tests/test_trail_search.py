"""The search index of the trail finds what a plain look at every row finds, wherever the index ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import pytest
from django.db import ProgrammingError, connection
from django.utils import timezone

from accounts.events import record
from accounts.models import Event, EventKind, User
from accounts.testing import Cast, make_cast
from core import trail_search
from core.actions import query, subject
from core.actions.entry import RowEntry
from core.models import Change, Query
from core.models.trail_search import TrailMark, TrailSegment
from core.testing.databases import owner_connection
from core.tests.scenes import change, chemistry, corrected, vitals
from core.trail_search import LAST, Span
from core.views import change_pages
from core.views.change_conditions import words_of
from core.views.change_filters import ChangeFilters


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def trail(cast: Cast) -> Cast:
    """A stretch of trail that every filter finds something in."""
    of, _ = corrected(cast)
    chemistry(cast, of, RowEntry({"lbtestcd": "ALT", "lborres": "30"}), RowEntry({"lbtestcd": "K", "lborres": "4.1"}))
    chemistry(cast, of, RowEntry({}, key=1, voided=True), reason="entered twice")
    change(vitals(of), cast, {"sysbp": 200}, "抄写错误：原始病历为 200")
    asked = Query.objects.filter(field="sysbp", state="OPEN").get()
    query.answer(asked, "Measured twice.", by=cast.actor(cast.coordinator))
    change(vitals(of), cast, {"sysbp": 121}, "The source said otherwise")
    subject.add(cast.other_site, by=cast.actor(cast.other_coordinator))
    return cast


def index(of: str = "trail_index") -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {of}(1, 1000)")
        taken: int = cursor.fetchone()[0]
    return taken


def filters(user: User, cast: Cast, **asked: Any) -> ChangeFilters:
    found = ChangeFilters(cast.actor(user), asked)
    assert found.is_valid(), found.errors
    return found


def found_by(user: User, cast: Cast, **asked: Any) -> list[int]:
    search = filters(user, cast, **asked).search()
    assert search
    return search.older(LAST, 1000)


def every_filter(cast: Cast) -> Iterator[dict[str, Any]]:
    today = timezone.localdate(timezone=cast.site.clock)
    system = User.objects.get(is_system=True).pk
    yield from (
        {}, {"site": cast.site.pk}, {"site": cast.other_site.pk}, {"subject": "01-001"}, {"visit": "SCR"},
        {"visit": "D28"}, {"form": "VS"}, {"form": "CHEM"}, {"item": "sysbp"}, {"item": "result"},
        {"item": "visit date"}, {"person": cast.coordinator.pk}, {"person": cast.other_coordinator.pk},
        {"person": system}, {"role": "coordinator"}, {"role": "monitor"}, {"kind": "CREATE"}, {"kind": "CHANGE"},
        {"kind": "VOID"}, {"kind": "QUERY"}, {"reason": "transcription"}, {"reason": "Errors"}, {"reason": "错误"},
        {"reason": "误"}, {"reason": "病历"}, {"reason": "twice entered"}, {"since": today},
        {"until": today - timedelta(days=1)}, {"after_verification": "on"}, {"because": "on"},
    )  # fmt: skip


def pairs(cast: Cast) -> Iterator[dict[str, Any]]:
    alone = list(every_filter(cast))
    both = (one | other for one, other in combinations(alone, 2) if not set(one) & set(other))
    yield from (asked for asked in both if ChangeFilters(cast.actor(cast.monitor), asked).is_valid())


@pytest.mark.req("AUD-05")
def test_it_works(trail: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = {number: found_by(trail.monitor, trail, **asked) for number, asked in enumerate(pairs(trail))}
    assert index() > 0
    assert TrailSegment.objects.exists()
    assert {number: found_by(trail.monitor, trail, **asked) for number, asked in enumerate(pairs(trail))} == plain
    assert sum(bool(numbers) for numbers in plain.values()) > 150, "the filters find something to compare"
    monkeypatch.setattr(trail_search, "FEW", 0)
    for number, asked in enumerate(pairs(trail)):
        search = filters(trail.monitor, trail, **asked).search()
        if search and search.groups and not {"person", "kind"} <= set(asked):
            marked = list(search._candidates(Span(0, trail_search.CHANGES.known()), newest_first=True))
            assert marked == plain[number], f"{asked}: the index alone is as exact, else a page looks at too many rows"


@pytest.mark.req("AUD-07")
@pytest.mark.parametrize("role", ["monitor", "coordinator", "other_investigator"])
def test_events_are_found_as_well(trail: Cast, role: str) -> None:
    user, today = getattr(trail, role), timezone.localdate(timezone=trail.site.clock)
    record(EventKind.EXPORT, actor=trail.actor(trail.coordinator), what="a file", reason="asked for by the auditor")
    record(EventKind.PRINT, actor=trail.actor(trail.monitor), subject="01-001", what="a form")
    record(EventKind.SIGN_IN, actor=trail.actor(trail.other_investigator))
    alone: list[dict[str, Any]] = [
        {}, {"person": trail.coordinator.pk}, {"person": trail.monitor.pk}, {"role": "monitor"}, {"subject": "01-001"},
        {"kind": "EXPORT"}, {"kind": "ROLE"}, {"kind": "EVENTS"}, {"reason": "auditor"}, {"reason": "zebra"},
        {"since": today}, {"until": today - timedelta(days=1)},
    ]  # fmt: skip
    both = [one | other for one, other in combinations(alone, 2) if not set(one) & set(other)]
    forms = [form for asked in ({}, *both) if (form := ChangeFilters(trail.actor(user), asked)).is_valid()]

    def found() -> list[list[int]]:
        return [search.older(LAST, 1000) for form in forms if (search := form.events())]

    plain = found()
    assert index("trail_index_events") > 0
    assert found() == plain
    assert sum(map(bool, plain)) > 4
    seen = Event.objects.filter(seq__in=plain[0])
    assert seen.filter(kind=EventKind.EXPORT).exists() is (role != "other_investigator")
    assert seen.filter(kind=EventKind.PRINT).exists() is (role != "other_investigator")
    assert seen.filter(kind=EventKind.SIGN_IN).exists() is (role != "coordinator")


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"reason": "错误"}, "抄写错误：原始病历为 200"),
        ({"reason": "误"}, "抄写错误：原始病历为 200"),
        ({"reason": "原始病历"}, "抄写错误：原始病历为 200"),
        ({"reason": "200"}, "抄写错误：原始病历为 200"),
        ({"reason": "transcription errors"}, "transcription error"),
        ({"reason": "SOURCE"}, "The source said otherwise"),
    ],
)
@pytest.mark.req("AUD-05")
def test_words_are_found_in_both_languages(trail: Cast, asked: dict[str, str], reason: str) -> None:
    index()
    assert [Change.objects.get(pk=pk).reason for pk in found_by(trail.monitor, trail, **asked)] == [reason]


@pytest.mark.parametrize("words", ["the", "，。", "“”"])
def test_words_that_say_nothing_are_refused(cast: Cast, words: str) -> None:
    asked = ChangeFilters(cast.actor(cast.monitor), {"reason": words})
    assert not asked.is_valid()
    assert "Type one that says more" in str(asked.errors["reason"])


def test_an_item_is_found_with_its_queries_and_by_who_wrote_it(trail: Cast) -> None:
    index()
    found = Change.objects.filter(pk__in=found_by(trail.monitor, trail, item="sysbp"))
    assert set(found.values_list("kind", flat=True)) == {"CREATE", "CHANGE", "QUERY"}
    system = User.objects.get(is_system=True).pk
    own = found_by(trail.monitor, trail, item="sysbp", person=trail.coordinator.pk)
    raised = found_by(trail.monitor, trail, item="sysbp", person=system)
    assert own
    assert raised
    assert set(own) | set(raised) == set(found_by(trail.monitor, trail, item="sysbp"))


def test_another_sites_changes_are_not_found(trail: Cast) -> None:
    index()
    theirs = Change.objects.filter(site=trail.other_site)
    assert theirs
    assert not set(found_by(trail.coordinator, trail)) & set(theirs.values_list("pk", flat=True))
    assert set(found_by(trail.other_coordinator, trail)) == set(theirs.values_list("pk", flat=True))


def test_what_came_after_the_index_is_found_as_well(trail: Cast) -> None:
    index()
    of = Change.objects.filter(subject__number="01-001").first()
    assert of
    change(vitals(of.subject), trail, {"pulse": 60}, "a later one")
    last = Change.objects.latest("pk").pk
    segment = TrailSegment.objects.latest("number")
    assert segment.until < last
    assert found_by(trail.monitor, trail, form="VS")[0] == last
    assert found_by(trail.monitor, trail, form="VS", kind="CHANGE")[0] == last
    assert index() == last - segment.until
    assert found_by(trail.monitor, trail, form="VS", kind="CHANGE")[0] == last


def test_pages_go_both_ways_over_the_edge_of_the_index(trail: Cast) -> None:
    index()
    of = Change.objects.filter(subject__number="01-001").first()
    assert of
    for turn in range(5):
        change(vitals(of.subject), trail, {"pulse": 60 + turn}, f"turn {turn}")
    asked = filters(trail.monitor, trail, form="VS")
    expected = list(Change.objects.filter(form_code="VS").order_by("-pk"))
    page = change_pages.page_of(asked.search(), None, {}, size=2)
    pages = [page]
    while page.after:
        page = change_pages.page_of(asked.search(), None, {"after": page.after}, size=2)
        pages.append(page)
    assert [row for page in pages for row in page.rows] == expected
    assert not pages[0].before
    for earlier, later in zip(pages[-2::-1], pages[::-1], strict=False):
        assert change_pages.page_of(asked.search(), None, {"before": later.before}, size=2).rows == earlier.rows


def test_changes_and_events_are_one_list_without_gap_or_repetition(trail: Cast) -> None:
    asked = filters(trail.monitor, trail)
    events = asked.events()
    assert events is not None
    page = change_pages.page_of(asked.search(), events, {}, size=3)
    pages = [page]
    while page.after:
        page = change_pages.page_of(asked.search(), asked.events(), {"after": page.after}, size=3)
        pages.append(page)
    rows = [row for page in pages for row in page.rows]
    assert len(rows) == len(set(rows)) == Change.objects.count() + events.rows.count()
    assert [len(page.rows) for page in pages[:-1]] == [3] * (len(pages) - 1)
    back = [pages[-1]]
    while back[-1].before:
        back.append(change_pages.page_of(asked.search(), asked.events(), {"before": back[-1].before}, size=3))
    assert {row for page in back for row in page.rows} == set(rows)


@pytest.mark.req("ADM-05")
@pytest.mark.parametrize("table", ["core_trailmark", "core_trailsegment"])
@pytest.mark.parametrize("act", ["DELETE FROM", "TRUNCATE"])
def test_nobody_hides_a_row_from_the_search(trail: Cast, table: str, act: str) -> None:
    index()
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(f"{act} {table}")


def test_few_wait_for_more(trail: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail_search, "WAITING", Change.objects.latest("pk").pk + 2)
    assert trail_search.extend() == 0
    assert not TrailSegment.objects.exists()
    monkeypatch.setattr(trail_search, "WAITING", 1)
    assert trail_search.extend() > 0
    assert trail_search.CHANGES.known() == Change.objects.latest("pk").pk
    assert trail_search.EVENTS.known() == Event.objects.latest("seq").seq


def test_a_masked_reason_leaves_no_word_behind(trail: Cast) -> None:
    index()
    masked = Change.objects.get(reason__startswith="抄写")
    assert TrailMark.objects.filter(mark="word:抄写").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT trail_index_again(%s)", [masked.pk])
    assert TrailMark.objects.filter(mark="word:抄写").exists(), "the reason still says so"
    assert found_by(trail.monitor, trail, reason="抄写") == [masked.pk]


def test_the_index_waits_for_whoever_drew_a_lower_number(committed_db: str) -> None:
    cast = make_cast()
    corrected(cast)
    with owner_connection(committed_db) as other:
        other.autocommit = False
        other.execute("SELECT nextval(pg_get_serial_sequence('core_change', 'id'))")
        assert index() == 0, "a number is on its way: nothing is taken in past it"
        other.rollback()
    assert index() > 0


def test_two_at_once_do_not_write_the_same(committed_db: str) -> None:
    cast = make_cast()
    corrected(cast)
    with owner_connection(committed_db) as other:
        other.autocommit = False
        other.execute("SELECT pg_advisory_xact_lock(4713)")
        assert index() == 0
        other.rollback()
    assert index() > 0


def test_stretches_outside_the_days_asked_for_are_not_looked_at(trail: Cast) -> None:
    index()
    yesterday = timezone.localdate(timezone=trail.site.clock) - timedelta(days=1)
    assert not found_by(trail.monitor, trail, form="VS", until=yesterday)
    assert not found_by(trail.monitor, trail, form="VS", since=yesterday + timedelta(days=2))
    assert found_by(trail.monitor, trail, form="VS", since=yesterday) == found_by(trail.monitor, trail, form="VS")
    assert not found_by(trail.monitor, trail, form="VS", until=date(2020, 1, 1))


def test_words_of_a_sentence_in_both_languages(db: None) -> None:
    assert set(words_of("头疼")) == {"头", "疼", "头疼"}
    assert set(words_of("Errors 12.5")) == {"error", "12.5"}
