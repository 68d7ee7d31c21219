"""Change from baseline, response, minimal symptom expression: both sides of every edge."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from reports.scales import Score, baseline, changes, minimal_since, was_sustained

DAY_0 = date(2026, 3, 2)
LD1 = DAY_0 - timedelta(days=5)


def score(day: int, total: int, visit: str = "UNS") -> Score:
    return Score(DAY_0 + timedelta(days=day), visit, total)


def test_it_works() -> None:
    rated = [score(-40, 12, "SCR"), score(-7, 10, "BL"), score(28, 8, "D28"), score(60, 9, "M2")]
    start = baseline(rated, LD1)
    assert start == score(-7, 10, "BL")
    assert [(c.change, c.responds) for c in changes(rated, start, DAY_0, 2)] == [(-2, True), (-1, False)]


def test_without_a_baseline_visit_the_last_before_treatment_counts() -> None:
    assert baseline([score(-40, 12), score(-6, 11), score(-5, 9)], LD1) == score(-6, 11)
    assert baseline([score(-5, 9)], LD1) is None
    assert baseline([score(-40, 12)], None) is None


def test_without_a_baseline_nothing_can_be_said() -> None:
    (change,) = changes([score(28, 8)], None, DAY_0, 2)
    assert (change.change, change.responds) == (None, None)


def test_becoming_worse_is_no_response() -> None:
    (change,) = changes([score(28, 12)], score(-7, 10), DAY_0, 2)
    assert (change.change, change.responds) == (2, False)


@pytest.mark.req("VAL-04")
def test_minimal_is_a_total_of_one_or_none() -> None:
    assert minimal_since([score(28, 1), score(60, 0)], DAY_0) == DAY_0 + timedelta(days=28)
    assert minimal_since([score(28, 1), score(60, 2)], DAY_0) is None
    assert minimal_since([score(28, 2), score(60, 1)], DAY_0) == DAY_0 + timedelta(days=60)
    assert minimal_since([score(-1, 0), score(0, 0)], DAY_0) is None


@pytest.mark.req("VAL-04")
def test_sustained_is_for_the_whole_time_and_at_every_rating() -> None:
    assert was_sustained([score(28, 1), score(56, 1)], DAY_0, 28)
    assert not was_sustained([score(28, 1), score(55, 1)], DAY_0, 28)
    assert not was_sustained([score(28, 1), score(40, 2), score(60, 1)], DAY_0, 28)
    assert was_sustained([score(28, 1), score(60, 0), score(90, 5)], DAY_0, 28)
