"""Informed consent, and demography."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.actions import milestones
from core.crf import read
from core.crf.values import PartialDate
from core.testing.forms import a_subject, filled, fired, firings
from screening.models.consent_version import ConsentVersion
from screening.tests.conftest import a_version

GIVEN = {
    "icyn": "Y",
    "icver": "2.1",
    "icverdat": "2025-01-10",
    "rficdtc": "2025-03-02T09:15+08:00",
    "icsigner": "SUBJECT",
    "icexpl": "I-02",
    "iccopy": "Y",
    "icpipl": "Y",
    "icxfer": "N",
    "icltfu": "Y",
    "icsamp": "N",
    "icgene": "N",
}
pytestmark = pytest.mark.usefixtures("listed")


def consent(**answers: Any) -> Any:
    return filled("ICF", **GIVEN | answers)


def test_it_works() -> None:
    assert fired(consent()) == set()


def test_its_date_is_the_consent_milestone() -> None:
    assert list(milestones.of_form(read.form("ICF"), consent())) == [("CONSENT", date(2025, 3, 2))]


def test_a_version_dated_after_the_signature_is_asked_about() -> None:
    assert fired(consent(icverdat="2025-03-02")) == set()
    assert fired(consent(icverdat="2025-03-03")) == {"ICF-01"}


@pytest.mark.parametrize(("name", "check"), [("iccopy", "ICF-02"), ("icpipl", "ICF-03")])
def test_no_copy_or_no_consent_to_data_use_is_asked_about(name: str, check: str) -> None:
    assert fired(consent(**{name: "N"})) == {check}


@pytest.mark.req("PRV-04")
def test_each_separate_consent_has_an_answer_of_its_own() -> None:
    given = consent()
    assert [getattr(given, name) for name in ("icpipl", "icxfer", "icltfu", "icsamp", "icgene")] == list("YNYNN")


def test_a_signature_beside_no_consent_is_refused() -> None:
    with pytest.raises(ValidationError):
        consent(icyn="N")


def test_the_version_that_was_refused_is_kept() -> None:
    assert filled("ICF", icyn="N", icver="2.1").icver == "2.1"


@pytest.mark.req("PRV-04")
def test_a_version_that_the_site_does_not_list_is_asked_about(listed: list[ConsentVersion]) -> None:
    listed += [a_version("1.0", date(2024, 1, 1)), a_version("2.1", date(2025, 3, 2))]
    assert fired(consent()) == set()
    assert fired(consent(icver="V 2.1")) == set()
    assert fired(consent(icver="2.2")) == {"ICF-10"}


@pytest.mark.req("PRV-04")
def test_a_version_that_was_not_in_force_on_the_day_is_a_deviation(listed: list[ConsentVersion]) -> None:
    listed += [a_version("1.0", date(2024, 1, 1)), a_version("2.1", date(2025, 3, 3))]
    assert fired(consent(icver="1.0")) == set()
    assert fired(consent()) == {"ICF-11"}  # in force from the next day on
    listed[1].in_force_on = date(2025, 3, 2)
    assert fired(consent()) == set()
    assert [f.kind for f in firings(consent(icver="1.0")) if f.check_id == "ICF-11"] == ["DEVIATION"]


@pytest.mark.req("TIM-03")
@pytest.mark.parametrize("typed", ["1971", "1971-06", "UN-JUN-1971"])
def test_a_partial_birth_date_stays_as_it_was_given(typed: str) -> None:
    assert str(filled("DM", brthdat=typed).brthdat) in ("1971", "1971-06")


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("born", "consent_on", "asked"),
    [
        ("2008-03-02", date(2026, 3, 2), False),
        ("2008-03-03", date(2026, 3, 2), True),
        ("2008-03", date(2026, 3, 2), False),  # may have been born on the 1st
        ("2008-04", date(2026, 3, 2), True),
        ("2008", date(2026, 1, 1), False),
        ("2009", date(2026, 12, 31), True),
        ("2008-02-29", date(2026, 2, 28), True),  # the birthday is 1 March
        ("2008-02-29", date(2026, 3, 1), False),
    ],
)
def test_a_subject_certainly_under_18_at_consent_is_asked_about(born: str, consent_on: date, asked: bool) -> None:
    assert ("DM-10" in fired(filled("DM", brthdat=born), subject=a_subject(consent_on=consent_on))) is asked


def test_age_is_not_asked_about_before_consent_is_known() -> None:
    assert fired(filled("DM", brthdat="2020-01-01")) == set()


def test_another_ethnicity_is_named() -> None:
    assert filled("DM", ethnic="OTHER", ethnicoth="Naxi").ethnicoth == "Naxi"
    with pytest.raises(ValidationError):
        filled("DM", ethnic="HAN", ethnicoth="Naxi")


def test_a_birth_date_is_kept_as_a_partial_date() -> None:
    assert filled("DM", brthdat="1971-06").brthdat == PartialDate(1971, 6)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("born", "consent_on", "age", "adult"),
    [
        ("2008-03-02", date(2026, 3, 2), 18, "Y"),
        ("2008-03-03", date(2026, 3, 2), 17, "N"),
        ("2008-02-29", date(2026, 2, 28), 17, "N"),
        ("2008-02-29", date(2026, 3, 1), 18, "Y"),
        ("2008-03", date(2026, 3, 2), None, None),
        ("2008-03", date(2026, 3, 31), 18, "Y"),
        ("2008-02", date(2026, 3, 1), 18, "Y"),
        ("2008-04", date(2026, 3, 31), 17, "N"),
        ("2007", date(2026, 1, 1), None, "Y"),  # 19 years before: met
        ("2008", date(2026, 12, 30), None, None),  # 18 years before: open,
        ("2008", date(2026, 12, 31), 18, "Y"),  # but for the last day of the year
        ("2009", date(2026, 12, 31), 17, "N"),
        ("1970", date(2026, 12, 31), 56, "Y"),
    ],
)
def test_age_at_consent_is_told_where_both_ends_of_the_date_agree(
    born: str, consent_on: date, age: int | None, adult: str | None
) -> None:
    subject = a_subject(consent_on=consent_on)
    record = filled("DM", brthdat=born, subject=subject)
    assert (record.age, record.ageadult) == (age, adult)
    assert ("DM-11" in fired(record, subject=subject)) is (adult is None)


def test_the_age_agrees_with_counting_birthdays() -> None:
    """Birthdays counted one by one; in a common year that of 29 February is 1 March."""
    for born, on in [(date(1960, 2, 29), date(2026, 2, 28)), (date(1999, 12, 31), date(2026, 12, 30))]:
        birthdays = [
            date(year, 3, 1) if (born.month, born.day) == (2, 29) and year % 4 else date(year, born.month, born.day)
            for year in range(born.year + 1, on.year + 1)
        ]
        record = filled("DM", brthdat=born.isoformat(), subject=a_subject(consent_on=on))
        assert record.age == sum(day <= on for day in birthdays)


def test_before_consent_is_known_there_is_no_age() -> None:
    assert filled("DM", brthdat="1971").age is None
