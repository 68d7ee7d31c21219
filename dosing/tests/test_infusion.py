"""CAR-T infusion: dose per kg, difference from the plan, and the rules across forms."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.actions import milestones
from core.crf import read
from core.testing.forms import filled, fired, firings, stand_in

GIVEN: dict[str, Any] = {
    "exoccur": "Y",
    "expldos": "1",
    "exweight": "60",
    "exdose": "60",
    "exstdtc": "2025-02-28T10:00+08:00",
    "exendtc": "2025-02-28T10:25+08:00",
}
SIGNED = filled("ICF", icyn="Y", rficdtc="2025-01-05T09:00+08:00")
CLEARED = filled("CLR", clrdtc="2025-02-27T16:00+08:00", clrdec="NO_GO")
CLEARED.clrdec = "GO"  # what a go needs is tested with the clearance
PRODUCT = filled(
    "COI",
    coicode="MG-01-001-A",
    coilot="CT25-07",
    rows={
        "states": [{"prstate": "RECEIVED", "prstdtc": "2025-02-27T09:00+08:00"}],
        "checks": [
            {"coipoint": "BEDSIDE", "coiread1": "MG-01-001-A", "coiby1": "C01", "coidtc1": "2025-02-28T09:55+08:00"}
            | {"coiread2": "MG-01-001-A", "coiby2": "N02"}
        ],
        "bags": [{"dabagid": "B1", "daexpdat": "2025-02-28", "dafate": "INFUSED"}],
    },
)
BASELINE = stand_in("ICE", icetot=10, visit_on=date(2025, 2, 22))
SAFE = (CLEARED, PRODUCT, BASELINE)


def infusion(**answers: Any) -> Any:
    return filled("INF", **GIVEN | answers)


def asks(record: Any, *others: Any) -> dict[str, str]:
    """Check id -> kind, for a subject who signed the consent and was cleared, with a product that was checked."""
    return {firing.check_id: firing.kind for firing in firings(record, others=[SIGNED, *SAFE, *others])}


def upt(at: str, result: str = "NEG") -> Any:
    return filled("UPT", lbperf="Y", lbdtc=at, lborres=result)


def test_it_works() -> None:
    record = infusion()
    assert (record.exdosekg, record.exdosepct) == (Decimal("1.000"), Decimal("100.0"))
    assert asks(record) == {}


def test_its_start_is_day_0() -> None:
    assert list(milestones.of_form(read.form("INF"), infusion())) == [("INFUSION", date(2025, 2, 28))]


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("dose", "weight", "plan", "per_kg", "percent"),
    [
        ("60", "60", "1", "1.000", "100.0"),
        ("31.25", "62.5", "0.5", "0.500", "100.0"),
        ("100", "70", "1.5", "1.429", "95.2"),
        ("0.45", "900", "1", "0.001", "0.1"),  # 0.0005 rounds up, 0.05 % too
        ("0", "60", "1", "0.000", "0.0"),
        ("350.75", "58.3", "5", "6.016", "120.3"),
    ],
)
def test_the_dose_per_kg_and_percent_agree_with_a_second_reckoning(
    dose: str, weight: str, plan: str, per_kg: str, percent: str
) -> None:
    record = filled("INF", **GIVEN | {"exdose": dose, "exweight": weight, "expldos": plan})
    assert (str(record.exdosekg), str(record.exdosepct)) == (per_kg, percent)
    exact = Fraction(dose) / Fraction(weight)
    assert abs(exact - Fraction(record.exdosekg)) <= Fraction(1, 2000)
    assert abs(100 * exact / Fraction(plan) - Fraction(record.exdosepct)) <= Fraction(1, 20)


@pytest.mark.parametrize("name", ["exdose", "exweight"])
def test_there_is_no_dose_per_kg_while_a_figure_is_missing(name: str) -> None:
    record = infusion(**{name: None})
    assert (record.exdosekg, record.exdosepct) == (None, None)


def test_a_weight_or_plan_of_0_derives_nothing_and_is_asked_about() -> None:
    assert infusion(exweight="0").exdosekg is None
    assert infusion(exweight="0").exdosepct is None
    assert infusion(expldos="0").exdosepct is None
    assert "INF-02" in asks(infusion(exweight="0"))
    assert "INF-03" in asks(infusion(expldos="0"))


def test_the_largest_dose_over_the_smallest_weight_still_has_a_figure() -> None:
    record = infusion(exdose="999999.99", exweight="0.1", expldos="0.001")
    assert record.exdosekg == Decimal("9999999.900")
    assert record.exdosepct == Decimal("999999990000.0")


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("dose", "weight", "plan", "near"),
    [
        ("72", "60", "1", True),  # exactly 20 % above
        ("72.01", "60", "1", False),
        ("48", "60", "1", True),  # exactly 20 % below
        ("47.99", "60", "1", False),
        ("44.88", "68", "0.55", True),  # 20 % above 37.4, where binary fractions miss
        ("44.89", "68", "0.55", False),
        ("24.02", "60", "0.333", False),  # 120.2 % of the plan
        ("60", "60", "1", True),
    ],
)
def test_a_dose_more_than_20_percent_off_the_plan_is_asked_about(dose: str, weight: str, plan: str, near: bool) -> None:
    assert ("INF-03" not in asks(infusion(exdose=dose, exweight=weight, expldos=plan))) is near


def test_a_wrong_power_of_ten_is_asked_about() -> None:
    assert asks(infusion(expldos="0.05", exdose="3"))["RANGE"] == "RANGE"


def test_it_ends_after_it_starts() -> None:
    assert asks(infusion(exendtc="2025-02-28T10:01+08:00")) == {}
    assert asks(infusion(exendtc="2025-02-28T10:00+08:00")) == {"INF-01": "RULE"}
    assert asks(infusion(exendtc="2025-02-28T03:01+01:00")) == {}  # the same moment on another clock
    assert asks(infusion(exendtc="2025-02-28T03:00+01:00")) == {"INF-01": "RULE"}


def test_none_beside_a_premedication_is_asked_about() -> None:
    assert asks(infusion(cmprem=["NONE"])) == {}
    assert asks(infusion(cmprem=["ANTIHISTAMINE", "ANTIPYRETIC"])) == {}
    assert asks(infusion(cmprem=["NONE", "ANTIPYRETIC"])) == {"INF-04": "RULE"}


def test_another_day_than_the_visit_s_is_asked_about() -> None:
    assert "INF-05" not in fired(infusion(), visit_on=date(2025, 2, 28), others=[SIGNED])
    assert "INF-05" in fired(infusion(), visit_on=date(2025, 2, 27), others=[SIGNED])


def test_a_viability_above_100_percent_is_refused() -> None:
    with pytest.raises(ValidationError):
        infusion(exviab="100.1")


@pytest.mark.req("ENT-04")
@pytest.mark.parametrize(
    ("signed", "deviates"),
    [
        ("2025-02-28T09:59+08:00", False),
        ("2025-02-28T10:00+08:00", True),
        ("2025-02-28T02:59+01:00", False),
        (None, True),
    ],
)
def test_an_infusion_without_consent_before_it_is_a_deviation(signed: str | None, deviates: bool) -> None:
    consent = filled("ICF", icyn="Y", rficdtc=signed)
    found = firings(infusion(), others=[consent, *SAFE])
    kinds = {firing.check_id: firing.kind for firing in found if firing.check_id.startswith("INF")}
    assert kinds == ({"INF-10": "DEVIATION"} if deviates else {})


def test_an_infusion_without_any_consent_form_is_a_deviation() -> None:
    assert fired(infusion(), others=SAFE) == {"INF-10"}


def test_a_second_consent_after_infusion_does_not_matter() -> None:
    assert asks(infusion(), filled("ICF", icyn="Y", rficdtc="2025-03-30T09:00+08:00")) == {}


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("tested", "in_time"),
    [
        ("2025-02-27T09:59+08:00", False),  # 24 h 1 min before
        ("2025-02-27T10:00+08:00", True),  # exactly 24 h
        ("2025-02-28T10:00+08:00", True),
        ("2025-02-28T10:01+08:00", False),  # after the start
        ("2025-02-27T03:00+01:00", True),  # the same moment on another clock
        ("2025-02-27T02:59+01:00", False),
    ],
)
def test_a_woman_needs_a_negative_test_in_the_24_hours_before(tested: str, in_time: bool) -> None:
    found = asks(infusion(), filled("DM", sex="F"), upt(tested))
    assert found == ({} if in_time else {"INF-11": "RULE"})


def test_a_woman_without_a_test_is_asked_about_and_a_man_is_not() -> None:
    assert asks(infusion(), filled("DM", sex="F")) == {"INF-11": "RULE"}
    assert asks(infusion(), filled("DM", sex="M")) == {}
    assert asks(infusion(), filled("DM")) == {}


@pytest.mark.parametrize("result", ["POS", "IND"])
def test_the_last_test_before_infusion_must_be_negative(result: str) -> None:
    early, late = "2025-02-27T18:00+08:00", "2025-02-28T08:00+08:00"
    assert "INF-11" in asks(infusion(), filled("DM", sex="F"), upt(late, result))
    assert asks(infusion(), upt(early), upt(late, result)) == {"INF-12": "DEVIATION"}
    assert asks(infusion(), upt(late), upt(early, result)) == {}
    assert asks(infusion(), upt(late), upt("2025-02-28T11:00+08:00", result)) == {}


def test_an_infusion_that_did_not_take_place_is_asked_nothing() -> None:
    assert fired(filled("INF", exoccur="N", exreasnd="Product failed release"), others=[filled("DM", sex="F")]) == set()
