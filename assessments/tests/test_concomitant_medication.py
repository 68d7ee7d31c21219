"""CM: derived doses, rescue, and the checks of a line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from assessments.medication import DrugClass, Reason
from core.testing.forms import filled, fired

PREDNISONE = {
    "cmtrt": "Prednisone", "cmclas": "STEROID", "cmster": "PREDNISONE", "cmmgrisk": "NONE", "cmindc": "MG",
    "cmdose": "20", "cmdosu": "mg", "cmdosfrq": "QD", "cmroute": "ORAL", "cmstdat": "2026-01", "cmongo": "Y",
}  # fmt: skip
PYRIDOSTIGMINE = PREDNISONE | {
    "cmtrt": "Pyridostigmine", "cmclas": "CHEI", "cmster": None, "cmchei": "PYRIDOSTIGMINE", "cmdose": "60",
    "cmdosfrq": "QID",
}  # fmt: skip
OTHER = {"cmclas": "OTHER", "cmster": None, "cmtrt": "Paracetamol"}


def line(**answers: Any) -> Any:
    return filled("CM", **PREDNISONE | answers)


@pytest.mark.req("VAL-04")
def test_it_works() -> None:
    record = line()
    assert (record.cmsyst, record.cmpred, record.cmpyri, record.cmresc) == ("Y", Decimal(20), None, "N")
    assert fired(record) == set()


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("answers", "mg_a_day"),
    [
        ({"cmster": "PREDNISOLONE", "cmdose": "7.5", "cmdosfrq": "BID"}, "15.0000"),
        ({"cmster": "METHYLPREDNISOLONE", "cmdose": "1", "cmdosu": "g", "cmroute": "INTRAVENOUS"}, "1250.0000"),
        ({"cmster": "HYDROCORTISONE", "cmdose": "100", "cmdosfrq": "Q8H"}, "75.0000"),
        ({"cmster": "CORTISONE", "cmdose": "25"}, "5.0000"),
        ({"cmster": "DEXAMETHASONE", "cmdose": "10", "cmdosfrq": "Q12H"}, "133.3333"),
        ({"cmster": "BETAMETHASONE", "cmdose": "0.6"}, "5.0000"),
        ({"cmster": "TRIAMCINOLONE", "cmdose": "40", "cmroute": "INTRAMUSCULAR", "cmdosfrq": "ONCE"}, "50.0000"),
        ({"cmster": "DEFLAZACORT", "cmdose": "30"}, "25.0000"),
        ({"cmdose": "30", "cmdosfrq": "QOD"}, "15.0000"),
        ({"cmdose": None, "cmdosfrq": "OTHER", "cmdostot": "17.5"}, "17.5000"),
        ({"cmster": "OTHER"}, None),
        ({"cmdosu": "mg/kg"}, None),
        ({"cmdosfrq": "PRN"}, None),
        ({"cmroute": "INHALATION"}, None),
        ({"cmroute": None}, None),
        ({"cmdose": None}, None),
    ],
)
def test_a_systemic_steroid_has_its_prednisone_equivalent(answers: dict[str, Any], mg_a_day: str | None) -> None:
    found = line(**answers).cmpred
    assert (None if found is None else str(found)) == mg_a_day


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("route", "systemic"),
    [
        ("ORAL", "Y"), ("INTRAVENOUS", "Y"), ("INTRAMUSCULAR", "Y"), ("SUBCUTANEOUS", "Y"), ("INTRATHECAL", "Y"),
        ("RECTAL", "Y"), ("OTHER", "Y"), ("INHALATION", "N"), ("NASAL", "N"), ("TOPICAL", "N"), ("OPHTHALMIC", "N"),
        ("INTRA-ARTICULAR", "N"), (None, None),
    ],
)  # fmt: skip
def test_the_route_decides_whether_a_steroid_is_systemic(route: str | None, systemic: str | None) -> None:
    assert line(cmroute=route).cmsyst == systemic
    assert line(**OTHER, cmroute=route).cmsyst == "N"


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("answers", "mg_a_day"),
    [
        ({}, "240.0000"),
        ({"cmdosfrq": "OTHER", "cmdostot": "210"}, "210.0000"),
        ({"cmdose": "59.75", "cmdosfrq": "BID"}, "119.5000"),
        ({"cmchei": "NEOSTIGMINE"}, None),
        ({"cmdosfrq": None}, None),
    ],
)
def test_pyridostigmine_adds_up_to_mg_a_day(answers: dict[str, Any], mg_a_day: str | None) -> None:
    found = filled("CM", **PYRIDOSTIGMINE | answers).cmpyri
    assert (None if found is None else str(found)) == mg_a_day


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("drug_class", DrugClass.values)
@pytest.mark.parametrize("reason", Reason.values)
def test_only_treatment_of_a_worsening_is_rescue(drug_class: str, reason: str) -> None:
    never = {"CRS_ICANS", "INFECTION", "ANTIEMETIC", "ANTISEIZURE", "GROWTH", "VACCINE"}
    answers = {"cmclas": drug_class, "cmster": None, "cmindc": reason, "cmtrt": "x"}
    expected = "Y" if reason == "RESCUE" and drug_class not in never else "N"
    assert line(**answers).cmresc == expected


@pytest.mark.parametrize(
    ("drug_class", "reason"), [("IVIG", "IGREPL"), ("STEROID", "CRS"), ("STEROID", "ICANS"), ("CRS_ICANS", "CRS")]
)
def test_replacement_and_treatment_of_crs_are_never_rescue(drug_class: str, reason: str) -> None:
    answers = {"cmclas": drug_class, "cmster": None, "cmindc": reason}
    assert line(**answers).cmresc == "N"
    assert "CM-05" not in fired(line(**answers))


def test_a_class_that_cannot_be_rescue_is_asked_about() -> None:
    assert fired(line(cmclas="CRS_ICANS", cmster=None, cmtrt="Tocilizumab", cmindc="RESCUE")) == {"CM-05"}
    assert fired(line(cmclas="IVIG", cmster=None, cmtrt="IVIG", cmindc="RESCUE")) == {"CM-13"}


def test_replacement_with_something_else_is_asked_about() -> None:
    assert fired(line(cmindc="IGREPL")) == {"CM-06"}
    assert fired(line(cmclas="IVIG", cmster=None, cmtrt="IVIG", cmindc="IGREPL")) == set()


@pytest.mark.parametrize(
    ("start", "end", "asked"),
    [
        ("2026-02-05", "2026-02-05", False),
        ("2026-02-05", "2026-02-04", True),
        ("2026-02-05", "2026-02", False),
        ("2026-02", "2026-01", True),
        ("2026", "2026-01-01", False),
        ("2026", "2025", True),
    ],
)
def test_an_end_before_the_start_is_asked_about_where_certain(start: str, end: str, asked: bool) -> None:
    assert ("CM-01" in fired(line(cmstdat=start, cmongo="N", cmendat=end))) is asked


def test_an_end_of_what_goes_on_is_refused() -> None:
    with pytest.raises(ValidationError):
        line(cmendat="2026-02-05")


@pytest.mark.parametrize(("unit", "asked"), [("mg", False), ("g", False), ("ug", False), ("mg/kg", True), ("mL", True)])
def test_a_steroid_is_entered_by_weight_of_the_dose(unit: str, asked: bool) -> None:
    assert ("CM-02" in fired(line(cmdosu=unit))) is asked
    assert "CM-02" not in fired(line(cmdosu=unit, cmroute="INHALATION"))


def test_a_medicine_that_may_worsen_mg_is_an_alert_by_group_or_by_name() -> None:
    other = {"cmclas": "INFECTION", "cmster": None, "cmindc": "PROPHYLAXIS", "cmtrt": "Levofloxacin"}
    assert fired(line(**other)) == {"CM-04"}
    assert fired(line(**other, cmmgrisk=None)) == {"CM-04"}
    assert fired(line(**other, cmmgrisk="FLUOROQUINOLONE")) == {"CM-03"}
    assert fired(line(**other | {"cmtrt": "Cefepime"}, cmmgrisk="AMINOGLYCOSIDE")) == {"CM-03"}
    assert fired(line(**other | {"cmtrt": "Cefepime"})) == set()


def test_a_steroid_in_another_class_is_asked_about() -> None:
    assert fired(line(cmclas="ANTIEMETIC", cmster=None, cmtrt="地塞米松", cmindc="PREMED")) == {"CM-07"}
    assert fired(line(cmclas="ANTIEMETIC", cmster=None, cmtrt="Ondansetron", cmindc="PREMED")) == set()


def test_what_is_derived_cannot_be_typed() -> None:
    assert line(cmpred="99", cmresc="Y", cmindc="MG").cmpred == 20
    assert line(cmresc="Y").cmresc == "N"
