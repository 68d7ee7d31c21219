"""Body surface and creatinine clearance, against a second reckoning with whole numbers and roots of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import isqrt

import pytest

from core.crf.values import Measured, PartialDate
from dosing import formulas

D = Decimal


def clearance(age: int, weight: str, sex: str, umol: str) -> Fraction:
    found = formulas.clearance(age, D(weight), sex, Fraction(umol))
    assert found is not None
    return found


@pytest.mark.req("VAL-04")
def test_it_works() -> None:
    # 170 cm, 70 kg: root of 3.305555... ; 40 years, 72 kg, 88.4 umol/L = 1 mg/dL: 100 x 72 / 72
    assert formulas.surface(D(170), D(70)).quantize(D("0.0001")) == D("1.8181")
    assert clearance(40, "72", "M", "88.4") == 100
    assert clearance(40, "72", "F", "88.4") == 85


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("height", ["130", "150.5", "162.3", "170", "185.9", "210"])
@pytest.mark.parametrize("weight", ["35", "48.7", "60", "72.4", "99.9", "130"])
def test_the_body_surface_agrees_with_the_root_of_a_whole_number(height: str, weight: str) -> None:
    """Square metres in units of 10^-8, by the whole root of cm x kg x 10^16 / 3600, both given to a tenth."""
    product = int(D(height) * 10) * int(D(weight) * 10)
    root = isqrt(product * 10**14 // 3600)
    assert abs(Fraction(formulas.surface(D(height), D(weight))) * 10**8 - root) <= 1


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("sex", ["F", "M"])
@pytest.mark.parametrize("age", [18, 39, 65, 80])
@pytest.mark.parametrize(("weight", "umol"), [("48.5", "45"), ("61.2", "70.5"), ("95", "133.3"), ("70", "221")])
def test_the_clearance_agrees_with_a_second_reckoning(age: int, sex: str, weight: str, umol: str) -> None:
    """Through mL/min = (140 - age) x kg x k / (umol/L), k = 88.4 / 72, women 85 in 100: whole numbers crosswise."""
    tenths_kg, tenths_umol = int(D(weight) * 10), int(D(umol) * 10)
    numerator = (140 - age) * tenths_kg * 884 * (85 if sex == "F" else 100)
    denominator = tenths_umol * 720 * 100
    found = clearance(age, weight, sex, umol)
    assert found.numerator * denominator == numerator * found.denominator


@pytest.mark.parametrize("age", range(18, 121))
def test_the_clearance_falls_with_age_and_creatinine_and_rises_with_weight(age: int) -> None:
    here = clearance(age, "60", "F", "90")
    assert clearance(age + 1, "60", "F", "90") < here
    assert clearance(age, "60", "F", "90.1") < here < clearance(age, "60.1", "F", "90")
    assert here < clearance(age, "60", "M", "90")


def test_there_is_no_clearance_for_a_creatinine_of_0_or_an_age_beyond_the_formula() -> None:
    assert formulas.clearance(40, D(60), "F", Fraction(0)) is None
    assert formulas.clearance(141, D(60), "F", Fraction(90)) is None
    assert formulas.clearance(140, D(60), "F", Fraction(90)) == 0


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("result", "unit", "micromoles"),
    [("1", "mg/dL", "88.4"), ("0.85", "mg/dL", "75.14"), ("75.14", "umol/L", "75.14"), ("<20", "umol/L", None)]
    + [(">1000", "umol/L", None), ("1", "mmol/L", None), ("1", "", None)],
)
def test_creatinine_in_either_unit_is_one_figure(result: str, unit: str, micromoles: str | None) -> None:
    expected = None if micromoles is None else Fraction(micromoles)
    assert formulas.micromoles(Measured.parse(result), unit) == expected


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("dose", "says"),
    [("66.0", 0), ("66.1", 1), ("54.0", 0), ("53.9", -1), ("60", 0), ("0", -1)],  # 30 mg/m2 x 2 m2, 10 %
)
def test_a_dose_is_held_against_the_plan_without_rounding_the_surface(dose: str, says: int) -> None:
    squared = formulas.squared_surface(D(160), D(90))  # 160 x 90 / 3600 = 4: 2 m2
    assert squared == 4
    assert formulas.differs(D(dose), D(30), squared, D(10)) == says


@pytest.mark.req("VAL-04")
def test_a_dose_at_the_edge_of_a_surface_that_has_no_end() -> None:
    """170 cm, 60 kg: 1.683250823... m2, times 33 mg is 55.547277...; the tenth above and the tenth below."""
    squared = formulas.squared_surface(D(170), D(60))
    assert formulas.differs(D("55.5"), D(30), squared, D(10)) == 0
    assert formulas.differs(D("55.6"), D(30), squared, D(10)) == 1
    assert formulas.differs(D("55.547277"), D(30), squared, D(10)) == 0
    assert formulas.differs(D("55.547278"), D(30), squared, D(10)) == 1


def test_a_tolerance_beyond_the_whole_dose_lets_any_lower_dose_pass() -> None:
    assert formulas.differs(D(0), D(30), Fraction(4), D(150)) == 0


@pytest.mark.parametrize(
    ("born", "age"),
    [("1985-03-02", 39), ("1985-03-01", 40), ("1985-03", 40), ("1985", 40), ("1984", 41)],
)
def test_of_a_partial_birth_date_the_older_age_counts(born: str, age: int) -> None:
    assert formulas.oldest_age(PartialDate.parse(born), date(2025, 3, 1)) == age
