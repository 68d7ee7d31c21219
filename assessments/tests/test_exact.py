"""Exact arithmetic: rounding once, changes in percent, results and limits."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest

from assessments.exact import change_of_results, change_percent, fits_limit, half_up, is_above
from core.crf.values import Measured


@pytest.mark.req("VAL-04")
def test_it_works() -> None:
    assert str(half_up(Fraction(20, 3), 4)) == "6.6667"


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (Fraction(1, 8), 2, "0.13"),  # a half goes up
        (Fraction(-1, 8), 2, "-0.13"),  # and down below 0
        (Fraction(1249, 10000), 2, "0.12"),
        (Fraction(0), 1, "0.0"),
        (Fraction(-1, 1000), 1, "0.0"),
        (Fraction(29, 2), 0, "15"),
    ],
)
def test_a_half_is_rounded_away_from_zero(value: Fraction, places: int, shown: str) -> None:
    assert half_up(value, places) == Decimal(shown)


def test_rounding_agrees_with_that_of_decimals() -> None:
    for thousandths in range(-2000, 2001):
        expected = (Decimal(thousandths) / 1000).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert half_up(Fraction(thousandths, 1000), 2) == expected


@pytest.mark.parametrize(
    ("now", "first", "percent"), [("3", "4", -25), ("6", "4", 50), ("0", "4", -100), ("4", "0", None)]
)
def test_change_is_in_percent_of_the_first_value(now: str, first: str, percent: int | None) -> None:
    assert change_percent(Decimal(now), Decimal(first)) == percent


@pytest.mark.parametrize(("now", "first"), [("<0.5", "4"), ("4", ">8"), ("4", "0"), ("4", "0.0")])
def test_there_is_no_change_of_what_is_censored_or_from_0(now: str, first: str) -> None:
    assert change_of_results(Measured.parse(now), Measured.parse(first)) is None


@pytest.mark.parametrize(
    ("result", "fits"),
    [
        ("20", True),
        ("19.9", False),
        ("<20", True),
        ("<10", True),  # the limit of detection lies below
        ("<21", False),
        ("<=20", True),
        (">1000", True),
        ("0", False),
    ],
)
def test_below_its_limit_an_assay_reports_no_figure(result: str, fits: bool) -> None:
    assert fits_limit(Measured.parse(result), Decimal(20)) is fits


@pytest.mark.parametrize(
    ("result", "above"),
    [
        ("5", False),
        ("5.01", True),
        ("<5", False),
        ("<5.1", None),
        ("<=5", False),
        ("<=5.1", None),
        (">5", True),
        (">4.9", None),
        (">=5", None),
        (">=5.1", True),
    ],
)
def test_an_operator_may_leave_open_whether_it_is_above(result: str, above: bool | None) -> None:
    assert is_above(Measured.parse(result), Decimal(5)) is above
