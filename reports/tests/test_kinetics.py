"""Kinetics of the transgene: worked by hand from the published rules, and a second time by another way."""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import pairwise

import pytest

from core.crf.values import Measured
from reports.kinetics import Kinetics, Sample, area, concentrations, kinetics, until


def samples(*results: tuple[int, str]) -> list[Sample]:
    return [Sample(Decimal(day), Measured.parse(result), Decimal(50)) for day, result in results]


def decimals(*figures: int) -> list[Decimal]:
    return [Decimal(figure) for figure in figures]


def of(*results: tuple[int, str]) -> Kinetics:
    found = kinetics(samples(*results))
    assert found
    return found


@pytest.mark.req("VAL-04")
def test_it_works() -> None:
    """0-4: (0+1000)/2*4 = 2000; 4-8: (1000-500)/ln 2*4 = 2885.390; 8-28: (500-250)/ln 2*20 = 7213.475."""
    found = of((0, "<50"), (4, "1000"), (8, "500"), (28, "250"))
    assert [found.cmax, found.tmax, found.tlast, found.auc_until] == decimals(1000, 4, 28, 28)
    assert abs(found.auc - Decimal("12098.865")) < Decimal("0.001")


def test_of_two_equal_peaks_the_first_counts() -> None:
    assert of((4, "900"), (7, "900")).tmax == 4


def test_a_result_at_the_limit_is_quantified_and_one_below_is_not() -> None:
    assert of((4, "50")).cmax == 50
    assert kinetics(samples((4, "49.9"))) is None
    assert kinetics(samples((4, "<50"))) is None


def test_before_infusion_nothing_counts() -> None:
    assert kinetics(samples((-3, "1000"), (0, "1000"))) is None
    assert of((0, "900"), (4, "100")).auc == 200  # (0 + 100) / 2 * 4


@pytest.mark.req("VAL-04")
def test_below_the_limit_is_zero_then_half_the_limit_once_then_zero() -> None:
    points = concentrations(
        samples((1, "<50"), (4, "200"), (7, "<50"), (10, "<50"), (14, "80"), (21, "<50"), (28, "<50"))
    )
    assert [day for day, _copies in points] == decimals(0, 1, 4, 7, 10, 14, 21, 28)
    assert [copies for _day, copies in points] == decimals(0, 0, 200, 25, 0, 80, 25, 0)


def test_without_a_stated_limit_half_of_what_was_reported_counts() -> None:
    points = concentrations([Sample(Decimal(4), Measured.parse("200")), Sample(Decimal(7), Measured.parse("<30"))])
    assert list(points[-1]) == decimals(7, 15)


def test_beside_a_zero_it_is_linear() -> None:
    assert area([(Decimal(0), Decimal(100)), (Decimal(4), Decimal(0))]) == 200


def test_nothing_is_extrapolated_beyond_the_last_sample() -> None:
    found = of((7, "100"), (14, "100"))
    assert [found.auc, found.auc_until] == decimals(1050, 14)  # 350 + 700


def test_between_two_samples_day_28_lies_on_the_curve() -> None:
    """From 400 on day 26 to 100 on day 30: logarithmic, so 200 on day 28."""
    points = until([(Decimal(26), Decimal(400)), (Decimal(30), Decimal(100))], Decimal(28))
    assert points[-1][0] == 28
    assert abs(points[-1][1] - 200) < Decimal("1e-20")
    rising = until([(Decimal(26), Decimal(100)), (Decimal(30), Decimal(400))], Decimal(28))
    assert list(rising[-1]) == decimals(28, 250)


def by_floats(points: list[tuple[float, float]]) -> float:
    """The same rule a second time: the area under a falling exponential by its integral."""
    total = 0.0
    for (t1, c1), (t2, c2) in pairwise(points):
        if c2 >= c1 or c2 == 0:
            total += (t2 - t1) * (c1 + c2) / 2
        else:
            rate = math.log(c1 / c2) / (t2 - t1)
            total += c1 * (1 - math.exp(-rate * (t2 - t1))) / rate
    return total


def test_the_area_agrees_with_an_independent_integral() -> None:
    course = [(0, 0), (1, 120), (4, 5400), (7, 61000), (10, 88000), (14, 23000), (21, 4100), (28, 900)]
    exact = area([(Decimal(day), Decimal(copies)) for day, copies in course])
    assert abs(float(exact) - by_floats([(float(day), float(copies)) for day, copies in course])) < 1e-6 * float(exact)
