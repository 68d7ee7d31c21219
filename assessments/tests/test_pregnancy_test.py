"""Urine pregnancy test: result, kit, and whom it concerns."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.testing.forms import a_subject, filled, fired

DONE = {"lbperf": "Y", "lbdtc": "2025-03-05T07:40+08:00", "lborres": "NEG", "lbllod": "25"}


def upt(**answers: Any) -> Any:
    return filled("UPT", **DONE | answers)


def test_it_works() -> None:
    assert fired(upt()) == set()


@pytest.mark.parametrize("result", ["POS", "IND"])
def test_a_test_that_is_not_negative_says_what_to_do(result: str) -> None:
    assert fired(upt(lborres=result)) == {"UPT-01"}


@pytest.mark.req("VAL-04")
def test_a_kit_that_detects_from_25_is_sensitive_enough() -> None:
    assert fired(upt(lbllod="25.0")) == set()
    assert fired(upt(lbllod="25.1")) == {"UPT-02"}


@pytest.mark.req("TIM-03")
def test_the_time_keeps_the_offset_of_the_clock_it_was_read_from() -> None:
    assert upt().lbdtc.isoformat() == "2025-03-05T07:40:00+08:00"


def test_a_time_without_offset_is_refused() -> None:
    with pytest.raises(ValidationError):
        upt(lbdtc="2025-03-05T07:40")


@pytest.mark.parametrize(
    ("sex", "answers", "asked"), [("M", DONE, True), ("F", DONE, False), ("M", {"lbperf": "N"}, False)]
)
def test_a_test_of_a_man_is_asked_about(sex: str, answers: dict[str, str], asked: bool) -> None:
    assert ("UPT-10" in fired(filled("UPT", **answers), others=[filled("DM", sex=sex)])) is asked


def test_the_newest_answer_for_sex_counts() -> None:
    others = [filled("DM", sex="M"), filled("DM", sex="F"), filled("DM")]
    assert fired(upt(), others=others) == set()


def test_nothing_is_asked_while_the_sex_is_not_known() -> None:
    assert fired(upt(), others=[filled("DM")]) == set()


def test_a_test_the_day_before_consent_is_asked_about() -> None:
    assert fired(upt(), subject=a_subject(consent_on=date(2025, 3, 6))) == {"UPT-11"}
    assert fired(upt(), subject=a_subject(consent_on=date(2025, 3, 5))) == set()
