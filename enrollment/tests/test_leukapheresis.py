"""Leukapheresis: yields against a second reckoning, what is enough, order of steps."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.testing.forms import filled, firings, stand_in

DONE: dict[str, Any] = {
    "prperf": "Y", "prstdtc": "2025-01-27T09:00+08:00", "prendtc": "2025-01-27T12:30+08:00",
    "leukwt": "60", "leukvol": "100", "leukwbc": "50", "leukmnc": "80", "leukcd3": "40", "leukviab": "98",
    "leukcomp": ["NONE"],
}  # fmt: skip
ENROLLED = stand_in("ENR", enrdat=date(2025, 1, 20))
SIGNED = filled("ICF", icyn="Y", rficdtc="2025-01-05T09:00+08:00")


def collection(**answers: Any) -> Any:
    return filled("LEUK", **DONE | answers)


def asks(*others: Any, **answers: Any) -> dict[str, str]:
    found = firings(collection(**answers), others=others or (ENROLLED, SIGNED))
    return {firing.check_id: firing.kind for firing in found}


@pytest.mark.req("VAL-04")
def test_it_works() -> None:
    record = collection()
    # 0.1 L x 50 = 5; 80 % of it 4; 40 % of it 2; over 60 kg 33.33
    found = (record.leukwbct, record.leukmnct, record.leukcd3t, record.leukcd3kg)
    assert found == (Decimal("5.00"), Decimal("4.00"), Decimal("2.00"), Decimal("33.33"))
    assert record.leukdat == date(2025, 1, 27)
    assert asks() == {}


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("volume", "white", "share", "weight", "total", "per_kg"),
    [
        ("187.5", "62.41", "47.3", "58.3", "5.53", "94.94"),
        ("100", "10.1", "50", "60", "0.51", "8.42"),  # 0.505 rounds up
        ("0", "50", "40", "60", "0.00", "0.00"),
        ("99999.9", "99999.99", "100", "0.1", "9999989.00", "99999890000.01"),
    ],
)
def test_the_yield_agrees_with_a_second_reckoning(
    volume: str, white: str, share: str, weight: str, total: str, per_kg: str
) -> None:
    record = collection(leukvol=volume, leukwbc=white, leukcd3=share, leukmnc="100", leukwt=weight)
    assert (str(record.leukcd3t), str(record.leukcd3kg)) == (total, per_kg)
    cells = Fraction(volume) / 1000 * Fraction(white) * Fraction(share) / 100
    assert abs(cells - Fraction(record.leukcd3t)) <= Fraction(1, 200)
    assert abs(cells * 1000 / Fraction(weight) - Fraction(record.leukcd3kg)) <= Fraction(1, 200)


@pytest.mark.parametrize("name", ["leukvol", "leukwbc", "leukcd3"])
def test_there_is_no_yield_while_a_figure_is_missing(name: str) -> None:
    record = collection(**{name: None})
    assert (record.leukcd3t, record.leukcd3kg) == (None, None)


def test_a_weight_of_0_gives_no_yield_per_weight() -> None:
    assert collection(leukwt="0").leukcd3kg is None


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("share", "said"), [("20", False), ("19.9", True)])
def test_fewer_than_10_to_the_9_t_cells_are_asked_about(share: str, said: bool) -> None:
    assert ("LEUK-04" in asks(leukcd3=share)) is said


def test_the_check_of_the_yield_is_not_rounded() -> None:
    # 100 mL x 49.99 x 20 %: 0.9998, shown as 1.00
    assert collection(leukwbc="49.99", leukcd3="20").leukcd3t == Decimal("1.00")
    assert "LEUK-04" in asks(leukwbc="49.99", leukcd3="20")


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("count", "said"), [("0.50", False), ("0.49", True)])
def test_few_lymphocytes_before_collection_are_asked_about(count: str, said: bool) -> None:
    assert ("LEUK-05" in asks(leukalc=count)) is said


def test_t_cells_beyond_the_mononuclear_cells_are_asked_about() -> None:
    assert "LEUK-03" not in asks(leukcd3="80")
    assert "LEUK-03" in asks(leukcd3="80.1")


def test_it_ends_after_it_starts_and_begins_on_the_day_of_the_visit() -> None:
    assert "LEUK-01" in asks(prendtc="2025-01-27T09:00+08:00")
    found = firings(collection(), visit_on=date(2025, 1, 28), others=[ENROLLED, SIGNED])
    assert {firing.check_id for firing in found} == {"LEUK-02"}


@pytest.mark.parametrize(("counted", "said"), [("2025-01-27", False), ("2025-01-28", True)])
def test_the_blood_count_comes_before(counted: str, said: bool) -> None:
    assert ("LEUK-06" in asks(leukalcdat=counted)) is said


def test_none_beside_a_complication_is_asked_about() -> None:
    assert "LEUK-07" in asks(leukcomp=["NONE", "CITRATE"])
    assert asks(leukcomp=["ACCESS", "CITRATE"]) == {}


@pytest.mark.parametrize("name", ["leukmnc", "leukcd3", "leukviab"])
def test_a_share_above_100_percent_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        collection(**{name: "100.1"})


@pytest.mark.req("ENT-04")
@pytest.mark.parametrize(
    ("on", "deviates"),
    [(date(2025, 1, 27), False), (date(2025, 1, 28), True), (None, True)],
)
def test_collection_without_enrolment_on_or_before_the_day_is_a_deviation(on: date | None, deviates: bool) -> None:
    assert asks(stand_in("ENR", enrdat=on), SIGNED) == ({"LEUK-20": "DEVIATION"} if deviates else {})


@pytest.mark.req("ENT-04")
@pytest.mark.parametrize(("at", "deviates"), [("08:59", False), ("09:00", True)])
def test_collection_without_consent_before_it_is_a_deviation(at: str, deviates: bool) -> None:
    signed = filled("ICF", icyn="Y", rficdtc=f"2025-01-27T{at}+08:00")
    assert asks(ENROLLED, signed) == ({"LEUK-21": "DEVIATION"} if deviates else {})


def test_a_collection_that_did_not_take_place_is_asked_nothing() -> None:
    assert firings(filled("LEUK", prperf="N", prreasnd="Poor veins")) == []
