"""Which record is the baseline, which the last until a day."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from assessments.timeline import baseline_for, last_until, treated_on, visit_day
from core.testing.forms import a_subject


def at(day: int | None, name: str = "") -> Any:
    """A record of a visit in March 2026; of one without a date."""
    return SimpleNamespace(visit=SimpleNamespace(visit_on=date(2026, 3, day) if day else None), name=name)


LD_ON_10 = a_subject(lymphodepletion_on=date(2026, 3, 10), infusion_on=date(2026, 3, 15))


def test_it_works() -> None:
    assert baseline_for([at(2), at(9, "BL"), at(12)], LD_ON_10, date(2026, 3, 20)).name == "BL"


@pytest.mark.parametrize(("day", "counts"), [(9, True), (10, True), (11, False)])
def test_the_day_of_the_first_dose_still_is_baseline(day: int, counts: bool) -> None:
    assert (baseline_for([at(day)], LD_ON_10, date(2026, 3, 20)) is not None) is counts


@pytest.mark.parametrize(("day", "compared"), [(10, False), (11, True)])
def test_what_was_measured_until_that_day_has_no_baseline(day: int, compared: bool) -> None:
    assert (baseline_for([at(2)], LD_ON_10, date(2026, 3, day)) is not None) is compared


def test_without_lymphodepletion_the_infusion_is_the_start() -> None:
    assert treated_on(a_subject(infusion_on=date(2026, 3, 15))) == date(2026, 3, 15)
    assert treated_on(LD_ON_10) == date(2026, 3, 10)
    assert baseline_for([at(2)], a_subject(), date(2026, 3, 20)) is None


def test_a_measurement_without_a_date_has_no_baseline() -> None:
    assert baseline_for([at(2)], LD_ON_10, None) is None


def test_of_two_on_one_day_the_later_entered_counts() -> None:
    assert last_until([at(3, "first"), at(3, "second"), at(1)], date(2026, 3, 5)).name == "second"


def test_records_without_a_date_do_not_count() -> None:
    assert last_until([at(None)], date(2026, 3, 5)) is None
    assert visit_day(SimpleNamespace(visit=None)) is None
