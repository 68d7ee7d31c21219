"""This trial's visits and parameters, against the visit table written out by hand."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override

from core import protocol, schedule
from core.protocol import Status
from core.schedule import Anchor, Anchors, VisitKind, Window, problems
from mgtrial.protocol import PARAMETERS
from mgtrial.schedule import FORMS_TO_COME, SCHEDULE

BUILT = {"ICF", "DM", "VS", "MGADL", "CHEM", "UPT", "INF", "AE", "DV", "ENR", "LEUK", "COI", "LD", "CLR", "INF2"}

CONSENT = date(2026, 1, 5)
LD1 = date(2026, 2, 24)
INFUSION = date(2026, 3, 1)
SECOND = date(2026, 9, 1)
ANCHORS = Anchors(CONSENT, date(2026, 2, 1), LD1, INFUSION, SECOND)

# Days from the anchor: opens, target, closes
BEFORE = {
    "SCR": (CONSENT, 0, 0, 28),
    "LEUK": (INFUSION, -45, -28, -14),
    "BL": (LD1, -2, -1, 0),
    "LD1": (LD1, 0, 0, 0),
    "LD2": (LD1, 1, 1, 1),
    "LD3": (LD1, 2, 2, 2),
    "RST": (LD1, 3, 4, 8),
    "INF": (LD1, 4, 5, 9),
}
AFTER = {f"D{day}": (day, day, day) for day in range(1, 15)} | {
    "D21": (19, 21, 23),
    "D28": (26, 28, 30),
    "M2": (53, 60, 67),
    "M3": (83, 90, 97),
    "M6": (166, 180, 194),
    "M9": (256, 270, 284),
    "M12": (351, 365, 379),
    "M18": (515, 545, 575),
    "M24": (700, 730, 760),
    "Y3": (1035, 1095, 1155),
    "Y4": (1400, 1460, 1520),
    "Y5": (1765, 1825, 1885),
    "Y6": (2100, 2190, 2280),
    "Y7": (2465, 2555, 2645),
    "Y8": (2830, 2920, 3010),
    "Y9": (3195, 3285, 3375),
    "Y10": (3560, 3650, 3740),
    "Y11": (3925, 4015, 4105),
    "Y12": (4290, 4380, 4470),
    "Y13": (4655, 4745, 4835),
    "Y14": (5020, 5110, 5200),
    "Y15": (5385, 5475, 5565),
}
AGAIN = {f"P2{code}": window for code, window in AFTER.items()}
WITHOUT_WINDOW = {
    "LD": VisitKind.EVENT,
    "INF2": VisitKind.EVENT,
    "BRG": VisitKind.EVENT,
    "UNS": VisitKind.UNSCHEDULED,
    "ET": VisitKind.EARLY_TERMINATION,
    "RSC": VisitKind.EVENT,
    "LOG": VisitKind.LOG,
}


def days(anchor: date, *offsets: int) -> Window:
    opens, target, closes = (anchor + timedelta(offset) for offset in offsets)
    return Window(opens, target, closes)


def test_it_works() -> None:
    assert schedule.current() is SCHEDULE
    assert problems(SCHEDULE) == []


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("code", "expected"), BEFORE.items(), ids=BEFORE)
def test_each_visit_up_to_infusion_has_its_window(code: str, expected: tuple[date, int, int, int]) -> None:
    assert SCHEDULE.window(SCHEDULE.visit(code), ANCHORS) == days(*expected)


@pytest.mark.req("VAL-04", "LTF-01")
@pytest.mark.parametrize(("code", "expected"), AFTER.items(), ids=AFTER)
def test_each_visit_after_infusion_has_its_window(code: str, expected: tuple[int, int, int]) -> None:
    assert SCHEDULE.visit(code).anchor is Anchor.INFUSION
    assert SCHEDULE.window(SCHEDULE.visit(code), ANCHORS) == days(INFUSION, *expected)


@pytest.mark.req("VAL-04", "LTF-01")
@pytest.mark.parametrize(("code", "expected"), AGAIN.items(), ids=AGAIN)
def test_each_visit_of_the_second_period_has_its_window(code: str, expected: tuple[int, int, int]) -> None:
    assert SCHEDULE.visit(code).anchor is Anchor.SECOND_INFUSION
    assert SCHEDULE.window(SCHEDULE.visit(code), ANCHORS) == days(SECOND, *expected)
    assert SCHEDULE.forms_of(code) == SCHEDULE.forms_of(code.removeprefix("P2"))
    assert len(code) <= 8


@pytest.mark.parametrize(("code", "kind"), WITHOUT_WINDOW.items(), ids=WITHOUT_WINDOW)
def test_a_visit_driven_by_an_event_has_no_window(code: str, kind: VisitKind) -> None:
    assert SCHEDULE.visit(code).kind is kind
    assert SCHEDULE.window(SCHEDULE.visit(code), ANCHORS) is None


def test_there_are_no_other_visits() -> None:
    assert [visit.code for visit in SCHEDULE.visits if visit.kind is VisitKind.SCHEDULED] == [*BEFORE, *AFTER, *AGAIN]
    assert {visit.code for visit in SCHEDULE.visits} == {*BEFORE, *AFTER, *AGAIN, *WITHOUT_WINDOW}


@pytest.mark.req("VAL-04")
def test_no_two_windows_after_infusion_overlap() -> None:
    assert SCHEDULE.overlaps(1) == ()
    closes = [window[2] for window in AFTER.values()]
    opens = [window[0] for window in AFTER.values()]
    assert all(close < then for close, then in zip(closes, opens[1:], strict=False))


@pytest.mark.req("LTF-01")
def test_a_year_does_not_pass_without_a_visit_or_contact_up_to_year_15() -> None:
    planned = {visit.target for visit in SCHEDULE.visits if visit.anchor is Anchor.INFUSION}
    assert {365 * year for year in range(1, 16)} <= planned
    assert max(target for target in planned if target is not None) == 5475


@pytest.mark.req("LTF-01")
def test_years_3_to_5_are_visits_with_examination_and_years_6_to_15_contacts() -> None:
    assert all("PE" in SCHEDULE.forms_of(f"Y{year}") for year in (3, 4, 5))
    assert all(SCHEDULE.forms_of(f"Y{year}") == ("LTFU",) for year in range(6, 15))
    assert SCHEDULE.forms_of("Y15") == ("LTFU", "DS")


@pytest.mark.req("LTF-01")
@pytest.mark.parametrize(("years", "off"), [(3, 1), (5, 2), (15, 4)])
def test_a_year_of_365_days_drifts_from_the_anniversary_by_days_only(years: int, off: int) -> None:
    # infused on 29 February 2028; the anniversary of a common year is 1 March
    found = SCHEDULE.window(SCHEDULE.visit(f"Y{years}"), Anchors(infusion=date(2028, 2, 29)))
    assert found is not None
    anniversary = date(2028 + years, 3, 1)
    assert found.contains(anniversary)
    assert (anniversary - found.target).days == off


def test_leukapheresis_and_the_first_dose_fix_their_anchors() -> None:
    assert {visit.code: visit.sets for visit in SCHEDULE.visits if visit.sets} == {
        "LEUK": Anchor.LEUKAPHERESIS,
        "LD1": Anchor.LYMPHODEPLETION,
    }


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("first", "then", "least", "most"),
    [
        ("SCR", "LEUK", 0, 28),
        ("LEUK", "BRG", 1, None),
        ("BRG", "INF", 7, None),
        ("BL", "LD1", 0, None),
        ("LD3", "RST", 1, None),
        ("RST", "INF", 1, 2),
        ("LD3", "INF", 2, 7),
    ],
)
def test_the_order_before_infusion_is_kept_up_to_both_ends(first: str, then: str, least: int, most: int | None) -> None:
    def kept(distance: int) -> bool:
        return not SCHEDULE.misspaced({first: CONSENT, then: CONSENT + timedelta(distance)})

    assert kept(least)
    assert not kept(least - 1)
    assert kept(most if most is not None else 400)
    assert most is None or not kept(most + 1)


def test_a_pregnancy_test_belongs_to_the_visits_of_the_table() -> None:
    scheduled = (visit for visit in SCHEDULE.visits if visit.kind is VisitKind.SCHEDULED and visit.code not in AGAIN)
    with_test = {visit.code for visit in scheduled if "UPT" in visit.forms}
    assert with_test == {"SCR", "BL", "INF", "D28", "M2", "M3", "M6", "M9", "M12", "M18", "M24"}


def test_antibody_days_are_those_of_the_registry() -> None:
    with_antibody = {visit.code for visit in SCHEDULE.visits if "AB" in visit.forms}
    assert {"D7", "D14", "D21", "D28", "M3"} <= with_antibody


@pytest.mark.parametrize(
    ("form", "on"),
    [
        ("CART", {1, 4, 7, 10, 14}),
        ("AB", {7, 14}),
        ("MGADL", {7, 14}),
        ("HEM", {1, 2, 3, 4, 5, 6, 7, 9, 11, 13}),
        ("CHEM", {1, 2, 3, 4, 5, 6, 7, 9, 11, 13}),
        ("COAG", {1, 3, 5, 7, 9, 11, 13}),
        ("VS", set(range(1, 15))),
        ("CRS", set(range(1, 15))),
    ],
)
def test_the_hospital_stay_has_its_samples_on_their_days(form: str, on: set[int]) -> None:
    assert {day for day in range(1, 15) if form in SCHEDULE.forms_of(f"D{day}")} == on


def test_logs_are_kept_at_no_visit() -> None:
    for log in ("AE", "CM", "COI", "DV"):
        assert [visit.code for visit in SCHEDULE.visits if log in visit.forms] == ["LOG"]


def test_a_form_to_come_is_named_by_a_visit_and_is_not_built_yet() -> None:
    named = set(SCHEDULE.form_codes())
    assert set(FORMS_TO_COME) <= named
    assert named >= BUILT
    assert BUILT.isdisjoint(FORMS_TO_COME)


def test_every_visit_has_a_label_and_a_phase_in_words() -> None:
    with override("en"):
        assert str(SCHEDULE.visit("D14").label) == "Day 14"
        assert str(SCHEDULE.visit("Y6").label) == "Year 6 contact"
        assert all(str(visit.label) and str(visit.phase) for visit in SCHEDULE.visits)


# Parameters


@pytest.mark.parametrize("one", PARAMETERS, ids=[one.name for one in PARAMETERS])
def test_a_parameter_tells_what_it_is_and_where_it_comes_from(one: protocol.Parameter) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", one.name)
    assert str(one.label)
    assert str(one.source)
    assert isinstance(one.default, str) is (one.unit == "")
    assert (one.source == "NCT05828225") is (one.status is Status.REGISTRY)


@pytest.mark.req("VAL-04")
def test_the_defaults_are_those_put_to_the_investigator() -> None:
    assert protocol.days("screening_window") == 28
    assert protocol.hours("pregnancy_test_before_lymphodepletion") == 72
    assert protocol.hours("pregnancy_test_before_infusion") == 24
    assert protocol.hours("rest_hours") == 48
    assert (protocol.days("rest_least"), protocol.days("rest_most")) == (2, 7)
    assert protocol.days("steroid_free") == 28
    assert protocol.number("dose_deviation") == Decimal(20)
    assert protocol.days("contraception_women") == 365
    assert protocol.months("contraception_men") == 12
    assert protocol.number("ltfu_last_year") == Decimal(15)


def test_the_steroid_reference_is_a_milestone() -> None:
    assert protocol.text("steroid_free_reference") in set(Anchor)
