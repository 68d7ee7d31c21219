"""Prednisone-equivalents and their mean over 7 days."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest

from assessments import steroids
from assessments.medication import DoseUnit, Frequency, Steroid
from core.crf.values import PartialDate

VISIT = date(2026, 3, 15)  # the window is 8 to 14 March


def course(start: str, end: str | None = None, **changed: Any) -> Any:
    """Prednisone 20 mg once a day; without an end it goes on."""
    line = {
        "cmster": "PREDNISONE", "cmdose": Decimal(20), "cmdosu": "mg", "cmdosfrq": "QD", "cmdostot": None,
        "cmsyst": "Y", "cmindc": "MG", "cmongo": "N" if end else "Y",
        "cmstdat": PartialDate.parse(start), "cmendat": PartialDate.parse(end) if end else None,
    }  # fmt: skip
    return SimpleNamespace(**line | changed)


@pytest.mark.req("VAL-04")
def test_it_works() -> None:
    assert steroids.mean_before([course("2026-01-01")], VISIT) == 20


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("steroid", "worth_five", "of_sixty"),
    [
        ("PREDNISONE", "5", "60"),
        ("PREDNISOLONE", "5", "60"),
        ("METHYLPREDNISOLONE", "4", "75"),
        ("HYDROCORTISONE", "20", "15"),
        ("CORTISONE", "25", "12"),
        ("DEXAMETHASONE", "0.75", "400"),
        ("BETAMETHASONE", "0.6", "500"),
        ("TRIAMCINOLONE", "4", "75"),
        ("DEFLAZACORT", "6", "50"),
    ],
)
def test_each_steroid_has_its_factor(steroid: str, worth_five: str, of_sixty: str) -> None:
    assert steroids.prednisone_a_day(steroid, Fraction(Decimal(worth_five))) == 5
    assert steroids.prednisone_a_day(steroid, Fraction(60)) == Fraction(Decimal(of_sixty))


def test_every_steroid_but_the_other_has_a_factor() -> None:
    assert set(Steroid.values) - set(steroids.WORTH_FIVE) == {"OTHER"}
    assert steroids.prednisone_a_day("OTHER", Fraction(10)) is None
    assert steroids.prednisone_a_day("PREDNISONE", None) is None


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("frequency", "in_28_days"),
    [
        ("QD", 28), ("BID", 56), ("TID", 84), ("QID", 112), ("5XD", 140), ("6XD", 168), ("Q12H", 56), ("Q8H", 84),
        ("Q6H", 112), ("Q4H", 168), ("QOD", 14), ("TIW", 12), ("BIW", 8), ("QW", 4), ("Q2W", 2), ("Q4W", 1),
    ],
)  # fmt: skip
def test_each_frequency_counts_its_doses(frequency: str, in_28_days: int) -> None:
    a_day = steroids.milligrams_a_day(Decimal(1), "mg", frequency)
    assert a_day is not None
    assert a_day * 28 == in_28_days


def test_frequencies_and_units_that_tell_no_amount_have_none() -> None:
    assert set(Frequency.values) - set(steroids.PER_DAY) == {"PRN", "CONTINUOUS", "OTHER"}
    assert set(DoseUnit.values) & set(steroids.MILLIGRAMS) == {"ug", "mg", "g"}
    assert steroids.milligrams_a_day(Decimal(1), "mg/kg", "QD") is None
    assert steroids.milligrams_a_day(Decimal(1), "mg", "PRN") is None
    assert steroids.milligrams_a_day(None, "mg", "QD") is None


def test_units_are_converted() -> None:
    assert steroids.milligrams_a_day(Decimal("0.5"), "g", "BID") == 1000
    assert steroids.milligrams_a_day(Decimal(500), "ug", "QD") == Fraction(1, 2)


def test_the_amount_a_day_goes_before_the_single_dose() -> None:
    assert steroids.milligrams_a_day(Decimal(20), "mg", "OTHER", Decimal(15)) == 15


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-03-01", "2026-03-07", 0),  # the day before the window
        ("2026-03-01", "2026-03-08", 1),
        ("2026-03-08", "2026-03-14", 7),
        ("2026-03-14", "2026-03-20", 1),
        ("2026-03-15", "2026-03-20", 0),  # the visit itself does not count
        ("2026-03-10", "2026-03-12", 3),
    ],
)
def test_the_window_is_the_seven_days_before_the_visit(start: str, end: str, days: int) -> None:
    assert steroids.mean_before([course(start, end)], VISIT) == Fraction(20 * days, 7)


@pytest.mark.req("VAL-04")
def test_a_mean_agrees_with_counting_day_by_day() -> None:
    for first in range(1, 20):
        for length in range(1, 15):
            start = date(2026, 3, 1) + timedelta(days=first)
            taken = {start + timedelta(days=day) for day in range(length)}
            window = {VISIT - timedelta(days=day) for day in range(1, 8)}
            line = course(start.isoformat(), max(taken).isoformat())
            assert steroids.mean_before([line], VISIT) == Fraction(20 * len(taken & window), 7)


def test_several_courses_add_up() -> None:
    pulse = course("2026-03-09", "2026-03-11", cmster="METHYLPREDNISOLONE", cmdose=Decimal(1000))
    # 20 x 7 days + 1250 x 3 days = 3890; by 7
    assert steroids.mean_before([course("2026-01"), pulse], VISIT) == Fraction(3890, 7)


def test_a_single_dose_counts_on_its_day() -> None:
    assert steroids.mean_before([course("2026-03-08", cmdosfrq="ONCE")], VISIT) == Fraction(20, 7)
    assert steroids.mean_before([course("2026-03-07", cmdosfrq="ONCE")], VISIT) == 0
    assert steroids.mean_before([course("2026-03", cmdosfrq="ONCE")], VISIT) is None
    assert steroids.mean_before([course("2026-02", cmdosfrq="ONCE")], VISIT) == 0


def test_steroids_of_other_routes_and_for_left_out_reasons_do_not_count() -> None:
    lines = [course("2026-01-01"), course("2026-03-10", cmindc="CRS"), course("2026-01-01", cmsyst="N")]
    assert steroids.mean_before(lines, VISIT, leaving_out={"CRS", "ICANS"}) == 20
    assert steroids.mean_before(lines, VISIT) == 20 + Fraction(100, 7)


@pytest.mark.parametrize(
    ("start", "end", "mean"),
    [
        ("2026-02", "2026-04", 20),  # whatever the days, the window is covered
        ("2025", "2026-02", 0),
        ("2025", "2026-03", None),
        ("2026-03", "2026-03-20", None),
        ("2026-03", "2026-03-08", Fraction(20, 7)),  # ends on the first day of the window
        ("2026-03", "2026-03-10", None),
        ("2026-03-14", "2026-03", Fraction(20, 7)),
        ("2026-04", None, 0),
        ("2026-03-20", "2026-03-10", None),  # contradicts itself
        ("2026-01-20", "2026-01-10", None),  # and one of the two may be the wrong one
    ],
)
def test_a_partial_date_counts_where_it_settles_the_days(start: str, end: str | None, mean: Fraction | None) -> None:
    assert steroids.mean_before([course(start, end)], VISIT) == mean


def test_an_end_that_is_missing_leaves_the_mean_open() -> None:
    assert steroids.mean_before([course("2026-01-01", cmongo=None)], VISIT) is None
    assert steroids.mean_before([course("2026-03-15", cmongo=None)], VISIT) == 0
    assert steroids.mean_before([course("2026-01-01", cmstdat=None, cmongo="Y")], VISIT) is None


def test_a_dose_that_is_not_known_matters_in_the_window_only() -> None:
    assert steroids.mean_before([course("2026-01-01", cmdosu="mg/kg")], VISIT) is None
    assert steroids.mean_before([course("2026-01-01", "2026-02-01", cmdosu="mg/kg")], VISIT) == 0


def test_nothing_taken_is_0() -> None:
    assert steroids.mean_before([], VISIT) == 0
