"""The clocks of safety reports: hours to the sponsor, calendar days to the authority, by hand from the rule books."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import product

import pytest

from safety import clocks

PLUS8 = timezone(timedelta(hours=8))
AWARE = datetime(2026, 3, 5, 9, 30, tzinfo=PLUS8)


@pytest.mark.req("SAF-01")
def test_it_works() -> None:
    due = clocks.due_within(AWARE, 24)
    assert due == datetime(2026, 3, 6, 9, 30, tzinfo=PLUS8)
    assert due.isoformat() == "2026-03-06T09:30:00+08:00", "on the clock it was read from"


@pytest.mark.req("SAF-01", "VAL-04")
@pytest.mark.parametrize(
    ("sent", "late"),
    [
        (datetime(2026, 3, 6, 9, 29, 59, tzinfo=PLUS8), False),
        (datetime(2026, 3, 6, 9, 30, 0, tzinfo=PLUS8), False),
        (datetime(2026, 3, 6, 9, 30, 1, tzinfo=PLUS8), True),
        (datetime(2026, 3, 6, 1, 30, 0, tzinfo=UTC), False),
        (datetime(2026, 3, 6, 1, 30, 1, tzinfo=UTC), True),
    ],
)
def test_24_h_are_kept_and_a_second_more_is_late(sent: datetime, late: bool) -> None:
    assert clocks.is_late(sent, clocks.due_within(AWARE, 24)) is late


@pytest.mark.req("SAF-01")
def test_24_h_over_a_change_of_clocks_elsewhere_are_24_h() -> None:
    """The offset is kept as it was read: no rule of summer time can shorten the clock."""
    aware = datetime(2026, 3, 28, 12, 0, tzinfo=timezone(timedelta(hours=1)))
    assert clocks.due_within(aware, 24) - aware == timedelta(hours=24)


# Awareness, days, and the last day in time, counted by hand on a calendar.
DAYS = [
    ("2026-03-05T00:00+08:00", 7, "2026-03-12"),
    ("2026-03-05T23:59+08:00", 7, "2026-03-12"),
    ("2026-03-05T09:30+08:00", 15, "2026-03-20"),
    ("2026-12-28T10:00+08:00", 7, "2027-01-04"),  # over the end of the year
    ("2026-12-31T23:59+08:00", 15, "2027-01-15"),
    ("2027-01-01T00:00+08:00", 15, "2027-01-16"),
    ("2024-02-26T08:00+08:00", 7, "2024-03-04"),  # a leap year: 29 February counts
    ("2025-02-26T08:00+08:00", 7, "2025-03-05"),
    ("2026-02-14T08:00+08:00", 7, "2026-02-21"),  # spring festival, 15 to 23 February 2026: holidays count
    ("2026-09-30T18:00+08:00", 15, "2026-10-15"),  # national day, 1 to 7 October: holidays count
    ("2026-03-04T16:00+00:00", 7, "2026-03-12"),  # midnight at +08:00 begins 5 March
    ("2026-03-04T15:59+00:00", 7, "2026-03-11"),
    ("2026-03-05T01:30+09:00", 7, "2026-03-12"),
    ("2026-03-05T00:59+09:00", 7, "2026-03-11"),
]


@pytest.mark.req("SAF-03", "VAL-04")
@pytest.mark.parametrize(("aware", "days", "due"), DAYS)
def test_the_day_of_awareness_is_day_0_in_china(aware: str, days: int, due: str) -> None:
    assert clocks.due_day(datetime.fromisoformat(aware), days) == date.fromisoformat(due)


@pytest.mark.req("SAF-03")
@pytest.mark.parametrize(("aware", "days", "due"), DAYS)
def test_a_second_reckoning_agrees(aware: str, days: int, due: str) -> None:
    """By counting midnights of the clock of China, one by one."""
    moment = datetime.fromisoformat(aware)
    midnights, at = 0, moment.astimezone(PLUS8)
    while midnights < days:
        at += timedelta(minutes=1)
        midnights += (at.hour, at.minute) == (0, 0)
    assert at.date() == date.fromisoformat(due)


@pytest.mark.req("SAF-03", "VAL-04")
@pytest.mark.parametrize(
    ("sent", "late"),
    [
        ("2026-03-12T23:59:59+08:00", False),
        ("2026-03-13T00:00:00+08:00", True),
        ("2026-03-12T15:59:59+00:00", False),
        ("2026-03-12T16:00:00+00:00", True),
    ],
)
def test_the_last_day_lasts_until_its_end_in_china(sent: str, late: bool) -> None:
    at = datetime.fromisoformat(sent)
    assert clocks.is_day_late(at, date(2026, 3, 12)) is late
    assert (at >= clocks.ends(date(2026, 3, 12))) is late


@pytest.mark.req("SAF-04")
@pytest.mark.parametrize(
    ("investigator", "sponsor", "prevails"),
    [
        (None, None, None),
        ("UNLIKELY", None, "UNLIKELY"),
        (None, "POSSIBLE", "POSSIBLE"),
        ("NOT RELATED", "RELATED", "RELATED"),
        ("RELATED", "NOT RELATED", "RELATED"),
        ("POSSIBLE", "UNLIKELY", "POSSIBLE"),
        ("UNLIKELY", "NOT RELATED", "UNLIKELY"),
        ("POSSIBLE", "POSSIBLE", "POSSIBLE"),
    ],
)
def test_the_more_related_opinion_prevails(investigator: str | None, sponsor: str | None, prevails: str | None) -> None:
    assert clocks.prevailing(investigator, sponsor) == prevails
    assert clocks.prevailing(sponsor, investigator) == prevails


@pytest.mark.req("SAF-03", "SAF-04")
@pytest.mark.parametrize(
    ("expectedness", "product_view", "lymphodepletion_view", "susar"),
    [
        ("EXPECTED", "RELATED", "RELATED", False),
        ("UNEXPECTED", "RELATED", None, True),
        ("UNEXPECTED", "POSSIBLE", "NOT RELATED", True),
        ("UNEXPECTED", "NOT RELATED", "POSSIBLE", True),
        ("UNEXPECTED", "UNLIKELY", "NOT RELATED", False),
        ("UNEXPECTED", "UNLIKELY", None, None),
        ("UNEXPECTED", None, None, None),
    ],
)
def test_a_susar_is_unexpected_and_suspected(
    expectedness: str, product_view: str | None, lymphodepletion_view: str | None, susar: bool | None
) -> None:
    assert clocks.is_susar(expectedness, product_view, lymphodepletion_view) is susar


def test_a_more_related_opinion_never_ends_a_suspicion() -> None:
    """Over all opinions: what becomes more related is no less a SUSAR."""
    order = ["NOT RELATED", "UNLIKELY", "POSSIBLE", "RELATED"]
    for (low, high), other in product(zip(order, order[1:], strict=False), order):
        assert clocks.is_susar("UNEXPECTED", high, other) or not clocks.is_susar("UNEXPECTED", low, other)
