"""QMG: the points on both sides of each cut-off, the total, and the checks (clinical reference pack, 3.2)."""

from __future__ import annotations

from bisect import bisect_right
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from core.crf import read
from core.testing.forms import filled, firings
from core.testing.forms import fired as fired_on

EYES, ARMS, LEGS = ("qmg01", "qmg02"), ("qmg06", "qmg07"), ("qmg12", "qmg13")
TIMED = (*EYES, *ARMS, "qmg11", *LEGS)
NAMES = [f"qmg{number:02}" for number in range(1, 14)]
BEST = {
    **{f"{name}how": "MAX" for name in (*TIMED, "qmg05")},
    **{"qmg03c": "0", "qmg04c": "0", "qmg08how": "VALUE", "qmg08pct": "80", "qmg08ref": "GLI2012"},
    **{"gripunit": "KG", "gripdev": "D1", "qmg09how": "VALUE", "qmg09kg1": "45", "qmg10how": "VALUE", "qmg10kg1": "35"},
}
WORST = {
    **{f"{name}how": "SPON" for name in EYES},
    **{f"{name}how": "WEAK" for name in (*ARMS, "qmg05", "qmg08", "qmg09", "qmg10", "qmg11", *LEGS)},
    **{"qmg03c": "3", "qmg04c": "3", "gripunit": "KG", "gripdev": "D1"},
}
# The published table, worst to best: lower ends of 3, 2, 1 and 0 points. Written anew here, for a second reckoning.
TABLE = {
    **dict.fromkeys(EYES, (0, 1, 11, 61)),
    **dict.fromkeys(ARMS, (0, 10, 90, 240)),
    "qmg11": (0, 1, 30, 120),
    **dict.fromkeys(LEGS, (0, 1, 31, 100)),
    "qmg08": (0, 50, 65, 80),
    "qmg05": (0, 10, 30, 51),
}
GRIPS = {
    ("M", "qmg09"): (0, 5, 15, 45),
    ("F", "qmg09"): (0, 5, 10, 30),
    ("M", "qmg10"): (0, 5, 15, 35),
    ("F", "qmg10"): (0, 5, 10, 25),
}


def again(name: str, figure: Decimal, sex: str = "M") -> int:
    """The points by looking the whole figure up in the table: another way than the product's."""
    return 4 - bisect_right(GRIPS.get((sex, name)) or TABLE[name], int(figure))


def scale(sex: str | None = "M", **answers: Any) -> Any:
    """A QMG that is best but for these answers."""
    given_answers: dict[str, Any] = BEST | answers
    for name in NAMES:
        if given_answers.get(f"{name}how") not in (None, "VALUE"):
            gone = [key for key in given_answers if key.startswith(name) and key[5:] not in ("how", "nt", "c")]
            given_answers = {key: value for key, value in given_answers.items() if key not in gone}
    others = [] if sex is None else [filled("DM", sex=sex)]
    return filled("QMG", rsperf="Y", others=others, **given_answers)


def fired(record: Any, sex: str | None = "M", **options: Any) -> set[str]:
    """The ids of the checks that fire beside a demography with this sex."""
    return fired_on(record, others=[] if sex is None else [filled("DM", sex=sex)], **options)


def figure_of(name: str, figure: object) -> dict[str, Any]:
    """A test that gave a figure."""
    suffix = {"qmg05": "cnt", "qmg08": "pct", "qmg09": "kg1", "qmg10": "kg1"}.get(name, "sec")
    return {f"{name}how": "VALUE", f"{name}{suffix}": str(figure)}


def points(name: str, figure: object, sex: str = "M") -> int | None:
    """What a test with this figure scores."""
    found: int | None = getattr(scale(sex, **figure_of(name, figure)), name)
    return found


@pytest.mark.req("VAL-04")
def test_it_works() -> None:
    record = scale(**figure_of("qmg01", "34"), **figure_of("qmg06", "89.9"), qmg03c="1", qmg10how="WEAK")
    assert [getattr(record, name) for name in NAMES] == [1, 0, 1, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]
    assert (record.qmgtot, record.qmgn) == (7, 13)


CUTS = [
    *[(name, *cut) for name in EYES for cut in (("0", 3), ("0.9", 3), ("1", 2), ("10", 2), ("10.9", 2), ("11", 1))],
    *[(name, *cut) for name in EYES for cut in (("60", 1), ("60.4", 1), ("60.9", 1), ("61", 0), ("61.5", 0))],
    *[(name, *cut) for name in ARMS for cut in (("0", 3), ("9", 3), ("9.9", 3), ("10", 2), ("89", 2), ("89.9", 2))],
    *[(name, *cut) for name in ARMS for cut in (("90", 1), ("239", 1), ("239.9", 1), ("240", 0), ("241", 0))],
    *[("qmg11", *cut) for cut in (("0", 3), ("0.9", 3), ("1", 2), ("29", 2), ("29.9", 2), ("30", 1), ("119.9", 1))],
    *[("qmg11", *cut) for cut in (("119", 1), ("120", 0), ("121", 0))],
    *[(name, *cut) for name in LEGS for cut in (("0", 3), ("0.9", 3), ("1", 2), ("30", 2), ("30.9", 2), ("31", 1))],
    *[(name, *cut) for name in LEGS for cut in (("99", 1), ("99.9", 1), ("100", 0), ("101", 0))],
    *[("qmg05", *cut) for cut in (("0", 3), ("9", 3), ("10", 2), ("29", 2), ("30", 1), ("49", 1), ("50", 1))],
    *[("qmg08", *cut) for cut in (("0", 3), ("49", 3), ("49.9", 3), ("50", 2), ("64", 2), ("64.9", 2), ("65", 1))],
    *[("qmg08", *cut) for cut in (("79", 1), ("79.9", 1), ("80", 0), ("120", 0))],
]
GRIP_CUTS = [
    *[("M", "qmg09", *cut) for cut in (("4.9", 3), ("5", 2), ("14.9", 2), ("15", 1), ("44.9", 1), ("45", 0))],
    *[("F", "qmg09", *cut) for cut in (("4.9", 3), ("5", 2), ("9.9", 2), ("10", 1), ("29.9", 1), ("30", 0))],
    *[("M", "qmg10", *cut) for cut in (("4.9", 3), ("5", 2), ("14.9", 2), ("15", 1), ("34.9", 1), ("35", 0))],
    *[("F", "qmg10", *cut) for cut in (("4.9", 3), ("5", 2), ("9.9", 2), ("10", 1), ("24.9", 1), ("25", 0))],
    *[(sex, name, "0", 3) for sex, name in GRIPS],
    *[(sex, name, "4", 3) for sex, name in GRIPS],
]


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("name", "figure", "expected"), CUTS)
def test_each_cut_off_has_its_points_on_both_sides(name: str, figure: str, expected: int) -> None:
    assert points(name, figure) == expected


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("sex", "name", "figure", "expected"), GRIP_CUTS)
def test_the_grip_has_its_points_by_sex_and_side(sex: str, name: str, figure: str, expected: int) -> None:
    assert points(name, figure, sex) == expected


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("name", "last"), [*((name, 300) for name in TIMED), ("qmg08", 130)])
def test_more_is_never_worse_and_a_second_reckoning_agrees(name: str, last: int) -> None:
    """Every whole figure and every tenth around the cut-offs."""
    tenths = {cut * 10 + step for cut in TABLE[name] for step in range(-11, 12) if cut * 10 + step >= 0}
    figures = sorted({*range(0, last * 10, 10), *tenths})
    found = [points(name, Decimal(figure) / 10) for figure in figures]
    assert found == [again(name, Decimal(figure) / 10) for figure in figures]
    assert all(before >= after for before, after in pairwise(found))  # type: ignore[operator]


@pytest.mark.req("VAL-04")
def test_counting_further_is_never_worse() -> None:
    found = [points("qmg05", count) for count in range(51)]
    assert found == [again("qmg05", Decimal(count)) for count in range(51)]


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("sex", "name"), list(GRIPS))
def test_a_stronger_grip_is_never_worse(sex: str, name: str) -> None:
    found = [points(name, Decimal(tenth) / 10, sex) for tenth in range(0, 500)]
    assert found == [again(name, Decimal(tenth) / 10, sex) for tenth in range(0, 500)]
    assert all(before >= after for before, after in pairwise(found))  # type: ignore[operator]


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("name", "code"), [(name, "0123"[n]) for name in ("qmg03", "qmg04") for n in range(4)])
def test_what_the_observer_sees_counts_as_it_is_seen(name: str, code: str) -> None:
    assert getattr(scale(**{f"{name}c": code}), name) == int(code)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("sex", ["M", "F"])
def test_nothing_wrong_anywhere_is_0(sex: str) -> None:
    assert (scale(sex).qmgtot, scale(sex).qmgn) == (0, 13)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("sex", ["M", "F", None])
def test_too_weak_for_everything_is_39_and_nothing_is_missing(sex: str | None) -> None:
    record = filled("QMG", rsperf="Y", others=[filled("DM", sex=sex)], **WORST)
    assert [getattr(record, name) for name in NAMES] == [3] * 13
    assert (record.qmgtot, record.qmgn) == (39, 13)


@pytest.mark.req("VAL-04")
def test_not_testable_has_no_points_and_there_is_no_total() -> None:
    for name in [name for name in NAMES if name not in ("qmg03", "qmg04")]:
        record = scale(**{f"{name}how": "NT", f"{name}nt": "INJURY"})
        assert (getattr(record, name), record.qmgtot, record.qmgn) == (None, None, 12), name


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("name", NAMES)
def test_there_is_no_total_while_one_test_is_open(name: str) -> None:
    gate = f"{name}c" if name in ("qmg03", "qmg04") else f"{name}how"
    figures = {key: None for key in BEST if key.startswith(name)}
    record = scale(**figures | {gate: None})
    assert (getattr(record, name), record.qmgtot, record.qmgn) == (None, None, 12)


@given(st.lists(st.integers(0, 3), min_size=13, max_size=13))
@pytest.mark.req("VAL-04")
def test_the_total_is_the_sum_of_thirteen(wanted: list[int]) -> None:
    answers: dict[str, Any] = {}
    for name, score in zip(NAMES, wanted, strict=True):
        lower = (GRIPS.get(("M", name)) or TABLE.get(name) or (0, 0, 0, 0))[3 - score]
        if name in ("qmg03", "qmg04"):
            answers[f"{name}c"] = str(score)
        else:
            answers |= {f"{name}how": "MAX"} if (name, score) == ("qmg05", 0) else figure_of(name, lower)
    record = scale(**answers)
    assert [getattr(record, name) for name in NAMES] == wanted
    assert record.qmgtot == sum(wanted)


def test_a_figure_beside_the_full_time_is_refused() -> None:
    for outcome in ("MAX", "SPON", "NT"):
        with pytest.raises(ValidationError):
            filled("QMG", rsperf="Y", qmg01how=outcome, qmg01sec="30")


def test_the_reason_belongs_to_what_was_not_testable() -> None:
    with pytest.raises(ValidationError):
        filled("QMG", rsperf="Y", qmg11how="WEAK", qmg11nt="INJURY")


@pytest.mark.req("VAL-04")
def test_the_best_of_three_tries_counts() -> None:
    record = scale(qmg09kg1="14.9", qmg09kg2="15", qmg09kg3="12")
    assert (record.qmg09kg, record.qmg09) == (Decimal(15), 1)
    record = scale(qmg10kg1="35", qmg10kg2="34.9")
    assert (record.qmg10kg, record.qmg10) == (Decimal(35), 0)


def test_the_grip_waits_for_the_sex_and_that_is_asked() -> None:
    record = scale(None)
    assert (record.qmg09, record.qmg10, record.qmgtot) == (None, None, None)
    assert "QMG-01" in fired(record, None)
    assert "QMG-01" not in fired(scale("F"), "F")


def test_pounds_are_refused_and_said_to_be() -> None:
    with pytest.raises(ValidationError):
        filled("QMG", rsperf="Y", gripunit="LB", qmg09how="VALUE", qmg09kg1="90")
    assert "QMG-02" in fired(filled("QMG", rsperf="Y", gripunit="LB"))
    assert "QMG-02" not in fired(scale())


def test_a_count_above_50_and_a_share_above_200_are_refused() -> None:
    for answers in (figure_of("qmg05", 51), figure_of("qmg08", 201), {"qmg03c": "4"}, figure_of("qmg01", -1)):
        with pytest.raises(ValidationError):
            scale(**answers)


def test_a_time_beyond_the_end_of_the_test_is_kept_and_asked_about() -> None:
    for name, stop in (("qmg01", 61), ("qmg06", 240), ("qmg11", 120), ("qmg13", 100)):
        at, beyond = scale(**figure_of(name, stop)), scale(**figure_of(name, stop + 1))
        assert "RANGE" not in fired(at), name
        assert "RANGE" in fired(beyond), name


@pytest.mark.parametrize(("paper", "asked"), [("0", False), ("1", True), ("39", True)])
def test_a_total_on_paper_that_differs_is_asked_about(paper: str, asked: bool) -> None:
    assert ("QMG-03" in fired(scale(qmgpap=paper))) is asked


def test_points_on_paper_that_differ_are_asked_about_test_by_test() -> None:
    record = scale(**figure_of("qmg12", "30"))  # 2 points; the misprinted table gives 1
    written = [{"qmgtest": "12", "qmgpts": "1"}, {"qmgtest": "13", "qmgpts": "0"}]
    found = firings(record, rows={"paper": written}, others=[filled("DM", sex="M")])
    assert [(each.check_id, each.row_key) for each in found] == [("QMG-04", 1)]


# What every scale of this trial has


def test_points_totals_and_change_cannot_be_typed() -> None:
    derived = {*NAMES, "qmgtot", "qmgn", "qmgchg", "qmg09kg", "qmg10kg", "rscheihr"}
    assert {item.name for item in read.form("QMG").items if item.derived} == derived


def test_the_form_asks_the_tests_in_the_order_in_which_they_are_done() -> None:
    gates = [item.name for item in read.form("QMG").items if item.name.endswith("how") or item.score]
    assert gates == [f"qmg{n:02}{'c' if n in (3, 4) else 'how'}" for n in range(1, 14)]


def test_every_test_can_be_told_from_the_other_by_its_words_alone() -> None:
    labels = [str(item.label) for item in read.form("QMG").items]
    assert len(set(labels)) == len(labels)
