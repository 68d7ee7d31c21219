"""Serum chemistry: units, limits, and results outside them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from assessments.laboratory import is_above, is_below, is_outside
from assessments.models.chemistry import UNITS, Analyte
from core.crf import read
from core.crf.provenance import own
from core.crf.values import Measured
from core.testing.forms import filled, fired, firings

ALT = {"lbtestcd": "ALT", "lborres": "31", "lborresu": "U/L", "lbornrlo": "9", "lbornrhi": "50"}


def asks(**answers: Any) -> set[str]:
    """The checks that fire on one row: ALT within its limits, but for these answers."""
    return fired(filled("CHEM", lbperf="Y"), rows={"results": [ALT | answers]})


def test_it_works() -> None:
    assert asks() == set()


def test_it_starts_with_the_twenty_analytes_in_the_unit_china_reports_and_no_result() -> None:
    start = read.form("CHEM").group("results").start
    assert len(start) == 20
    assert {row["lbtestcd"]: row["lborresu"] for row in start} == {
        **dict.fromkeys(("ALT", "AST", "ALP", "GGT", "CK", "LDH"), "U/L"),
        **dict.fromkeys(("BILI", "BILDIR", "CREAT", "URATE"), "umol/L"),
        **dict.fromkeys(("UREA", "GLUC", "SODIUM", "K", "CL", "CA", "MG", "PHOS"), "mmol/L"),
        **dict.fromkeys(("ALB", "PROT"), "g/L"),
    }


def test_every_analyte_has_its_units() -> None:
    assert set(UNITS) == set(Analyte.values)


@pytest.mark.parametrize(
    ("test", "unit", "fits"),
    [
        ("CREAT", "umol/L", True),
        ("CREAT", "mg/dL", True),
        ("CREAT", "mmol/L", False),
        ("ALB", "g/dL", True),
        ("ALB", "mg/dL", False),
        ("K", "mmol/L", True),
        ("K", "mg/dL", False),
        ("UREA", "mg/dL", False),
        ("ALT", "umol/L", False),
    ],
)
def test_a_unit_that_does_not_fit_the_test_is_asked_about(test: str, unit: str, fits: bool) -> None:
    assert ("CHEM-01" not in asks(lbtestcd=test, lborresu=unit)) is fits


@pytest.mark.parametrize(("low", "high", "fine"), [("9", "9.0001", True), ("9", "9", False), ("50", "9", False)])
def test_the_lower_limit_lies_below_the_upper(low: str, high: str, fine: bool) -> None:
    assert ("CHEM-02" not in asks(lbornrlo=low, lbornrhi=high)) is fine


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("result", "below", "above"),
    [
        ("9", False, False),
        ("8.9999", True, False),
        ("50", False, False),
        ("50.0001", False, True),
        ("<9", True, False),  # every value under 9 is outside
        ("<=9", False, False),  # 9 itself would be inside
        ("<=8.9", True, False),
        ("<10", False, False),
        (">50", False, True),
        (">=50", False, False),
        (">=50.1", False, True),
        (">49", False, False),
        (">5", False, False),
        (">=5", False, False),
        ("<60", False, False),
        ("<=60", False, False),
    ],
)
def test_a_result_is_outside_only_when_that_is_certain(result: str, below: bool, above: bool) -> None:
    figure, low, high = Measured.parse(result), Decimal(9), Decimal(50)
    assert (is_below(figure, low), is_above(figure, high)) == (below, above)
    assert is_outside(figure, low, high) is (below or above)
    assert not is_outside(figure, None, None)


def test_a_result_outside_the_limits_asks_for_its_significance_until_it_is_given() -> None:
    assert asks(lborres="51") == {"CHEM-03"}
    assert asks(lborres="8") == {"CHEM-03"}
    assert asks(lborres="51", lbclsig="N") == set()
    assert asks(lborres="51", lbornrlo=None) == {"CHEM-03"}


def test_a_result_without_an_upper_limit_asks_for_it() -> None:
    assert asks(lbornrhi=None) == {"CHEM-04"}
    assert asks(lborres=None, lbornrhi=None) == set()


def test_a_query_names_the_row_and_the_item() -> None:
    found = firings(filled("CHEM", lbperf="Y"), rows={"results": [ALT, ALT | {"lborres": "51"}]})
    assert [(firing.group, firing.row_key, firing.field) for firing in found] == [("results", 2, "lbclsig")]


def test_results_need_no_fasting_or_sample_state_to_be_complete() -> None:
    optional = {item.name for item in own(read.form("CHEM").items) if item.optional}
    assert optional == {"lbspccnd", "lbreport"}


def test_an_unknown_analyte_is_refused() -> None:
    with pytest.raises(ValidationError):
        asks(lbtestcd="HGB")
