"""What rules and derivations may read beyond the answers beside them: rows, the form a row stands on, other forms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from core.crf import evaluate, read
from core.crf.declare import derive, refuse, rule
from core.crf.items import FormDef
from core.crf.rules import Context
from core.testing.forms import a_subject, filled

HEALTHY = {"vsperf": "Y", "temp": "36.6", "sysbp": "120", "diabp": "80"}


def made(declare: Any, function: Callable[..., Any]) -> Any:
    """The rule or derivation that a declaration makes of a function."""
    declared = declare(function)
    return getattr(declared, "crf_rule", None) or declared.crf_derivation


def vs(*checks: Any) -> FormDef:
    """Vital signs with rules of our own."""
    return replace(read.form("VS"), rules=checks, derivations=())


def context_of(record: Any, **known: list[Any]) -> Context:
    return Context(record.subject, record, record.visit, {code: [] for code in read.form_models()} | known)


def fired_on(form: FormDef, record: Any, **known: list[Any]) -> set[str]:
    rows = record.group_rows or {}
    return {firing.check_id for firing in evaluate.firings(form, record, rows, context_of(record, **known))}


def hotter_than_before(temp: Decimal, context: Context) -> bool:
    return all(temp <= other.temp for other in context.records("VS"))


def test_it_works() -> None:
    record, other = filled("VS", **HEALTHY), filled("VS", **HEALTHY | {"temp": "36.5"})
    check = made(rule("X-1", "", forms=("VS",)), hotter_than_before)
    assert check.item == "temp"
    assert fired_on(vs(check), record, VS=[other]) == {"X-1"}
    assert fired_on(vs(check), record, VS=[]) == set()


def test_the_record_at_hand_is_none_of_the_others() -> None:
    record = filled("VS", **HEALTHY)
    stored = filled("VS", **HEALTHY | {"temp": "35.0"})
    record.pk = stored.pk = 7
    assert context_of(record, VS=[stored, record]).records("VS") == []
    stored.pk = 8
    assert context_of(record, VS=[stored, record]).records("VS") == [stored]


def test_a_form_that_was_not_declared_cannot_be_read() -> None:
    record = filled("VS", **HEALTHY)
    check = made(rule("X-1", "", forms=("DM",)), hotter_than_before)
    with pytest.raises(LookupError, match="VS without saying so"):
        fired_on(vs(check), record)


def test_what_forms_a_form_reads_is_known_beforehand() -> None:
    assert set(read.forms_read("INF")) >= {"ICF", "DM", "UPT"}


def chemistry(*figures: str, **void: bool) -> Any:
    rows = [{"lbtestcd": "ALT", "lborres": figure, "lborresu": "U/L", "lbornrhi": "50"} for figure in figures]
    record = filled("CHEM", rows={"results": rows}, lbperf="Y")
    for row in record.group_rows["results"][: void.get("first", 0)]:
        row.voided = True
    return record


def test_a_form_reads_its_own_rows_that_are_not_void() -> None:
    def only_one(lbperf: str, rows: Any) -> bool:
        return len(rows["results"]) == 1

    form = replace(read.form("CHEM"), rules=(made(rule("X-1", ""), only_one),), derivations=(), rows=())
    assert fired_on(form, chemistry("20", "30")) == {"X-1"}
    assert fired_on(form, chemistry("20", "30", first=True)) == set()


def test_a_row_reads_the_form_it_stands_on() -> None:
    def taken(lborres: Any, parent: Any) -> bool:
        return bool(parent.lbperf == "N")

    group = replace(read.form("CHEM").rows[0], rules=(made(rule("X-1", ""), taken),), derivations=())
    form = replace(read.form("CHEM"), rules=(), derivations=(), rows=(group,))
    assert fired_on(form, chemistry("20")) == {"X-1"}


def test_a_row_derives_before_the_form_that_reads_it() -> None:
    def doubled(lborres: Any) -> Decimal:
        return lborres.value * 2  # type: ignore[no-any-return]

    group = replace(read.form("CHEM").rows[0], derivations=(made(derive("lbornrhi", "X-D"), doubled),))
    row = chemistry("20.5").group_rows["results"][0]
    assert evaluate.derive(group.items, group.derivations, row, {}) == {"lbornrhi": Decimal("41.0")}


def body_weight(context: Context, temp: Decimal | None = None) -> Decimal | None:
    return context.newest("VS", "weight")  # type: ignore[no-any-return]


def stale(record: Any, other: Any) -> set[str]:
    derivation = made(derive("weight", "X-D", forms=("VS",)), body_weight)
    return fired_on(replace(read.form("VS"), rules=(), derivations=(derivation,)), record, VS=[other])


def test_a_derived_value_that_was_left_behind_is_asked_about() -> None:
    record, other = filled("VS", **HEALTHY, weight="61.5"), filled("VS", **HEALTHY, weight="61.5")
    record.pk, other.pk = 1, 2
    assert stale(record, other) == set()
    other.weight = Decimal("61.6")
    assert stale(record, other) == {"STALE"}


def test_a_value_not_stored_yet_cannot_be_left_behind() -> None:
    assert stale(filled("VS", **HEALTHY, weight="61.5"), filled("VS", **HEALTHY, weight="60")) == set()


def test_a_decision_is_refused_at_its_item_and_is_no_question() -> None:
    def never(temp: Decimal, vspos: str) -> bool:
        return False

    form = vs(made(refuse("X-1", "Not so."), never))
    record = filled("VS", **HEALTHY, vspos="SITTING")
    assert evaluate.refusals(form, record, {}, context_of(record)) == {"vspos": ["Not so."]}
    assert fired_on(form, record) == set()
    record.vspos = None
    assert evaluate.refusals(form, record, {}, context_of(record)) == {}


def test_reading_the_subject_and_the_visit_needs_no_declaration() -> None:
    def is_first(subject: Any, temp: Decimal) -> bool:
        return bool(subject.number == "01-001")

    record = filled("VS", subject=a_subject(), **HEALTHY)
    assert fired_on(vs(made(rule("X-1", ""), is_first)), record) == set()
