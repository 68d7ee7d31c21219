"""Queries: what waits for whom, the thread, and who may answer, close and ask again."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accounts.actor import system_actor
from accounts.models import User
from accounts.testing import Cast, make_cast
from core.actions import query as acts
from core.actions.entry import RowEntry
from core.models import Query, QueryEvent, QueryState
from core.tests.scenes import (
    STAMP,
    WITH_OFFSET,
    change,
    chemistry,
    client_of,
    screened,
    statements,
    text_of,
    vitals,
)
from core.wording import threads


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def asked(cast: Cast) -> Query:
    """The system asks about a systolic pressure of 250."""
    screened(cast)
    return Query.objects.get(field="sysbp")


def raised(cast: Cast, like: Query, **fields: Any) -> Query:
    """A query by the monitor, about the same item."""
    kept = ("subject", "site", "visit_name", "form_code", "field", "value", "text_en", "text_zh", "opened_at")
    query = Query.objects.create(**{name: getattr(like, name) for name in kept} | {"kind": "MANUAL"} | fields)
    by = {"actor": cast.monitor, "actor_name": cast.monitor.full_name, "role": "monitor"}
    QueryEvent.objects.create(query=query, at=query.opened_at, state=query.state, **by)
    return query


def post(user: User, act: str, query: Query, text: str = "Checked against the source.", **said: str) -> Any:
    return client_of(user).post(reverse(f"query-{act}", args=[query.pk]), {"text": text, **said})


def page_of(user: User, query: Query, **parameters: str) -> Any:
    return client_of(user).get(reverse("query-detail", args=[query.pk]), parameters)


def listed(user: User, **filters: Any) -> str:
    answer = client_of(user).get(reverse("query-list"), filters)
    assert answer.status_code == 200
    page = text_of(answer)
    return page[page.index("Clear filters") :]


def state(query: Query) -> str:
    return Query.objects.get(pk=query.pk).state


@pytest.mark.req("QRY-01")
def test_it_works(cast: Cast, asked: Query) -> None:
    page = listed(cast.coordinator)
    assert "01-001 Screening Vital signs: Systolic blood pressure 250 mmHg" in page
    assert page.rstrip().count("0 Open") == 1, "asked today, and open"
    answer = post(cast.coordinator, "answer", asked, "Measured twice.", confirmed="on")
    assert answer["Location"] == reverse("query-detail", args=[asked.pk])
    assert "Measured twice." in text_of(page_of(cast.monitor, asked))
    assert "Confirmed as is" in text_of(page_of(cast.monitor, asked))
    assert "250 mmHg" in listed(cast.monitor)
    post(cast.monitor, "close", asked, "Agreed.")
    assert state(asked) == QueryState.CLOSED
    thread = text_of(page_of(cast.coordinator, asked))
    said = ("System raised a query.", "Lin Yue 林悦 (Study coordinator) answered the query. Measured twice.",
            "Zhao Lei 赵磊 (Monitor) closed the query. Agreed.")  # fmt: skip
    places = [thread.index(words) for words in said]
    assert places == sorted(places)


def test_the_thread_shows_what_the_item_says_now(cast: Cast, asked: Query) -> None:
    change(vitals(asked.subject), cast, {"sysbp": 240}, "misread")
    page = text_of(page_of(cast.coordinator, asked))
    assert "Value when asked 240 mmHg" in page, "it fired again on the new value"
    assert "Value now 240 mmHg" in page
    change(vitals(asked.subject), cast, {"sysbp": None}, "not measured after all", sysbp="ND")
    page = text_of(page_of(cast.coordinator, asked))
    assert "Value now Not done" in page
    assert "System closed the query. The check no longer fires." in page


def test_the_list_leads_to_the_item_on_its_page(cast: Cast, asked: Query) -> None:
    page = client_of(cast.coordinator).get(reverse("query-list")).content.decode()
    assert f'href="/subjects/{asked.subject.number}/visits/SCR/VS/#item-sysbp"' in page


def test_a_row_is_named_in_the_list_and_found_on_its_page(cast: Cast, asked: Query) -> None:
    chemistry(cast, asked.subject, RowEntry({"lbtestcd": "ALT", "lborres": "30", "lborresu": "mmol/L"}))
    page = client_of(cast.coordinator).get(reverse("query-list"), {"form": "CHEM"})
    assert "Serum chemistry: Alanine aminotransferase (ALT) (row 1):" in text_of(page)
    assert "/visits/SCR/CHEM/#item-results-1-lb" in page.content.decode()
    row = Query.objects.filter(group="results").first()
    assert row is not None
    assert "Alanine aminotransferase (ALT) (row 1)" in text_of(page_of(cast.monitor, row))


def test_at_first_each_sees_what_waits_for_them(cast: Cast, asked: Query) -> None:
    assert "250 mmHg" in listed(cast.coordinator)
    assert "250 mmHg" not in listed(cast.monitor)
    assert "250 mmHg" in listed(cast.monitor, state="")
    post(cast.investigator, "answer", asked)
    assert "250 mmHg" not in listed(cast.coordinator)
    assert "250 mmHg" in listed(cast.monitor)
    assert "250 mmHg" in listed(cast.data_manager)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"form": "VS"}, True),
        ({"form": "CHEM"}, False),
        ({"kind": "RANGE"}, True),
        ({"kind": "DEVIATION"}, False),
        ({"subject": "01-001"}, True),
        ({"state": "CLOSED"}, False),
    ],
)
def test_each_filter_narrows_the_list(cast: Cast, asked: Query, filters: dict[str, str], found: bool) -> None:
    assert ("250 mmHg" in listed(cast.coordinator, **filters)) is found


@pytest.mark.parametrize("filters", [{"subject": "02-001"}, {"site": "999"}, {"state": "GONE"}, {"form": "x\0"}])
def test_a_bad_filter_is_told_beside_it(cast: Cast, asked: Query, filters: dict[str, str]) -> None:
    answer = client_of(cast.coordinator).get(reverse("query-list"), filters)
    assert answer.status_code == 400
    assert "Mend the filter marked above" in text_of(answer)
    assert "errorlist" in answer.content.decode()


def test_the_age_counts_days_on_the_sites_calendar(cast: Cast, asked: Query) -> None:
    midnight = timezone.localtime(timezone.now(), cast.site.clock).replace(hour=0, minute=0, second=0)
    with timezone.override(UTC):
        asked.opened_at = midnight - timedelta(days=2, minutes=1)
        assert threads.tell([asked])[0].age == 3
        asked.opened_at = midnight
        assert threads.tell([asked])[0].age == 0
    asked.state = QueryState.CLOSED
    assert threads.tell([asked])[0].age is None


@pytest.mark.req("QRY-01")
@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("coordinator", {"answer"}),
        ("investigator", {"answer"}),
        ("monitor", {"close", "reopen"}),
        ("data_manager", {"close", "reopen"}),
        ("safety_reviewer", set()),
        ("auditor", set()),
        ("administrator", set()),
    ],
)
def test_each_role_does_only_its_own_step(cast: Cast, asked: Query, role: str, may: set[str]) -> None:
    user = getattr(cast, role)
    if "answer" not in may:
        acts.answer(asked, "Checked.", by=cast.actor(cast.coordinator))
    for act in ("answer", "reopen", "close"):
        before = QueryEvent.objects.filter(query=asked).count()
        answer = post(user, act, asked)
        assert answer.status_code == (302 if act in may else 403), act
        assert QueryEvent.objects.filter(query=asked).count() == before + (act in may)
        if act == "reopen" and act in may:
            assert state(asked) == QueryState.OPEN


@pytest.mark.req("QRY-01")
def test_the_answering_site_cannot_close(cast: Cast, asked: Query) -> None:
    post(cast.coordinator, "answer", asked)
    for person in (cast.coordinator, cast.coordinator2, cast.investigator):
        assert post(person, "close", asked).status_code == 403
        assert "Close the query" not in text_of(page_of(person, asked))
    assert state(asked) == QueryState.ANSWERED


def test_each_is_offered_what_they_may_do_now(cast: Cast, asked: Query) -> None:
    assert "Send the answer" in text_of(page_of(cast.coordinator, asked))
    assert "Send the answer" not in text_of(page_of(cast.monitor, asked))
    post(cast.coordinator, "answer", asked)
    assert "Send the answer" not in text_of(page_of(cast.coordinator, asked))
    offered = text_of(page_of(cast.monitor, asked))
    assert "Close the query" in offered
    assert "Ask the site again" in offered
    assert "Close the query" not in text_of(page_of(cast.auditor, asked))


def test_another_sites_query_is_not_there_whoever_guesses_its_number(cast: Cast, asked: Query) -> None:
    assert page_of(cast.other_coordinator, asked).status_code == 404
    assert post(cast.other_coordinator, "answer", asked).status_code == 404
    assert "250 mmHg" not in listed(cast.other_coordinator, state="")
    assert state(asked) == QueryState.OPEN
    assert page_of(cast.administrator, asked).status_code == 403


@pytest.mark.parametrize("text", ["", "  \n ", "a\0b", "x" * 2001])
def test_an_answer_that_cannot_be_kept_is_told_and_stays(cast: Cast, asked: Query, text: str) -> None:
    answer = post(cast.coordinator, "answer", asked, text, confirmed="on")
    assert answer.status_code == 400
    page = answer.content.decode()
    assert 'class="item-errors"' in page
    assert "checked" in page
    assert text.strip().split("\0")[0] in page
    assert state(asked) == QueryState.OPEN


def test_an_answer_that_comes_too_late_is_told_and_stays(cast: Cast, asked: Query) -> None:
    post(cast.coordinator, "answer", asked, "First.")
    late = post(cast.coordinator2, "answer", asked, "Second, typed meanwhile.")
    assert late.status_code == 409
    page = text_of(late)
    assert "answered or closed in the meantime" in page
    assert "Second, typed meanwhile." in page
    assert "First." in page
    assert QueryEvent.objects.filter(query=asked, text__startswith="Second").count() == 0


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [("/subjects/01-001/visits/SCR/VS/", True), ("https://elsewhere.example/", False), ("//elsewhere.example", False)],
)
def test_one_goes_back_where_one_came_from_but_never_elsewhere(
    cast: Cast, asked: Query, wanted: str, reached: bool
) -> None:
    assert f'name="next" value="{wanted}"' in page_of(cast.coordinator, asked, next=wanted).content.decode()
    answer = post(cast.coordinator, "answer", asked, next=wanted)
    assert answer["Location"] == (wanted if reached else reverse("query-detail", args=[asked.pk]))


@pytest.mark.parametrize("act", ["answer", "close", "reopen"])
def test_steps_are_posted(cast: Cast, asked: Query, act: str) -> None:
    assert client_of(cast.coordinator).get(reverse(f"query-{act}", args=[asked.pk])).status_code == 405


def test_the_question_is_asked_in_the_readers_language(cast: Cast, asked: Query) -> None:
    query = raised(cast, asked, text_en="Please check the cuff.", text_zh="请核对袖带。")
    assert "Please check the cuff." in text_of(page_of(cast.coordinator, query))
    User.objects.filter(pk=cast.coordinator.pk).update(language="zh-hans")
    page = text_of(page_of(cast.coordinator, query))
    assert "请核对袖带。" in page
    assert "Please check the cuff." not in page


def test_the_systems_sentences_are_translated_and_a_persons_words_never(cast: Cast, asked: Query) -> None:
    about, closed = threads.tell([asked])[0], QueryState.CLOSED
    with translation.override("zh-hans"):
        said = {
            actor: threads.step(
                about, QueryEvent(query=asked, at=asked.opened_at, state=closed, actor=actor, text="Home")
            )
            for actor in (system_actor().user, cast.monitor)
        }
    assert said[system_actor().user].text == "首页"
    assert said[cast.monitor].text == "Home"


@pytest.mark.req("TIM-01")
def test_every_stamp_shows_its_offset(cast: Cast, asked: Query) -> None:
    post(cast.coordinator, "answer", asked)
    pages = [page_of(cast.monitor, asked), client_of(cast.monitor).get(reverse("query-list"))]
    for page in pages:
        stamps = STAMP.findall(page.content.decode())
        assert stamps
        assert [stamp for stamp in stamps if not WITH_OFFSET.fullmatch(stamp)] == []


def test_the_cost_does_not_grow_with_the_queries(cast: Cast, asked: Query) -> None:
    client, address = client_of(cast.coordinator), reverse("query-list")
    rows = [RowEntry({"lbtestcd": test, "lborres": "30", "lborresu": "mmol/L"}) for test in ("ALT", "AST", "ALP")]
    place = chemistry(cast, asked.subject, *rows)
    client.get(address)
    few, before = statements(lambda: client.get(address)), Query.objects.count()
    chemistry(cast, place.subject, *rows * 7, reason="more results")
    assert Query.objects.count() >= before + 20
    assert statements(lambda: client.get(address)) == few
