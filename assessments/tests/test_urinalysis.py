"""UA: strip and judgement."""

from __future__ import annotations

from typing import Any

import pytest

from core.testing.forms import filled, fired

NAMES = ("uaprot", "uagluc", "uaketo", "uabld", "uawbcs", "uanitr", "uabili", "uauro")
DONE = {"lbperf": "Y", "lbdat": "2026-03-05", "uasg": "1.015", "uaph": "6", "uaclsig": "N"} | dict.fromkeys(
    NAMES, "NEG"
)


def ua(**answers: Any) -> Any:
    return filled("UA", **DONE | answers)


def test_it_works() -> None:
    assert fired(ua()) == set()


@pytest.mark.parametrize(
    ("leukocytes", "nitrite", "asked"),
    [("1+", "1+", True), ("TRACE", "TRACE", True), ("2+", "NEG", False), ("NEG", "1+", False)],
)
def test_nitrite_with_leukocytes_goes_to_the_investigator(leukocytes: str, nitrite: str, asked: bool) -> None:
    assert ("UA-01" in fired(ua(uawbcs=leukocytes, uanitr=nitrite))) is asked


@pytest.mark.parametrize(
    ("protein", "significant", "asked"),
    [("TRACE", "N", False), ("1+", "N", False), ("2+", "N", True), ("4+", "N", True), ("3+", "Y", False)],
)
def test_protein_from_2_plus_is_judged(protein: str, significant: str, asked: bool) -> None:
    assert (
        "UA-02" in fired(ua(uaprot=protein, uaclsig=significant, uacom="x" if significant == "Y" else None))
    ) is asked


@pytest.mark.parametrize(("gravity", "asked"), [("1.002", True), ("1.003", False), ("1.035", False), ("1.036", True)])
def test_an_unusual_specific_gravity_is_asked_about(gravity: str, asked: bool) -> None:
    assert ("RANGE" in fired(ua(uasg=gravity))) is asked
