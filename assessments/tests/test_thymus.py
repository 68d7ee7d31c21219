"""THYM: image, surgery, radiotherapy."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.testing.forms import filled, fired

DONE = {"ctperf": "Y", "ctdat": "2026-03-05", "ctcontr": "N", "ctthym": "NORMAL", "thymect": "N", "thymplan": "N",
        "thymrt": "N", "thymrtpl": "N"}  # fmt: skip


def thym(**answers: Any) -> Any:
    return filled("THYM", **DONE | answers)


def test_it_works() -> None:
    assert fired(thym()) == set()
    assert fired(thym(ctthym="ABSENT", thymect="Y", thymdat="2020", thymappr="VATS", thymhist="B1")) == set()


def test_an_absent_thymus_was_removed() -> None:
    assert fired(thym(ctthym="ABSENT")) == {"THYM-01"}


@pytest.mark.parametrize("image", ["MASS", "RESIDUE"])
def test_a_mass_asks_whether_surgery_is_needed(image: str) -> None:
    assert fired(thym(ctthym=image, thymplan=None)) == {"THYM-02"}
    assert fired(thym(ctthym=image)) == set()


@pytest.mark.parametrize("plan", ["thymplan", "thymrtpl"])
def test_what_is_planned_during_the_trial_excludes(plan: str) -> None:
    assert fired(thym(**{plan: "Y"})) == {"THYM-03"}


@pytest.mark.parametrize(
    ("surgery", "radiotherapy", "asked"),
    [
        ("2020-05", "2020-08", False),
        ("2020-05", "2020-05", False),
        ("2020-05-09", "2020-05-09", False),
        ("2020-05", "2020-04", True),
        ("2020", "2020-01", False),
        ("2020", "2019", True),
    ],
)
def test_radiotherapy_before_surgery_is_asked_about(surgery: str, radiotherapy: str, asked: bool) -> None:
    record = thym(thymect="Y", thymdat=surgery, thymrt="Y", thymrtdat=radiotherapy)
    assert ("THYM-04" in fired(record)) is asked


@pytest.mark.parametrize(
    ("surgery", "asked"), [("1980", False), ("1979", True), ("1980-05-31", True), ("1980-06", False)]
)
def test_surgery_before_birth_is_asked_about(surgery: str, asked: bool) -> None:
    record = thym(thymect="Y", thymdat=surgery)
    assert ("THYM-10" in fired(record, others=[filled("DM", brthdat="1980-06")])) is asked
    assert "THYM-10" not in fired(record, others=[filled("DM")])


def test_a_date_of_surgery_that_never_was_is_refused() -> None:
    with pytest.raises(ValidationError):
        thym(thymdat="2020")
