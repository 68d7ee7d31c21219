"""CART: copies and their limits, samples before and after infusion."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.testing.forms import a_subject, filled, fired

INFUSED = a_subject(infusion_on=date(2026, 3, 15))
DONE = {
    "lbperf": "Y", "cardat": "2026-03-25", "carpt": "POST", "carmeth": "DDPCR", "carcopy": "52000", "carlloq": "50",
    "carlod": "20", "carflow": "12.5", "carcells": "140",
}  # fmt: skip


def asks(**answers: Any) -> set[str]:
    return fired(filled("CART", **DONE | answers), subject=INFUSED)


def test_it_works() -> None:
    assert asks() == set()


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("copies", "fits"), [("50", True), ("49.9", False), ("<50", True), ("<20", True), ("<51", False), ("0", False)]
)
def test_a_result_below_the_limit_has_an_operator(copies: str, fits: bool) -> None:
    assert ("CART-02" not in asks(carcopy=copies)) is fits


@pytest.mark.parametrize(("detection", "asked"), [("50", False), ("50.01", True), (None, False)])
def test_the_limit_of_detection_does_not_exceed_that_of_quantification(detection: str | None, asked: bool) -> None:
    assert ("CART-01" in asks(carlod=detection)) is asked


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("copies", "asked"), [("<50", False), ("<20", False), ("50", True), ("120", True), (">9", False), (">50", True)]
)
def test_copies_before_infusion_are_asked_about(copies: str, asked: bool) -> None:
    assert ("CART-03" in asks(carpt="PRE", cardat="2026-03-10", carcopy=copies)) is asked
    assert "CART-03" not in asks(carcopy=copies)


@pytest.mark.parametrize(("share", "asked"), [("100", False), ("100.1", True), ("<0.01", False)])
def test_a_share_lies_below_100_percent(share: str, asked: bool) -> None:
    assert ("CART-04" in asks(carflow=share)) is asked


@pytest.mark.parametrize(
    ("timing", "day", "asked"),
    [
        ("PRE", "2026-03-14", False),
        ("PRE", "2026-03-15", False),
        ("PRE", "2026-03-16", True),
        ("POST", "2026-03-14", True),
        ("POST", "2026-03-15", False),
        ("POST", "2026-03-16", False),
    ],
)
def test_before_and_after_fit_the_date(timing: str, day: str, asked: bool) -> None:
    assert ("CART-05" in asks(carpt=timing, cardat=day, carcopy="<50")) is asked


def test_without_an_infusion_there_is_no_after() -> None:
    assert "CART-05" in fired(filled("CART", **DONE))
    assert "CART-05" not in fired(filled("CART", **DONE | {"carpt": "PRE", "carcopy": "<50"}))
