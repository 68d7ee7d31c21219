"""Units: exact conversion, once, with its operator; and figures that betray the unit they were meant in."""

from __future__ import annotations

from decimal import Decimal

import pytest

from assessments.lab_units import UNITS, USUAL, likely_unit, limit_in, standard, to_standard
from assessments.models.laboratory_panel import PANELS
from core.crf import read
from core.crf.values import Measured
from core.testing.forms import filled, fired, firings

pytestmark = pytest.mark.req("VAL-04")


def converted(test: str, unit: str, result: str) -> str:
    return str(to_standard(test, unit, Measured.parse(result)))


def test_it_works() -> None:
    assert converted("CREAT", "mg/dL", "2.5") == "221.00"
    assert converted("BILI", "mg/dL", "2.0") == "34.20"


# Worked by hand from the factors of the reference pack, section 5.
@pytest.mark.parametrize(
    ("test", "unit", "result", "expected"),
    [
        ("CREAT", "umol/L", "80", "80"),
        ("CREAT", "mg/dL", "0.9", "79.56"),
        ("BILDIR", "mg/dL", "0.3", "5.13"),
        ("URATE", "mg/dL", "5.5", "327.140"),
        ("UREAN", "mg/dL", "14", "4.998"),
        ("GLUC", "mg/dL", "100", "5.55100"),
        ("CA", "mg/dL", "9.2", "2.29540"),
        ("MG", "mg/dL", "2.0", "0.82280"),
        ("PHOS", "mg/dL", "3.5", "1.13015"),
        ("CHOL", "mg/dL", "200", "5.17200"),
        ("TRIG", "mg/dL", "150", "1.69350"),
        ("ALB", "g/dL", "4.2", "42.0"),
        ("HGB", "g/dL", "13.5", "135.0"),
        ("HCT", "%", "42", "0.42"),
        ("FIBRINO", "mg/dL", "300", "3.00"),
        ("IGG", "mg/dL", "1100", "11.00"),
        ("CRP", "mg/dL", "1.2", "12.0"),
        ("ALT", "ukat/L", "0.5", "30.0"),
        ("NEUT", "/uL", "1500", "1.500"),
        ("PLAT", "10^3/uL", "75", "75"),
        ("RBC", "10^6/uL", "4.5", "4.5"),
        ("DDIMER", "ng/mL FEU", "500", "0.500"),
        ("DDIMER", "mg/L DDU", "0.25", "0.50"),
        ("DDIMER", "ng/mL DDU", "250", "0.500"),
        ("TROPONI", "ng/mL", "0.04", "40.00"),
        ("TROPONT", "ug/L", "0.014", "14.000"),
        ("SODIUM", "mEq/L", "140", "140"),
        ("BLYCE", "10^6/L", "10", "10"),
        ("FT4", "ng/dL", "1.2", "15.444"),
        ("FT4", "pg/mL", "12", "15.444"),
        ("TSH", "uIU/mL", "2.1", "2.1"),
    ],
)
def test_a_result_in_the_standard_unit(test: str, unit: str, result: str, expected: str) -> None:
    assert converted(test, unit, result) == expected
    assert converted(test, unit, f"<{result}") == f"<{expected}"


def test_what_is_in_the_standard_unit_stays_as_it_was_typed() -> None:
    for test in UNITS:
        assert converted(test, standard(test), ">=7.10") == ">=7.10"


def test_every_test_of_every_panel_has_its_units_and_a_standard_one_of_factor_one() -> None:
    offered = {
        code.code for panel in PANELS for item in read.form(panel).group("results").items[:1] for code in item.codes
    }
    assert offered == set(UNITS)
    assert all(UNITS[test][standard(test)] == 1 for test in UNITS)
    assert all(by > 0 for factors in UNITS.values() for by in factors.values())


def test_another_unit_converts_to_nothing() -> None:
    assert to_standard("CREAT", "g/L", Measured.parse("1")) is None
    assert limit_in("CREAT", Decimal(1), "g/L", "umol/L") is None


def test_what_no_column_can_hold_converts_to_nothing_instead_of_breaking_the_save() -> None:
    assert to_standard("CREAT", "mg/dL", Measured.parse("999999999999")) is None
    assert converted("CHOL", "mg/dL", "0.12345678") == "0.00319259"


@pytest.mark.parametrize(
    ("limit", "given", "wanted", "expected"),
    [
        ("97", "umol/L", "umol/L", "97"),
        ("97", "umol/L", "mg/dL", "1.097285"),  # 97 / 88.4 = 1.0972850...
        ("1.1", "mg/dL", "umol/L", "97.240000"),
        ("0.4", "umol/L", "mg/dL", "0.004525"),
    ],
)
def test_a_limit_in_the_unit_of_the_result(limit: str, given: str, wanted: str, expected: str) -> None:
    assert str(limit_in("CREAT", Decimal(limit), given, wanted)) == expected
    assert limit_in("CREAT", None, given, wanted) is None


# A usual figure of each test, as reported in each unit that converts by another factor than one.
SLIPS = [
    ("CREAT", "umol/L", "80", "mg/dL", "0.9"),
    ("BILI", "umol/L", "12", "mg/dL", "0.7"),
    ("BILDIR", "umol/L", "8", "mg/dL", "0.2"),
    ("URATE", "umol/L", "350", "mg/dL", "5.5"),
    ("UREAN", "mmol/L", "5", "mg/dL", "120"),
    ("GLUC", "mmol/L", "5.1", "mg/dL", "92"),
    ("CA", "mmol/L", "2.3", "mg/dL", "9.2"),
    ("MG", "mmol/L", "0.9", "mg/dL", "2.1"),
    ("PHOS", "mmol/L", "1.2", "mg/dL", "3.5"),
    ("CHOL", "mmol/L", "4.5", "mg/dL", "180"),
    ("TRIG", "mmol/L", "1.2", "mg/dL", "110"),
    ("ALB", "g/L", "42", "g/dL", "4.2"),
    ("PROT", "g/L", "70", "g/dL", "7.0"),
    ("HGB", "g/L", "135", "g/dL", "13.5"),
    ("HCT", "L/L", "0.42", "%", "42"),
    ("FIBRINO", "g/L", "3.0", "mg/dL", "300"),
    ("IGG", "g/L", "11", "mg/dL", "1100"),
    ("IGA", "g/L", "2.5", "mg/dL", "250"),
    ("IGM", "g/L", "1.2", "mg/dL", "120"),
    ("CRP", "mg/L", "60", "mg/dL", "0.05"),
    ("ALT", "U/L", "31", "ukat/L", "0.5"),
    ("AST", "U/L", "28", "ukat/L", "0.5"),
    ("ALP", "U/L", "80", "ukat/L", "1.3"),
    ("GGT", "U/L", "30", "ukat/L", "0.5"),
    ("LDH", "U/L", "180", "ukat/L", "2.9"),
    ("CK", "U/L", "120", "ukat/L", "2.0"),
    ("AMYLASE", "U/L", "70", "ukat/L", "1.2"),
    ("LIPASE", "U/L", "40", "ukat/L", "0.7"),
    ("WBC", "10^9/L", "5.6", "/uL", "5600"),
    ("NEUT", "10^9/L", "3.2", "/uL", "3200"),
    ("LYM", "10^9/L", "1.6", "/uL", "1600"),
    ("MONO", "10^9/L", "0.4", "/uL", "400"),
    ("EOS", "10^9/L", "0.1", "/uL", "100"),
    ("BASO", "10^9/L", "0.03", "/uL", "31"),
    ("PLAT", "10^9/L", "210", "/uL", "210000"),
    ("DDIMER", "mg/L FEU", "0.4", "ng/mL FEU", "400"),
    ("TROPONI", "ng/L", "12", "ug/L", "0.02"),
    ("TROPONT", "ng/L", "12", "ug/L", "0.02"),
    ("FT3", "pmol/L", "4.9", "pg/mL", "0.5"),
    ("FT4", "pmol/L", "16", "ng/dL", "1.2"),
]


@pytest.mark.parametrize(("test", "unit", "figure", "other", "in_other"), SLIPS)
def test_a_usual_figure_in_the_wrong_unit_is_known_by_the_right_one(
    test: str, unit: str, figure: str, other: str, in_other: str
) -> None:
    assert likely_unit(test, unit, Measured.parse(figure)) is None
    if test not in {"UREAN", "CRP", "FT3"}:  # their units differ too little to tell from a usual figure alone
        assert likely_unit(test, other, Measured.parse(figure)) == unit
        assert likely_unit(test, unit, Measured.parse(in_other)) == other


def test_every_test_with_units_that_differ_is_in_that_table() -> None:
    differing = {test for test, factors in UNITS.items() if len(set(factors.values())) > 1}
    assert {test for test, *_ in SLIPS} == differing == set(USUAL)


def test_a_figure_that_is_possible_in_no_unit_is_no_slip() -> None:
    assert likely_unit("CREAT", "umol/L", Measured.parse("5000000")) is None
    assert likely_unit("PLAT", "10^9/L", Measured.parse("0")) is None
    assert likely_unit("CREAT", "g/L", Measured.parse("0.9")) is None


def test_the_query_names_both_units_in_the_readers_language() -> None:
    record = filled("CHEM", lbperf="Y")
    row = {"lbtestcd": "CREAT", "lborres": "0.9", "lborresu": "umol/L", "lbornrlo": "0.6", "lbornrhi": "1.1"}
    (found,) = firings(record, rows={"results": [row]})
    assert (found.check_id, found.field, found.row_key) == ("LB-05", "lborresu", 1)
    assert found.text("en") == (
        "This figure is hardly possible in µmol/L but usual in mg/dL. Please check which unit the report gives."
    )
    assert fired(record, rows={"results": [row | {"lborresu": "mg/dL"}]}) == set()
