"""Raising a query: at an item, a row, a form or a visit; by whom; never twice; on its page and in the side panel."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import User
from accounts.testing import Cast
from core.actions import query as acts
from core.actions.entry import RowEntry
from core.actions.errors import ReasonRequired, Refused
from core.actions.query import AlreadyAsked
from core.asking import Spot
from core.crf.rules import VISIT
from core.models import Change, ChangeItem, Query, QueryEvent, QueryState, Side, Subject
from core.places import place_of, visit_of
from core.testing import trial
from core.tests.query_scenes import lock, raised, seen_of
from core.tests.scenes import change, chemistry, client_of, screened, statements, text_of, vitals

HTMX = {"HX-Request": "true"}
FORM = "/subjects/01-001/visits/SCR/VS/"
ITEM = f"{FORM}queries/sysbp/"
ROW = "/subjects/01-001/visits/SCR/CHEM/queries/lborres/"
VISIT_PAGE = "/subjects/01-001/visits/SCR/queries/"


@pytest.fixture
def vs(cast: Cast) -> Subject:
    """A subject with a systolic pressure of 250, about which the system asks."""
    return screened(cast)[0]


def ask(user: User, url: str = ITEM, text: str = "Was the cuff wide enough?", **headers: str) -> Any:
    address, mark, row = url.partition("?")
    return client_of(user).post(f"{address}raise/{mark}{row}", {"text": text}, headers=headers)


def manual() -> Query:
    return Query.objects.get(kind="MANUAL")


@pytest.mark.req("QRY-01")
def test_it_works(cast: Cast, vs: Subject) -> None:
    answer = ask(cast.monitor)
    assert (answer.status_code, answer["Location"]) == (302, f"{FORM}#item-sysbp")
    query = manual()
    assert (query.field, query.value, query.side, query.state) == ("sysbp", 250, Side.MONITORING, QueryState.OPEN)
    assert (query.text_en, query.text_zh) == ("Was the cuff wide enough?",) * 2
    thread = text_of(client_of(cast.coordinator).get(reverse("query-detail", args=[query.pk])))
    assert "Zhao Lei 赵磊 (Monitor) raised a query. Was the cuff wide enough?" in thread
    assert "Value when asked 250 mmHg" in thread
    trial.commit()


@pytest.mark.req("QRY-01")
def test_the_trail_carries_the_question_whole(cast: Cast, vs: Subject) -> None:
    query = raised(cast)
    told = Change.objects.latest("id")
    assert (told.kind, told.query_id, told.visit_name, told.form_code) == ("QUERY", query.pk, "SCR", "VS")
    items = ChangeItem.objects.filter(change=told).order_by("id")
    assert [item.table_name for item in items] == ["core_query", "core_queryevent"]
    carried = items[0].new
    assert (carried["text_en"], carried["side"]) == ("Please check the cuff.", "MONITORING")
    assert QueryEvent.objects.get(query=query).value == 250
    trial.commit()


def test_the_value_at_that_moment_is_kept(cast: Cast, vs: Subject) -> None:
    query = raised(cast)
    change(vitals(vs), cast, {"sysbp": 120}, "misread")
    thread = text_of(client_of(cast.monitor).get(reverse("query-detail", args=[query.pk])))
    assert "Value when asked 250 mmHg" in thread
    assert "Value now 120 mmHg" in thread
    assert manual().state == QueryState.OPEN, "no check closes what a person asked"


@pytest.mark.parametrize(
    ("url", "about", "words"),
    [
        (f"{FORM}queries/", {"form_code": "VS", "field": ""}, "Vital signs: The whole form"),
        (VISIT_PAGE, {"form_code": VISIT, "field": ""}, "Visit: The whole visit"),
    ],
)
def test_a_whole_form_or_visit_is_asked_about(
    cast: Cast, vs: Subject, url: str, about: dict[str, str], words: str
) -> None:
    assert ask(cast.data_manager, url, "Where is the source?").status_code == 302
    query = manual()
    assert {name: getattr(query, name) for name in about} == about
    assert (query.value, query.side) == (None, Side.DATA_MANAGEMENT)
    listing = client_of(cast.coordinator).get(reverse("query-list"), {"side": "DATA_MANAGEMENT"})
    assert words in text_of(listing)
    assert client_of(cast.coordinator).get(reverse("query-detail", args=[query.pk])).status_code == 200
    assert "Where is the source?" in text_of(client_of(cast.coordinator).get(url))
    trial.commit()


def test_a_row_is_asked_about_by_its_number(cast: Cast, vs: Subject) -> None:
    chemistry(cast, vs, RowEntry({"lbtestcd": "ALT", "lborres": "30", "lborresu": "U/L"}))
    page = text_of(client_of(cast.monitor).get(f"{ROW}?row=results-1"))
    assert "Alanine aminotransferase (ALT) (row 1)" in page
    answer = ask(cast.monitor, f"{ROW}?row=results-1")
    assert answer["Location"].endswith("/CHEM/#item-results-1-lborres")
    query = manual()
    assert (query.group, query.row_key, query.field) == ("results", 1, "lborres")
    assert query.value is not None


def test_a_line_of_a_log_is_asked_about_by_its_number(cast: Cast, vs: Subject) -> None:
    client_of(cast.coordinator).post("/subjects/01-001/visits/LOG/AE/0/", {"aeterm": "Headache", "token": ""})
    url = "/subjects/01-001/visits/LOG/AE/1/queries/aeterm/"
    assert client_of(cast.monitor).get(url).status_code == 200
    assert ask(cast.monitor, url).status_code == 302
    assert (manual().visit_name, manual().record_key, manual().value) == ("LOG", 1, "Headache")
    trial.commit()


@pytest.mark.req("QRY-01")
@pytest.mark.parametrize(
    ("role", "side"),
    [
        ("monitor", Side.MONITORING),
        ("data_manager", Side.DATA_MANAGEMENT),
        ("safety_reviewer", Side.SAFETY),
        ("coordinator", None),
        ("investigator", None),
        ("auditor", None),
        ("administrator", None),
    ],
)
def test_each_asks_for_their_side_and_the_site_does_not(cast: Cast, vs: Subject, role: str, side: Side | None) -> None:
    user = getattr(cast, role)
    assert ask(user).status_code == (302 if side else 403)
    assert [query.side for query in Query.objects.filter(kind="MANUAL")] == ([side] if side else [])
    if role != "administrator":
        offered = "Raise the query" in text_of(client_of(user).get(ITEM))
        assert offered is (side is not None)
    spot = Spot.of(vitals(vs), "pulse")
    if side is None:
        with pytest.raises(PermissionDenied):
            acts.raise_(spot, "Asked round the page.", by=cast.actor(user))


@pytest.mark.req("QRY-01")
def test_the_same_side_is_led_to_the_query_that_is_open(cast: Cast, vs: Subject) -> None:
    first = raised(cast)
    answer = ask(cast.monitor, text="Typed a second time.")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert f'href="/queries/{first.pk}/"' in page
    assert "Typed a second time." in page
    assert manual() == first
    with pytest.raises(AlreadyAsked) as caught:
        raised(cast)
    assert caught.value.query == first


def test_another_side_may_ask_about_the_same_and_so_may_the_same_side_afterwards(cast: Cast, vs: Subject) -> None:
    first = raised(cast)
    assert raised(cast, by=cast.data_manager).side == Side.DATA_MANAGEMENT
    acts.close(first, "Seen.", by=cast.actor(cast.monitor))
    assert raised(cast).pk != first.pk


@pytest.mark.parametrize("text", ["", "  \n", "?!", "a\0b", "x" * 2001])
def test_a_question_that_cannot_be_kept_is_told_and_stays(cast: Cast, vs: Subject, text: str) -> None:
    answer = ask(cast.monitor, text=text)
    assert answer.status_code == 400
    assert 'class="item-errors"' in answer.content.decode()
    assert text.strip().split("\0")[0] in answer.content.decode()
    assert not Query.objects.filter(kind="MANUAL").exists()


def test_an_act_without_words_is_refused(cast: Cast, vs: Subject) -> None:
    with pytest.raises(ReasonRequired):
        raised(cast, " ?")


def test_a_form_nobody_entered_is_asked_about_at_its_visit(cast: Cast, vs: Subject) -> None:
    url = "/subjects/01-001/visits/SCR/CHEM/queries/"
    assert "Raise the query" not in text_of(client_of(cast.monitor).get(url))
    answer = ask(cast.monitor, url)
    assert answer.status_code == 409
    assert "Raise the query at the visit instead." in text_of(answer)


@pytest.mark.parametrize(
    "url",
    [
        f"{FORM}queries/nothing/",
        f"{FORM}queries/sysbp/?row=results-1",
        f"{ROW}?row=results-9",
        f"{ROW}?row=results-x",
        f"{ROW}?row=results-9999999999",
        "/subjects/01-001/visits/NONE/queries/",
        "/subjects/01-001/visits/LOG/queries/",
        "/subjects/02-001/visits/SCR/queries/",
    ],
)
def test_what_is_not_there_cannot_be_asked_about(cast: Cast, vs: Subject, url: str) -> None:
    chemistry(cast, vs, RowEntry({"lbtestcd": "ALT", "lborres": "30", "lborresu": "U/L"}))
    assert client_of(cast.monitor).get(url).status_code == 404
    assert ask(cast.monitor, url).status_code == 404


def test_another_sites_subject_is_not_there(cast: Cast, vs: Subject) -> None:
    assert client_of(cast.other_coordinator).get(ITEM).status_code == 404
    assert client_of(cast.administrator).get(ITEM).status_code == 403


@pytest.mark.req("QRY-03")
def test_nothing_is_asked_of_what_is_locked(cast: Cast, vs: Subject) -> None:
    lock(cast, vs)
    answer = ask(cast.monitor)
    assert answer.status_code == 409
    assert "This is locked." in text_of(answer)
    assert not Query.objects.filter(kind="MANUAL").exists()


def test_what_was_changed_after_it_was_seen_is_looked_at_again(cast: Cast, vs: Subject) -> None:
    change(vitals(vs), cast, {"sysbp": 120}, "misread")
    with pytest.raises(Refused, match="changed after the list was made"):
        acts.raise_(Spot.of(vitals(vs), "sysbp"), "Asked.", by=cast.actor(cast.monitor), revision=1)


def test_raising_is_posted(cast: Cast, vs: Subject) -> None:
    assert client_of(cast.monitor).get(f"{ITEM}raise/").status_code == 405


def test_beside_the_form_it_is_the_panel_alone(cast: Cast, vs: Subject) -> None:
    client = client_of(cast.monitor)
    panel = client.get(ITEM, headers=HTMX).content.decode()
    assert "<html" not in panel
    assert f'hx-post="{ITEM}raise/"' in panel
    assert "HX-Request" in client.get(ITEM)["Vary"]
    answer = ask(cast.monitor, **HTMX)
    assert answer.status_code == 200
    assert "The query is raised." in text_of(answer)
    assert "Was the cuff wide enough?" in text_of(answer)
    query = manual()
    thread = client.get(f"/queries/{query.pk}/?flag=1", headers=HTMX).content.decode()
    assert "<html" not in thread
    assert f'hx-post="/queries/{query.pk}/close/"' in thread


def test_a_step_in_the_panel_moves_the_flag_beside_the_item(cast: Cast, vs: Subject) -> None:
    query = raised(cast)
    said = {"text": "Wide cuff used.", "seen": seen_of(query), "flag": "1"}
    client = client_of(cast.coordinator)
    panel = client.post(f"/queries/{query.pk}/answer/", said, headers=HTMX).content.decode()
    assert f'id="query-{query.pk}" class="item-query" hx-swap-oob="true"' in panel
    assert "Answered query" in panel
    late = client.post(f"/queries/{query.pk}/answer/", said, headers=HTMX)
    assert late.status_code == 409
    assert "hx-swap-oob" not in late.content.decode()
    assert "Wide cuff used." in late.content.decode()


def test_raising_costs_the_same_however_much_was_asked(cast: Cast, vs: Subject) -> None:
    by = cast.actor(cast.monitor)
    items = ["temp", "sysbp", "resp", "pulse"]
    costs = [statements(lambda item=item: acts.raise_(Spot.of(vitals(vs), item), "Check.", by=by)) for item in items]  # type: ignore[misc]
    assert len(set(costs[1:])) == 1, costs
    client = client_of(cast.monitor)
    client.get(ITEM)
    few = statements(lambda: client.get(ITEM))
    query = Query.objects.get(kind="MANUAL", field="sysbp")
    for _turn in range(3):
        acts.close(query, "Seen.", by=by)
        query = raised(cast)
    assert statements(lambda: client.get(ITEM)) == few


def test_a_visit_not_yet_dated_can_be_asked_about(cast: Cast, vs: Subject) -> None:
    at = visit_of(vs, "D28")
    query = acts.raise_(Spot.of(at), "When will it be?", by=cast.actor(cast.monitor))
    assert (query.visit_name, query.form_code) == ("D28", VISIT)
    assert client_of(cast.coordinator).get(reverse("query-detail", args=[query.pk])).status_code == 200
    assert place_of(visit_of(vs, "SCR"), "VS").record is not None
    trial.commit()
