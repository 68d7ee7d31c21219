"""RP and RPM: reproductive status of women, contraception of men."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.testing.forms import filled, fired

ON = date(2026, 3, 15)
FERTILE: dict[str, Any] = {
    "rpmenar": "Y",
    "rpmenage": "13",
    "rpmens": "REGULAR",
    "rplmpdat": "2026-03-01",
    "rpsurgyn": "N",
    "bfeed": "N",
    "rpcontr": "Y",
    "rpmeth": ["IUD"],
}
STOPPED: dict[str, Any] = {"rpmens": "STOPPED", "rpamen": ["AGE"], "rpcontr": None, "rpmeth": None}
MAN = {"rpmfert": "N", "rpmcond": "Y", "rpmpart": "Y", "rpmsperm": "Y", "rpmbank": "Y"}


def woman(**answers: Any) -> Any:
    return filled("RP", visit_on=ON, **FERTILE | answers)


def test_it_works() -> None:
    record = woman()
    assert (record.childpot, record.rphigh) == ("Y", "Y")
    assert fired(record) == set()


def test_a_woman_after_menopause_is_not_asked_about_contraception() -> None:
    record = woman(**STOPPED, rplmpdat="2015-06")
    assert (record.childpot, record.rphigh) == ("N", None)
    assert fired(record) == set()


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("last", "answer"), [("2025-03-15", "N"), ("2025-03-16", "Y"), ("2025-03", None)])
def test_cyclophosphamide_counts_as_fertile_until_twelve_months_have_passed(last: str, answer: str | None) -> None:
    record = woman(**STOPPED | {"rpamen": ["CYCLOPHOSPHAMIDE"]}, rplmpdat=last)
    assert record.childpot == answer


def test_a_date_that_leaves_it_open_is_asked_about_and_a_cause_that_lacks_is_not() -> None:
    assert fired(woman(**STOPPED, rplmpdat="2025-03")) == {"RP-01"}
    assert fired(woman(**STOPPED | {"rpamen": None}, rplmpdat="2020")) == set()


@pytest.mark.parametrize(("last", "asked"), [("2025-12-15", False), ("2025-12-16", True), ("2025-12", False)])
def test_less_than_three_months_is_no_end_of_menstruation(last: str, asked: bool) -> None:
    assert ("RP-02" in fired(woman(**STOPPED, rplmpdat=last))) is asked


def test_a_fertile_woman_without_an_answer_on_contraception_is_asked_about() -> None:
    assert fired(woman(rpcontr=None)) == {"RP-03"}
    assert fired(woman(rpcontr="N")) == {"RP-04"}


def test_a_weak_method_is_asked_about() -> None:
    assert fired(woman(rpmeth=["CONDOM"])) == {"RP-05"}
    assert fired(woman(rpmeth=["NONE", "IUD"])) == {"RP-06"}


def test_an_adult_without_menarche_is_asked_about_until_there_is_a_comment() -> None:
    nothing = {"rpmenar": "N", "rpmenage": None, "rpmens": None, "rplmpdat": None, "rpcontr": None, "rpmeth": None}
    assert woman(**nothing).childpot == "N"
    assert fired(woman(**nothing)) == {"RP-07"}
    assert fired(woman(**nothing, rpcom="Turner syndrome")) == set()


def test_menses_before_birth_are_asked_about() -> None:
    born = filled("DM", brthdat="1980-05")
    assert fired(woman(rpmens="IRREGULAR", rplmpdat="1980-04"), others=[born]) == {"RP-08"}
    assert fired(woman(rpmens="IRREGULAR", rplmpdat="1980"), others=[born]) == set()


def test_an_operation_as_the_cause_needs_the_operation() -> None:
    without = woman(**STOPPED | {"rpamen": ["SURGERY"], "rpcontr": "Y", "rpmeth": ["IUD"]}, rplmpdat="2020")
    assert (without.childpot, fired(without)) == ("Y", {"RP-09"})
    with_it = woman(**STOPPED | {"rpamen": ["SURGERY"]}, rplmpdat="2020", rpsurgyn="Y", rpsurg=["HYSTERECTOMY"])
    assert (with_it.childpot, fired(with_it)) == ("N", set())


def test_tubal_ligation_leaves_her_of_childbearing_potential() -> None:
    assert woman(rpsurgyn="Y", rpsurg=["TUBAL"], rpmeth=["TUBAL"]).childpot == "Y"


def test_a_cause_of_menses_that_did_not_stop_is_refused() -> None:
    with pytest.raises(ValidationError):
        woman(rpamen=["AGE"])


def test_nothing_is_derived_before_the_visit_has_a_date() -> None:
    assert filled("RP", **FERTILE).childpot is None


def test_a_man_who_agrees_raises_nothing() -> None:
    assert fired(filled("RPM", **MAN)) == set()


@pytest.mark.parametrize(("name", "check"), [("rpmcond", "RPM-01"), ("rpmsperm", "RPM-02"), ("rpmbank", "RPM-03")])
def test_what_a_man_does_not_agree_to_is_asked_about(name: str, check: str) -> None:
    assert fired(filled("RPM", **MAN | {name: "N"})) == {check}


def test_a_sterile_man_needs_no_condom_but_answers_about_sperm() -> None:
    sterile = {"rpmfert": "Y", "rpmcond": "N", "rpmsperm": "N"}
    assert fired(filled("RPM", **sterile)) == {"RPM-02"}
