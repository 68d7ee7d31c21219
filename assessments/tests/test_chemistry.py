"""Serum chemistry: units, limits, results outside them, corrected calcium, fasting."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.crf import read
from core.crf.provenance import own
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
    assert ("LB-01" not in asks(lbtestcd=test, lborresu=unit)) is fits


@pytest.mark.parametrize(("low", "high", "fine"), [("9", "9.0001", True), ("9", "9", False), ("50", "9", False)])
def test_the_lower_limit_lies_below_the_upper(low: str, high: str, fine: bool) -> None:
    assert ("LB-02" not in asks(lbornrlo=low, lbornrhi=high)) is fine


def test_a_result_outside_the_limits_asks_for_its_significance_until_it_is_given() -> None:
    assert asks(lborres="51") == {"LB-03"}
    assert asks(lborres="8") == {"LB-03"}
    assert asks(lborres="51", lbclsig="N") == set()
    assert asks(lborres="51", lbornrlo=None) == {"LB-03"}


def test_a_result_without_the_limit_it_is_graded_by_asks_for_it() -> None:
    assert asks(lbornrhi=None) == {"LB-04"}
    assert asks(lbornrlo=None) == set()
    assert asks(lborres=None, lbornrhi=None) == set()
    potassium = {"lbtestcd": "K", "lborres": "4.1", "lborresu": "mmol/L"}
    assert asks(**potassium | {"lbornrlo": None, "lbornrhi": "5.3"}) == {"LB-04"}
    assert asks(**potassium | {"lbornrlo": "3.5", "lbornrhi": None}) == {"LB-04"}
    urea = {"lbtestcd": "UREA", "lborres": "5", "lborresu": "mmol/L"}
    assert asks(**urea | {"lbornrlo": None, "lbornrhi": "8"}) == set()
    assert asks(**urea | {"lbornrlo": None, "lbornrhi": None}) == {"LB-04"}


def test_a_query_names_the_row_and_the_item() -> None:
    found = firings(filled("CHEM", lbperf="Y"), rows={"results": [ALT, ALT | {"lborres": "51"}]})
    assert [(firing.group, firing.row_key, firing.field) for firing in found] == [("results", 2, "lbclsig")]
    found = firings(filled("CHEM", lbperf="Y"), rows={"results": [ALT | {"lbornrhi": None}]})
    assert [(firing.check_id, firing.field) for firing in found] == [("LB-04", "lbornrhi")]


def test_results_need_no_fasting_or_sample_state_to_be_complete() -> None:
    optional = {item.name for item in own(read.form("CHEM").items) if item.optional}
    assert optional == {"lbfast", "lbspccnd", "lbreport"}


def test_an_unknown_analyte_is_refused() -> None:
    with pytest.raises(ValidationError):
        asks(lbtestcd="HGB")
    with pytest.raises(ValidationError):
        asks(lborresu="10^9/L")


def row(*answers: str) -> dict[str, str]:
    """Test, result, unit, lower and upper limit."""
    return dict(zip(("lbtestcd", "lborres", "lborresu", "lbornrlo", "lbornrhi"), answers, strict=True))


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("calcium", "albumin", "expected"),
    [
        (("2.00", "mmol/L"), ("30", "g/L"), "2.200"),  # 2.00 + 0.02 x 10
        (("2.00", "mmol/L"), ("3.0", "g/dL"), "2.200"),
        (("2.30", "mmol/L"), ("45", "g/L"), "2.200"),  # 2.30 - 0.02 x 5
        (("8.0", "mg/dL"), ("40", "g/L"), "1.996"),  # 8.0 x 0.2495
        (("9.0", "mg/dL"), ("35.5", "g/L"), "2.336"),  # 2.2455 + 0.09, rounded half up
        (("<2.00", "mmol/L"), ("30", "g/L"), None),
        (("2.00", "mmol/L"), ("<20", "g/L"), None),
        (("2.00", "mmol/L"), ("999999999", "g/L"), None),
    ],
)
def test_calcium_is_corrected_for_the_albumin_of_the_sample(calcium: Any, albumin: Any, expected: str | None) -> None:
    rows = [row("CA", *calcium, "2.11", "2.52"), row("ALB", *albumin, "40", "55")]
    found = filled("CHEM", lbperf="Y", rows={"results": rows}).cacorr
    assert found == expected or str(found) == expected


def test_without_albumin_there_is_no_corrected_calcium() -> None:
    assert filled("CHEM", lbperf="Y", rows={"results": [row("CA", "2.0", "mmol/L", "2.11", "2.52")]}).cacorr is None


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("calcium", "albumin", "grade", "proposed"),
    [
        (row("CA", "1.90", "mmol/L", "2.11", "2.52"), "29", 0, None),  # 1.90 + 0.22 = 2.12
        (row("CA", "1.90", "mmol/L", "2.11", "2.52"), "30", 1, None),  # 2.10
        (row("CA", "1.90", "mmol/L", "2.11", "2.52"), "35", 1, None),  # 2.00 itself
        (row("CA", "1.90", "mmol/L", "2.11", "2.52"), "35.5", None, 2),  # 1.99
        (row("CA", "8.0", "mg/dL", "8.5", "10.1"), "40", 1, None),  # 8.0 itself, though 1.996 mmol/L is below 2.0
        (row("CA", "7.6", "mg/dL", "8.5", "10.1"), "35", 1, None),  # 7.6 + 0.08 x 5 = 8.0
        (row("CA", "7.6", "mg/dL", "8.5", "10.1"), "35.1", None, 2),
        (row("CA", "1.90", "mmol/L", "2.11", "2.52"), None, None, 2),  # no albumin: of the figure as it is
    ],
)
def test_calcium_is_graded_corrected_in_the_unit_reported(
    calcium: Any, albumin: str | None, grade: int | None, proposed: int | None
) -> None:
    rows = [calcium, *([row("ALB", albumin, "g/L", "40", "55")] if albumin else [])]
    found = filled("CHEM", lbperf="Y", rows={"results": rows}).group_rows["results"][0]
    assert (found.lbtoxgr, found.lbtoxgrp) == (grade, proposed)


@pytest.mark.parametrize(("test", "asked"), [("GLUC", True), ("TRIG", True), ("K", False)])
def test_fasting_is_asked_where_it_matters(test: str, asked: bool) -> None:
    rows = {"results": [row(test, "5.0", "mmol/L", "3.5", "6.1")]}
    assert ("CHEM-05" in fired(filled("CHEM", lbperf="Y", rows=rows))) is asked
    assert "CHEM-05" not in fired(filled("CHEM", lbperf="Y", lbfast="N", rows=rows))
