"""What tests of screening share."""

from __future__ import annotations

from datetime import date

import pytest

from screening import consenting
from screening.models.consent_version import ConsentVersion


def a_version(
    version: str, in_force_on: date, *, needs_reconsent: bool = True, signed: tuple[str, ...] = ()
) -> ConsentVersion:
    """A version of the consent form, not stored; `signed` as a query would give it."""
    made = ConsentVersion(version=version, in_force_on=in_force_on, needs_reconsent=needs_reconsent)
    made.signed = list(signed)  # type: ignore[attr-defined]  # the query adds it
    return made


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> list[ConsentVersion]:
    """The versions that the site lists, for checks that run without a database. Empty until a test adds some."""
    versions: list[ConsentVersion] = []
    monkeypatch.setattr(consenting, "listed", lambda subject: versions)
    return versions
