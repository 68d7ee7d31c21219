"""The monthly check: which month it is, the test, and whether contraception still holds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from core.crf.codes import HIGHLY_EFFECTIVE, Contraception
from core.testing.forms import a_subject, filled, fired

DAY_0 = date(2026, 3, 2)
TREATED = a_subject(infusion_on=DAY_0)
CHECK = {
    "pmcdat": "2026-05-01", "pmctest": "Y", "pmcwhere": "SITE", "pmcdtc": "2026-05-01T08:00+08:00", "pmcres": "NEG",
    "pmcmens": "N", "pmcmeth": ["IUD"], "pmclapse": "N", "pmcadvice": "N",
}  # fmt: skip


def check(**answers: Any) -> Any:
    return filled("PMC", subject=TREATED, **{**CHECK, **answers})


def test_it_works() -> None:
    record = check()
    assert (record.pmcmonth, record.pmchigh) == (2, "Y")
    assert fired(record) == set()


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("day", "month"),
    [(0, 0), (15, 0), (16, 1), (30, 1), (45, 1), (46, 2), (60, 2), (75, 2), (76, 3), (359, 12), (360, 12), (376, 13)],
)
def test_the_month_is_the_nearest_and_of_two_the_earlier(day: int, month: int) -> None:
    assert check(pmcdat=str(DAY_0 + timedelta(days=day))).pmcmonth == month


def test_the_month_agrees_with_a_search_through_all_months() -> None:
    for day in range(400):
        nearest = min(range(15), key=lambda month: (abs(30 * month - day), month))
        assert check(pmcdat=str(DAY_0 + timedelta(days=day))).pmcmonth == nearest


def test_before_infusion_there_is_no_month() -> None:
    assert check(pmcdat="2026-03-01").pmcmonth is None
    assert filled("PMC", **CHECK).pmcmonth is None


@pytest.mark.parametrize("result", ["POS", "IND"])
def test_a_test_that_is_not_negative_says_what_to_do(result: str) -> None:
    assert fired(check(pmcres=result)) == {"PMC-01"}


def test_a_missed_period_is_followed_by_a_test() -> None:
    untested = {"pmctest": "N", "pmcwhere": None, "pmcdtc": None, "pmcres": None, "pmcreasnd": "No kit at home"}
    assert fired(check(pmcmens="Y")) == set()
    assert fired(check(pmcmens="Y", **untested)) == {"PMC-02"}
    assert fired(check(**untested)) == set()


@pytest.mark.req("VAL-04")
def test_one_highly_effective_method_is_enough_and_several_others_are_not() -> None:
    effective = {"COMBINED", "PROGESTOGEN", "IMPLANT", "IUD", "IUS", "TUBAL", "VASECTOMY", "ABSTINENCE"}
    assert effective == HIGHLY_EFFECTIVE
    for method in Contraception.values:
        assert check(pmcmeth=[method]).pmchigh == ("Y" if method in effective else "N")
    assert check(pmcmeth=["CONDOM", "IMPLANT"]).pmchigh == "Y"
    assert fired(check(pmcmeth=["CONDOM", "SPERMICIDE"])) == {"PMC-03"}


def test_a_lapse_is_followed_by_a_test_and_advice() -> None:
    lapse = {"pmclapse": "Y", "pmclapsedat": "2026-04"}
    assert fired(check(**lapse)) == {"PMC-04"}
    assert fired(check(**lapse, pmcadvice="Y")) == set()


def test_none_stands_alone() -> None:
    assert fired(check(pmcmeth=["NONE", "IUD"])) == {"PMC-05"}
    assert fired(check(pmcmeth=["NONE"])) == {"PMC-03"}
