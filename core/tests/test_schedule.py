"""Visits, anchors and windows, on a small schedule of the tests' own."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from core import schedule
from core.schedule import (
    Anchor,
    Anchors,
    NotInSchedule,
    ProtocolVersion,
    Schedule,
    Spacing,
    VisitDef,
    VisitKind,
    Window,
    WindowState,
    add_months,
    full_years,
    infusion_day,
    infusion_of,
    problems,
    study_day,
)


def visit(code: str, target: int | None = 0, before: int = 0, after: int = 0) -> VisitDef:
    return VisitDef(code, code, ("VS",), anchor=Anchor.INFUSION, target=target, before=before, after=after)


SCR = VisitDef("SCR", "Screening", ("ICF", "VS"), anchor=Anchor.CONSENT, target=0, after=28)
LD1 = VisitDef("LD1", "First dose", ("VS",), anchor=Anchor.LYMPHODEPLETION, target=0, sets=Anchor.LYMPHODEPLETION)
D21 = visit("D21", 21, 2, 2)
D28 = visit("D28", 28, 2, 2)
M2 = visit("M2", 60, 7, 7)
UNS = VisitDef("UNS", "Unscheduled", ("VS", "UPT"), VisitKind.UNSCHEDULED)
VERSIONS = (ProtocolVersion(1, "1.0"), ProtocolVersion(2, "2.0"))
SCHEDULE = Schedule((SCR, LD1, D21, D28, M2, UNS), VERSIONS)
FORMS_TO_COME = {"QMG": "QMG"}
NOT_A_SCHEDULE = "core.tests"

INFUSED = Anchors(consent=date(2026, 1, 5), lymphodepletion=date(2026, 2, 24), infusion=date(2026, 3, 1))
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
OFFSETS = st.integers(0, 90)
TARGETS = st.integers(-60, 5475)


def window(of: VisitDef, anchors: Anchors) -> Window:
    found = SCHEDULE.window(of, anchors)
    assert found is not None
    return found


def with_visit(*visits: VisitDef, versions: tuple[ProtocolVersion, ...] = VERSIONS) -> list[str]:
    return problems(Schedule(visits, versions))


@pytest.mark.req("VAL-04")
def test_it_works() -> None:
    assert window(D28, INFUSED) == Window(date(2026, 3, 27), date(2026, 3, 29), date(2026, 3, 31))


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("day", "inside", "state"),
    [
        (date(2026, 3, 26), False, WindowState.UPCOMING),
        (date(2026, 3, 27), True, WindowState.OPEN),
        (date(2026, 3, 29), True, WindowState.OPEN),
        (date(2026, 3, 31), True, WindowState.OPEN),
        (date(2026, 4, 1), False, WindowState.CLOSED),
    ],
)
def test_both_ends_of_a_window_belong_to_it(day: date, inside: bool, state: WindowState) -> None:
    assert window(D28, INFUSED).contains(day) is inside
    assert window(D28, INFUSED).state(day) is state


def test_each_anchor_reads_its_own_date() -> None:
    anchors = Anchors(date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3), date(2026, 1, 4), date(2026, 1, 5))
    assert [anchors.of(anchor) for anchor in Anchor] == [date(2026, 1, day) for day in (1, 2, 3, 4, 5)]


def test_a_visit_has_no_window_while_its_anchor_is_unknown() -> None:
    assert SCHEDULE.window(D28, Anchors(consent=date(2026, 1, 5))) is None
    assert SCHEDULE.window(UNS, INFUSED) is None


@pytest.mark.req("VAL-04")
def test_a_window_crosses_29_february_where_there_is_one() -> None:
    assert window(D28, Anchors(infusion=date(2028, 2, 1))).target == date(2028, 2, 29)
    assert window(D28, Anchors(infusion=date(2027, 2, 1))).target == date(2027, 3, 1)


@pytest.mark.req("VAL-04")
def test_another_infusion_date_moves_the_targets_counted_from_it_and_no_others() -> None:
    postponed = dataclasses.replace(INFUSED, infusion=date(2026, 3, 6))
    assert window(D28, postponed).target == date(2026, 4, 3)
    assert window(SCR, postponed) == window(SCR, INFUSED)


@pytest.mark.req("VAL-04")
def test_an_actual_date_stays_when_its_window_moves_away_from_it() -> None:
    seen = date(2026, 3, 29)
    assert window(D28, INFUSED).contains(seen)
    corrected = window(D28, dataclasses.replace(INFUSED, infusion=date(2026, 3, 6)))
    assert corrected.state(seen) is WindowState.UPCOMING


def test_a_mistyped_year_9999_stops_at_the_end_of_the_calendar() -> None:
    assert window(M2, Anchors(infusion=date(9999, 12, 20))).closes == date.max
    assert window(visit("BL", -7), Anchors(infusion=date.min)).opens == date.min


@pytest.mark.req("VAL-04")
@given(DAYS, TARGETS, OFFSETS, OFFSETS)
def test_a_window_opens_before_it_closes_with_the_target_inside(
    day: date, target: int, before: int, after: int
) -> None:
    found = window(visit("V", target, before, after), Anchors(infusion=day))
    assert found.opens <= found.target <= found.closes
    assert (found.target - found.opens, found.closes - found.target) == (timedelta(before), timedelta(after))


@pytest.mark.req("VAL-04")
@given(DAYS, TARGETS, OFFSETS, st.integers(-400, 400))
def test_a_window_moves_with_its_anchor_day_for_day(day: date, target: int, margin: int, moved: int) -> None:
    of, by = visit("V", target, margin, margin), timedelta(moved)
    one, other = window(of, Anchors(infusion=day)), window(of, Anchors(infusion=day + by))
    assert other == Window(one.opens + by, one.target + by, one.closes + by)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2026, 3, 22), "D21"),
        (date(2026, 3, 25), "D21"),  # day 24, nearer to 21
        (date(2026, 3, 26), "D28"),  # day 25, nearer to 28
        (date(2026, 4, 14), "D28"),  # day 44: 16 from both D28 and M2
        (date(2026, 4, 15), "M2"),
    ],
)
def test_a_day_belongs_to_the_nearest_target_and_on_a_tie_to_the_earlier(day: date, code: str) -> None:
    found = SCHEDULE.nearest(day, INFUSED, version=1)
    assert found is not None
    assert found.code == code


def test_nearest_knows_only_scheduled_visits_whose_target_is_known() -> None:
    assert SCHEDULE.nearest(date(2026, 3, 29), Anchors(), version=1) is None
    assert SCHEDULE.nearest(date(2026, 3, 29), Anchors(consent=date(2026, 1, 5)), version=1) == SCR


def test_a_visit_that_is_not_scheduled_is_never_nearest_and_overlaps_with_none() -> None:
    optional = dataclasses.replace(visit("OPT", 28, 2, 2), kind=VisitKind.EVENT)
    with_optional = Schedule((optional, D28), VERSIONS)
    assert with_optional.nearest(date(2026, 3, 29), INFUSED, version=1) == D28
    assert with_optional.overlaps(1) == ()


def test_of_two_visits_with_one_target_the_first_of_the_casebook_is_nearest() -> None:
    twins = Schedule((visit("A", 7), visit("B", 7)), VERSIONS)
    assert twins.nearest(date(2026, 3, 8), INFUSED, version=1) == twins.visits[0]


# Protocol versions

OLD_M2 = dataclasses.replace(M2, until=1)
NEW_M2 = dataclasses.replace(M2, before=10, after=10, since=2, forms=("VS", "QMG"))
EXTRA = dataclasses.replace(visit("D90", 90), since=2)
AMENDED = Schedule((D28, OLD_M2, NEW_M2, EXTRA), VERSIONS)


def test_each_protocol_version_has_its_own_visits() -> None:
    assert AMENDED.for_version(1) == (D28, OLD_M2)
    assert AMENDED.for_version(2) == (D28, NEW_M2, EXTRA)
    assert AMENDED.newest == 2


def test_an_amended_visit_is_found_as_its_version_defines_it() -> None:
    assert AMENDED.visit("M2", 1) is OLD_M2
    assert AMENDED.visit("M2", 2) is NEW_M2
    assert AMENDED.visit("M2") is NEW_M2
    assert AMENDED.forms_of("M2", 1) == ("VS",)
    assert AMENDED.forms_of("M2") == ("VS", "QMG")


def test_form_codes_are_listed_once_in_the_order_of_first_use() -> None:
    assert SCHEDULE.form_codes() == ("ICF", "VS", "UPT")
    assert AMENDED.form_codes(1) == ("VS",)


def test_a_visit_not_in_the_version_is_not_found() -> None:
    with pytest.raises(NotInSchedule, match="D90"):
        AMENDED.visit("D90", 1)


@pytest.mark.parametrize("number", [0, 3])
def test_an_unknown_protocol_version_is_refused(number: int) -> None:
    with pytest.raises(NotInSchedule, match=f"version {number}"):
        AMENDED.for_version(number)


# Spacing


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("days", "kept"), [(1, False), (2, True), (7, True), (8, False), (-1, False)])
def test_the_distance_of_two_visits_is_kept_up_to_both_its_ends(days: int, kept: bool) -> None:
    rest = Spacing("LD3", "INF", least=2, most=7)
    last_dose = date(2026, 2, 26)
    dates = {"LD3": last_dose, "INF": last_dose + timedelta(days)}
    assert rest.holds(dates) is kept
    assert Schedule((), VERSIONS, (rest,)).misspaced(dates) == (() if kept else (rest,))


def test_order_alone_allows_the_same_day_and_any_later_one() -> None:
    order = Spacing("BL", "LD1")
    baseline = date(2026, 2, 24)
    assert order.holds({"BL": baseline, "LD1": baseline})
    assert order.holds({"BL": baseline, "LD1": date(2027, 2, 24)})
    assert not order.holds({"BL": baseline, "LD1": date(2026, 2, 23)})


def test_a_visit_not_dated_yet_breaks_no_distance() -> None:
    assert Spacing("LD3", "INF", least=2).holds({"INF": date(2026, 3, 1)})


# The trial's own schedule


def test_current_is_the_schedule_that_the_settings_name(settings: Settings) -> None:
    settings.TRIAL_SCHEDULE = __name__
    assert schedule.current() is SCHEDULE
    assert schedule.forms_to_come() == {"QMG": "QMG"}


def test_a_module_without_a_schedule_is_refused(settings: Settings) -> None:
    settings.TRIAL_SCHEDULE = NOT_A_SCHEDULE
    with pytest.raises(ImproperlyConfigured, match="TRIAL_SCHEDULE: core.tests"):
        schedule.current()


# Calendar arithmetic


@pytest.mark.req("VAL-04")
def test_the_day_of_infusion_is_infusion_day_0_and_study_day_1() -> None:
    infusion = date(2026, 3, 1)
    assert [infusion_day(date(2026, 2, 28) + timedelta(n), infusion) for n in range(3)] == [-1, 0, 1]
    assert [study_day(date(2026, 2, 28) + timedelta(n), infusion) for n in range(3)] == [-1, 1, 2]


@given(DAYS, DAYS)
def test_there_is_no_study_day_0(day: date, reference: date) -> None:
    assert study_day(day, reference) != 0
    assert (study_day(day, reference) > 0) is (day >= reference)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 3, 15), 12, date(2025, 3, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
    ],
)
def test_months_are_calendar_months_and_stop_at_the_month_s_end(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@given(DAYS, st.integers(-600, 600))
def test_adding_months_lands_in_the_month_asked_for_and_never_on_a_later_day(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day <= day.day


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("birth", "on", "years"),
    [
        (date(2008, 6, 15), date(2026, 6, 14), 17),
        (date(2008, 6, 15), date(2026, 6, 15), 18),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2008, 2, 29), date(2028, 2, 28), 19),
        (date(2008, 2, 29), date(2028, 2, 29), 20),
        (date(2026, 6, 15), date(2026, 6, 15), 0),
    ],
)
def test_a_year_of_age_is_full_on_the_birthday_and_on_1_march_for_29_february(
    birth: date, on: date, years: int
) -> None:
    assert full_years(birth, on) == years


# What can be wrong with a schedule


def test_a_sound_schedule_has_no_problems() -> None:
    assert problems(SCHEDULE) == []
    assert problems(AMENDED) == []


@pytest.mark.parametrize(
    ("visits", "said"),
    [
        ([D28, dataclasses.replace(M2, code="D28")], "Protocol version 1: visit code D28 is used twice."),
        ([D28, visit("D30", 30, 0, 2)], "Protocol version 1: the windows of D28 and D30 overlap."),
        ([visit("D28", 28, -1)], "Visit D28: before and after"),
        ([visit("D28", 28, 0, -1)], "Visit D28: before and after"),
        ([visit("D28", None)], "Visit D28: a scheduled visit needs an anchor and a target day."),
        ([dataclasses.replace(D28, anchor=None)], "Visit D28: a scheduled visit needs an anchor and a target day."),
        ([dataclasses.replace(D28, forms=())], "Visit D28: it names no form."),
        ([dataclasses.replace(D28, forms=("VS", "VS"))], "Visit D28: it names a form twice."),
        ([dataclasses.replace(D28, since=2, until=1)], "Visit D28 belongs to no protocol version."),
        ([dataclasses.replace(LD1, target=1)], "Visit LD1: it fixes LYMPHODEPLETION itself"),
        ([LD1, dataclasses.replace(LD1, code="LD2")], "Protocol version 1: LD1 and LD2 both fix LYMPHODEPLETION."),
    ],
)
def test_a_contradiction_is_named_with_its_visit(visits: list[VisitDef], said: str) -> None:
    assert [text for text in with_visit(*visits) if text.startswith(said)]


def test_a_contradiction_in_both_versions_of_a_visit_is_named_once() -> None:
    old, new = dataclasses.replace(OLD_M2, before=-1), dataclasses.replace(NEW_M2, before=-1)
    assert with_visit(old, new) == ["Visit M2: before and after are numbers of days, they cannot be negative."]


def test_windows_that_touch_do_not_overlap_and_one_shared_day_does() -> None:
    touching = Schedule((visit("A", 10, 2, 2), visit("B", 15, 2, 2)), VERSIONS)
    sharing = Schedule((visit("A", 10, 2, 2), visit("B", 14, 2, 2)), VERSIONS)
    assert touching.overlaps(1) == ()
    assert sharing.overlaps(1) == (sharing.visits,)


def test_windows_of_different_protocol_versions_do_not_overlap() -> None:
    assert AMENDED.overlaps(1) == AMENDED.overlaps(2) == ()


@pytest.mark.parametrize("numbers", [(), (2,), (2, 1), (1, 1), (1, 3)])
def test_protocol_versions_are_numbered_without_a_gap(numbers: tuple[int, ...]) -> None:
    versions = tuple(ProtocolVersion(number, str(number)) for number in numbers)
    assert any("must be numbered" in text for text in with_visit(versions=versions))


@pytest.mark.parametrize(
    ("spacing", "said"),
    [
        (Spacing("SCR", "NIX"), "Spacing SCR to NIX: there is no visit NIX."),
        (Spacing("SCR", "LD1", least=3, most=2), "Spacing SCR to LD1: the least distance"),
        (Spacing("SCR", "LD1", least=-1), "Spacing SCR to LD1: the least distance"),
    ],
)
def test_an_impossible_distance_is_named(spacing: Spacing, said: str) -> None:
    found = problems(dataclasses.replace(SCHEDULE, spacings=(spacing,)))
    assert len(found) == 1
    assert found[0].startswith(said)


# The second period


@dataclasses.dataclass(frozen=True)
class Treated:
    """A subject as far as its infusions go."""

    anchors: Anchors


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("first", "second", "day", "expected"),
    [
        (None, None, date(2026, 3, 1), None),
        (date(2026, 3, 1), None, date(2026, 2, 28), None),
        (date(2026, 3, 1), None, date(2026, 3, 1), date(2026, 3, 1)),
        (date(2026, 3, 1), None, date(2030, 1, 1), date(2026, 3, 1)),
        (date(2026, 3, 1), date(2026, 9, 1), date(2026, 2, 28), None),
        (date(2026, 3, 1), date(2026, 9, 1), date(2026, 8, 31), date(2026, 3, 1)),
        (date(2026, 3, 1), date(2026, 9, 1), date(2026, 9, 1), date(2026, 9, 1)),
        (date(2026, 3, 1), date(2026, 9, 1), date(2027, 1, 1), date(2026, 9, 1)),
        (None, date(2026, 9, 1), date(2026, 9, 1), date(2026, 9, 1)),  # the first is not entered yet
        (None, date(2026, 9, 1), date(2026, 8, 31), None),
    ],
)
def test_a_day_belongs_to_the_period_of_the_last_infusion_on_or_before_it(
    first: date | None, second: date | None, day: date, expected: date | None
) -> None:
    assert infusion_of(day, Treated(Anchors(infusion=first, second_infusion=second))) == expected


def test_the_second_period_s_visits_are_there_once_its_infusion_is_dated() -> None:
    again = dataclasses.replace(D28, code="P2D28", anchor=Anchor.SECOND_INFUSION)
    plan = Schedule((*SCHEDULE.visits, again), VERSIONS)
    assert plan.open_to(1, INFUSED) == SCHEDULE.visits
    assert plan.open_to(1, dataclasses.replace(INFUSED, second_infusion=date(2026, 9, 1)))[-1] is again
    assert plan.open_to(1, Anchors()) == SCHEDULE.visits  # the others wait for their date in the casebook


def test_windows_of_different_periods_do_not_overlap() -> None:
    again = dataclasses.replace(D28, code="P2D28", anchor=Anchor.SECOND_INFUSION)
    twice = dataclasses.replace(again, code="P2D29")
    assert Schedule((D28, again), VERSIONS).overlaps(1) == ()
    assert Schedule((D28, again, twice), VERSIONS).overlaps(1) == ((again, twice),)
