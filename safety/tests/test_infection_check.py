"""The infection check: what belongs to an active infection, and what it must go together with."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.testing.forms import a_subject, filled, fired
from safety.tests.toxicity_records import event

ILL: dict[str, Any] = {
    "infctmax": "38.4", "infcact": "Y", "infcsite": ["LUNG"], "infcorg": "BACTERIA", "infcorgt": "Pneumococcus",
    "infcstdat": "2026-02-10", "infcgr": "3", "infciv": "Y",
}  # fmt: skip
CONSENT = date(2026, 1, 20)


def check(**answers: Any) -> Any:
    return filled("INFC", subject=a_subject(consent_on=CONSENT), visit_on=date(2026, 2, 12), **answers)


def infection(**answers: Any) -> Any:
    return event(**{"aespecial": ["INFECTION"], "aestdat": "2026-02-10"} | answers)


def test_it_works() -> None:
    well = check(infctmax="36.9", infcact="N")
    assert well.infcdat == date(2026, 2, 12)
    assert fired(well) == set()
    assert fired(check(**ILL), others=[infection()]) == set()


def test_what_belongs_to_an_infection_is_asked_only_with_one() -> None:
    with pytest.raises(ValidationError):
        check(infcact="N", infcgr="2")


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("grade", "by_vein", "asked"), [("2", "Y", True), ("3", "Y", False), ("4", "Y", False), ("2", "N", False)]
)
def test_treatment_by_vein_is_grade_3(grade: str, by_vein: str, asked: bool) -> None:
    assert ("INFC-01" in fired(check(**ILL | {"infcgr": grade, "infciv": by_vein}))) is asked


@pytest.mark.parametrize(("temperature", "asked"), [("37.9", False), ("38.0", True)])
def test_fever_without_infection_is_asked_about(temperature: str, asked: bool) -> None:
    assert ("INFC-02" in fired(check(infctmax=temperature, infcact="N"))) is asked
    assert "INFC-02" not in fired(check(**ILL | {"infctmax": temperature}))


@pytest.mark.parametrize(("since", "asked"), [("2026-02-12", False), ("2026-02-13", True), ("2026-02", False)])
def test_an_infection_began_by_the_day_of_the_check(since: str, asked: bool) -> None:
    assert ("INFC-03" in fired(check(**ILL | {"infcstdat": since}))) is asked


@pytest.mark.req("SAF-05")
@pytest.mark.parametrize(
    ("since", "events", "asked"),
    [
        ("2026-02-10", [], True),
        ("2026-02-10", [infection(aestdat="2026-02-11")], True),
        ("2026-02-10", [infection(aestdat="2026-02")], False),
        ("2026-02-10", [infection(aespecial=["CRS"])], True),
        ("2026-01-19", [], False),
        ("2026-01", [], False),
    ],
)
def test_an_infection_since_consent_is_an_event(since: str, events: list[Any], asked: bool) -> None:
    assert ("INFC-10" in fired(check(**ILL | {"infcstdat": since}), others=events)) is asked
