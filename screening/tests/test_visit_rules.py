"""Rules about visits: before consent, outside the window, in the future."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from core.crf import read
from core.crf.evaluate import across
from core.crf.rules import VISIT, Context
from core.models import Subject, Visit
from core.testing.forms import a_subject

CONSENT, LD1, INFUSION = date(2025, 1, 5), date(2025, 2, 23), date(2025, 2, 28)


def someone() -> Subject:
    return a_subject(consent_on=CONSENT, lymphodepletion_on=LD1, infusion_on=INFUSION)


def asks(code: str, on: date | None, subject: Subject | None = None) -> dict[str, str]:
    """Check id -> kind, for a visit on that day."""
    subject = subject or someone()
    visit = Visit(subject=subject, code=code, visit_on=on)
    context = Context(subject, visit, visit, {code: [] for code in read.form_models()})
    return {firing.check_id: firing.kind for firing in across(VISIT, context)}


def test_it_works() -> None:
    assert asks("D28", INFUSION + timedelta(days=28)) == {}


@pytest.mark.req("ENT-04")
def test_a_visit_the_day_before_consent_is_a_deviation() -> None:
    assert asks("UNS", CONSENT - timedelta(days=1)) == {"SV-01": "DEVIATION"}
    assert asks("UNS", CONSENT) == {}


def test_nothing_is_said_of_consent_while_there_is_none() -> None:
    assert asks("UNS", CONSENT, a_subject()) == {}


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("code", "day", "inside"),
    [
        ("SCR", CONSENT + timedelta(days=28), True),
        ("SCR", CONSENT + timedelta(days=29), False),
        ("LEUK", INFUSION - timedelta(days=46), False),
        ("LEUK", INFUSION - timedelta(days=45), True),
        ("LEUK", INFUSION - timedelta(days=14), True),
        ("LEUK", INFUSION - timedelta(days=13), False),
        ("D14", INFUSION + timedelta(days=14), True),
        ("D14", INFUSION + timedelta(days=15), False),
        ("D28", INFUSION + timedelta(days=25), False),
        ("D28", INFUSION + timedelta(days=26), True),
        ("D28", INFUSION + timedelta(days=30), True),
        ("D28", INFUSION + timedelta(days=31), False),
        ("M3", INFUSION + timedelta(days=97), True),
        ("M3", INFUSION + timedelta(days=98), False),
    ],
)
def test_both_ends_of_a_window_are_inside(code: str, day: date, inside: bool) -> None:
    assert ("SV-02" not in asks(code, day)) is inside


def test_without_a_window_nothing_is_said() -> None:
    assert asks("UNS", INFUSION + timedelta(days=200)) == {}
    assert asks("D28", INFUSION, a_subject(consent_on=CONSENT)) == {}


def test_a_missed_visit_has_no_date_to_ask_about() -> None:
    assert asks("D28", None) == {}


def test_a_visit_tomorrow_on_the_site_s_calendar_is_asked_about() -> None:
    today = someone().site.today()
    assert "SV-03" not in asks("UNS", today)
    assert "SV-03" in asks("UNS", today + timedelta(days=1))
    assert abs(today - timezone.now().date()) <= timedelta(days=1)
