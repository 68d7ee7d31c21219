"""MG-ADL: total, ocular share, and the two checks (clinical reference pack, 3.1)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.crf import read
from core.testing.forms import filled, fired

NAMES = [f"mgadl{number:02}" for number in range(1, 9)]


def scale(*scores: int, **answers: Any) -> Any:
    """An MG-ADL with these scores, the rest 0."""
    given = dict.fromkeys(NAMES, "0") | {name: str(score) for name, score in zip(NAMES, scores, strict=False)}
    return filled("MGADL", qsperf="Y", **given | answers)


def with_ocular(total: int, ocular: int) -> Any:
    """A total of which so many points are ocular."""
    rest, scores = total - ocular, []
    for _ in range(6):
        scores.append(min(rest, 3))
        rest -= scores[-1]
    return scale(*scores, min(ocular, 3), max(ocular - 3, 0))


@pytest.mark.req("VAL-04")
def test_it_works() -> None:
    record = scale(1, 2, 0, 1, 3, 0, 2, 1)
    assert (record.mgadltot, record.mgadloc, record.mgadlocp) == (10, 3, Decimal("30.0"))


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("total", range(25))
def test_every_total_from_0_to_24_can_be_reached_and_is_the_sum(total: int) -> None:
    record = with_ocular(total, max(0, total - 18))
    assert record.mgadltot == total == sum(int(getattr(record, name)) for name in NAMES)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("name", "score"), list(product(NAMES, range(4))))
def test_each_item_counts_once_with_its_own_points(name: str, score: int) -> None:
    assert scale(**{name: str(score)}).mgadltot == score


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("name", NAMES)
def test_there_is_no_total_while_one_item_is_empty(name: str) -> None:
    record = scale(*[2] * 8, **{name: None})
    assert record.mgadltot is None
    assert record.mgadlocp is None


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("total", "ocular", "share"),
    [
        (5, 2, "40.0"),
        (5, 3, "60.0"),
        (6, 3, "50.0"),
        (8, 4, "50.0"),
        (7, 3, "42.9"),
        (11, 5, "45.5"),
        (13, 6, "46.2"),
        (16, 1, "6.3"),  # 6.25 rounds up
        (6, 6, "100.0"),
        (6, 0, "0.0"),
        (24, 6, "25.0"),
    ],
)
def test_the_ocular_share_is_the_share_of_items_7_and_8(total: int, ocular: int, share: str) -> None:
    record = with_ocular(total, ocular)
    assert (record.mgadltot, record.mgadloc) == (total, ocular)
    assert str(record.mgadlocp) == share


@pytest.mark.req("VAL-04")
def test_rounding_never_carries_a_share_across_one_half() -> None:
    for ocular, rest in product(range(7), range(19)):
        if total := ocular + rest:
            shown, exact = with_ocular(total, ocular).mgadlocp, Fraction(100 * ocular, total)
            assert (shown < 50, shown > 50) == (exact < 50, exact > 50)


def test_a_total_of_0_has_no_ocular_share() -> None:
    record = scale()
    assert (record.mgadltot, record.mgadloc, record.mgadlocp) == (0, 0, None)


def test_a_score_of_4_is_refused() -> None:
    with pytest.raises(ValidationError):
        scale(4)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("name", "score"), list(product(NAMES, range(4))))
def test_each_item_belongs_to_one_part(name: str, score: int) -> None:
    parts = ["mgadlbul"] * 3 + ["mgadlres"] + ["mgadllim"] * 2 + ["mgadloc"] * 2
    record, own = scale(**{name: str(score)}), parts[NAMES.index(name)]
    assert {part: getattr(record, part) for part in parts} == dict.fromkeys(parts, 0) | {own: score}


@pytest.mark.req("VAL-04")
def test_the_parts_of_the_worst_record_are_9_3_6_and_6() -> None:
    record = scale(*[3] * 8)
    assert (record.mgadlbul, record.mgadlres, record.mgadllim, record.mgadloc) == (9, 3, 6, 6)
    assert (record.mgadltot, record.mgadln) == (24, 8)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("name", NAMES)
def test_a_part_is_empty_only_while_an_item_of_its_own_is(name: str) -> None:
    parts = ["mgadlbul"] * 3 + ["mgadlres"] + ["mgadllim"] * 2 + ["mgadloc"] * 2
    record = scale(*[1] * 8, **{name: None})
    assert {part for part in parts if getattr(record, part) is None} == {parts[NAMES.index(name)]}
    assert record.mgadln == 7


@pytest.mark.parametrize(("paper", "asked"), [("6", False), ("5", True), ("7", True)])
def test_a_total_on_paper_that_differs_is_asked_about(paper: str, asked: bool) -> None:
    assert ("MGADL-03" in fired(scale(1, 2, 3, mgadlpap=paper))) is asked


@pytest.mark.parametrize(
    ("at", "hours", "asked"),
    [
        ("2026-03-05T07:00+08:00", "3.2", False),
        ("2026-03-05T10:15+08:00", "0.0", False),
        ("2026-03-05T10:16+08:00", None, True),
    ],
)
def test_the_hours_since_the_last_dose_are_kept_and_none_is_asked_for(at: str, hours: str | None, asked: bool) -> None:
    """The MG-ADL asks about the past week: no dose is held for it."""
    record = scale(visit_on=date(2026, 3, 5), qstim="10:15", qschei="Y", qscheidtc=at)
    assert record.qscheihr == (None if hours is None else Decimal(hours))
    assert ("MGADL-04" in fired(record)) is asked
    assert "RS-02" not in fired(record)


def test_totals_cannot_be_typed() -> None:
    assert filled("MGADL", qsperf="Y", mgadltot=7).mgadltot is None


@pytest.mark.parametrize(("chewing", "swallowing"), list(product(range(4), repeat=2)))
def test_tube_feeding_on_one_of_two_items_is_asked_about(chewing: int, swallowing: int) -> None:
    one_sided = (chewing == 3) != (swallowing == 3)
    assert ("MGADL-01" in fired(scale(0, chewing, swallowing))) is one_sided


def test_only_the_need_for_a_ventilator_is_asked_about() -> None:
    assert ["MGADL-02" in fired(scale(0, 0, 0, breathing)) for breathing in range(4)] == [False, False, False, True]


def test_all_eight_items_are_scores_from_0_to_3() -> None:
    items = [item for item in read.form("MGADL").items if item.score]
    assert [item.name for item in items] == NAMES
    assert {tuple(code.code for code in item.codes) for item in items} == {("0", "1", "2", "3")}
