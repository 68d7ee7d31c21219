"""What is checked of every figure and every date, and the words `rule` and `derive`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actor import Actor
from core import schedule
from core.crf import evaluate, read
from core.crf.declare import derive, rule
from core.crf.items import FormDef
from core.crf.rules import Context
from core.models import Subject
from core.testing.forms import a_subject, enter, filled, fired, stand_in


def texts_of(form: FormDef, record: Any) -> list[str]:
    found = evaluate.firings(form, record, {}, Context(a_subject(), record, None))
    return [firing.text("en") for firing in found]


def weight_expected(low: Any, high: Any) -> FormDef:
    """Vital signs with another expected range of weight."""
    form = read.form("VS")
    items = tuple(replace(item, low=low, high=high) if item.name == "weight" else item for item in form.items)
    return replace(form, items=items, rules=())


def test_it_works() -> None:
    record = filled("VS", vsperf="Y", weight="140")
    assert texts_of(weight_expected(35, 130), record) == [
        "Weight: 140 is outside the expected range of 35 to 130 kg. Please check."
    ]


def test_a_range_with_one_end_names_that_end_only() -> None:
    record = filled("VS", vsperf="Y", weight="140")
    assert texts_of(weight_expected(None, 130), record) == ["Weight: 140 is above the expected 130 kg. Please check."]
    assert texts_of(weight_expected(150, None), record) == ["Weight: 140 is below the expected 150 kg. Please check."]
    assert texts_of(weight_expected(140, None), record) == []


@pytest.mark.req("TIM-03")
def test_a_partial_date_is_in_the_future_only_when_its_first_day_is() -> None:
    today = a_subject().site.today()
    assert "FUTURE" not in fired(filled("AE", aestdat=str(today.year)))
    assert "FUTURE" not in fired(filled("AE", aestdat=f"{today:%Y-%m}"))
    assert "FUTURE" not in fired(filled("AE", aestdat=f"{today}"))
    assert "FUTURE" in fired(filled("AE", aestdat=f"{today + timedelta(days=1)}"))
    assert "FUTURE" in fired(filled("AE", aestdat=str(today.year + 1)))


def test_a_moment_is_in_the_future_to_the_minute() -> None:
    now = timezone.now().replace(second=0, microsecond=0)
    assert "FUTURE" not in fired(filled("UPT", lbperf="Y", lbdtc=now))
    assert "FUTURE" in fired(filled("UPT", lbperf="Y", lbdtc=now + timedelta(minutes=2)))


def test_a_parameter_with_the_default_none_may_be_empty() -> None:
    @rule("X-01", "")
    def judged(first: int, second: int | None = None) -> bool:
        return second is not None

    @derive("total", "X-TOTAL")
    def total(first: int, second: int | None = None) -> int:
        return first + (second or 0)

    for declared in (judged.crf_rule, total.crf_derivation):  # type: ignore[attr-defined]
        assert declared.reads == ("first", "second")
        assert declared.spares == {"second"}


def test_a_rule_made_in_a_loop_names_what_it_reads_and_takes_it_by_name() -> None:
    made = []
    for name in ("sysbp", "diabp"):

        @rule(f"VS-{name}", "Please check.", reads=(name, "pulse"))
        def differs(**answers: Any) -> bool:
            return len(set(answers.values())) == 2

        made.append(differs.crf_rule)  # type: ignore[attr-defined]
    assert [(each.reads, each.item, each.spares) for each in made] == [
        (("sysbp", "pulse"), "pulse", frozenset({"sysbp", "pulse"})),
        (("diabp", "pulse"), "pulse", frozenset({"diabp", "pulse"})),
    ]


def test_a_form_that_a_later_release_brings_has_no_records_and_a_misspelt_one_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(schedule, "forms_to_come", lambda: {"NEXT": "A form to come"})
    context = Context(a_subject(), filled("VS"), None)
    assert context.records("NEXT") == []
    assert context.newest("NEXT", "anything") is None
    with pytest.raises(KeyError):
        context.records("NXET")


def test_a_stand_in_answers_what_it_was_given_and_nothing_else() -> None:
    one = stand_in("ANY", visit_on=date(2026, 3, 1), rows={"tries": [{"force": 3}]}, sex="F")
    context = Context(a_subject(), filled("VS"), None, {"ANY": [one]})
    assert (context.newest("ANY", "sex"), context.newest("ANY", "weight")) == ("F", None)
    assert [row.force for row in context.rows(one, "tries")] == [3]
    assert one.visit.visit_on == date(2026, 3, 1)


def test_the_rows_of_another_form_are_read_from_the_database(subject: Subject, coordinator: Actor) -> None:
    rows = [{"lbtestcd": code, "lborres": "70", "lborresu": "umol/L"} for code in ("CREAT", "BILI")]
    enter(coordinator, subject, "SCR", "CHEM", {"lbperf": "Y"}, rows={"results": rows}, on=date(2026, 3, 2))
    context = Context(subject, filled("VS"), None)
    (record,) = context.records("CHEM")
    assert [row.lbtestcd for row in context.rows(record, "results")] == ["CREAT", "BILI"]
    assert context.rows(record, "results") == context.rows(record, "results")
