"""ICAHT: days counted by hand, every cut-off on both sides, and what the form makes of the counts it finds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.testing.forms import filled, fired
from safety.tests.toxicity_records import blood, day, event, infused
from safety.toxicity.icaht import (
    Count,
    Neutropenia,
    as_text,
    carried,
    days_below,
    early_neutropenia_grade,
    early_platelets_grade,
    late_neutropenia_grade,
    late_platelets_grade,
    lowest_by_day,
    neutropenia,
    unmeasured,
)


def daily_counts(first: int, values: str) -> list[Count]:
    """A count a day from this day on."""
    return [Count(first + number, Decimal(value)) for number, value in enumerate(values.split())]


def span(first: int, values: str, last: int = 30) -> dict[int, Count | None]:
    return carried(daily_counts(first, values), 0 if last == 30 else 31, last, 0)


def form(visit: int, *records: Any, rows: Any = None, **answers: Any) -> Any:
    others = [each for found in records for each in found]
    return filled("ICAHT", subject=infused(), visit_on=day(visit), others=others, rows=rows, **answers)


@pytest.mark.req("VAL-04")
def test_it_works() -> None:
    """Neutrophils at 0.5 or below on days 5 to 11: 7 days."""
    counts = dict.fromkeys(range(5), "2.0") | dict.fromkeys(range(5, 12), "0.5") | {12: "0.51"}
    found = form(12, blood("NEUT", counts), icahtgri="2")
    assert (found.icneu500, found.icneu100, found.icneugap, found.icneuear) == (7, 0, 0, "2")
    assert (found.icahtgr, found.icahtdat) == ("2", day(12))
    assert fired(found) == set()


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("days_500", "days_100", "grade"),
    [
        (0, 0, 0), (1, 0, 1), (6, 0, 1), (7, 0, 2), (13, 0, 2), (14, 0, 3), (30, 0, 3),
        (6, 6, 1), (7, 7, 3), (13, 13, 3), (14, 14, 4), (8, 7, 3), (20, 13, 3), (20, 14, 4),
    ],
)  # fmt: skip
def test_early_neutropenia_by_its_days(days_500: int, days_100: int, grade: int) -> None:
    assert early_neutropenia_grade(Neutropenia(days_500, days_100)) == grade


@pytest.mark.req("VAL-04")
def test_never_above_500_is_grade_4_once_day_30_has_come() -> None:
    all_low = span(0, "0.3 " * 31)
    assert early_neutropenia_grade(neutropenia(all_low, is_closed=True)) == 4
    assert early_neutropenia_grade(neutropenia(all_low, is_closed=False)) == 3
    once_above = span(0, "0.3 " * 20 + "0.51 " + "0.3 " * 10)
    assert early_neutropenia_grade(neutropenia(once_above, is_closed=True)) == 3
    few = span(0, "0.3 " * 13)
    assert early_neutropenia_grade(neutropenia(few, is_closed=True)) == 2


@pytest.mark.req("VAL-04")
def test_more_days_never_lower_the_grade() -> None:
    for low in range(32):
        for very_low in range(low + 1):
            grade = early_neutropenia_grade(Neutropenia(low, very_low))
            assert low == 31 or early_neutropenia_grade(Neutropenia(low + 1, very_low)) >= grade
            assert very_low == low or early_neutropenia_grade(Neutropenia(low, very_low + 1)) >= grade


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("value", "low", "very_low"), [("0.501", 0, 0), ("0.5", 1, 0), ("0.101", 1, 0), ("0.1", 1, 1)])
def test_the_limits_of_neutropenia_are_included(value: str, low: int, very_low: int) -> None:
    found = neutropenia({0: Count(0, Decimal(value))}, is_closed=False)
    assert (found.days_500, found.days_100) == (low, very_low)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("values", "grade"),
    [
        ("1.51 1.51", 0), ("1.5 2.0", 0), ("1.5 1.5", 1), ("1.01 1.5", 1), ("1.0 1.5", 1), ("1.0 1.0", 2),
        ("0.51 1.0", 2), ("0.5 0.5", 3), ("0.11 0.5", 3), ("0.1 0.5", 3), ("0.1 0.1", 4), ("0.05 9 0.1", 4), ("", 0),
    ],
)  # fmt: skip
def test_late_neutropenia_is_measured_twice(values: str, grade: int) -> None:
    assert late_neutropenia_grade(daily_counts(40, values)) == grade


def test_two_counts_of_one_day_are_one_measurement() -> None:
    assert late_neutropenia_grade([Count(40, Decimal("0.4")), Count(40, Decimal("0.3"))]) == 0


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("below_50", "below_20", "grade"),
    [(0, 0, 0), (1, 0, 1), (6, 0, 1), (7, 0, 2), (31, 0, 2), (1, 1, 3), (13, 13, 3), (14, 13, 3), (14, 14, 4)],
)
def test_early_platelets_by_their_days(below_50: int, below_20: int, grade: int) -> None:
    values = "19.9 " * below_20 + "49.9 " * (below_50 - below_20) + "50 " * (31 - below_50)
    assert early_platelets_grade(span(0, values)) == grade


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("values", "grade"),
    [("100", 0), ("99.9", 1), ("50", 1), ("49.9", 2), ("20", 2), ("19.9", 3), ("19 " * 13, 3), ("19 " * 14, 4)],
)
def test_late_platelets_by_their_days(values: str, grade: int) -> None:
    assert late_platelets_grade(span(31, values, last=100)) == grade


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("values", "days"),
    [
        ("19 19 19", 3),
        ("19 25 19", 3),  # risen for one day between
        ("19 25 25 19", 4),  # for two
        ("19 25 25 25 19", 2),  # for three: a recovery
        ("25 19 25", 1),  # the rise at the end may last
        ("19 20 19", 3),
    ],
)
def test_a_recovery_shorter_than_three_days_counts_as_none(values: str, days: int) -> None:
    assert days_below(carried(daily_counts(3, values), 3, 3 + len(values.split()) - 1, 0), Decimal(20)) == days


@pytest.mark.req("VAL-04")
def test_days_without_a_count_are_counted_neither_way() -> None:
    found = {3: Count(3, Decimal(19)), 4: None, 5: Count(5, Decimal(25)), 6: Count(6, Decimal(19))}
    assert days_below(found, Decimal(20)) == 3


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("result", "censored", "low"), [("50", False, False), ("50", True, True), ("49", False, True)])
def test_less_than_the_limit_is_below_it(result: str, censored: bool, low: bool) -> None:
    assert Count(1, Decimal(result), censored).is_below(Decimal(50)) is low


@pytest.mark.req("VAL-04")
def test_a_count_stands_for_the_days_after_it_but_no_longer_than_allowed() -> None:
    """Measured on days 2 and 8, at most 3 days on: 2 to 5, and 8 on."""
    counts = [Count(2, Decimal("0.4")), Count(8, Decimal("2"))]
    found = carried(counts, 0, 9, 3)
    assert {number: None if count is None else count.day for number, count in found.items()} == {
        0: None, 1: None, 2: 2, 3: 2, 4: 2, 5: 2, 6: None, 7: None, 8: 8, 9: 8,
    }  # fmt: skip
    assert unmeasured(found) == 4
    assert carried([Count(-1, Decimal(1))], 0, 0, 3)[0] == Count(-1, Decimal(1))


def test_the_lowest_count_of_a_day_holds() -> None:
    counts = [Count(3, Decimal("0.4")), Count(3, Decimal("0.3")), Count(3, Decimal("0.3"), censored=True)]
    assert lowest_by_day(counts) == {3: Count(3, Decimal("0.3"), censored=True)}
    assert as_text([*counts, Count(12, Decimal("1.50"))]) == "D3 <0.3, D12 1.5"


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("last", "days", "grade"), [(10, 6, "1"), (11, 7, "2"), (17, 13, "2"), (18, 14, "3")])
def test_the_form_counts_the_days_from_the_haematology_forms(last: int, days: int, grade: str) -> None:
    """Low from day 5 on, so many days; the day after is well."""
    low = dict.fromkeys(range(5, last + 1), "0.5")
    found = form(19, blood("NEUT", {4: "0.6"} | low | {last + 1: "0.6"}))
    assert (found.icneu500, found.icneuear) == (days, grade)


@pytest.mark.req("VAL-04")
def test_the_form_looks_no_further_than_its_visit_and_keeps_early_and_late_apart() -> None:
    counts = blood("NEUT", {30: "0.5", 31: "1.4", 60: "1.4", 100: "1.0", 101: "0.1", 102: "0.1"})
    found = form(180, counts)
    assert (found.icneuear, found.icneulat) == ("1", "1")
    assert form(30, counts).icneulat is None
    assert form(59, counts).icneulat == "0"
    assert form(29, counts).icneuear is None


@pytest.mark.req("VAL-04")
def test_the_spans_of_the_form_are_days_0_to_30_and_31_to_100() -> None:
    assert form(1, blood("NEUT", {0: "0.4", 1: "2"})).icneu500 == 1
    all_low = blood("NEUT", dict.fromkeys(range(31), "0.4"))
    assert (form(29, all_low).icneuear, form(30, all_low).icneuear) == ("3", "4")
    assert form(40, blood("PLAT", {30: "99", 31: "120"})).icplalat == "0"
    assert form(40, blood("PLAT", {31: "99", 32: "120"})).icplalat == "1"
    assert form(180, blood("NEUT", {60: "1.4", 100: "1.4"})).icneulat == "1"
    assert form(180, blood("NEUT", {60: "1.4", 101: "1.4"})).icneulat == "0"


@pytest.mark.req("VAL-04")
def test_the_form_names_the_counts_and_takes_the_highest_grade() -> None:
    found = form(14, blood("NEUT", {2: "0.40", 3: "<0.1"}), blood("PLAT", {2: "49", 9: "120"}), icahtgri="1")
    assert (found.icneuval, found.icplaval) == ("D2 0.4, D3 <0.1", "D2 49, D9 120")
    assert (found.icneu500, found.icneu100) == (5, 4)  # day 2, day 3 and three days on
    assert (found.icpla50, found.icpla20, found.icplaear, found.icahtgr) == (4, 0, "1", "1")
    assert fired(found) == {"ICAHT-02"}  # days 0, 1 and 7 to 14 have no count


def test_without_infusion_or_counts_nothing_is_graded() -> None:
    assert form(14).icahtgr is None
    found = filled("ICAHT", visit_on=day(14), others=blood("NEUT", {2: "0.4"}))
    assert (found.icneuval, found.icneu500, found.icahtgr) == (None, None, None)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("platelets", "transfused", "recovered"),
    [
        ("19 20 20 20", None, 3),
        ("19 20 20 19 21 21 21", None, 6),
        ("19 20 20", None, None),
        ("19 20 20 20", 3, None),  # platelets given on that very day
        ("20 20 20", None, None),  # never below
        ("19 20 20 20 20 20 20 20 20 20 20", 2, 10),  # the eighth day after the transfusion
        ("19 20 20 20 20 20 20 20 20 20", 2, None),
    ],
)
def test_platelets_recover_on_the_first_of_three_days_without_transfusion(
    platelets: str, transfused: int | None, recovered: int | None
) -> None:
    counts = dict(enumerate(platelets.split(), 2))
    rows = {"supports": [{"icsup": "PLATELETS", "icsupdat": day(transfused)}]} if transfused else None
    found = form(max(counts), blood("PLAT", counts), rows=rows)
    assert found.icplarec == (None if recovered is None else day(recovered))


@pytest.mark.req("SAF-05")
@pytest.mark.parametrize(
    ("grade", "special", "asked"), [("2", None, False), ("3", None, True), ("3", ["ICAHT"], False)]
)
def test_severe_haematotoxicity_needs_its_event(grade: str, special: list[str] | None, asked: bool) -> None:
    found = form(14, blood("NEUT", {2: "2"}), icahtgri=grade)
    events = [event(aestdat="2026-03-05", aespecial=special)]
    assert ("ICAHT-10" in fired(found, others=[*blood("NEUT", {2: "2"}), *events])) is asked


def test_the_grade_of_the_investigator_is_compared() -> None:
    counts = blood("NEUT", dict.fromkeys(range(15), "2"))
    assert "ICAHT-01" in fired(form(14, counts, icahtgri="1"))
    assert fired(form(14, counts, icahtgri="0")) == set()
    assert date(2026, 3, 15) == day(14)
