"""Death: the milestone, one line, the event that led to it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.crf.read import form
from core.schedule import Milestone
from core.testing.forms import a_subject, filled, fired

DEATH: dict[str, Any] = {
    "dthdat": "2026-03-05",
    "dthcaus": "Septic shock",
    "dthmg": "STUDY TREATMENT",
    "dthaeno": "1",
    "dthauto": "N",
    "dthrel": "POSSIBLE",
    "dthrelld": "POSSIBLE",
}


def event(key: int = 1, outcome: str = "FATAL") -> Any:
    found = filled("AE", aeout=outcome)
    found.key = key
    return found


def test_it_works() -> None:
    assert fired(filled("DTH", **DEATH), others=[event()]) == set()
    assert form("DTH").anchors == {Milestone.DEATH: "dthdat"}


def test_a_death_before_consent_is_asked_about() -> None:
    for consent, asked in ((date(2026, 3, 5), False), (date(2026, 3, 6), True)):
        found = fired(filled("DTH", **DEATH), subject=a_subject(consent_on=consent), others=[event()])
        assert ("DTH-01" in found) is asked


def test_nobody_dies_twice() -> None:
    assert "DTH-02" in fired(filled("DTH", **DEATH), others=[event(), filled("DTH", **DEATH)])


def test_the_event_that_led_to_it_is_there() -> None:
    assert "DTH-03" in fired(filled("DTH", **DEATH), others=[event(key=2)])


@pytest.mark.parametrize("answer", ["PLANNED", "N"])
def test_findings_are_asked_of_an_autopsy_that_was_done(answer: str) -> None:
    assert form("DTH").item("dthautof").is_asked({"dthauto": "Y"})
    assert not form("DTH").item("dthautof").is_asked({"dthauto": answer})
