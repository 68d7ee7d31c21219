"""Both ends of a partial date are reckoned with."""

from __future__ import annotations

from datetime import date

import pytest

from core.crf.values import PartialDate
from screening.partial import ages, certainly_before, months_passed


def test_it_works() -> None:
    assert certainly_before(PartialDate.parse("2025"), PartialDate.parse("2026-01"))


@pytest.mark.parametrize(
    ("one", "other", "before"),
    [
        ("2026-03-04", "2026-03-05", True),
        ("2026-03-05", "2026-03-05", False),
        ("2026-03", "2026-03-31", False),
        ("2026-03", "2026-04", True),
        ("2026", "2026-12-31", False),
    ],
)
def test_only_what_is_certain_is_before(one: str, other: str, before: bool) -> None:
    assert certainly_before(PartialDate.parse(one), PartialDate.parse(other)) is before


def test_what_is_not_known_is_before_nothing() -> None:
    assert not certainly_before(None, PartialDate(2026))
    assert not certainly_before(PartialDate(2026), None)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("since", "on", "passed"),
    [
        ("2025-03-15", date(2026, 3, 14), False),
        ("2025-03-15", date(2026, 3, 15), True),  # the anniversary counts
        ("2024-02-29", date(2025, 2, 28), True),  # the month's last day where it is shorter
        ("2024-02-29", date(2025, 2, 27), False),
        ("2025-03", date(2026, 2, 28), False),
        ("2025-03", date(2026, 3, 1), None),
        ("2025-03", date(2026, 3, 30), None),
        ("2025-03", date(2026, 3, 31), True),
        ("2025", date(2025, 12, 31), False),
        ("2025", date(2026, 1, 1), None),
        ("2025", date(2026, 12, 30), None),
        ("2025", date(2026, 12, 31), True),
    ],
)
def test_twelve_months_are_calendar_months_and_both_ends_must_agree(since: str, on: date, passed: bool | None) -> None:
    assert months_passed(PartialDate.parse(since), 12, on) is passed


def test_the_least_and_the_greatest_age_come_from_the_ends_of_the_date() -> None:
    assert ages(PartialDate(1990), date(2026, 6, 30)) == (35, 36)
    assert ages(PartialDate(1990, 6), date(2026, 6, 30)) == (36, 36)
    assert ages(PartialDate(1990, 6), date(2026, 6, 29)) == (35, 36)
