"""ECHO: ejection fraction and judgement."""

from __future__ import annotations

from typing import Any

import pytest

from core.testing.forms import filled, fired

DONE = {
    "cvperf": "Y", "cvdat": "2026-03-05", "lvef": "60", "cvmeth": "BIPLANE", "cvwall": "N", "cveff": "N",
    "cvvalve": "N", "cvintp": "NORMAL",
}  # fmt: skip


def echo(**answers: Any) -> Any:
    return filled("ECHO", **DONE | answers)


def test_it_works() -> None:
    assert fired(echo()) == set()


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("fraction", "asked"), [("50", False), ("49.9", True)])
def test_a_low_ejection_fraction_is_asked_about(fraction: str, asked: bool) -> None:
    assert ("ECHO-01" in fired(echo(lvef=fraction))) is asked


@pytest.mark.parametrize("finding", ["cvwall", "cveff", "cvvalve"])
def test_a_finding_is_not_normal(finding: str) -> None:
    assert fired(echo(**{finding: "Y"})) == {"ECHO-02"}
    assert fired(echo(**{finding: "Y"}, cvintp="NCS", cvabn="x")) == set()
