"""AB: AChR antibody, its limit, and its change from baseline."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from core.testing.forms import a_subject, filled, fired

TREATED = a_subject(lymphodepletion_on=date(2026, 3, 10), infusion_on=date(2026, 3, 15))
DONE = {
    "lbperf": "Y", "lbdat": "2026-04-12", "lbnam": "First Hospital", "achrmeth": "RIA", "achrkit": "K 1",
    "achr": "3", "achrunit": "nmol/L", "achruln": "0.5", "achrres": "POS",
}  # fmt: skip


def ab(*others: Any, **answers: Any) -> Any:
    return filled("AB", subject=TREATED, others=others, **DONE | answers)


def before(achr: str = "12", **answers: Any) -> Any:
    return ab(**{"lbdat": "2026-03-09", "achr": achr} | answers)


def test_it_works() -> None:
    record = ab(before())
    assert record.achrchg == Decimal("-75.0")
    assert fired(record, others=[before()]) == set()


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("now", "first", "percent"),
    [
        ("12", "12", "0.0"),
        ("6", "12", "-50.0"),
        ("24", "12", "100.0"),
        ("0", "12", "-100.0"),
        ("2", "3", "-33.3"),
        ("1", "3", "-66.7"),
        ("11.994", "12", "-0.1"),  # -0.05 exactly: away from zero
        ("<0.5", "12", None),
        ("3", ">20", None),
        ("3", "<0.5", None),
        ("3", "0", None),
    ],
)
def test_change_is_in_percent_of_baseline(now: str, first: str, percent: str | None) -> None:
    found = ab(before(first), achr=now).achrchg
    assert (None if found is None else str(found)) == percent


@pytest.mark.req("VAL-04")
def test_every_change_agrees_with_fractions() -> None:
    for tenths in range(0, 200, 7):
        found = ab(before("7.3"), achr=f"{Decimal(tenths) / 10}").achrchg
        exact = Fraction(100 * (tenths - 73), 73)
        assert abs(Fraction(found) - exact) <= Fraction(1, 20)


@pytest.mark.parametrize("other", [{"achrmeth": "ELISA"}, {"achrunit": "U/mL"}])
def test_results_of_another_assay_or_unit_are_not_compared(other: dict[str, str]) -> None:
    assert ab(before(**other)).achrchg is None


def test_the_last_sample_before_treatment_is_the_baseline() -> None:
    screening = before("40", lbdat="2026-02-01")
    after = ab(lbdat="2026-03-22", achr="9")
    assert ab(screening, before("12"), after, achr="6").achrchg == Decimal("-50.0")
    assert before("12", lbdat="2026-03-10").achrchg is None


def test_a_baseline_without_a_figure_gives_no_change() -> None:
    assert ab(before(achr="", achrmeth="CBA"), achrmeth="CBA").achrchg is None


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("result", "conclusion", "fits"),
    [
        ("0.5", "NEG", True),
        ("0.51", "NEG", False),
        ("0.5", "POS", False),
        ("0.51", "POS", True),
        ("<0.5", "NEG", True),
        ("<0.5", "POS", False),
        (">20", "POS", True),
        (">20", "NEG", False),
        ("0.5", "IND", True),
    ],
)
def test_the_conclusion_follows_from_the_limit_of_the_kit(result: str, conclusion: str, fits: bool) -> None:
    assert ("AB-01" not in fired(ab(achr=result, achrres=conclusion))) is fits


def test_a_figure_is_asked_for_unless_the_assay_gives_none() -> None:
    assert "AB-02" in fired(ab(achr=None))
    assert "AB-02" not in fired(ab(achr=None, achrmeth="CBA"))
    assert "AB-03" in fired(ab(achrunit=None))
    assert "AB-03" in fired(ab(achruln=None))
    assert "AB-03" not in fired(ab(achr=None, achrunit=None, achruln=None, achrmeth="CBA"))


@pytest.mark.parametrize(
    ("other", "asked"),
    [
        ({}, False),
        ({"lbnam": " first hospital "}, False),
        ({"lbnam": "Another"}, True),
        ({"achrmeth": "ELISA"}, True),
        ({"achrunit": "U/mL"}, True),
        ({"lbnam": None}, False),
    ],
)
def test_another_assay_or_laboratory_than_before_is_asked_about(other: dict[str, Any], asked: bool) -> None:
    assert ("AB-11" in fired(ab(), others=[before(**other)])) is asked


def test_only_the_sample_just_before_is_compared() -> None:
    others = [before(lbdat="2026-02-01", lbnam="Another"), before(), ab(lbdat="2026-05-01", lbnam="Another")]
    assert "AB-11" not in fired(ab(), others=others)
