"""MGC: categories, the points they weigh, the total and the checks (clinical reference pack, 3.3 and 8.5)."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise, product
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from core.crf import read
from core.testing.forms import filled, fired

NAMES = [f"mgc{number:02}" for number in range(1, 11)]
EYES = NAMES[:2]
# The published points, written anew here for a second reckoning: one string an item, a figure a category.
TABLE = dict(zip(NAMES, ["0123", "0134", "0012", "0246", "0246", "0256", "0249", "0134", "0245", "0245"], strict=True))
CASES = [(name, category, int(TABLE[name][category])) for name, category in product(NAMES, range(4))]
# An eye test of each category
OUTCOMES: tuple[dict[str, str], ...] = (
    {"how": "MAX"},
    {"how": "VALUE", "sec": "30"},
    {"how": "VALUE", "sec": "5"},
    {"how": "SPON"},
)


def answer(name: str, category: int) -> dict[str, Any]:
    """One item of that category, as it is entered."""
    if name in EYES:
        return {f"{name}how": None, f"{name}sec": None} | {f"{name}{k}": v for k, v in OUTCOMES[category].items()}
    return {f"{name}c": str(category)}


def scale(*categories: int, **answers: Any) -> Any:
    """An MG Composite of these categories, the rest 0."""
    given_answers: dict[str, Any] = {}
    for name, category in zip(NAMES, [*categories, *[0] * 10], strict=False):
        given_answers |= answer(name, category)
    return filled("MGC", rsperf="Y", **given_answers | answers)


@pytest.mark.req("VAL-04")
def test_it_works() -> None:
    record = scale(1, 2, 1, 0, 3, 2, 3, 2, 1, 0)
    assert [getattr(record, name) for name in NAMES] == [1, 3, 0, 0, 6, 5, 9, 3, 2, 0]
    assert (record.mgctot, record.mgcn) == (29, 10)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("name", "category", "points"), CASES)
def test_each_category_has_its_points_and_is_kept_beside_them(name: str, category: int, points: int) -> None:
    record = scale(**answer(name, category))
    assert (getattr(record, f"{name}c"), getattr(record, name)) == (str(category), points)
    assert record.mgctot == points


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("name", NAMES)
def test_a_worse_category_never_weighs_less(name: str) -> None:
    found = [getattr(scale(**answer(name, category)), name) for category in range(4)]
    assert all(before <= after for before, after in pairwise(found))


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("seconds", "category"),
    [
        *(("0", "3"), ("0.9", "3"), ("1", "2"), ("10", "2"), ("10.9", "2"), ("11", "1"), ("11.1", "1")),
        *(("44.9", "1"), ("45", "1"), ("45.1", "1"), ("45.5", "1"), ("45.9", "1"), ("46", "0"), ("60", "0")),
    ],
)
@pytest.mark.parametrize("name", EYES)
def test_only_full_seconds_above_45_are_free(name: str, seconds: str, category: str) -> None:
    record = scale(**{f"{name}how": "VALUE", f"{name}sec": seconds})
    assert getattr(record, f"{name}c") == category


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("name", "weights"), [("mgc01", (3, 2, 1, 0)), ("mgc02", (4, 3, 1, 0))])
def test_every_tenth_of_a_second_scores_as_the_table_says(name: str, weights: tuple[int, ...]) -> None:
    for tenth in range(700):
        whole = tenth // 10
        expected = weights[(whole > 0) + (whole > 10) + (whole > 45)]
        record = scale(**{f"{name}how": "VALUE", f"{name}sec": str(Decimal(tenth) / 10)})
        assert getattr(record, name) == expected, tenth


@pytest.mark.req("VAL-04")
def test_nothing_wrong_anywhere_is_0_and_the_worst_of_all_is_50() -> None:
    assert (scale().mgctot, scale(*[3] * 10).mgctot) == (0, 50)


@given(st.lists(st.integers(0, 3), min_size=10, max_size=10))
@pytest.mark.req("VAL-04")
def test_the_total_is_the_sum_of_what_each_category_weighs(categories: list[int]) -> None:
    record = scale(*categories)
    assert record.mgctot == sum(int(TABLE[name][c]) for name, c in zip(NAMES, categories, strict=True))


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("name", NAMES)
def test_there_is_no_total_while_one_item_is_open(name: str) -> None:
    record = scale(**dict.fromkeys(answer(name, 1)))
    assert (getattr(record, name), record.mgctot, record.mgcn) == (None, None, 9)


def test_an_eye_that_cannot_be_tested_has_no_points() -> None:
    record = scale(mgc01how="NT", mgc01nt="INJURY")
    assert (record.mgc01c, record.mgc01, record.mgctot) == (None, None, None)


def test_a_category_of_4_and_seconds_beside_the_full_time_are_refused() -> None:
    for answers in ({"mgc08c": "4"}, {"mgc01how": "MAX", "mgc01sec": "30"}):
        with pytest.raises(ValidationError):
            filled("MGC", rsperf="Y", **answers)


@pytest.mark.parametrize(("paper", "asked"), [("0", False), ("1", True)])
def test_a_total_on_paper_that_differs_is_asked_about(paper: str, asked: bool) -> None:
    assert ("MGC-01" in fired(scale(mgcpap=paper))) is asked


@pytest.mark.parametrize(("chewing", "swallowing"), list(product(range(4), repeat=2)))
def test_tube_feeding_on_one_of_two_items_is_asked_about(chewing: int, swallowing: int) -> None:
    record = scale(mgc05c=str(chewing), mgc06c=str(swallowing))
    assert ("MGC-02" in fired(record)) is ((chewing == 3) != (swallowing == 3))


def test_points_and_totals_cannot_be_typed() -> None:
    derived = {*NAMES, "mgc01c", "mgc02c", "mgctot", "mgcn", "mgcchg", "rscheihr"}
    assert {item.name for item in read.form("MGC").items if item.derived} == derived
