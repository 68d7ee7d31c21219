"""What a censored result says of a bound: only what is certain whatever the figure really was."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest

from assessments.laboratory import is_above, is_below, is_outside, lies
from core.crf.values import Measured

pytestmark = pytest.mark.req("VAL-04")


def test_it_works() -> None:
    assert lies(Measured.parse("4.9"), "<", Decimal(5)) is True
    assert lies(Measured.parse("<5.1"), "<", Decimal(5)) is None


@pytest.mark.parametrize(
    ("result", "below", "above"),
    [
        ("9", False, False),
        ("8.9999", True, False),
        ("50", False, False),
        ("50.0001", False, True),
        ("<9", True, False),  # every value under 9 is outside
        ("<=9", False, False),  # 9 itself would be inside
        ("<=8.9", True, False),
        ("<10", False, False),
        (">50", False, True),
        (">=50", False, False),
        (">=50.1", False, True),
        (">49", False, False),
        (">5", False, False),
        (">=5", False, False),
        ("<60", False, False),
        ("<=60", False, False),
    ],
)
def test_a_result_is_outside_only_when_that_is_certain(result: str, below: bool, above: bool) -> None:
    figure, low, high = Measured.parse(result), Decimal(9), Decimal(50)
    assert (is_below(figure, low), is_above(figure, high)) == (below, above)
    assert is_outside(figure, low, high) is (below or above)
    assert not is_outside(figure, None, None)


def could_be(result: Measured) -> set[Decimal]:
    """Figures on a fine grid that the result may stand for."""
    grid = {Decimal(n) / 4 for n in range(41)}
    bounds = {
        "": {result.value},
        "<": {each for each in grid if each < result.value},
        "<=": {each for each in grid if each <= result.value},
        ">": {each for each in grid if each > result.value},
        ">=": {each for each in grid if each >= result.value},
    }
    return bounds[result.operator]


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">="])
def test_it_agrees_with_trying_every_figure_it_may_stand_for(sign: str) -> None:
    """A second way: each figure of a grid is compared by itself; 4 and 5 lie on the grid, as do figures between."""
    compares = {"<": Decimal.__lt__, "<=": Decimal.__le__, ">": Decimal.__gt__, ">=": Decimal.__ge__}[sign]
    for operator, value, bound in product(("", "<", "<=", ">", ">="), ("4", "5", "6"), ("4", "5", "6")):
        result = Measured(Decimal(value), operator)
        said = {compares(each, Decimal(bound)) for each in could_be(result)}
        expected = said.pop() if len(said) == 1 else None
        assert lies(result, sign, Decimal(bound)) is expected, (str(result), sign, bound)
