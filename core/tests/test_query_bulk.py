"""Several queries at once: the preview says what will and will not be done; then all of it is done, or nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.testing import Cast
from core.actions import crf, subject
from core.actions import query as acts
from core.actions.entry import Entry, RowEntry
from core.models import Change, Query, QueryState, Subject
from core.places import place_of, visit_of
from core.testing import trial
from core.tests.query_scenes import lock, raised
from core.tests.scenes import SCREENING, change, chemistry, client_of, statements, text_of, vitals

CLOSE, CLOSE_ALL = "/queries/close/preview/", "/queries/close/all/"
RAISE, PREVIEW, RAISE_ALL = "/queries/raise/", "/queries/raise/preview/", "/queries/raise/all/"
PULSE = {"form": "VS", "item": "pulse"}
TOKENS = re.compile(r'name="chosen" value="([\d-]+)"')
LISTED = re.compile(r'name="listed" value="([\d-]+)"')


def entered(cast: Cast, number: int, **answers: Any) -> list[Subject]:
    """So many subjects of site 01 with vital signs at screening."""
    by = cast.actor(cast.coordinator)
    found = []
    for _each in range(number):
        added = subject.add(cast.site, by=by)
        place = place_of(visit_of(added, "SCR"), "VS")
        crf.save(place, Entry({"vsperf": "Y", "temp": "36.5"} | answers, {}, visit_on=SCREENING), by=by)
        found.append(added)
    return found


@pytest.fixture
def two(cast: Cast) -> list[Subject]:
    return entered(cast, 2)


@pytest.fixture
def answered(cast: Cast, two: list[Subject]) -> list[Query]:
    """Two queries by the monitor that the site has answered."""
    asked = [raised(cast, item="temp", of=each.number) for each in two]
    for query in asked:
        acts.answer(query, "Measured twice.", by=cast.actor(cast.coordinator))
    return asked


def tokens(answer: Any, pattern: re.Pattern[str] = TOKENS) -> list[str]:
    return pattern.findall(answer.content.decode())


def post(user: User, url: str, chosen: list[str], **said: str) -> Any:
    return client_of(user).post(url, {"chosen": chosen} | said)


def states() -> set[str]:
    return set(Query.objects.filter(kind="MANUAL").values_list("state", flat=True))


@pytest.mark.req("QRY-01")
def test_it_works(cast: Cast, answered: list[Query]) -> None:
    """Chosen in the list, previewed, closed with one text; a change record each."""
    offered = client_of(cast.monitor).get(reverse("query-list"))
    assert len(tokens(offered)) == 2
    preview = post(cast.monitor, CLOSE, tokens(offered))
    assert preview.status_code == 200
    said = text_of(preview)
    assert "2 queries will be closed" in said
    assert "Please check the cuff. Measured twice." in said, "what was asked, and what was answered"
    assert states() == {QueryState.ANSWERED}, "a preview does nothing"
    before = Change.objects.count()
    done = post(cast.monitor, CLOSE_ALL, tokens(preview), text="Agreed at the site.")
    assert (done.status_code, done["Location"]) == (302, reverse("query-list"))
    assert states() == {QueryState.CLOSED}
    assert Change.objects.count() == before + 2
    assert {query.events.latest("id").text for query in answered} == {"Agreed at the site."}
    trial.commit()


def test_the_whole_page_is_previewed_with_one_button(cast: Cast, answered: list[Query]) -> None:
    listed = tokens(client_of(cast.monitor).get(reverse("query-list")), LISTED)
    preview = client_of(cast.monitor).post(CLOSE, {"listed": listed, "whole": "1"})
    assert "2 queries will be closed" in text_of(preview)


def test_what_cannot_be_closed_is_left_out_and_the_reason_said(cast: Cast, answered: list[Query]) -> None:
    other = raised(cast, "Asked by another side.", by=cast.safety_reviewer, item="pulse", of="01-001")
    offered = client_of(cast.monitor).get(reverse("query-list"), {"waits": ""})
    chosen = tokens(offered)
    assert len(chosen) == 3
    acts.close(answered[0], "Closed meanwhile.", by=cast.actor(cast.monitor))
    preview = post(cast.monitor, CLOSE, chosen)
    said = text_of(preview)
    assert "2 will be left out" in said
    assert "answered or closed in the meantime" in said
    assert "by the side that raised it" in said
    assert "1 query will be closed" in said
    assert [token.split("-")[0] for token in tokens(preview)] == [str(answered[1].pk)]
    assert other.text in said


@pytest.mark.req("QRY-03")
def test_what_is_locked_is_left_out(cast: Cast, answered: list[Query]) -> None:
    chosen = tokens(client_of(cast.monitor).get(reverse("query-list")))
    lock(cast, answered[0].subject)
    said = text_of(post(cast.monitor, CLOSE, chosen))
    assert "1 will be left out" in said
    assert "This is locked." in said


def test_a_stale_preview_closes_nothing(cast: Cast, answered: list[Query]) -> None:
    preview = post(cast.monitor, CLOSE, tokens(client_of(cast.monitor).get(reverse("query-list"))))
    acts.reopen(answered[1], "Look again.", by=cast.actor(cast.monitor))
    late = post(cast.monitor, CLOSE_ALL, tokens(preview), text="Agreed at the site.")
    assert late.status_code == 409
    said = late.content.decode()
    assert "Nothing was done." in said
    assert "Agreed at the site." in said, "what was typed stays"
    assert states() == {QueryState.ANSWERED, QueryState.OPEN}, "not even the one that could have been closed"
    again = post(cast.monitor, CLOSE_ALL, tokens(late), text="Agreed at the site.")
    assert again.status_code == 302
    assert states() == {QueryState.CLOSED, QueryState.OPEN}


@pytest.mark.parametrize("url", [CLOSE, CLOSE_ALL])
def test_nothing_chosen_closes_nothing(cast: Cast, answered: list[Query], url: str) -> None:
    answer = post(cast.monitor, url, [], text="Agreed.")
    assert answer.status_code == 400
    assert "Nothing is chosen." in text_of(answer)


@pytest.mark.parametrize("text", ["", " ", "?", "a\0b", "x" * 2001])
def test_a_text_that_cannot_be_kept_closes_nothing(cast: Cast, answered: list[Query], text: str) -> None:
    preview = post(cast.monitor, CLOSE, tokens(client_of(cast.monitor).get(reverse("query-list"))))
    answer = post(cast.monitor, CLOSE_ALL, tokens(preview), text=text)
    assert answer.status_code == 400
    assert 'class="item-errors"' in answer.content.decode()
    assert states() == {QueryState.ANSWERED}


@pytest.mark.parametrize("chosen", ["1", "x-y", "999999-1", "1-2-3", "9999999999999999999999-1"])
def test_a_query_nobody_offered_is_not_there(cast: Cast, answered: list[Query], chosen: str) -> None:
    for url in (CLOSE, CLOSE_ALL):
        assert post(cast.monitor, url, [chosen], text="Agreed.").status_code in (400, 404)
    assert states() == {QueryState.ANSWERED}


def test_more_than_a_preview_takes_is_refused(cast: Cast, answered: list[Query]) -> None:
    many = [f"{number}-1" for number in range(1, 102)]
    answer = post(cast.monitor, CLOSE, many)
    assert answer.status_code == 400
    assert "at most 100" in text_of(answer)


@pytest.mark.req("QRY-01")
@pytest.mark.parametrize("role", ["coordinator", "investigator", "auditor", "administrator"])
def test_who_neither_asks_nor_closes_does_neither_in_bulk(cast: Cast, answered: list[Query], role: str) -> None:
    user = getattr(cast, role)
    chosen = [f"{query.pk}-{query.events.latest('id').pk}" for query in answered]
    for url in (CLOSE, CLOSE_ALL, PREVIEW, RAISE_ALL):
        assert post(user, url, chosen, text="Agreed.", **PULSE).status_code == 403
    assert client_of(user).get(RAISE).status_code == 403
    assert states() == {QueryState.ANSWERED}


def test_only_those_who_close_may_tick(cast: Cast, answered: list[Query]) -> None:
    assert tokens(client_of(cast.coordinator).get(reverse("query-list"), {"waits": ""})) == []


@pytest.mark.parametrize("url", [CLOSE, CLOSE_ALL, PREVIEW, RAISE_ALL])
def test_acts_and_previews_are_posted(cast: Cast, url: str) -> None:
    assert client_of(cast.monitor).get(url).status_code == 405


@pytest.mark.req("QRY-01")
def test_one_question_is_asked_at_several_records(cast: Cast, two: list[Subject]) -> None:
    page = client_of(cast.monitor).get(RAISE, PULSE)
    assert page.status_code == 200
    listed = tokens(page, LISTED)
    assert len(listed) == 2
    text = {"text": "Was the pulse taken?"}
    preview = post(cast.monitor, PREVIEW, listed, **PULSE, **text)
    assert preview.status_code == 200
    assert "2 queries will be raised" in text_of(preview)
    assert not Query.objects.exists()
    done = post(cast.monitor, RAISE_ALL, tokens(preview), **PULSE, **text)
    assert done.status_code == 302
    asked = Query.objects.order_by("subject__number").values_list("subject__number", "field", "text_en", "side")
    assert list(asked) == [(each.number, "pulse", "Was the pulse taken?", "MONITORING") for each in two]
    trial.commit()


def test_records_are_chosen_by_site_subject_and_whether_they_have_a_value(cast: Cast, two: list[Subject]) -> None:
    change(vitals(two[0]), cast, {"pulse": 78}, "found in the source")
    client = client_of(cast.monitor)

    def found(**filters: Any) -> list[str]:
        page = text_of(client.get(RAISE, PULSE | filters))
        return [each.number for each in two if f"{each.number} Screening Vital signs: Pulse rate" in page]

    assert found() == ["01-001", "01-002"]
    assert found(value="given") == ["01-001"]
    assert found(value="empty") == ["01-002"]
    assert found(subject="01-002") == ["01-002"]
    assert found(site=cast.other_site.pk) == []
    page = text_of(client.get(RAISE, PULSE))
    assert "Vital signs: Pulse rate 78 /min" in page, "each with its value"


def test_a_row_of_a_group_is_a_record_of_its_own(cast: Cast, two: list[Subject]) -> None:
    rows = [RowEntry({"lbtestcd": test, "lborres": "30", "lborresu": "U/L"}) for test in ("ALT", "AST")]
    chemistry(cast, two[0], *rows)
    question = {"form": "CHEM", "item": "results.lborres"}
    page = client_of(cast.monitor).get(RAISE, question)
    assert "Alanine aminotransferase (ALT) (row 1): Result" in text_of(page)
    preview = post(cast.monitor, PREVIEW, tokens(page, LISTED)[1:], text="Which laboratory?", **question)
    post(cast.monitor, RAISE_ALL, tokens(preview), text="Which laboratory?", **question)
    query = Query.objects.get(kind="MANUAL")
    assert (query.group, query.row_key, query.field) == ("results", 2, "lborres")


def test_whole_forms_are_asked_about_too(cast: Cast, two: list[Subject]) -> None:
    question = {"form": "VS", "item": ""}
    page = client_of(cast.data_manager).get(RAISE, question)
    post(cast.data_manager, RAISE_ALL, tokens(page, LISTED), text="Where is the source?", **question)
    assert set(Query.objects.values_list("field", "value", "side")) == {("", None, "DATA_MANAGEMENT")}
    assert Query.objects.count() == 2


def test_what_cannot_be_asked_is_left_out_and_the_reason_said(cast: Cast, two: list[Subject]) -> None:
    three = entered(cast, 1)[0]
    listed = tokens(client_of(cast.monitor).get(RAISE, PULSE), LISTED)
    raised(cast, item="pulse", of="01-001")
    change(vitals(three), cast, {"pulse": 78}, "found in the source")
    preview = post(cast.monitor, PREVIEW, listed, text="Was the pulse taken?", **PULSE)
    said = text_of(preview)
    assert "2 will be left out" in said
    assert "Your side is asking about this already." in said
    assert "changed after the list was made" in said
    assert len(tokens(preview)) == 1
    lock(cast, two[1])
    assert "This is locked." in text_of(post(cast.monitor, PREVIEW, listed, text="Taken?", **PULSE))


@pytest.mark.parametrize("meanwhile", ["changed", "asked"])
def test_a_stale_preview_asks_nothing(cast: Cast, two: list[Subject], meanwhile: str) -> None:
    preview = post(cast.monitor, PREVIEW, tokens(client_of(cast.monitor).get(RAISE, PULSE), LISTED), text="?a", **PULSE)
    if meanwhile == "changed":
        change(vitals(two[1]), cast, {"pulse": 78}, "found in the source")
    else:
        raised(cast, item="pulse", of="01-002")
    before = Query.objects.count()
    late = post(cast.monitor, RAISE_ALL, tokens(preview), text="Was the pulse taken?", **PULSE)
    assert late.status_code == 409
    assert "Nothing was done." in text_of(late)
    assert "Was the pulse taken?" in late.content.decode()
    assert Query.objects.count() == before, "not even at the record that could have been asked about"


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ({"form": "NONE"}, 400),
        ({"form": "VS", "item": "nothing"}, 400),
        ({"form": ""}, 400),
        ({}, 200),
        ({"form": "CHEM", "item": "sysbp"}, 200),  # another form was chosen than the item is of
    ],
)
def test_a_question_no_form_asks_is_told(cast: Cast, two: list[Subject], question: dict[str, str], status: int) -> None:
    assert client_of(cast.monitor).get(RAISE, question).status_code == status


@pytest.mark.parametrize(
    "question", [{}, {"form": "NONE"}, {"form": "VS", "item": "nothing"}, {"form": "VS", "item": "."}]
)
def test_a_question_nobody_offered_is_not_there(cast: Cast, two: list[Subject], question: dict[str, str]) -> None:
    for url in (PREVIEW, RAISE_ALL):
        assert post(cast.monitor, url, ["1-0-1"], text="Asked.", **question).status_code == 404


@pytest.mark.parametrize("chosen", ["1", "x-y-z", "999999-0-1", "1-1"])
def test_a_record_nobody_offered_is_not_there(cast: Cast, two: list[Subject], chosen: str) -> None:
    for url in (PREVIEW, RAISE_ALL):
        assert post(cast.monitor, url, [chosen], text="Asked.", **PULSE).status_code == 404


def test_the_cost_of_a_preview_does_not_grow_with_what_is_chosen(cast: Cast, answered: list[Query]) -> None:
    client = client_of(cast.monitor)

    def costs() -> list[int]:
        listed = tokens(client.get(RAISE, PULSE), LISTED)
        closing = [f"{query.pk}-{query.events.latest('id').pk}" for query in Query.objects.filter(kind="MANUAL")]
        return [
            statements(lambda: client.get(RAISE, PULSE)),
            statements(lambda: client.post(PREVIEW, {"chosen": listed, "text": "Taken?"} | PULSE)),
            statements(lambda: client.post(CLOSE, {"chosen": closing})),
        ]

    few = costs()
    for each in entered(cast, 6):
        raised(cast, item="temp", of=each.number)
    assert costs() == few
