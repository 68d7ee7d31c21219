"""Where an event lies in the trial: period, days, treatment emergence."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core.crf.values import PartialDate
from safety import days

FIRST, SECOND = date(2026, 3, 5), date(2026, 9, 1)


def on(text: str) -> PartialDate:
    return PartialDate.parse(text)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("onset", "period", "day"),
    [
        ("2026-03-04", 0, None),
        ("2026-03-05", 1, 0),
        ("2026-03-06", 1, 1),
        ("2026-08-31", 1, 179),
        ("2026-09-01", 2, 0),
        ("2027-09-01", 2, 365),
        ("2026-02", 0, None),
        ("2026-03", None, None),
        ("2026-04", 1, None),
        ("2026-09", 2, None),
        ("2026", None, None),
        ("2025", 0, None),
    ],
)
def test_it_works(onset: str, period: int | None, day: int | None) -> None:
    assert days.period(on(onset), [FIRST, SECOND]) == period
    assert days.infusion_day(on(onset), [FIRST, SECOND]) == day


def test_before_any_infusion_there_is_no_day() -> None:
    assert days.period(on("2026-03-05"), []) == 0
    assert days.infusion_day(on("2026-03-05"), []) is None


@pytest.mark.parametrize(
    ("onset", "day"),
    [("2026-02-27", None), ("2026-02-28", 1), ("2026-03-01", 2), ("2026-03-05", 6), ("2026-03", None)],
)
def test_the_study_day_has_no_day_0(onset: str, day: int | None) -> None:
    """SDTM --DY from the first dose of study treatment."""
    assert days.study_day(on(onset), date(2026, 2, 28)) == day
    assert days.study_day(on(onset), None) is None


# Day 90 after 5 March 2026 is 3 June, after 1 September it is 30 November: counted on a calendar.
@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("onset", "emergent"),
    [
        ("2026-03-04", False),
        ("2026-03-05", True),
        ("2026-06-03", True),
        ("2026-06-04", False),
        ("2026-08-31", False),
        ("2026-09-01", True),
        ("2026-11-30", True),
        ("2026-12-01", False),
        ("2026-03", None),
        ("2026-04", True),
        ("2026-06", None),
        ("2026-07", False),
        ("2026", None),
        ("2025", False),
    ],
)
def test_an_event_is_emergent_within_90_days_after_an_infusion(onset: str, emergent: bool | None) -> None:
    assert days.is_emergent(on(onset), [FIRST, SECOND], 90) is emergent


def test_without_an_infusion_nothing_is_emergent() -> None:
    assert days.is_emergent(on("2026-03-05"), [], 90) is False


def test_a_second_reckoning_agrees_on_every_day() -> None:
    """By the set of days that lie in a window, made day by day."""
    inside = {start + timedelta(offset) for start in (FIRST, SECOND) for offset in range(91)}
    for offset in range(-10, 300):
        day = FIRST + timedelta(offset)
        assert days.is_emergent(on(day.isoformat()), [FIRST, SECOND], 90) is (day in inside)
