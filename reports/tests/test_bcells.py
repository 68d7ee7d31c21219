"""B-cell aplasia and recovery: fewer than ten, and two results in a row that are not."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.crf.values import Measured
from reports.bcells import Aplasia, aplasia, is_low

DAY_0 = date(2026, 3, 2)


def day(n: int) -> date:
    return DAY_0 + timedelta(days=n)


def of(*counts: tuple[int, str]) -> Aplasia | None:
    return aplasia([(day(n), Measured.parse(text)) for n, text in counts], Decimal(10))


def test_it_works() -> None:
    found = of((28, "0"), (60, "3"), (90, "12"), (180, "40"))
    assert found == Aplasia(day(28), day(90))
    assert found.days == 62


@pytest.mark.req("VAL-04")
def test_ten_is_no_aplasia_and_less_is() -> None:
    assert of((28, "10")) is None
    assert of((28, "9.99")) == Aplasia(day(28), None)


@pytest.mark.req("VAL-04")
def test_one_result_alone_is_no_recovery() -> None:
    assert of((28, "0"), (60, "15")) == Aplasia(day(28), None)
    assert of((28, "0"), (60, "15"), (90, "9"), (180, "15"), (270, "15")) == Aplasia(day(28), day(180))
    assert of((28, "0"), (60, "10"), (90, "10")) == Aplasia(day(28), day(60))


def test_while_it_lasts_it_has_no_length() -> None:
    found = of((28, "0"))
    assert found
    assert found.days is None


def test_results_come_in_any_order() -> None:
    assert of((90, "12"), (28, "0"), (180, "40")) == Aplasia(day(28), day(90))


@pytest.mark.parametrize(
    ("text", "low"), [("<10", True), ("<10.1", False), ("<=10", False), ("<=9", True), (">5", False), ("9", True)]
)
def test_a_censored_result_is_low_only_where_that_is_certain(text: str, low: bool) -> None:
    assert is_low(Measured.parse(text), Decimal(10)) is low


def test_a_censored_result_is_no_recovery() -> None:
    assert of((28, "0"), (60, "<20"), (90, "<20")) == Aplasia(day(28), None)
