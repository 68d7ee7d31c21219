"""An app may stop that data are collected at all; what stands can be corrected, and safety data always be entered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from accounts.actor import Actor
from core import entry_gates
from core.actions.entry import Entry
from core.actions.errors import Refused
from core.crf.rules import Context
from core.models import Subject
from core.testing import trial
from core.testing.trial import CALM, VISIT_ON, WHY


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The visit dates a gate was asked about; it stops everything."""
    seen: list[Any] = []

    def stop(form: Any, context: Context) -> str:
        seen.append((form.code, context.visit_on))
        return "Consent is lacking."

    monkeypatch.setattr(entry_gates, "GATES", [stop])
    return seen


@pytest.mark.req("PRV-04")
def test_it_works(subject: Subject, coordinator: Actor, asked: list[Any]) -> None:
    place = trial.place_at(subject, "SCR", "VS")
    with pytest.raises(Refused, match="Consent is lacking"):
        trial.save(place, Entry(CALM, visit_on=VISIT_ON), by=coordinator)
    assert asked == [("VS", VISIT_ON)]


def test_what_stands_can_be_corrected(subject: Subject, coordinator: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    trial.save_vs(subject, CALM, by=coordinator)
    monkeypatch.setattr(entry_gates, "GATES", [lambda form, context: "No."])
    assert trial.save_vs(subject, CALM | {"sysbp": "121"}, by=coordinator, reason=WHY).change


def test_safety_data_are_never_stopped(subject: Subject, coordinator: Actor, asked: list[Any]) -> None:
    place = trial.place_at(subject, "SCR", "VS")
    place = replace(place, form=replace(place.form, safety=True))
    assert trial.save(place, Entry(CALM, visit_on=VISIT_ON), by=coordinator).change
    assert asked == []
