"""TCELL: 5-fold or less."""

from __future__ import annotations

from typing import Any

import pytest

from core.testing.forms import filled, fired


def tcell(**answers: Any) -> Any:
    return filled("TCELL", lbperf="Y", tcdat="2026-03-05", tcassay="COUNT", tcday=7, **answers)


def test_it_works() -> None:
    record = tcell(tcstart="2", tcend="25")
    assert str(record.tcfold) == "12.5000"
    assert fired(record) == set()


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("start", "end", "fold", "excluded"),
    [
        ("1", "5", "5.0000", False),
        ("1", "4.999", "4.9990", True),
        ("3", "15", "5.0000", False),
        ("19999.999", "99999.994", "4.9999", True),  # 4.99999995 is not 5
        ("3", "20", "6.6666", False),
        ("1", "0", "0.0000", True),
    ],
)
def test_less_than_five_fold_excludes(start: str, end: str, fold: str, excluded: bool) -> None:
    record = tcell(tcstart=start, tcend=end)
    assert str(record.tcfold) == fold
    assert ("TCELL-01" in fired(record)) is excluded


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("reported", "excluded"), [("5", False), ("4.999", True), ("5.001", False)])
def test_the_reported_figure_serves_where_no_cells_are_given(reported: str, excluded: bool) -> None:
    record = tcell(tcrep=reported)
    assert record.tcfold == record.tcrep
    assert ("TCELL-01" in fired(record)) is excluded


def test_there_is_no_expansion_of_nothing() -> None:
    assert tcell(tcstart="0", tcend="5").tcfold is None
    assert tcell(tcstart="2").tcfold is None
    assert fired(tcell()) == set()


@pytest.mark.parametrize(
    ("reported", "asked"), [("10", False), ("11", False), ("9.09", True), ("11.2", True), ("9.1", False)]
)
def test_a_report_that_differs_from_the_cells_is_asked_about(reported: str, asked: bool) -> None:
    # Counted 10-fold: |10 - r| may be a tenth of r, r from 9.0909 to 11.111
    assert ("TCELL-02" in fired(tcell(tcstart="1", tcend="10", tcrep=reported))) is asked
