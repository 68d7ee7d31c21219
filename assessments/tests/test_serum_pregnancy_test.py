"""HCG: result, concentration, and whom it concerns."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.testing.forms import a_subject, filled, fired

DONE = {
    "lbperf": "Y", "lbdtc": "2025-03-05T07:40+08:00", "lborres": "NEG", "lbqres": "1.2", "lbqresu": "mIU/mL",
    "lbornrhi": "5",
}  # fmt: skip


def hcg(**answers: Any) -> Any:
    return filled("HCG", **DONE | answers)


def test_it_works() -> None:
    assert hcg().lbstresn == Decimal("1.2")
    assert fired(hcg()) == set()


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("unit", ["IU/L", "mIU/mL"])
def test_both_units_are_the_same_figure(unit: str) -> None:
    assert hcg(lbqres="25", lbqresu=unit).lbstresn == 25


@pytest.mark.parametrize("answers", [{"lbqres": "<0.5"}, {"lbqres": None}, {"lbqresu": None}])
def test_there_is_no_standard_figure_of_a_censored_result_or_without_unit(answers: dict[str, Any]) -> None:
    assert hcg(**answers).lbstresn is None


@pytest.mark.parametrize("result", ["POS", "IND"])
def test_a_test_that_is_not_negative_says_what_to_do(result: str) -> None:
    assert "HCG-01" in fired(hcg(lborres=result, lbqres=None, lbqresu=None))


def test_a_concentration_without_unit_is_asked_about() -> None:
    assert fired(hcg(lbqresu=None)) == {"HCG-02"}


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("result", "concentration", "fits"),
    [
        ("NEG", "5", True),
        ("NEG", "5.01", False),
        ("NEG", "<5", True),
        ("NEG", "<25", True),
        ("NEG", ">5", False),
        ("POS", "5.01", True),
        ("POS", "5", False),
        ("POS", "<5", False),
        ("POS", ">1000", True),
        ("IND", "5", True),
        ("IND", "6", True),
    ],
)
def test_result_and_concentration_agree(result: str, concentration: str, fits: bool) -> None:
    assert ("HCG-03" not in fired(hcg(lborres=result, lbqres=concentration))) is fits


@pytest.mark.parametrize(
    ("sex", "answers", "asked"), [("M", DONE, True), ("F", DONE, False), ("M", {"lbperf": "N"}, False)]
)
def test_a_test_of_a_man_is_asked_about(sex: str, answers: dict[str, str], asked: bool) -> None:
    assert ("HCG-10" in fired(filled("HCG", **answers), others=[filled("DM", sex=sex)])) is asked


def test_a_test_the_day_before_consent_is_asked_about() -> None:
    assert fired(hcg(), subject=a_subject(consent_on=date(2025, 3, 6))) == {"HCG-11"}
    assert fired(hcg(), subject=a_subject(consent_on=date(2025, 3, 5))) == set()


@pytest.mark.req("TIM-03")
def test_a_time_keeps_its_offset_and_one_without_is_refused() -> None:
    assert hcg().lbdtc.isoformat() == "2025-03-05T07:40:00+08:00"
    with pytest.raises(ValidationError):
        hcg(lbdtc="2025-03-05T07:40")
