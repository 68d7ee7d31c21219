"""MH: medical history."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.testing.forms import a_subject, filled, fired

NONE = {"mhepil": "N", "mhcns": "N", "mhcard": "N", "mhgene": "N", "mhuncon": "N", "mhyn": "N"}
ROW: dict[str, Any] = {"mhterm": "Hypertension", "mhstdat": "2019", "mhongo": "Y", "mhtrt": "Y"}


def history(*rows: dict[str, Any], **answers: Any) -> Any:
    return filled("MH", rows={"conditions": rows}, **NONE | answers)


def test_it_works() -> None:
    assert fired(history()) == set()
    assert fired(history(ROW, mhyn="Y")) == set()


def test_rows_and_answer_fit() -> None:
    assert fired(history(mhyn="Y")) == {"MH-01"}
    assert fired(history(ROW)) == {"MH-02"}


def test_which_disease_is_asked_only_where_there_is_one() -> None:
    told = history(mhcns="Y", mhcnstyp=["STROKE", "OTHER"], mhcnssp="Migraine with aura")
    assert told.mhcnstyp == ["STROKE", "OTHER"]
    for name, value in (("mhcnstyp", ["STROKE"]), ("mhcardty", ["VALVE"]), ("mhgensp", "AAV9"), ("mhunsp", "x")):
        with pytest.raises(ValidationError):
            history(**{name: value})


@pytest.mark.parametrize(("end", "asked"), [("2018", True), ("2019", False), ("2020-01-01", False)])
def test_an_end_before_the_start_is_asked_about(end: str, asked: bool) -> None:
    row = ROW | {"mhongo": "N", "mhendat": end, "mhtrt": None}
    assert ("MH-11" in fired(history(row, mhyn="Y"))) is asked


def test_a_condition_before_birth_is_asked_about() -> None:
    born = filled("DM", brthdat="2020")
    assert fired(history(ROW, mhyn="Y"), others=[born]) == {"MH-12"}


@pytest.mark.parametrize(("start", "asked"), [("2026-03-02", False), ("2026-03-03", True), ("2026", False)])
def test_a_condition_after_consent_is_an_adverse_event(start: str, asked: bool) -> None:
    subject = a_subject(consent_on=date(2026, 3, 2))
    assert ("MH-13" in fired(history(ROW | {"mhstdat": start}, mhyn="Y"), subject=subject)) is asked
