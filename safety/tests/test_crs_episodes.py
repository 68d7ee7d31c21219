"""Episodes of CRS, day by day, each scenario with its grades and episodes worked out by hand."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from safety.tests.toxicity_records import day
from safety.toxicity.crs import Day, Episode, Graded, episodes, graded

APART = timedelta(hours=72)
# A day in three letters: F fever, f none; hypotension and hypoxia as grades; T treated, t not.
Course = dict[int, str]


def read(number: int, sign: str, *, first: time | None = None, last: time | None = None) -> Day:
    fever, treated = sign[0] == "F", sign[3] == "T"
    return Day(day(number), fever, int(sign[1]), int(sign[2]), treated, first=first, last=last)


def grades(course: Course) -> list[int | None]:
    return [each.grade for each in graded([read(*line) for line in course.items()], APART)]


def found(course: Course) -> list[tuple[int, int, int, bool]]:
    """First day, last day, highest grade, over."""
    days = graded([read(*line) for line in course.items()], APART)
    return [_told(each) for each in episodes(days, APART)]


def _told(each: Episode) -> tuple[int, int, int, bool]:
    return ((each.onset.date() - day(0)).days, (each.last_on - day(0)).days, each.peak, each.is_over)


@pytest.mark.req("VAL-04")
def test_it_works() -> None:
    """Fever on days 1 and 2, a vasopressor after tocilizumab on day 3, low flow on day 4, well from day 5."""
    course = {1: "F00t", 2: "F20T", 3: "f30T", 4: "f02t", 5: "f00t", 6: "f00t"}
    assert grades(course) == [1, 2, 3, 2, 0, 0]
    assert found(course) == [(1, 4, 3, True)]


@pytest.mark.req("VAL-04")
def test_an_episode_goes_on_until_a_day_without_signs_is_recorded() -> None:
    assert found({1: "F00t", 2: "F00T"}) == [(1, 2, 1, False)]
    assert found({1: "F00t", 2: "F00T", 3: "f00t"}) == [(1, 2, 1, True)]


@pytest.mark.req("VAL-04")
def test_fever_within_72_hours_is_the_same_episode() -> None:
    """Last on day 1 (to midnight), two clean days, fever on day 4: 48 hours."""
    assert found({1: "F00t", 2: "f00t", 3: "f00t", 4: "F00t"}) == [(1, 4, 1, False)]


@pytest.mark.req("VAL-04")
def test_fever_after_72_hours_is_a_new_episode() -> None:
    """Three clean days between: 72 hours exactly."""
    assert found({1: "F00t", 2: "f00t", 3: "f00t", 4: "f00t", 5: "F00t"}) == [(1, 1, 1, True), (5, 5, 1, False)]


@pytest.mark.req("VAL-04")
def test_earlier_episodes_stay_as_they_were() -> None:
    course = {1: "F00t", 2: "f00t", 6: "F20t", 7: "f00t", 11: "F03t", 12: "F00t", 13: "f00t"}
    assert found(course) == [(1, 1, 1, True), (6, 6, 2, True), (11, 12, 3, True)]


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("again", "count"), [(time(9, 59), 1), (time(10, 0), 2)])
def test_the_hours_decide_where_they_are_known(again: time, count: int) -> None:
    """Last seen on day 1 at 10:00; 72 hours later it is day 4, 10:00."""
    days = [
        read(1, "F00t", last=time(10, 0)),
        read(2, "f00t"),
        read(3, "f00t"),
        read(4, "F00t", first=again),
    ]
    assert len(episodes(graded(days, APART), APART)) == count


@pytest.mark.req("VAL-04")
def test_days_without_a_record_end_no_episode() -> None:
    """Nobody saw that the signs had gone."""
    assert found({1: "F00t", 7: "F00t"}) == [(1, 7, 1, False)]
    assert found({1: "F00t", 2: "f00t", 7: "F00t"}) == [(1, 1, 1, True), (7, 7, 1, False)]


@pytest.mark.req("VAL-04")
def test_a_new_episode_needs_fever_again() -> None:
    """Hypotension without fever: within 72 hours it belongs to the treated episode, after them it is no CRS."""
    assert grades({1: "F00T", 2: "f00t", 3: "f00t", 4: "f20t"}) == [1, 0, 0, 2]
    assert grades({1: "F00T", 2: "f00t", 3: "f00t", 4: "f00t", 5: "f20t"}) == [1, 0, 0, 0, 0]
    assert grades({1: "F00T", 2: "f00t", 3: "f00t", 4: "f00t", 5: "f20T"}) == [1, 0, 0, 0, 0]


@pytest.mark.req("VAL-04")
def test_fever_gone_without_treatment_while_a_vasopressor_runs_is_grade_0() -> None:
    """Clinical reference pack, 8.5; treated the next day, the pressure counts again."""
    assert grades({1: "F30t", 2: "f30t", 3: "f30T"}) == [3, 0, 3]


@pytest.mark.req("VAL-04")
def test_treatment_of_an_earlier_episode_hides_nothing_in_the_next() -> None:
    course = {1: "F00T", 2: "f00t", 3: "f00t", 4: "f00t", 5: "F00t", 6: "f20t"}
    assert grades(course) == [1, 0, 0, 0, 1, 0]


@pytest.mark.req("VAL-04")
def test_what_was_given_before_the_fever_hides_nothing_after_it() -> None:
    assert grades({1: "f00T", 2: "F00t", 3: "f20t"}) == [0, 1, 0]


def test_days_may_be_entered_in_any_order() -> None:
    days = [read(3, "f30t"), read(1, "F00t"), read(2, "F00T")]
    assert [each.grade for each in graded(days, APART)] == [1, 1, 3]


@pytest.mark.req("VAL-04")
def test_a_day_that_cannot_be_graded_neither_ends_nor_belongs() -> None:
    unknown = Day(day(2), None, 0, 0, False)
    days = graded([read(1, "F00t"), unknown, read(3, "f00t")], APART)
    assert [each.grade for each in days] == [1, None, 0]
    assert [_told(each) for each in episodes(days, APART)] == [(1, 1, 1, True)]
    assert not episodes(days[:2], APART)[0].is_over


@pytest.mark.req("VAL-04")
def test_an_episode_tells_onset_peak_and_end() -> None:
    days = [
        Graded(read(1, "F00t", first=time(21, 30)), 1),
        Graded(read(2, "F00t"), 3),
        Graded(read(3, "F00t", last=time(6, 15)), 3),
    ]
    going_on = episodes(days, APART)[0]
    assert going_on.onset == datetime(2026, 3, 2, 21, 30)  # noqa: DTZ001  wall time of the ward
    assert (going_on.peak, going_on.peak_on, going_on.end) == (3, day(2), None)
    over = episodes([*days, Graded(read(4, "f00t"), 0)], APART)[0]
    assert over.end == datetime(2026, 3, 4, 6, 15)  # noqa: DTZ001
    assert Episode((days[1],), is_over=True).end == datetime(2026, 3, 4)  # noqa: DTZ001  to midnight


def test_no_day_with_signs_is_no_episode() -> None:
    assert episodes([], APART) == []
    assert found({1: "f00t", 2: "f00T"}) == []
