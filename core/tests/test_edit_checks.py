"""An edit check keeps the value, the firing and the answer; what was confirmed is not asked about again (ENT-01)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from accounts.actor import Actor, system_actor
from core.actions import crf, query
from core.actions.entry import Entry, RowEntry
from core.actions.errors import ReasonRequired, Refused
from core.crf import read
from core.models import Query, QueryEvent, QueryState, Subject
from core.testing import trial
from core.testing.trial import CALM, VISIT_ON, WHY, refused, save_vs

pytestmark = pytest.mark.req("ENT-01")
CONFIRMED = "Measured twice, as is"


@pytest.fixture
def high(subject: Subject, coordinator: Actor) -> Query:
    """The query on a systolic pressure of 200."""
    save_vs(subject, CALM | {"sysbp": "200"}, by=coordinator)
    return Query.objects.get()


def change(subject: Subject, by: Actor, **values: Any) -> crf.Saved:
    saved = save_vs(subject, values, by=by, reason=WHY)
    trial.commit()
    return saved


def thread(of: Query) -> list[tuple[str, str]]:
    return list(QueryEvent.objects.filter(query=of).order_by("id").values_list("state", "actor_name"))


def test_it_works(subject: Subject, coordinator: Actor) -> None:
    saved = save_vs(subject, CALM | {"sysbp": "200"}, by=coordinator)
    found = Query.objects.get()
    assert list(saved.opened) == [found]
    assert saved.record
    assert trial.stored(saved.record)["sysbp"] == 200
    assert (found.kind, found.check_id, found.field, found.value, found.state) == (
        "RANGE",
        "RANGE",
        "sysbp",
        200,
        "OPEN",
    )
    assert "200 is outside the expected range of 90 to 160 mmHg" in found.text_en
    assert "200" in found.text_zh
    assert thread(found) == [("OPEN", system_actor().name)]
    assert found.opened_at == QueryEvent.objects.get().at == saved.record.changed_at
    trial.commit()


@pytest.mark.parametrize(
    ("end", "step", "fires"), [(0, "-0.1", True), (0, "0", False), (1, "0", False), (1, "0.1", True)]
)
def test_the_ends_of_a_range_belong_to_it(
    subject: Subject, coordinator: Actor, end: int, step: str, fires: bool
) -> None:
    item = read.form("VS").item("temp")
    temp = ((item.low, item.high)[end] or 0) + Decimal(step)
    assert bool(save_vs(subject, CALM | {"temp": temp}, by=coordinator).opened) is fires


def test_a_rule_that_does_not_hold_names_the_item_and_both_languages(subject: Subject, coordinator: Actor) -> None:
    opened = save_vs(subject, CALM | {"sysbp": "95", "diabp": "99"}, by=coordinator).opened
    assert [(q.check_id, q.field, q.kind) for q in opened] == [("VS-01", "diabp", "RULE")]


def test_confirmed_as_is_it_does_not_fire_again(subject: Subject, coordinator: Actor, high: Query) -> None:
    query.answer(high, CONFIRMED, by=coordinator, confirmed=True)
    change(subject, coordinator, pulse="80")
    high.refresh_from_db()
    assert (high.state, high.confirmed) == (QueryState.ANSWERED, True)
    assert Query.objects.count() == 1
    assert QueryEvent.objects.latest("id").text == CONFIRMED
    assert thread(high)[-1] == ("ANSWERED", coordinator.name)


def test_an_open_query_is_not_opened_twice(subject: Subject, coordinator: Actor, high: Query) -> None:
    change(subject, coordinator, pulse="80")
    assert len(thread(Query.objects.get())) == 1


def test_confirmed_and_closed_it_does_not_fire_again(
    subject: Subject, coordinator: Actor, monitor: Actor, high: Query
) -> None:
    query.close(query.answer(high, CONFIRMED, by=coordinator, confirmed=True), "Agreed", by=monitor)
    change(subject, coordinator, pulse="80")
    assert [q.state for q in Query.objects.all()] == ["CLOSED"]


def test_another_bad_value_reopens_it(subject: Subject, coordinator: Actor, high: Query) -> None:
    query.answer(high, CONFIRMED, by=coordinator, confirmed=True)
    change(subject, coordinator, sysbp="210")
    high.refresh_from_db()
    assert (high.state, high.confirmed, high.value) == ("OPEN", False, 210)
    assert thread(high)[-1] == ("OPEN", system_actor().name)
    assert Query.objects.count() == 1


@pytest.mark.parametrize(("answer", "fires"), [({"sysbp": "92"}, True), ({"pulse": "80"}, False)])
def test_a_rule_asks_again_when_any_answer_it_reads_is_another(
    subject: Subject, coordinator: Actor, answer: dict[str, str], fires: bool
) -> None:
    """Confirmed was 95 over 99; 92 over 99 was not."""
    save_vs(subject, CALM | {"sysbp": "95", "diabp": "99"}, by=coordinator)
    query.answer(Query.objects.get(), CONFIRMED, by=coordinator, confirmed=True)
    change(subject, coordinator, **answer)
    assert Query.objects.get().state == ("OPEN" if fires else "ANSWERED")


def test_a_correction_closes_it_by_the_system(subject: Subject, coordinator: Actor, high: Query) -> None:
    saved = change(subject, coordinator, sysbp="120")
    high.refresh_from_db()
    assert high.state == "CLOSED"
    assert thread(high)[-1] == ("CLOSED", system_actor().name)
    assert QueryEvent.objects.latest("id").change == saved.change


@pytest.mark.parametrize("closed", [False, True])
def test_corrected_and_back_it_fires_anew(
    subject: Subject, coordinator: Actor, monitor: Actor, high: Query, closed: bool
) -> None:
    """Also where the same value was confirmed before: it is another entry."""
    query.answer(high, CONFIRMED, by=coordinator, confirmed=True)
    if closed:
        # On a page that was opened before the answer came.
        assert query.close(high, "Agreed", by=monitor).confirmed
    change(subject, coordinator, sysbp="120")
    change(subject, coordinator, sysbp="200")
    assert [q.state for q in Query.objects.order_by("id")] == ["CLOSED", "OPEN"]


def test_closed_without_confirmation_it_asks_again(
    subject: Subject, coordinator: Actor, monitor: Actor, high: Query
) -> None:
    query.close(query.answer(high, "Will look", by=coordinator), "Not settled, but closed", by=monitor)
    change(subject, coordinator, pulse="80")
    assert [q.state for q in Query.objects.order_by("id")] == ["CLOSED", "OPEN"]


def test_a_void_record_has_no_open_question(subject: Subject, coordinator: Actor, high: Query) -> None:
    crf.void(trial.place_at(subject, "SCR", "VS"), by=coordinator, reason=WHY, revision=1)
    high.refresh_from_db()
    assert high.state == "CLOSED"


def test_a_row_is_asked_about_by_its_key(subject: Subject, coordinator: Actor) -> None:
    row = {"lbtestcd": "ALT", "lborres": "20", "lborresu": "mmol/L", "lbornrhi": "40"}
    good = row | {"lborresu": "U/L"}
    entry = Entry({"lbperf": "Y"}, rows={"results": [RowEntry(good, 1), RowEntry(row, 2)]}, visit_on=VISIT_ON)
    trial.save(trial.place_at(subject, "SCR", "CHEM"), entry, by=coordinator)
    assert [(q.group, q.row_key, q.check_id) for q in Query.objects.all()] == [("results", 2, "LB-01")]
    voided = Entry({}, rows={"results": [RowEntry({}, 2, voided=True)]})
    trial.save(trial.place_at(subject, "SCR", "CHEM"), voided, by=coordinator, reason=WHY)
    assert Query.objects.get().state == "CLOSED"
    trial.commit()


@pytest.mark.parametrize("text", ["", "  "])
def test_an_answer_says_something(coordinator: Actor, high: Query, text: str) -> None:
    with pytest.raises(ReasonRequired):
        query.answer(high, text, by=coordinator, confirmed=True)
    assert len(thread(high)) == 1


def test_the_site_answers_and_the_monitor_closes(coordinator: Actor, monitor: Actor, high: Query) -> None:
    with pytest.raises(PermissionDenied):
        query.answer(high, CONFIRMED, by=monitor)
    with pytest.raises(PermissionDenied):
        query.close(high, "Fine", by=coordinator)
    query.answer(high, CONFIRMED, by=coordinator)
    with pytest.raises(Refused):
        query.answer(high, CONFIRMED, by=coordinator)
    query.close(high, "Agreed", by=monitor)
    query.reopen(high, "Again", by=monitor)
    assert [state for state, _ in thread(high)] == ["OPEN", "ANSWERED", "CLOSED", "OPEN"]


@pytest.mark.req("ADM-05")
def test_the_thread_cannot_be_rewritten(high: Query, coordinator: Actor) -> None:
    trial.commit()
    with refused("permission denied"):
        trial.sql("UPDATE core_queryevent SET text = 'x'")
    with refused("only its state moves"):
        Query.objects.filter(pk=high.pk).update(text_en="x")
    with refused("not that of its thread"):
        Query.objects.filter(pk=high.pk).update(state="CLOSED")
    first = high.events.get()
    with refused("may not take this step"):
        QueryEvent.objects.bulk_create([_another(first, role="coordinator", actor_id=coordinator.user.pk)])
    with refused("its change record says otherwise"):
        QueryEvent.objects.bulk_create([_another(first, at="2020-01-01T00:00Z")])


def _another(step: QueryEvent, **otherwise: Any) -> QueryEvent:
    """A step like one that is there, which no change record carries."""
    told = {field.attname: getattr(step, field.attname) for field in step._meta.concrete_fields if field.name != "id"}
    return QueryEvent(**(told | otherwise))


def test_a_new_form_is_empty_of_answers(subject: Subject, coordinator: Actor) -> None:
    """Nothing clinical is filled in beforehand; rows are named, not answered."""
    for code in ("VS", "CHEM", "INF", "MGADL"):
        place = trial.place_at(subject, trial.home_of(code, subject, coordinator), code)
        fields: list[Any] = [place.form.model._meta.get_field(item.name) for item in place.form.items]
        assert all(field.get_default() is None for field in fields)
