"""Adverse events: partial dates, grades, seriousness, causes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.crf import read
from core.crf.evaluate import gaps
from core.testing import forms
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
    "aerepby": "SUBJECT",
    "aectcae": "Headache",
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

    def asks(**answers: Any) -> set[str]:
        return {check for check in fired(event(**death | answers)) if check.startswith("AE-")}

    assert asks() == set()
    assert asks(aetoxgr="4") == {"AE-02"}
    assert asks(aeout="UNKNOWN") == {"AE-02", "AE-04"}
    assert asks(aeser="N", aesercrit=None) == {"AE-03"}
    assert asks(aesercrit=["IMPORTANT"]) == {"AE-04"}


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
        (["IEC-HS"], "ASTCT 2023"),
        (["CRS", "IEC-HS"], "ASTCT 2019"),
        (["LICATS"], "CTCAE 5.0"),
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


SERIOUS = {"aeser": "Y", "aesercrit": ["IMPORTANT"]}


def report(key: int, of: int, **answers: Any) -> Any:
    found = filled("SAE", saeaeno=of, **answers)
    found.key = key
    return found


@pytest.mark.parametrize(
    ("day", "time", "asked"),
    [
        ("2025-03-05", "2025-03-05T23:59+08:00", False),
        ("2025-03-05", "2025-03-06T00:00+08:00", True),
        ("2025-03", "2025-03-31T10:00+08:00", False),
        ("2025-03", "2025-04-01T10:00+08:00", True),
    ],
)
def test_the_time_lies_on_the_day(day: str, time: str, asked: bool) -> None:
    assert ("AE-06" in fired(event(aestdat=day, aestdtc=time, aeendat="2025-05-01"))) is asked
    both = {"aestdat": "2025-01-01", "aeendat": day, "aeendtc": time}
    assert ("AE-07" in fired(event(**both))) is asked


def test_an_end_before_the_start_on_one_day_is_asked_about_by_the_minute() -> None:
    day = {"aestdat": "2025-03-05", "aeendat": "2025-03-05", "aestdtc": "2025-03-05T10:00+08:00"}
    assert "AE-08" not in fired(event(**day, aeendtc="2025-03-05T10:00+08:00"))
    assert "AE-08" in fired(event(**day, aeendtc="2025-03-05T09:59+08:00"))


@pytest.mark.parametrize(("grade", "asked"), [("3", True), ("4", False)])
def test_what_was_life_threatening_is_grade_4(grade: str, asked: bool) -> None:
    found = event(aetoxgr=grade, aeser="Y", aesercrit=["LIFE"])
    assert ("AE-09" in fired(found)) is asked


@pytest.mark.req("VAL-04")
def test_an_event_knows_its_place_in_the_trial() -> None:
    treated = a_subject(
        lymphodepletion_on=date(2025, 3, 1), infusion_on=date(2025, 3, 6), second_infusion_on=date(2025, 9, 1)
    )
    found = event(subject=treated, aestdat="2025-03-06")
    assert (found.aeperiod, found.aeinfdy, found.aestdy, found.aeteae) == (1, 0, 6, "Y")
    later = event(subject=treated, aestdat="2025-09-02", aeendat="2025-09-03")
    assert (later.aeperiod, later.aeinfdy, later.aestdy, later.aeteae) == (2, 1, 186, "Y")
    before = event(subject=treated, aestdat="2025-03-05")
    assert (before.aeperiod, before.aeinfdy, before.aestdy, before.aeteae) == (0, None, 5, "N")
    screened = event(subject=a_subject(), aestdat="2025-03-05")
    assert (screened.aeperiod, screened.aeinfdy, screened.aestdy, screened.aeteae) == (0, None, None, "N")


def test_a_start_that_leaves_it_open_whether_it_is_emergent_is_asked_about() -> None:
    treated = a_subject(infusion_on=date(2025, 3, 6))
    assert "AE-13" in fired(event(aestdat="2025-03", aerel="UNLIKELY"), subject=treated, rows={})
    assert "AE-13" not in fired(event(aestdat="2025-04", aerel="UNLIKELY"), subject=treated, rows={})


def test_the_line_of_the_sae_log_is_of_this_event() -> None:
    def asks(**answers: Any) -> bool:
        found = event(**SERIOUS | answers)
        found.key = 3
        return "AE-14" in fired(found, others=[report(1, of=3), report(2, of=4)])

    assert not asks()
    assert not asks(aesaeno="1")
    assert asks(aesaeno="2"), "it reports another event"
    assert asks(aesaeno="7"), "there is none"


@pytest.mark.req("SAF-05")
@pytest.mark.parametrize(
    ("special", "form", "check"),
    [
        ("CRS", "CRS", "AE-20"),
        ("ICANS", "CRS", "AE-21"),
        ("ICANS", "ICE", "AE-22"),
        ("ICAHT", "ICAHT", "AE-23"),
        ("HBV", "VIR", "AE-24"),
        ("CMV/EBV", "VIR", "AE-25"),
        ("HYPOGAMMA", "IMM", "AE-26"),
        ("B-CELL APLASIA", "IMM", "AE-27"),
        ("COAGULATION", "COAG", "AE-28"),
        ("CARDIAC", "ECG", "AE-29"),
        ("MG EXACERBATION", "RSC", "AE-30"),
        ("MG CRISIS", "RSC", "AE-31"),
        ("RCL", "RCL", "AE-32"),
        ("PREGNANCY", "PREG", "AE-33"),
    ],
)
def test_an_event_of_special_interest_asks_for_its_form(special: str, form: str, check: str) -> None:
    found = event(aespecial=[special])
    assert check in fired(found)
    assert check not in fired(found, others=[stand_in(form, "2025-03-05")])
    assert check in fired(found, others=[stand_in(form, "2025-03-04")]), "that was before it began"
    assert check not in fired(event(aespecial=None))


def stand_in(code: str, visit_on: str) -> Any:
    """A record of another form, of which only its visit is read."""
    return forms.stand_in(code, visit_on=date.fromisoformat(visit_on), pk=None)


@pytest.mark.req("SAF-05")
def test_a_malignancy_asks_for_tissue_and_the_transgene() -> None:
    asked = set(gaps(event(aespecial=["MALIGNANCY"]), read.form("AE").items))
    assert {"aemaltis", "aemalcar"} <= asked
    assert not {"aemaltis", "aemalcar", "aeinfsit"} & set(gaps(event(aespecial=["CRS"]), read.form("AE").items))
    with pytest.raises(ValidationError):
        event(aemalcar="POS")
