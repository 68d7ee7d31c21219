"""The adjudication form: candidates from the forms, decisions on each, evaluability, the result."""

from __future__ import annotations

from typing import Any

import pytest

from core.testing.forms import a_subject, filled, fired
from safety.tests.toxicity_records import FEBRILE, blood, context_of, daily, day, event, infused
from safety.toxicity import dlt_reading

TOXIC: dict[str, Any] = {"aestdat": "2026-03-10", "aetoxgr": "3", "aerel": "POSSIBLE", "aeterm": "Rash"}
ROW = {"dltsrc": "AE", "dltline": "1", "dltorgan": "SKIN", "dltrule": "4", "dltinv": "NOT_DLT", "dltsrcdec": "NOT_DLT"}
DECIDED = {"dltfudat": "2026-03-29", "dltprop": "NO_DLT", "dltsrcdat": "2026-04-02", "dltminut": "SRC 3, item 2"}


def form(*others: Any, rows: Any = (), subject: Any = None, **answers: Any) -> Any:
    given = {name: value for name, value in (DECIDED | answers).items() if value is not None}
    subject = subject or infused()
    return filled("DLT", subject=subject, visit_on=day(28), others=others, rows={"candidates": rows}, **given)


@pytest.mark.req("VAL-04")
def test_it_works() -> None:
    found = form(event(**TOXIC), rows=[ROW])
    assert (found.dltevaluable, found.dltdec) == ("Y", "NO_DLT")
    assert fired(found, others=[event(**TOXIC)]) == set()
    assert (form().dltdec, fired(form())) == ("NO_DLT", set())


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    "rows",
    [
        [],
        [ROW | {"dltsrcdec": None}],
        [ROW | {"dltline": "2"}],
        [{"dltsrc": "CRS", "dltrule": "1", "dltinv": "NOT_DLT", "dltsrcdec": "NOT_DLT"}],
    ],
)
def test_an_undecided_candidate_is_a_query_and_leaves_the_result_open(rows: list[dict[str, str]]) -> None:
    found = form(event(**TOXIC), rows=rows)
    assert found.dltdec is None
    assert "DLT-01" in fired(found, others=[event(**TOXIC)])


@pytest.mark.req("VAL-04")
def test_one_dlt_decides_and_makes_evaluable() -> None:
    found = form(event(**TOXIC), rows=[ROW | {"dltsrcdec": "DLT"}], dltfudat="2026-03-11")
    assert (found.dltevaluable, found.dltdec) == ("Y", "DLT")


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("until", "evaluable", "result"),
    [("2026-03-28", "N", "NOT_EVALUABLE"), ("2026-03-29", "Y", "NO_DLT"), (None, None, None)],
)
def test_evaluable_is_who_was_followed_to_day_28(until: str | None, evaluable: str | None, result: str | None) -> None:
    """Day 28 after 1 March is 29 March, whatever the day of the visit."""
    found = form(dltfudat=until)
    assert (found.dltevaluable, found.dltdec) == (evaluable, result)
    assert ("DLT-04" in fired(found)) is (until == "2026-03-28")


@pytest.mark.req("VAL-04")
def test_who_was_not_infused_is_not_evaluable() -> None:
    found = form(subject=a_subject())
    assert (found.dltevaluable, found.dltdec) == ("N", "NOT_EVALUABLE")


def test_death_explains_a_follow_up_that_ends_early() -> None:
    assert "DLT-04" not in fired(form(subject=infused(died_on=day(20)), dltfudat="2026-03-21"))


@pytest.mark.req("VAL-04")
def test_candidates_come_from_events_daily_records_counts_and_death() -> None:
    ill = FEBRILE | {"crso2": "NIV", "crso2ca": "CRS", "crsgri": "3"}
    others = [
        event(**TOXIC),
        event(2, **TOXIC | {"aerel": "NOT RELATED"}),
        event(3, **TOXIC | {"aerel": None}),
        event(4, **TOXIC | {"aestdat": "2026-03-30"}),
        event(5, **TOXIC | {"aetoxgr": None}),
        daily(3, **ill),
        daily(4, icseiz="BRIEF", icansgri="0"),
        *blood("NEUT", {6: "0.4", 14: "2"}, {6: 4, 14: 0}),
        *blood("LYM", {6: "0.1", 20: "0.1"}, {6: 4, 20: 4}),
    ]
    record = form(*others, subject=infused(died_on=day(25)))
    found = dlt_reading.candidates(context_of(record, *others), [])
    assert [each.key for each in found] == [
        ("CRS", None, ""),
        ("ICANS", None, ""),
        ("HEM", None, "NEUT"),
        ("AE", 1, ""),
        ("AE", 3, ""),
        ("DEATH", None, ""),
    ]


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("name", ["lbtoxgr", "lbtoxgrp", "lbtoxgri"])
def test_whoever_gave_the_grade_of_a_count_it_is_proposed(name: str) -> None:
    counts = blood("HGB", {6: "70", 14: "71"})
    for record in counts:
        row = record.group_rows["results"][0]
        row.lbtoxgr, row.lbtoxgrp, row.lbtoxgri = 1, None, 2
        setattr(row, name, 3)
    found = dlt_reading.candidates(context_of(form(), *counts), [])
    assert [(each.key, each.days) for each in found] == [(("HEM", None, "HGB"), 9)]


@pytest.mark.req("VAL-04")
def test_the_organ_named_in_a_row_decides_on_grade_2() -> None:
    mild = event(**TOXIC | {"aetoxgr": "2"})
    for organ, is_open in (("SKIN", False), ("CARDIAC", True), ("RENAL", True)):
        found = form(mild, rows=[ROW | {"dltorgan": organ, "dltsrcdec": None}])
        assert bool(dlt_reading.undecided(context_of(found, mild), found.group_rows["candidates"])) is is_open
    assert "DLT-01" in fired(form(mild), others=[mild]), "not yet named, it may be the heart"


@pytest.mark.parametrize(
    ("rule", "answers"),
    [
        ("DLT-02", {"dltprop": "DLT"}),
        ("DLT-03", {"dltminut": None}),
        ("DLT-03", {"dltsrcdat": None}),
        ("DLT-05", {"dltsrcdat": "2026-03-28"}),
        ("DLT-10", {"rows": [ROW | {"dltline": "9"}]}),
        ("DLT-11", {"rows": [{"dltsrc": "CRS", "dltrule": "4", "dltinv": "NOT_DLT", "dltsrcdec": "NOT_DLT"}]}),
    ],
)
def test_what_does_not_go_together_is_asked_about(rule: str, answers: dict[str, Any]) -> None:
    others = [event(**TOXIC)]
    rows = {"rows": [ROW]} | answers
    assert rule in fired(form(*others, **rows), others=others)


def test_the_committee_may_call_anything_a_toxicity_of_its_own_judgement() -> None:
    other = {"dltsrc": "OTHER", "dltrule": "6", "dltinv": "DLT", "dltsrcdec": "DLT", "dltcom": "Myasthenic crisis"}
    found = form(rows=[other], dltprop="DLT")
    assert (found.dltdec, fired(found)) == ("DLT", set())
    assert "DLT-11" not in fired(form(rows=[other | {"dltsrc": "CRS"}]))
