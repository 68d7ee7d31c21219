"""Queries: what waits for whom, the thread, and who may answer, close and ask again."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accounts.actor import system_actor
from accounts.models import Role, User
from accounts.permissions import Permission
from accounts.testing import Cast, join, make_cast
from core.actions import checks, crf, trail
from core.actions import query as acts
from core.actions.entry import Entry, RowEntry
from core.actions.trail import Where
from core.asking import events_of, waiting_for
from core.models import Change, ChangeKind, Query, QueryEvent, QueryState, Side
from core.testing import trial
from core.tests.query_scenes import lock, raised, savepoint, seen_of
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


def post(user: User, act: str, query: Query, text: str = "Checked against the source.", **said: str) -> Any:
    """From a page opened just now, unless `seen` says otherwise."""
    said = {"text": text, "seen": seen_of(query)} | said
    return client_of(user).post(reverse(f"query-{act}", args=[query.pk]), said)


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
    assert page.count("0 The site answers Open") == 1, "asked today by the system, and open"
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


@pytest.mark.req("QRY-01")
def test_every_step_is_one_change_record(cast: Cast, asked: Query) -> None:
    before = Change.objects.count()
    post(cast.coordinator, "answer", asked)
    post(cast.monitor, "reopen", asked)
    found = list(Change.objects.order_by("id")[before:])
    assert [(one.kind, one.role, one.query_id, one.form_code) for one in found] == [
        (ChangeKind.QUERY, "coordinator", asked.pk, "VS"),
        (ChangeKind.QUERY, "monitor", asked.pk, "VS"),
    ]
    assert [event.change_id for event in asked.events.order_by("id")][1:] == [one.pk for one in found]
    trial.commit()


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
    assert "250 mmHg" not in listed(cast.safety_reviewer), "the system's queries are not theirs to close"
    assert "250 mmHg" in listed(cast.auditor), "nothing ever waits for them: they read all"


def test_a_side_waits_for_its_own_answers_alone(cast: Cast, asked: Query) -> None:
    mine = raised(cast, by=cast.safety_reviewer)
    acts.answer(mine, "Checked.", by=cast.actor(cast.coordinator))
    waiting = {
        name: list(Query.objects.filter(waiting_for(cast.actor(getattr(cast, name)))))
        for name in ("coordinator", "monitor", "data_manager", "safety_reviewer", "auditor", "other_coordinator")
    }
    assert waiting == {
        "coordinator": [asked], "monitor": [], "data_manager": [], "safety_reviewer": [mine], "auditor": [],
        "other_coordinator": [],
    }  # fmt: skip


def test_the_list_begins_at_either_end(cast: Cast, asked: Query) -> None:
    raised(cast, "Asked later.")
    for order, first_comes in (("", asked.text_en), ("newest", "Asked later.")):
        page = listed(cast.coordinator, waits="me", order=order)
        places = {words: page.index(words) for words in (asked.text_en, "Asked later.")}
        assert min(places, key=places.__getitem__) == first_comes


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"form": "VS"}, True),
        ({"form": "CHEM"}, False),
        ({"kind": "RANGE"}, True),
        ({"kind": "DEVIATION"}, False),
        ({"subject": "01-001"}, True),
        ({"state": "CLOSED"}, False),
        ({"side": "SYSTEM"}, True),
        ({"side": "SAFETY"}, False),
        ({"waits": "me"}, True),
    ],
)
def test_each_filter_narrows_the_list(cast: Cast, asked: Query, filters: dict[str, str], found: bool) -> None:
    assert ("250 mmHg" in listed(cast.coordinator, **filters)) is found


@pytest.mark.parametrize(
    "filters", [{"subject": "02-001"}, {"site": "999"}, {"state": "GONE"}, {"waits": "you"}, {"form": "x\0"}]
)
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


def test_the_age_counts_from_the_last_step(cast: Cast, asked: Query) -> None:
    """A query answered today has waited no day for its closing, however old it is."""
    asked.opened_at = timezone.now() - timedelta(days=9)
    assert threads.tell([asked])[0].age == 9
    assert threads.tell([asked], events_of([asked]))[0].age == 0
    listing = listed(cast.coordinator)
    assert f"{asked.opened_at:%Y}" in listing


@pytest.mark.parametrize(
    ("side", "words"),
    [
        (Side.SYSTEM, "A monitor or data manager closes"),
        (Side.MONITORING, "A monitor closes"),
        (Side.DATA_MANAGEMENT, "A data manager closes"),
        (Side.SAFETY, "A safety reviewer closes"),
    ],
)
def test_the_next_step_is_said_in_words(cast: Cast, asked: Query, side: Side, words: str) -> None:
    asked.side = side
    assert threads.tell([asked])[0].next_step == "The site answers"
    asked.state = QueryState.ANSWERED
    assert threads.tell([asked])[0].next_step == words
    for over in (QueryState.CLOSED, QueryState.CANCELLED):
        asked.state = over
        assert threads.tell([asked])[0].next_step == ""


SITE, ASKS = {"answer"}, {"close", "reopen"}
MAY: dict[str | None, dict[str, set[str]]] = {  # who asked -> who may do what
    None: {"monitor": ASKS, "data_manager": ASKS},
    "monitor": {"monitor": ASKS | {"cancel"}},
    "data_manager": {"data_manager": ASKS | {"cancel"}},
    "safety_reviewer": {"safety_reviewer": ASKS | {"cancel"}},
}
ROLES = ("coordinator", "investigator", "monitor", "data_manager", "safety_reviewer", "auditor", "administrator")


@pytest.mark.req("QRY-01")
@pytest.mark.parametrize("asker", MAY)
def test_each_role_does_only_its_own_steps(cast: Cast, asked: Query, asker: str | None) -> None:
    """The site answers, the side that asked closes, asks again and cancels; nobody else does anything."""
    start = {"answer": "OPEN", "close": "ANSWERED", "reopen": "ANSWERED", "cancel": "OPEN"}
    for role in ROLES:
        may = MAY[asker].get(role, SITE if role in ("coordinator", "investigator") else set())
        for act, state_before in start.items():
            with savepoint():
                query = raised(cast, by=getattr(cast, asker)) if asker else asked
                if state_before == "ANSWERED":
                    acts.answer(query, "Checked.", by=cast.actor(cast.coordinator))
                before = QueryEvent.objects.filter(query=query).count()
                answer = post(getattr(cast, role), act, query)
                assert answer.status_code == (302 if act in may else 403), (role, act)
                assert QueryEvent.objects.filter(query=query).count() == before + (act in may), (role, act)


@pytest.mark.req("QRY-01")
def test_the_answering_site_cannot_close(cast: Cast, asked: Query) -> None:
    post(cast.coordinator, "answer", asked)
    for person in (cast.coordinator, cast.coordinator2, cast.investigator):
        assert post(person, "close", asked).status_code == 403
        for act in ("reopen", "cancel"):
            assert post(person, act, asked).status_code == 403
        assert "Close the query" not in text_of(page_of(person, asked))
    assert state(asked) == QueryState.ANSWERED


@pytest.mark.req("QRY-01")
@pytest.mark.parametrize("over", [QueryState.CLOSED, QueryState.CANCELLED])
def test_the_database_lets_no_site_role_end_a_query(cast: Cast, asked: Query, over: QueryState) -> None:
    """Not even where the program goes round its own rules."""
    act = trail.begin(asked.subject, Permission.ANSWER_QUERY, by=cast.actor(cast.coordinator))
    with trial.refused():
        Query.objects.filter(pk=asked.pk).update(state=over)
        asked.state = over
        trail.note(act, [checks.event(act, asked, by=act.by, role=act.role, text="Settled.")])
        trail.write(act, kind=ChangeKind.QUERY, where=Where("SCR", "VS", 1), query=asked)


@pytest.mark.req("QRY-01")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_queryevent SET text = 'other' WHERE query_id = %s",
        "DELETE FROM core_queryevent WHERE query_id = %s",
        "UPDATE core_query SET text_en = 'other' WHERE id = %s",
        "UPDATE core_query SET state = 'CLOSED' WHERE id = %s",
        "DELETE FROM core_query WHERE id = %s",
    ],
)
def test_no_statement_alters_a_thread(asked: Query, statement: str) -> None:
    with trial.refused():
        trial.sql(statement, [asked.pk])


def test_who_answers_at_a_site_closes_nothing_there_whatever_else_they_are(cast: Cast, asked: Query) -> None:
    join(cast.coordinator2, Role.MONITOR)
    acts.answer(asked, "Checked.", by=cast.actor(cast.coordinator))
    assert post(cast.coordinator2, "close", asked).status_code == 403
    assert "Close the query" not in text_of(page_of(cast.coordinator2, asked))
    assert not Query.objects.filter(waiting_for(cast.actor(cast.coordinator2))).exists()


def test_a_query_that_was_answered_cannot_be_cancelled(cast: Cast, asked: Query) -> None:
    query = raised(cast)
    acts.answer(query, "Checked.", by=cast.actor(cast.coordinator))
    acts.reopen(query, "Look again.", by=cast.actor(cast.monitor))
    assert "Cancel the query" not in text_of(page_of(cast.monitor, query))
    answer = post(cast.monitor, "cancel", query, "A mistake of mine.")
    assert answer.status_code == 409
    assert "cannot be cancelled" in text_of(answer)
    assert "A mistake of mine." in text_of(answer)
    assert state(query) == QueryState.OPEN


def test_a_cancelled_query_says_who_and_why(cast: Cast, asked: Query) -> None:
    query = raised(cast)
    assert post(cast.monitor, "cancel", query, "Asked at the wrong item.").status_code == 302
    page = text_of(page_of(cast.coordinator, query))
    assert "Zhao Lei 赵磊 (Monitor) cancelled the query. Asked at the wrong item." in page
    assert "Send the answer" not in page


def test_a_query_closed_too_soon_is_opened_again_by_its_side(cast: Cast, asked: Query) -> None:
    query = raised(cast)
    acts.close(query, "Seen at the site.", by=cast.actor(cast.monitor))
    assert "Ask the site again" not in text_of(page_of(cast.data_manager, query))
    assert post(cast.monitor, "reopen", query, "It was the other arm.").status_code == 302
    assert state(query) == QueryState.OPEN


def test_a_query_whose_cause_is_taken_up_elsewhere_is_not_opened_again(cast: Cast, asked: Query) -> None:
    first = raised(cast)
    acts.close(first, "Seen.", by=cast.actor(cast.monitor))
    second = raised(cast, "Once more.")
    answer = post(cast.monitor, "reopen", first)
    assert answer.status_code == 409
    assert f'href="/queries/{second.pk}/"' in answer.content.decode()
    assert state(first) == QueryState.CLOSED


def test_what_the_system_closed_as_corrected_is_not_opened_again(cast: Cast, asked: Query) -> None:
    change(vitals(asked.subject), cast, {"sysbp": 120}, "misread")
    assert "Ask the site again" not in text_of(page_of(cast.monitor, asked))
    answer = post(cast.monitor, "reopen", asked)
    assert answer.status_code == 409
    assert "its check no longer fires" in text_of(answer)


@pytest.mark.req("QRY-03")
def test_nothing_is_said_of_what_is_locked(cast: Cast, asked: Query) -> None:
    lock(cast, asked.subject)
    assert "Send the answer" not in text_of(page_of(cast.coordinator, asked))
    answer = post(cast.coordinator, "answer", asked)
    assert answer.status_code == 409
    assert "This is locked." in text_of(answer)
    assert state(asked) == QueryState.OPEN


@pytest.mark.req("QRY-01")
def test_a_change_made_because_of_a_query_stands_in_its_thread(cast: Cast, asked: Query) -> None:
    place = vitals(asked.subject)
    entry = Entry({"sysbp": 120}, {})
    by = cast.actor(cast.coordinator)
    crf.save(place, entry, by=by, reason="transcription error", revision=1, query=asked.pk)
    thread = text_of(page_of(cast.monitor, asked))
    change_told = "Systolic blood pressure at Screening of 01-001 from 250 to 120 mmHg ; reason: transcription error."
    said = ("System raised a query.", change_told, "System closed the query.")
    places = [thread.index(words) for words in said]
    assert places == sorted(places)
    trial.commit()


def test_a_change_made_for_another_reason_does_not(cast: Cast, asked: Query) -> None:
    change(vitals(asked.subject), cast, {"sysbp": 120}, "misread")
    assert "changed Systolic blood pressure" not in text_of(page_of(cast.monitor, asked))


def test_those_who_enter_are_led_to_the_item_because_of_the_query(cast: Cast, asked: Query) -> None:
    link = f'href="/subjects/01-001/visits/SCR/VS/?query={asked.pk}#item-sysbp"'
    assert link in page_of(cast.coordinator, asked).content.decode()
    assert link not in page_of(cast.monitor, asked).content.decode()


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
    opened = seen_of(asked)
    post(cast.coordinator, "answer", asked, "First.")
    late = post(cast.coordinator2, "answer", asked, "Second, typed meanwhile.", seen=opened)
    assert late.status_code == 409
    page = text_of(late)
    assert "answered or closed in the meantime" in page
    assert "Second, typed meanwhile." in page
    assert "First." in page
    assert QueryEvent.objects.filter(query=asked, text__startswith="Second").count() == 0


@pytest.mark.parametrize("seen", ["stale", "", "0", "x"])
def test_a_stale_page_closes_no_answer_it_did_not_show(cast: Cast, asked: Query, seen: str) -> None:
    """Answered, asked again and answered anew: the state is the same, the answer is not."""
    post(cast.coordinator, "answer", asked, "First.")
    opened = seen_of(asked)
    post(cast.monitor, "reopen", asked)
    post(cast.coordinator, "answer", asked, "Second.")
    late = post(cast.monitor, "close", asked, "Agreed with the first.", seen=opened if seen == "stale" else seen)
    assert late.status_code == 409
    page = late.content.decode()
    assert "Second." in page, "the thread is shown anew"
    assert "Agreed with the first." in page
    assert f'name="seen" value="{seen_of(asked)}"' in page
    assert state(asked) == QueryState.ANSWERED


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


@pytest.mark.parametrize("act", ["answer", "close", "reopen", "cancel"])
def test_steps_are_posted(cast: Cast, asked: Query, act: str) -> None:
    assert client_of(cast.coordinator).get(reverse(f"query-{act}", args=[asked.pk])).status_code == 405


def test_the_systems_question_is_asked_in_the_readers_language(cast: Cast, asked: Query) -> None:
    assert asked.text_en in text_of(page_of(cast.coordinator, asked))
    cast.coordinator.language = "zh-hans"
    cast.coordinator.save()
    page = text_of(page_of(cast.coordinator, asked))
    assert asked.text_zh in page
    assert asked.text_en not in page


def test_a_persons_question_is_kept_as_written(cast: Cast, asked: Query) -> None:
    query = raised(cast, "请核对袖带。")
    assert "请核对袖带。" in text_of(page_of(cast.coordinator, query))


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


def test_a_step_costs_the_same_however_long_the_thread(cast: Cast, asked: Query) -> None:
    by, monitor = cast.actor(cast.coordinator), cast.actor(cast.monitor)
    asked = Query.objects.select_related("subject__site", "site").get(pk=asked.pk)
    costs = []
    for _turn in range(3):
        costs.append(statements(lambda: acts.answer(asked, "Checked.", by=by)))
        costs.append(statements(lambda: acts.reopen(asked, "Look again.", by=monitor)))
    assert set(costs) == {9}
    client = client_of(cast.monitor)
    page = reverse("query-detail", args=[asked.pk])
    client.get(page)
    long = statements(lambda: client.get(page))
    acts.answer(asked, "Checked.", by=by)
    assert statements(lambda: client.get(page)) == long
