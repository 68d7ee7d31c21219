"""Who is of childbearing potential, and which contraception is highly effective."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from core.crf.codes import Contraception
from core.crf.values import PartialDate
from screening.childbearing import Cause, Menses, Surgery, highly_effective, may_conceive

ON = date(2026, 3, 15)
LONG, SHORT, EITHER = PartialDate(2025, 3, 15), PartialDate(2025, 3, 16), PartialDate(2025, 3)


def of(
    menses: str | None = "STOPPED",
    causes: tuple[str, ...] = ("AGE",),
    last: PartialDate | None = LONG,
    surgery: tuple[str, ...] = (),
    menarche: str | None = "Y",
) -> str | None:
    return may_conceive(ON, menarche=menarche, surgery=surgery, menses=menses, causes=causes, last_menses=last)


def test_it_works() -> None:
    assert of() == "N"


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("last", "answer"),
    [
        (PartialDate(2025, 3, 14), "N"),
        (PartialDate(2025, 3, 15), "N"),  # exactly 12 months
        (PartialDate(2025, 3, 16), "Y"),
        (PartialDate(2025, 2), "N"),
        (PartialDate(2025, 3), None),
        (PartialDate(2025, 4), "Y"),
        (PartialDate(2024), "N"),
        (PartialDate(2025), None),
        (PartialDate(2026), "Y"),
        (None, None),
    ],
)
@pytest.mark.parametrize("cause", ["AGE", "CYCLOPHOSPHAMIDE"])
def test_after_menopause_and_after_cyclophosphamide_twelve_months_without_menses_decide(
    cause: str, last: PartialDate | None, answer: str | None
) -> None:
    assert of(causes=(cause,), last=last) == answer


@pytest.mark.parametrize("cause", ["HORMONES", "DRUG", "LACTATION", "DISEASE", "SURGERY", "OTHER"])
def test_with_another_cause_no_time_is_long_enough(cause: str) -> None:
    assert of(causes=(cause,), last=PartialDate(2001)) == "Y"
    assert of(causes=("CYCLOPHOSPHAMIDE", cause), last=PartialDate(2001)) == "Y"


@pytest.mark.parametrize(
    ("operation", "answer"),
    [("HYSTERECTOMY", "N"), ("SALPINGECTOMY", "N"), ("OOPHORECTOMY", "N"), ("TUBAL", "Y"), ("OTHER", "Y")],
)
def test_removal_is_sterility_and_tubal_ligation_is_contraception(operation: str, answer: str) -> None:
    assert of(menses="REGULAR", causes=(), last=SHORT, surgery=(operation,)) == answer


def test_before_menarche_there_is_none() -> None:
    assert of(menarche="N", menses=None, causes=(), last=None) == "N"


@pytest.mark.parametrize("menses", ["REGULAR", "IRREGULAR"])
def test_menses_that_come_mean_yes_whatever_the_last_date_says(menses: str) -> None:
    assert of(menses=menses, causes=(), last=LONG) == "Y"
    assert of(menses=menses, causes=(), last=None, menarche=None) == "Y"


def test_nothing_is_guessed_while_answers_lack() -> None:
    assert of(menses=None, causes=(), last=None) is None
    assert of(causes=()) is None  # stopped long ago, but why?
    assert of(causes=(), last=SHORT) == "Y"


def by_elimination(
    menarche: str | None, surgery: frozenset[str], menses: str | None, causes: frozenset[str], state: str
) -> str | None:
    """The same by another road: strike out what makes a woman infertile, then what is open; who is left is fertile.

    `state`: of the last menses, LONG ago, SHORT ago, EITHER, or unknown (NONE).
    """
    if menarche == "N" or surgery.intersection(("HYSTERECTOMY", "SALPINGECTOMY", "OOPHORECTOMY")):
        return "N"
    if menses is None:
        return None
    only_time = not causes.difference(("AGE", "CYCLOPHOSPHAMIDE"))
    if menses == "STOPPED" and only_time and state in ("LONG", "EITHER", "NONE"):
        return "N" if state == "LONG" and causes else None
    return "Y"


def test_every_combination_agrees_with_a_second_reckoning() -> None:
    last = {"LONG": LONG, "SHORT": SHORT, "EITHER": EITHER, "NONE": None}
    operations = [
        frozenset[str](),
        *(frozenset({each}) for each in Surgery.values),
        frozenset({"TUBAL", "HYSTERECTOMY"}),
    ]
    causes = [frozenset[str](), *(frozenset({each}) for each in Cause.values), frozenset({"AGE", "HORMONES"})]
    for menarche, surgery, menses, why, state in product(
        ("Y", "N", None), operations, (*Menses.values, None), causes, last
    ):
        found = may_conceive(ON, menarche=menarche, surgery=surgery, menses=menses, causes=why, last_menses=last[state])
        assert found == by_elimination(menarche, surgery, menses, why, state), (menarche, surgery, menses, why, state)


def test_time_never_makes_her_fertile_again() -> None:
    """Of one last menses: once N on some day, N on every later one."""
    answers = [
        may_conceive(
            date.fromordinal(date(2025, 1, 1).toordinal() + days),
            menarche="Y", surgery=(), menses="STOPPED", causes=("AGE",), last_menses=PartialDate(2025, 1),
        )
        for days in range(31, 500)
    ]  # fmt: skip
    rank = {"Y": 0, None: 1, "N": 2}
    assert [rank[answer] for answer in answers] == sorted(rank[answer] for answer in answers)
    assert set(answers) == {"Y", None, "N"}


HIGH = ["COMBINED", "PROGESTOGEN", "IMPLANT", "IUD", "IUS", "TUBAL", "VASECTOMY", "ABSTINENCE"]
LOW = ["MINIPILL", "CONDOM", "DIAPHRAGM", "SPERMICIDE", "CALENDAR", "WITHDRAWAL", "LACTATION", "NONE"]


@pytest.mark.parametrize(("method", "answer"), [*((each, "Y") for each in HIGH), *((each, "N") for each in LOW)])
def test_methods_below_one_percent_a_year_are_highly_effective(method: str, answer: str) -> None:
    assert highly_effective([method]) == answer


def test_every_method_is_judged_and_two_weak_ones_are_not_one_strong() -> None:
    assert sorted([*HIGH, *LOW]) == sorted(Contraception.values)
    assert highly_effective(LOW) == "N"
    assert highly_effective(["CONDOM", "IUD"]) == "Y"
