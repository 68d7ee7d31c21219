"""Adverse events: partial dates, grades, seriousness, causes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.testing.forms import a_subject, filled, fired

EVENT: dict[str, Any] = {
    "aeterm": "Headache",
    "aestdat": "2025-03-05",
    "aeongo": "N",
    "aeendat": "2025-03-07",
    "aeout": "RECOVERED/RESOLVED",
    "aetoxgr": "1",
    "aeser": "N",
    "aerel": "POSSIBLE",
    "aerelld": "NOT RELATED",
    "aeacn": "DOSE NOT CHANGED",
    "aecontrt": "N",
}


def event(**answers: Any) -> Any:
    return filled("AE", **EVENT | answers)


def test_it_works() -> None:
    assert fired(event()) == set()


@pytest.mark.req("TIM-03", "VAL-04")
@pytest.mark.parametrize(
    ("start", "end", "asked"),
    [
        ("2025-03-05", "2025-03-05", False),
        ("2025-03-05", "2025-03-04", True),
        ("2025-03-05", "2025-03", False),  # may be the 31st
        ("2025-03-31", "2025-03", False),
        ("2025-04-01", "2025-03", True),
        ("2025-03", "2025-03-01", False),  # may have started on the 1st
        ("2025-03", "2025-02-28", True),
        ("2025-03", "2025-02", True),
        ("2024-02-29", "2024-02", False),
        ("2025", "2025-01-01", False),
        ("2025", "2024", True),
        ("2025-12-31", "2025", False),
    ],
)
def test_an_end_certainly_before_the_start_is_asked_about(start: str, end: str, asked: bool) -> None:
    assert ("AE-01" in fired(event(aestdat=start, aeendat=end))) is asked


@pytest.mark.req("TIM-03")
def test_partial_dates_stay_as_they_were_given() -> None:
    record = event(aestdat="UN-MAR-2025", aeendat="2025")
    assert (str(record.aestdat), str(record.aeendat)) == ("2025-03", "2025")


def test_an_end_of_an_event_that_goes_on_is_refused() -> None:
    with pytest.raises(ValidationError):
        event(aeongo="Y")


def test_grade_5_is_fatal_serious_and_led_to_death() -> None:
    death = {"aetoxgr": "5", "aeout": "FATAL", "aeser": "Y", "aesercrit": ["DEATH"]}
    assert fired(event(**death)) == set()
    assert fired(event(**death | {"aetoxgr": "4"})) == {"AE-02"}
    assert fired(event(**death | {"aeout": "UNKNOWN"})) == {"AE-02", "AE-04"}
    assert fired(event(**death | {"aeser": "N", "aesercrit": None})) == {"AE-03"}
    assert fired(event(**death | {"aesercrit": ["HOSPITAL"]})) == {"AE-04"}


def test_criteria_of_an_event_that_is_not_serious_are_refused() -> None:
    with pytest.raises(ValidationError):
        event(aesercrit=["LIFE"])


@pytest.mark.parametrize(
    ("going_on", "outcome", "asked"),
    [
        ("Y", "RECOVERED/RESOLVED", True),
        ("Y", "RECOVERED/RESOLVED WITH SEQUELAE", True),
        ("Y", "FATAL", True),
        ("Y", "RECOVERING/RESOLVING", False),
        ("Y", "UNKNOWN", False),
        ("N", "RECOVERING/RESOLVING", True),
        ("N", "NOT RECOVERED/NOT RESOLVED", True),
        ("N", "RECOVERED/RESOLVED WITH SEQUELAE", False),
    ],
)
def test_the_outcome_fits_whether_it_goes_on(going_on: str, outcome: str, asked: bool) -> None:
    end = None if going_on == "Y" else "2025-03-07"
    assert ("AE-05" in fired(event(aeongo=going_on, aeendat=end, aeout=outcome))) is asked


@pytest.mark.parametrize(
    ("special", "scale"),
    [
        (None, "CTCAE 5.0"),
        (["INFECTION"], "CTCAE 5.0"),
        (["CRS"], "ASTCT 2019"),
        (["ICANS", "CARDIAC"], "ASTCT 2019"),
    ],
)
def test_the_grading_system_is_kept_with_the_grade(special: list[str] | None, scale: str) -> None:
    assert event(aespecial=special).aetoxscl == scale
    assert event(aespecial=special, aetoxgr=None).aetoxscl is None


@pytest.mark.parametrize(
    ("start", "asked"), [("2025-03-01", True), ("2025-03-02", False), ("2025-03", False), ("2025-02", True)]
)
def test_an_event_certainly_before_consent_is_asked_about(start: str, asked: bool) -> None:
    found = fired(event(aestdat=start, aerel="NOT RELATED"), subject=a_subject(consent_on=date(2025, 3, 2)))
    assert ("AE-10" in found) is asked


@pytest.mark.parametrize(
    ("start", "cause", "asked"),
    [
        ("2025-03-05", "RELATED", True),
        ("2025-03-05", "POSSIBLE", True),
        ("2025-03-05", "UNLIKELY", False),
        ("2025-03-06", "RELATED", False),
        ("2025-03", "RELATED", False),
    ],
)
def test_a_treatment_cannot_cause_what_was_there_before_it(start: str, cause: str, asked: bool) -> None:
    both = {"aestdat": start, "aerel": cause, "aerelld": cause}
    day = date(2025, 3, 6)
    assert fired(event(**both), subject=a_subject(infusion_on=day)) == ({"AE-11"} if asked else set())
    assert fired(event(**both), subject=a_subject(lymphodepletion_on=day)) == ({"AE-12"} if asked else set())
