"""PMT: prior treatment of myasthenia gravis."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.testing.forms import filled, fired

ON = date(2026, 3, 2)
ROW: dict[str, Any] = {
    "cmclas": "NSIST",
    "cmtrt": "Azathioprine",
    "cmdose": "100",
    "cmdosu": "mg",
    "cmdosfrq": "daily",
    "cmroute": "ORAL",
    "cmstdat": "2021-03",
    "cmongo": "N",
    "cmendat": "2023",
    "cmout": "RELAPSE",
}


def treated(*rows: dict[str, Any], pmtyn: str = "Y") -> Any:
    return filled("PMT", pmtyn=pmtyn, rows={"treatments": rows}, visit_on=ON)


def test_it_works() -> None:
    assert fired(treated(ROW)) == set()


def test_rows_and_answer_fit() -> None:
    assert fired(treated()) == {"PMT-01"}
    assert fired(treated(ROW, pmtyn="N")) == {"PMT-02"}
    assert fired(treated(pmtyn="N")) == set()


@pytest.mark.parametrize(("end", "asked"), [("2021-02", True), ("2021-03-01", False), ("2021", False)])
def test_an_end_before_the_start_is_asked_about(end: str, asked: bool) -> None:
    assert ("PMT-11" in fired(treated(ROW | {"cmendat": end}))) is asked


@pytest.mark.parametrize(("start", "asked"), [("2026-03-02", False), ("2026-03-03", True), ("2026", False)])
def test_a_treatment_after_the_visit_is_not_prior(start: str, asked: bool) -> None:
    going_on = ROW | {"cmstdat": start, "cmongo": "Y", "cmendat": None}
    assert ("PMT-12" in fired(treated(going_on))) is asked


def test_a_treatment_before_the_first_symptoms_is_asked_about() -> None:
    assert fired(treated(ROW), others=[filled("MGH", mhonset="2021-04")]) == {"PMT-13"}
    assert fired(treated(ROW), others=[filled("MGH", mhonset="2021")]) == set()


@pytest.mark.parametrize(
    ("outcome", "response", "asked"),
    [("EFFECTIVE", "N", True), ("EFFECTIVE", "Y", False)] + [("INADEQUATE", "N", False)],
)
def test_an_inhibitor_that_worked_is_a_response(outcome: str, response: str, asked: bool) -> None:
    row = ROW | {"cmclas": "CHEI", "cmtrt": "Pyridostigmine", "cmout": outcome}
    assert ("PMT-14" in fired(treated(row), others=[filled("MGH", cheiresp=response)])) is asked


def test_courses_are_counted_only_where_there_are_any() -> None:
    assert treated(ROW | {"cmclas": "IVIG", "cmcours": "3"}).group_rows["treatments"][0].cmcours == 3
    with pytest.raises(ValidationError):
        treated(ROW | {"cmcours": "3"})
