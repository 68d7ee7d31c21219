"""Candidates of dose-limiting toxicity: each definition on both sides of its limits, the window to the day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from safety.tests.toxicity_records import day
from safety.toxicity.dlt import Candidate, Event, Level, Rule, Run, Window, candidates, low_runs

WINDOW = Window(day(0), day(28), 7)


def an_event(number: int = 10, **values: Any) -> Event:
    given = {"line": 1, "title": "Event", "grade": 3, "until": day(12), "is_related": True, "organ": "GI"}
    return Event(**given | {"earliest": day(number), "latest": day(number)} | values)  # type: ignore[arg-type]


def rules(
    *events: Event,
    crs: list[Level] | None = None,
    icans: list[Level] | None = None,
    counts: list[Level] | None = None,
    died_on: date | None = None,
) -> list[int]:
    found = candidates(WINDOW, events, crs or [], icans or [], counts or [], died_on)
    return [int(each.rule) for each in found]


def levels(grades: dict[int, int], test: str = "NEUT") -> list[Level]:
    return [Level(day(number), grade, test) for number, grade in grades.items()]


@pytest.mark.req("VAL-04")
def test_it_works() -> None:
    found = candidates(WINDOW, [an_event()], levels({3: 3, 4: 4, 5: 4}, ""), [], [], None)
    assert found == [
        Candidate(Rule.CRS, "CRS", day(4), 4),
        Candidate(Rule.ORGAN, "AE", day(10), 3, line=1, title="Event"),
    ]
    assert rules() == []


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("number", "within"), [(-1, False), (0, True), (1, True), (28, True), (29, False)])
def test_the_window_is_day_0_to_day_28_exactly(number: int, within: bool) -> None:
    assert rules(an_event(number)) == [4] * within
    assert rules(crs=levels({number: 4}, "")) == [1] * within
    assert rules(icans=levels({number: 3}, "")) == [2] * within
    assert rules(died_on=day(number)) == [5] * within
    assert rules(counts=levels({number: 3, number + 8: 0})) == [3] * within


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("earliest", "latest", "within"),
    [(28, 40, True), (29, 40, False), (-20, 0, True), (-20, -1, False), (-300, 60, True)],
)
def test_a_partial_onset_counts_where_it_may_lie_in_the_window(earliest: int, latest: int, within: bool) -> None:
    assert rules(an_event(earliest=day(earliest), latest=day(latest))) == [4] * within


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("grade", "is_one"), [(1, False), (2, False), (3, False), (4, True), (5, True)])
def test_1_crs_of_grade_4(grade: int, is_one: bool) -> None:
    assert rules(crs=levels({3: grade}, "")) == [1] * is_one
    assert rules(an_event(grade=grade, organ=None, syndromes=frozenset({"CRS"}))) == [1] * is_one


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("grade", "is_one"), [(1, False), (2, False), (3, True), (4, True), (5, True)])
def test_2_icans_of_grade_3(grade: int, is_one: bool) -> None:
    assert rules(icans=levels({3: grade}, "")) == [2] * is_one
    assert rules(an_event(grade=grade, organ=None, syndromes=frozenset({"ICANS"}))) == [2] * is_one


@pytest.mark.req("VAL-04")
def test_the_event_stands_for_what_the_daily_record_says() -> None:
    reported = an_event(grade=4, organ=None, syndromes=frozenset({"CRS"}))
    found = candidates(WINDOW, [reported], levels({3: 4}, ""), [], [], None)
    assert [each.key for each in found] == [("AE", 1, "")]
    unrelated = an_event(grade=4, organ=None, syndromes=frozenset({"CRS"}), is_related=False)
    assert [each.key for each in candidates(WINDOW, [unrelated], levels({3: 4}, ""), [], [], None)] == [
        ("CRS", None, "")
    ]


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("organ", "grade", "is_one"),
    [
        ("CARDIAC", 1, False), ("CARDIAC", 2, True), ("RENAL", 1, False), ("RENAL", 2, True),
        ("GI", 2, False), ("GI", 3, True), ("SKIN", 2, False), ("HEPATIC", 3, True), ("PULMONARY", 4, True),
        ("OTHER", 2, False), ("OTHER", 3, True),
        (None, 1, False), (None, 2, True),
    ],
)  # fmt: skip
def test_4_organ_toxicity_of_grade_3_and_2_of_heart_and_kidney(organ: str | None, grade: int, is_one: bool) -> None:
    """Of an organ not yet named grade 2 is proposed: it may be the heart or the kidney."""
    assert rules(an_event(organ=organ, grade=grade)) == [4] * is_one


@pytest.mark.req("VAL-04")
def test_what_is_not_related_is_no_candidate_and_what_is_not_judged_is() -> None:
    assert rules(an_event(is_related=False)) == []
    assert rules(an_event(is_related=False, grade=5)) == []


@pytest.mark.req("VAL-04")
def test_5_a_related_death_is_one_whatever_its_organ() -> None:
    for organ in ("BLOOD", "GI", None):
        assert rules(an_event(grade=5, organ=organ)) == [5]
    assert rules(an_event(grade=5), died_on=day(12)) == [5], "once, with the event that led to it"
    assert rules(an_event(grade=5, is_related=False), died_on=day(12)) == []
    assert rules(died_on=day(12)) == [5]


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("grade", "until", "is_one"),
    [(3, 16, False), (3, 17, True), (4, 16, False), (2, 40, False), (3, None, True), (3, 40, True)],
)
def test_3_an_event_of_the_blood_lasts_more_than_7_days(grade: int, until: int | None, is_one: bool) -> None:
    """From day 10 to 16 are 7 days, to 17 are 8."""
    found = rules(an_event(organ="BLOOD", grade=grade, until=None if until is None else day(until)))
    assert found == [3] * is_one


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("grades", "is_one"),
    [
        ({5: 3, 12: 2}, False),  # days 5 to 11: 7 days
        ({5: 3, 13: 2}, True),  # days 5 to 12: 8 days
        ({5: 3, 9: 4, 13: 2}, True),
        ({5: 3, 9: 2, 10: 3, 14: 2}, False),  # two short runs
        ({5: 2, 13: 2}, False),
        ({5: 3, 11: 3}, False),  # no later count: to the last one, 7 days
        ({5: 3, 12: 3}, True),
        ({28: 4, 36: 1}, True),  # begun on day 28, counted past it
        ({28: 4, 35: 1}, False),
        ({29: 4, 60: 4}, False),
        ({-3: 4, 10: 4, 20: 1}, False),  # begun before infusion, by lymphodepletion
    ],
)
def test_3_counts_of_grade_3_last_more_than_7_days(grades: dict[int, int], is_one: bool) -> None:
    assert rules(counts=levels(grades)) == [3] * is_one


@pytest.mark.req("VAL-04")
def test_each_test_is_counted_for_itself() -> None:
    counts = [*levels({5: 3, 13: 1}), *levels({6: 4, 20: 0}, "PLAT"), *levels({6: 3, 7: 0}, "HGB")]
    found = candidates(WINDOW, [], [], [], counts, None)
    assert [(each.test, each.on, each.grade, each.days) for each in found] == [
        ("NEUT", day(5), 3, 8),
        ("PLAT", day(6), 4, 14),
    ]


def test_candidates_stand_by_definition_day_and_line() -> None:
    events = [an_event(10, line=3), an_event(10, line=2), an_event(9, line=4), an_event(20, line=1, grade=5)]
    found = candidates(WINDOW, events, [], [], [], None)
    assert [(each.rule, each.line) for each in found] == [(4, 4), (4, 2), (4, 3), (5, 1)]


def test_the_worst_count_of_a_day_holds() -> None:
    assert low_runs([*levels({5: 3}), *levels({5: 1}), *levels({7: 0})]) == [Run(day(5), 2, 3)]
    assert low_runs([]) == []
