"""Informed consent, and demography."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.actions import milestones
from core.crf import read
from core.crf.values import PartialDate
from core.testing.forms import a_subject, filled, fired

GIVEN = {
    "icyn": "Y",
    "icver": "2.1",
    "icverdat": "2025-01-10",
    "rficdtc": "2025-03-02T09:15+08:00",
    "icsigner": "SUBJECT",
    "icexpl": "I-02",
    "iccopy": "Y",
    "icpipl": "Y",
}


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


def test_a_signature_beside_no_consent_is_refused() -> None:
    with pytest.raises(ValidationError):
        consent(icyn="N")


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
