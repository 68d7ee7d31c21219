"""QTcF and its CTCAE grade, held against bisection in whole numbers."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest

from assessments import qtc


def root_by_bisection(number: int) -> int:
    """The largest whole number whose cube is not above `number`."""
    low, high = 0, number + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**3 <= number else (low, middle)
    return low


def tenths_by_bisection(qt: int, rr: Fraction) -> Decimal:
    """QTcF to 0.1 ms, half up: QTcF^3 = QT^3 / RR, in whole twentieths of a millisecond."""
    twentieths = root_by_bisection(20**3 * qt**3 * rr.denominator // rr.numerator)
    return Decimal((twentieths + 1) // 2) / 10


@pytest.mark.req("VAL-04")
def test_it_works() -> None:
    # 400 ms at 75 per minute: RR 0.8 s, cube root 0.92832, 400 / 0.92832 = 430.89
    assert qtc.fridericia(400, Fraction(60, 75)).quantize(Decimal("0.01")) == Decimal("430.89")


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("qt", "rr", "exact"),
    [
        (450, Fraction(1), "450"),
        (400, Fraction(64, 125), "500"),  # the cube root of 0.512 is 0.8
        (369, Fraction(729, 1000), "410"),  # of 0.729 it is 0.9
        (360, Fraction(1728, 1000), "300"),  # of 1.728 it is 1.2
        (300, Fraction(27, 64), "400"),
    ],
)
def test_a_root_that_ends_is_exact(qt: int, rr: Fraction, exact: str) -> None:
    assert qtc.fridericia(qt, rr) == Decimal(exact)


@pytest.mark.req("VAL-04")
def test_every_tracing_agrees_with_bisection() -> None:
    for qt in range(300, 561, 13):
        for rate in range(40, 151, 7):
            found = qtc.fridericia(qt, Fraction(60, rate)).quantize(Decimal("0.1"), ROUND_HALF_UP)
            assert found == tenths_by_bisection(qt, Fraction(60, rate)), (qt, rate)


@pytest.mark.req("VAL-04")
def test_the_root_is_right_to_forty_places() -> None:
    for number in (2, 7, 1000, 999, 1001, 10**9 - 1):
        assert int(Fraction(qtc.cube_root(number)) * 10**40) == root_by_bisection(number * 10**120)
    assert qtc.cube_root(27) == 3


def test_a_longer_qt_and_a_faster_heart_correct_to_more() -> None:
    by_qt = [qtc.fridericia(qt, Fraction(60, 80)) for qt in range(300, 501)]
    by_rate = [qtc.fridericia(400, Fraction(60, rate)) for rate in range(40, 151)]
    assert by_qt == sorted(set(by_qt))
    assert by_rate == sorted(set(by_rate))


def test_rr_that_was_read_goes_before_the_rate() -> None:
    assert qtc.rr_seconds(75, 800) == Fraction(4, 5) == qtc.rr_seconds(75, None)
    assert qtc.rr_seconds(60, 800) == Fraction(4, 5)
    assert qtc.rr_seconds(None, None) is None


@pytest.mark.req("VAL-04")
def test_the_mean_is_taken_of_unrounded_figures() -> None:
    assert qtc.mean([Decimal("450.04"), Decimal("450.04"), Decimal("450.01")]) == Decimal("450.03")
    assert qtc.mean([]) is None


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("value", "rise", "arrhythmia", "grade"),
    [
        ("449.999", None, False, 0),
        ("450", None, False, 1),
        ("480", None, False, 1),
        ("480.001", None, False, 2),
        ("500", None, False, 2),
        ("500.001", None, False, 3),
        ("501", None, False, 3),
        ("430", "60", False, 0),
        ("430", "60.001", False, 3),
        ("490", "-80", False, 2),
        ("400", None, True, 4),
        ("520", "70", True, 4),
    ],
)
def test_the_grades_meet_at_their_limits(value: str, rise: str | None, arrhythmia: bool, grade: int) -> None:
    assert qtc.ctcae_grade(Decimal(value), None if rise is None else Decimal(rise), arrhythmia) == grade


@pytest.mark.req("VAL-04")
def test_a_longer_qtc_never_has_a_lower_grade() -> None:
    grades = [qtc.ctcae_grade(Decimal(tenth) / 10, None, False) for tenth in range(3000, 6000)]
    assert grades == sorted(grades)
