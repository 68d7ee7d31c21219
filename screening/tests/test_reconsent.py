"""RICF: re-consent, which version a subject owes, and what stops the entry of visits until then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from core import entry_gates
from core.crf import read
from core.crf.rules import Context
from core.models import Visit
from core.testing.forms import a_subject, filled, fired
from screening import consenting
from screening.consenting import plain, unsigned
from screening.models.consent_version import ConsentVersion
from screening.tests.conftest import a_version

JAN, MAR, MAY = date(2026, 1, 10), date(2026, 3, 10), date(2026, 5, 10)
LINE: dict[str, Any] = {
    "icyn": "Y",
    "icver": "2.0",
    "icverdat": "2026-01-05",
    "ricdtc": "2026-03-12T10:00+08:00",
    "icsigner": "SUBJECT",
    "icexpl": "I-02",
    "iccopy": "Y",
    "icpipl": "Y",
}


def test_it_works(listed: list[ConsentVersion]) -> None:
    assert fired(filled("RICF", **LINE)) == set()


@pytest.mark.parametrize(
    ("typed", "compared"),
    [("2.1", "2.1"), ("V2.1", "2.1"), ("v 2.1", "2.1"), ("Version 2.1", "2.1"), ("ver. 2.1", "2.1"), ("2.1版", "2.1")]
    + [("版本号：2.1", "2.1"), ("２．１", "2.1"), ("2.1.0", "2.1.0"), ("v", "v"), ("B", "b"), ("", "")],
)
def test_a_version_is_the_same_however_it_is_written(typed: str, compared: str) -> None:
    assert plain(typed) == compared


@pytest.mark.req("PRV-04")
@pytest.mark.parametrize(
    ("day", "signed", "owed"),
    [
        (date(2026, 1, 9), (), None),
        (JAN, (), "2.0"),  # from its first day on
        (date(2026, 3, 9), (), "2.0"),
        (MAR, (), "2.0"),  # 2.1 needs no re-consent
        (MAY, (), "3.0"),
        (MAR, ("2.0",), None),
        (MAR, ("V 2.0",), None),
        (MAR, ("2.1",), None),  # a later one covers it
        (MAY, ("2.1",), "3.0"),
        (MAY, ("3.0",), None),
        (JAN, ("3.0",), None),
        (MAY, ("1.0", "nonsense"), "3.0"),
    ],
)
def test_what_is_owed_is_the_newest_version_that_needs_re_consent(
    day: date, signed: tuple[str, ...], owed: str | None
) -> None:
    versions = [
        a_version("2.0", JAN, signed=signed),
        a_version("2.1", MAR, needs_reconsent=False, signed=signed),
        a_version("3.0", MAY, signed=signed),
    ]
    found = unsigned(versions, day)
    assert (found.version if found else None) == owed


def test_without_versions_nothing_is_owed() -> None:
    assert unsigned([], MAY) is None


@pytest.mark.req("PRV-04")
def test_the_gate_names_version_and_day_and_spares_safety_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consenting, "later_versions", lambda subject: [a_version("2.0", JAN)])
    subject = a_subject(consent_on=date(2025, 6, 1))

    def words(code: str, day: date | None) -> list[str]:
        visit = Visit(subject=subject, code="UNS", ordinal=1, visit_on=day)
        return list(entry_gates.refusals(read.form(code), Context(subject, read.form(code).model(), visit)))

    assert words("VS", date(2026, 1, 9)) == []
    assert words("VS", None) == []
    (said,) = words("VS", JAN)
    assert "Version 2.0" in said
    assert "2026-01-10" in said
    assert "Re-consent" in said
    subject.consent_on = None
    assert words("VS", JAN) == []


@pytest.mark.req("PRV-04")
def test_a_safety_form_is_never_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consenting, "later_versions", lambda subject: [a_version("2.0", JAN)])
    subject = a_subject(consent_on=date(2025, 6, 1))
    form = replace(read.form("VS"), safety=True)
    context = Context(subject, form.model(), Visit(subject=subject, code="UNS", ordinal=1, visit_on=MAY))
    assert list(entry_gates.refusals(form, context)) == []
    assert list(entry_gates.refusals(read.form("VS"), context)) != []


def test_a_signature_before_the_version_s_own_date_is_asked_about(listed: list[ConsentVersion]) -> None:
    assert fired(filled("RICF", **LINE | {"icverdat": "2026-03-12"})) == set()
    assert fired(filled("RICF", **LINE | {"icverdat": "2026-03-13"})) == {"RICF-01"}


def test_a_refusal_is_followed_by_what_the_subject_wants(listed: list[ConsentVersion]) -> None:
    refused = filled("RICF", icyn="N", icver="2.0")
    assert fired(refused) == {"RICF-02"}
    assert fired(refused, others=[filled("WD", wddat="2026-03-12", wdscope=["VISITS"])]) == set()


def test_a_version_that_is_not_listed_or_not_in_force_is_found(listed: list[ConsentVersion]) -> None:
    listed += [a_version("1.0", date(2024, 1, 1)), a_version("2.0", JAN, needs_reconsent=False)]
    assert fired(filled("RICF", **LINE)) == set()
    assert fired(filled("RICF", **LINE | {"icver": "2.00"})) == {"RICF-10"}
    assert fired(filled("RICF", **LINE | {"icver": "1.0"})) == {"RICF-11"}
