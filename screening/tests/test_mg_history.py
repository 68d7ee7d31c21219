"""MGH: history of myasthenia gravis, and whether an antibody lies above its kit's limit."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from operator import eq, ge, gt, le, lt
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.crf.values import Measured
from core.testing.forms import filled, fired
from screening.antibody import above_limit

HISTORY: dict[str, Any] = {
    "mhonset": "2018-05",
    "mhdiag": "2018-07-02",
    "mhtype": "OCULAR",
    "mhgenyn": "Y",
    "mhgendat": "2019",
    "mhcrisis": "N",
    "mgfaworst": "IIIB",
    "mgfawdat": "2021",
    "achrres": "POS",
    "achrmeth": "ELISA",
    "achr": "7.2",
    "achrunit": "nmol/L",
    "achruln": "0.45",
    "cheiresp": "Y",
    "cheievid": "Ptosis, 180 mg a day",
}


def history(**answers: Any) -> Any:
    return filled("MGH", **HISTORY | answers)


def test_it_works() -> None:
    record = history()
    assert record.achrgt == "Y"
    assert fired(record) == set()


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("result", "limit", "above"),
    [
        ("0.45", "0.45", "N"),  # the limit itself is not above it
        ("0.450", "0.45", "N"),
        ("0.4500001", "0.45", "Y"),
        ("0.44", "0.45", "N"),
        ("<0.45", "0.45", "N"),
        ("<0.46", "0.45", None),
        ("<0.2", "0.45", "N"),
        ("<=0.45", "0.45", "N"),
        ("<=0.46", "0.45", None),
        (">0.45", "0.45", "Y"),
        (">0.44", "0.45", None),
        (">=0.45", "0.45", None),
        (">=0.46", "0.45", "Y"),
        (">20", "0.45", "Y"),
    ],
)
def test_above_the_limit_only_where_it_is_certain(result: str, limit: str, above: str | None) -> None:
    assert above_limit(Measured.parse(result), Decimal(limit)) == above


ALLOWED: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "": eq,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}


def test_a_second_reckoning_tries_values_that_the_result_can_stand_for() -> None:
    """Of each operator the values it allows, in steps of 0.01: all above, none above, or both."""
    limit = Decimal("0.05")
    fine = [Decimal(step) / 1000 for step in range(0, 200)]
    for step in range(0, 15):
        said = Decimal(step) / 100
        for operator, holds in ALLOWED.items():
            seen = {value > limit for value in fine if holds(value, said)}
            expected = {frozenset({True}): "Y", frozenset({False}): "N", frozenset(): "N"}.get(frozenset(seen))
            assert above_limit(Measured(said, operator), limit) == expected, (operator, said)


@pytest.mark.parametrize(
    ("reported", "figure", "asked"), [("POS", "0.2", True), ("NEG", "7", True), ("NEG", "0.2", False)]
)
def test_a_report_against_the_kit_s_limit_is_asked_about(reported: str, figure: str, asked: bool) -> None:
    assert ("MGH-01" in fired(history(achrres=reported, achr=figure))) is asked


def test_a_qualitative_method_takes_no_figure() -> None:
    plain = {"achrmeth": "CBA", "achr": None, "achrunit": None, "achruln": None}
    assert history(**plain).achrgt is None
    assert fired(history(**plain)) == set()
    with pytest.raises(ValidationError):
        history(achrmeth="CBA")


@pytest.mark.parametrize(
    ("answers", "check"),
    [
        ({"mhdiag": "2018-04-30"}, "MGH-02"),
        ({"mhgendat": "2017"}, "MGH-03"),
        ({"mgfawdat": "2018-04"}, "MGH-06"),
    ],
)
def test_what_lies_before_the_first_symptoms_is_asked_about(answers: dict[str, Any], check: str) -> None:
    assert fired(history(**answers)) == {check}


def test_what_may_be_the_same_day_is_not_asked_about() -> None:
    assert fired(history(mhdiag="2018-05", mhgendat="2018", mgfawdat="2018-05-01")) == set()


def test_symptoms_before_birth_are_asked_about() -> None:
    assert fired(history(), others=[filled("DM", brthdat="2018-06")]) == {"MGH-04"}
    assert fired(history(), others=[filled("DM", brthdat="2018")]) == set()


def test_a_crisis_is_class_five() -> None:
    crisis = {"mhcrisis": "Y", "mhcrisn": "1", "mhcrisdt": "2021"}
    assert fired(history(**crisis)) == {"MGH-05"}
    assert fired(history(**crisis, mgfaworst="V")) == set()


@pytest.mark.parametrize(("result", "asked"), [("POS", False), ("NEG", True)])
def test_another_antibody_is_held_against_its_own_limit(result: str, asked: bool) -> None:
    row = {"mgabtest": "MUSK", "mgabperf": "Y", "mgabres": result, "mgabmeth": "RIA"} | {
        "mgab": "1.2",
        "mgabuln": "0.05",
    }
    assert ("MGH-11" in fired(history(), rows={"antibodies": [row]})) is asked


def test_a_result_of_a_test_not_done_is_refused() -> None:
    with pytest.raises(ValidationError):
        filled("MGH", rows={"antibodies": [{"mgabtest": "MUSK", "mgabperf": "N", "mgabres": "NEG"}]})
