"""NMT: decrement, edrophonium, neostigmine."""

from __future__ import annotations

from typing import Any

import pytest

from core.testing.forms import filled, fired

DONE = {"rnsperf": "Y", "rnsdat": "2025", "edroperf": "N", "neoperf": "N"}
NEO = {"rnsperf": "N", "edroperf": "N", "neoperf": "Y", "neodat": "2026-03", "neodose": "1", "neoatro": "Y"}


def nerve(decrement: Any, frequency: Any = "3") -> dict[str, Any]:
    return {"nmnerve": "ULNAR", "nmlat": "RIGHT", "nmfreq": frequency, "nmdecr": decrement}


def rns(*nerves: dict[str, Any]) -> Any:
    return filled("NMT", rows={"nerves": nerves}, **DONE)


def test_it_works() -> None:
    record = rns(nerve("4"), nerve("18.5"))
    assert record.rnspos == "Y"
    assert fired(record) == set()


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("decrement", "frequency", "positive"),
    [
        ("10", "3", "N"),
        ("10.1", "3", "Y"),
        ("10.1", "2", "Y"),
        ("40", "1.9", None),
        ("40", "3.1", None),
        ("40", "10", None),
        ("-5", "3", "N"),
        (None, "3", None),
        ("40", None, None),
    ],
)
def test_more_than_10_percent_at_2_to_3_hertz_is_positive(decrement: Any, frequency: Any, positive: str | None) -> None:
    assert rns(nerve(decrement, frequency)).rnspos == positive


def test_one_nerve_is_enough_and_all_must_be_known_to_be_negative() -> None:
    assert rns(nerve("11"), nerve(None)).rnspos == "Y"
    assert rns(nerve("9"), nerve(None)).rnspos is None
    assert rns(nerve("9"), nerve("8")).rnspos == "N"
    assert rns().rnspos is None
    assert filled("NMT", **DONE | {"rnsperf": "N", "rnsdat": None}).rnspos is None


def test_a_test_without_nerves_is_asked_about() -> None:
    assert fired(rns()) == {"NMT-02"}


@pytest.mark.parametrize(("frequency", "asked"), [("1.9", True), ("2", False), ("3", False), ("3.1", True)])
def test_another_frequency_is_asked_about(frequency: str, asked: bool) -> None:
    assert ("NMT-04" in fired(rns(nerve("5", frequency)))) is asked


@pytest.mark.parametrize(("conclusion", "positive"), [("POS", "Y"), ("DOUBT", "N"), ("NEG", "N"), (None, None)])
def test_a_doubtful_edrophonium_test_is_not_positive(conclusion: str | None, positive: str | None) -> None:
    record = filled("NMT", rnsperf="N", edroperf="Y", edrodose="10", edrores=conclusion, neoperf="N")
    assert record.edropos == positive


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("before", "best", "positive"),
    [
        ("10", "4", "Y"),  # 60 %
        ("10", "4.1", "N"),
        ("3", "1.2", "Y"),
        ("3", "1.3", "N"),
        ("10", "0", "Y"),
        ("10", "12", "N"),
    ],
)
def test_neostigmine_is_positive_from_a_relief_of_60_percent(before: str, best: str, positive: str) -> None:
    assert filled("NMT", **NEO, neobase=before, neobest=best, neores="NEG").neopos == positive


@pytest.mark.parametrize(("conclusion", "positive"), [("POS", "Y"), ("DOUBT", "N"), ("NEG", "N"), (None, None)])
def test_without_scores_the_conclusion_counts(conclusion: str | None, positive: str | None) -> None:
    assert filled("NMT", **NEO, neores=conclusion).neopos == positive
    assert filled("NMT", **NEO, neobase="0", neobest="0", neores=conclusion).neopos == positive
    assert filled("NMT", **NEO, neobase="10", neores=conclusion).neopos == positive


def test_a_conclusion_against_the_scores_is_asked_about() -> None:
    assert "NMT-01" in fired(filled("NMT", **NEO, neobase="10", neobest="4", neores="NEG"))
    assert "NMT-01" in fired(filled("NMT", **NEO, neobase="10", neobest="9", neores="POS"))
    assert "NMT-01" not in fired(filled("NMT", **NEO, neobase="10", neobest="4", neores="POS"))
    assert "NMT-01" not in fired(filled("NMT", **NEO, neobase="10", neobest="6", neores="DOUBT"))


def test_neostigmine_without_atropine_is_asked_about() -> None:
    assert fired(filled("NMT", **NEO | {"neoatro": "N"}, neores="NEG")) == {"NMT-03"}
