"""I8 and E4: childbearing potential, tests by date and time, contraception, lactation."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from screening.eligibility.pregnancy import PregnancyTest, in_time, settled
from screening.tests.eligibility_facts import DOSE, LD1, answer, finding, moment, record, someone

pytestmark = pytest.mark.req("VAL-04")
TREATED = {"lymphodepletion_on": LD1}


def urine(at: str | None, result: str | None = "NEG", visit: str = "BL") -> Any:
    return record(visit, lbdtc=at and moment(at), lborres=result)


def woman(*tests: Any, serum: tuple[Any, ...] = (), dose: str | None = DOSE, **answers: Any) -> dict[str, Any]:
    """A woman of childbearing potential, with these tests."""
    given = {"childpot": "Y", "rpcontr": "Y", "bfeed": "N"} | answers
    doses = [record("LD1", flustdtc=moment(dose), cystdtc=None)] if dose else []
    return {"DM": record(sex="F"), "RP": record(**given), "UPT": list(tests), "HCG": list(serum), "LD": doses}


def i8(forms: dict[str, Any], **options: Any) -> Any:
    return answer("I8", forms, **{"stage": 2, "subject": someone(**TREATED)} | options)


def test_it_works() -> None:
    assert i8(woman(urine("2026-04-07T08:00+08:00"))) == "MET"


@pytest.mark.parametrize(
    ("tested", "expected"),
    [
        ("2026-04-05T09:00+08:00", "MET"),  # exactly 72 h
        ("2026-04-05T08:59+08:00", "NOT_MET"),  # 72 h 1 min, though 3 calendar days
        ("2026-04-05T23:00+08:00", "MET"),
        ("2026-04-05T01:00+00:00", "MET"),  # the same moment as 09:00 at the site
        ("2026-04-05T00:59+00:00", "NOT_MET"),
        ("2026-04-04T20:00-05:00", "MET"),
        ("2026-04-08T09:00+08:00", "MET"),  # in the very minute
        ("2026-04-08T09:01+08:00", "NOT_EVALUABLE"),  # after the dose: no test before it at all
        (None, "NOT_EVALUABLE"),  # a test without its time
    ],
)
def test_i8_wants_a_test_within_72_hours_before_the_dose(tested: str | None, expected: str) -> None:
    assert i8(woman(urine(tested))) == expected


def test_i8_hours_agree_with_counting_minutes() -> None:
    dose = moment(DOSE)
    for minutes in range(-3, 72 * 60 + 4):
        at = dose - timedelta(minutes=minutes)
        assert in_time([at], (dose, dose)) is (0 <= minutes <= 4320)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"childpot": "N"}, "NOT_APPLICABLE"),
        ({"childpot": None}, "NOT_EVALUABLE"),
        ({"rpcontr": "N"}, "NOT_MET"),
        ({"rpcontr": None}, "NOT_EVALUABLE"),
    ],
)
def test_i8_asks_for_potential_and_contraception(answers: dict[str, Any], expected: str) -> None:
    assert i8(woman(urine("2026-04-07T08:00+08:00"), **answers)) == expected


def test_i8_does_not_concern_men() -> None:
    assert i8({"DM": record(sex="M")}) == "NOT_APPLICABLE"
    assert i8({"DM": record(sex=None)}) == "NOT_EVALUABLE"


@pytest.mark.parametrize(
    ("urines", "serums", "expected"),
    [
        ([("07T08", "POS")], [], "NOT_MET"),
        ([("07T08", "IND")], [], "NOT_EVALUABLE"),
        ([], [("07T08", "NEG")], "MET"),  # a serum test counts as a urine test
        ([("07T08", "NEG")], [("07T07", "POS")], "NOT_MET"),  # serum overrides urine, also a later one
        ([("07T08", "NEG")], [("06T07", "POS")], "NOT_MET"),
        ([("07T08", "POS")], [("07T12", "NEG")], "MET"),  # settled by serum
        ([("07T12", "POS")], [("07T08", "NEG")], "NOT_MET"),  # positive again after it
        ([("07T08", "NEG")], [("06T07", "IND")], "NOT_EVALUABLE"),
        ([], [("06T07", "POS"), ("07T07", "NEG")], "MET"),
        ([("06T08", "POS"), ("07T08", "NEG")], [], "MET"),
    ],
)
def test_i8_weighs_serum_against_urine(urines: list[Any], serums: list[Any], expected: str) -> None:
    tests = [[urine(f"2026-04-{at}:00+08:00", result) for at, result in kind] for kind in (urines, serums)]
    assert i8(woman(*tests[0], serum=tuple(tests[1]))) == expected


def test_what_tests_say_does_not_hang_on_their_order_of_entry() -> None:
    made = [
        PregnancyTest(moment("2026-04-05T08:00+08:00"), "NEG"),
        PregnancyTest(moment("2026-04-06T08:00+08:00"), "POS"),
        PregnancyTest(moment("2026-04-06T12:00+08:00"), "NEG", is_serum=True),
        PregnancyTest(moment("2026-04-07T08:00+08:00"), "NEG"),
    ]
    assert {settled(order) for order in permutations(made)} == {"NEG"}
    assert settled([]) is None


def test_i8_counts_from_the_planned_dose_until_it_is_given() -> None:
    plan = {"ieldpl": moment(DOSE)}
    waiting = {"subject": someone(), "form": plan}
    assert i8(woman(urine("2026-04-05T09:00+08:00"), dose=None), **waiting) == "MET"
    too_early = woman(urine("2026-04-05T08:59+08:00"), dose=None)
    assert i8(too_early, **waiting) == "NOT_EVALUABLE"  # there is still time to repeat it
    assert "hours before the planned dose" in finding("I8", too_early, stage=2, **waiting).why
    assert i8(woman(urine("2026-04-05T09:00+08:00"), dose=None), subject=someone()) == "NOT_EVALUABLE"


@pytest.mark.parametrize(
    ("tested", "expected"),
    [
        ("2026-04-05T23:59+08:00", "MET"),  # in time for any minute of the day
        ("2026-04-05T12:00+08:00", "NOT_EVALUABLE"),  # only for a dose before noon
        ("2026-04-04T23:59+08:00", "NOT_MET"),
    ],
)
def test_i8_of_a_dose_without_its_time_holds_at_both_ends_of_the_day(tested: str, expected: str) -> None:
    assert i8(woman(urine(tested), dose=None)) == expected


def test_i8_counts_from_the_earliest_dose() -> None:
    forms = woman(urine("2026-04-05T08:30+08:00"))
    forms["LD"] = [
        record("LD1", flustdtc=moment("2026-04-08T09:00+08:00"), cystdtc=moment("2026-04-08T08:30+08:00")),
        record("LD2", flustdtc=moment("2026-04-09T08:00+08:00"), cystdtc=None),
    ]
    assert i8(forms) == "MET"


def e4(forms: dict[str, Any], **options: Any) -> Any:
    return answer("E4", forms, **options)


@pytest.mark.parametrize(
    ("result", "answers", "expected"),
    [
        ("NEG", {}, "NOT_MET"),
        ("POS", {}, "MET"),
        ("IND", {}, "NOT_EVALUABLE"),
        (None, {}, "NOT_EVALUABLE"),
        ("NEG", {"bfeed": "Y"}, "MET"),
        (None, {"bfeed": "Y"}, "MET"),
        ("NEG", {"bfeed": None}, "NOT_EVALUABLE"),
        (None, {"childpot": "N"}, "NOT_APPLICABLE"),
        (None, {"childpot": "N", "bfeed": "Y"}, "MET"),
        ("POS", {"childpot": "N"}, "MET"),
        (None, {"childpot": "N", "bfeed": None}, "NOT_APPLICABLE"),
        (None, {"childpot": None}, "NOT_EVALUABLE"),
    ],
)
def test_e4_is_a_positive_test_or_lactation(result: str | None, answers: dict[str, Any], expected: str) -> None:
    assert e4(woman(urine("2026-03-02T08:00+08:00", result, "SCR"), dose=None, **answers)) == expected


def test_e4_does_not_concern_men() -> None:
    assert e4({"DM": record(sex="M")}) == "NOT_APPLICABLE"


def test_e4_at_screening_takes_any_test_before_leukapheresis() -> None:
    tests = (urine("2026-02-20T08:00+08:00", "NEG", "SCR"), urine("2026-03-20T00:01+08:00", "POS", "UNS-1"))
    collected = someone(leukapheresis_on=date(2026, 3, 19))
    assert e4(woman(*tests, dose=None), subject=collected) == "NOT_MET"
    assert e4(woman(*tests, dose=None)) == "MET"


def test_e4_at_stage_2_takes_no_test_after_the_dose() -> None:
    tests = (urine("2026-04-07T08:00+08:00"), urine("2026-05-08T08:00+08:00", "POS", "M2"))
    assert e4(woman(*tests), stage=2, subject=someone(**TREATED)) == "NOT_MET"


def test_the_time_zone_of_a_test_is_part_of_it() -> None:
    assert moment("2026-04-05T01:00+00:00") == datetime.fromisoformat("2026-04-05T09:00+08:00")
