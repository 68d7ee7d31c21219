"""PFT: capacity for weight and against baseline, and item 8 of the QMG."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest

from core.testing.forms import a_subject, filled, fired

TREATED = a_subject(lymphodepletion_on=date(2026, 3, 10), infusion_on=date(2026, 3, 15))
DONE = {"reperf": "Y", "repos": "SITTING", "reseal": "MOUTHPIECE", "fvc": "3", "fvcpp": "90", "repred": "GLI2012"}
DAY_3 = date(2026, 3, 18)


def pft(*others: Any, on: date = DAY_3, **answers: Any) -> Any:
    return filled("PFT", subject=TREATED, visit_on=on, others=others, **DONE | answers)


def weighing(kilograms: str, on: date = date(2026, 3, 9)) -> Any:
    return filled("VS", vsperf="Y", weight=kilograms, subject=TREATED, visit_on=on)


def qmg(score: str | None, on: date = DAY_3) -> Any:
    """A stand-in: the scale is a form of its own."""
    return SimpleNamespace(crf=SimpleNamespace(code="QMG"), pk=None, visit=SimpleNamespace(visit_on=on), qmg08=score)


def test_it_works() -> None:
    others = (weighing("60"), pft(fvc="4", on=date(2026, 3, 9)))
    record = pft(*others)
    assert (str(record.fvckg), str(record.fvcchg)) == ("50.0", "-25.0")
    assert fired(record, others=others) == set()


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("fvc", "weight", "shown", "alert"),
    [
        ("1.20", "60.0", "20.0", False),
        ("1.19", "60.0", "19.8", True),
        ("1.19", "59.5", "20.0", False),
        ("1.20", "60.1", "20.0", True),  # 19.967 is shown as 20.0 and still below
        ("1.21", "60.1", "20.1", False),
    ],
)
def test_below_20_ml_per_kg_is_an_alert(fvc: str, weight: str, shown: str, alert: bool) -> None:
    record = pft(weighing(weight), fvc=fvc)
    assert str(record.fvckg) == shown
    assert ("PFT-01" in fired(record, others=[weighing(weight)])) is alert


@pytest.mark.req("VAL-04")
def test_the_last_weight_until_the_visit_counts() -> None:
    others = [weighing("50", DAY_3), weighing("60"), weighing("80", date(2026, 3, 19))]
    assert str(pft(*others).fvckg) == "60.0"
    assert pft(weighing("80", date(2026, 3, 19))).fvckg is None
    assert pft(filled("VS", vsperf="Y", subject=TREATED, visit_on=DAY_3), weighing("60")).fvckg == 50


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("now", "before", "shown", "alert"),
    [
        ("2.80", "4.00", "-30.0", False),
        ("2.79", "4.00", "-30.3", True),
        ("7.00", "10.00", "-30.0", False),
        ("2.09", "2.99", "-30.1", True),
        ("2.17", "3.10", "-30.0", False),
        ("2.31", "3.30", "-30.0", False),
        ("4.00", "4.00", "0.0", False),
        ("5.00", "4.00", "25.0", False),
    ],
)
def test_a_fall_of_more_than_30_percent_is_an_alert(now: str, before: str, shown: str, alert: bool) -> None:
    baseline = pft(fvc=before, on=date(2026, 3, 9))
    record = pft(baseline, fvc=now)
    assert str(record.fvcchg) == shown
    assert ("PFT-02" in fired(record, others=[baseline])) is alert


@pytest.mark.req("VAL-04")
def test_changes_agree_with_fractions() -> None:
    baseline = pft(fvc="3.33", on=date(2026, 3, 9))
    for hundredths in range(50, 600, 17):
        exact = Fraction(100 * (hundredths - 333), 333)
        found = pft(baseline, fvc=f"{hundredths // 100}.{hundredths % 100:02}").fvcchg
        assert abs(Fraction(found) - exact) <= Fraction(1, 20)


def test_a_baseline_of_0_or_none_gives_no_change() -> None:
    assert pft().fvcchg is None
    assert pft(pft(fvc="0", on=date(2026, 3, 9))).fvcchg is None
    assert pft(pft(fvc="4"), on=date(2026, 3, 9)).fvcchg is None


@pytest.mark.parametrize(("why", "alert"), [("TOO_WEAK", True), ("VENTILATED", True), ("OTHER", False)])
def test_too_weak_to_blow_is_an_alert(why: str, alert: bool) -> None:
    assert ("PFT-03" in fired(filled("PFT", reperf="N", rewhy=why))) is alert


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("percent", "score"),
    [
        ("80", "0"), ("79.9", "1"), ("65", "1"), ("64.9", "2"), ("50", "2"), ("49.9", "3"), ("0", "3"), ("120", "0"),
    ],
)  # fmt: skip
def test_item_8_of_the_qmg_follows_from_the_percentage(percent: str, score: str) -> None:
    for given in "0123":
        asked = "PFT-10" in fired(pft(fvcpp=percent), others=[qmg(given)])
        assert asked is (given != score)


def test_a_qmg_of_another_day_or_without_item_8_is_not_compared() -> None:
    assert "PFT-10" not in fired(pft(), others=[qmg("3", date(2026, 3, 17)), qmg(None)])
    assert "PFT-10" not in fired(pft(fvcpp=None), others=[qmg("3")])


@pytest.mark.parametrize(("score", "asked"), [("3", False), ("2", True), (None, False)])
def test_too_weak_to_blow_scores_3(score: str | None, asked: bool) -> None:
    record = filled("PFT", reperf="N", rewhy="TOO_WEAK", subject=TREATED, visit_on=DAY_3)
    assert ("PFT-11" in fired(record, others=[qmg(score)])) is asked
