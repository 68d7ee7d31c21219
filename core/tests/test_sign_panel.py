"""What waits for an investigator's signature, on the home page (SIG-05)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from accounts.actor import Actor
from accounts.testing import Cast
from core import protocol
from core.actions import subject as subjects
from core.models import Subject
from core.panels import signing as panels
from core.tests.scenes import statements
from core.tests.signing_scenes import investigator, sign, vitals


def panel_of(cast: Cast) -> dict[str, Any]:
    """The investigator's rows by subject, with the counts of the tasks."""
    panel = panels.panel(cast.actor(cast.investigator))
    assert panel is not None
    rows = {row["number"]: (row["n"], row["changed"], row["late"]) for row in panel.context["rows"]}
    return rows | {"tasks": [task.count for task in panel.tasks]}


@pytest.mark.req("SIG-05")
def test_it_works(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    """Complete and never signed, or changed since; what has gaps is not ready, another site's is not ours."""
    place = vitals(subject, coordinator)
    vitals(subject, coordinator, "D1", pulse="")
    by = cast.actor(cast.other_coordinator)
    vitals(subjects.add(cast.other_site, by=by), by)
    assert panel_of(cast) == {"01-001": (1, 0, 0), "tasks": [1, 0]}

    sign(place, by=investigator(cast))
    assert panel_of(cast) == {"tasks": [0, 0]}
    vitals(subject, coordinator, pulse="")
    assert panel_of(cast) == {"01-001": (1, 1, 0), "tasks": [1, 0]}


@pytest.mark.req("SIG-05")
def test_home_counts_what_has_waited_too_long(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    place = vitals(subject, coordinator)
    days = timedelta(days=protocol.days("unsigned_days"))
    now = datetime.now(UTC)
    with time_machine.travel(now + days - timedelta(minutes=5), tick=False):
        assert panel_of(cast)["tasks"] == [1, 0]
    with time_machine.travel(now + days + timedelta(minutes=5), tick=False):
        assert panel_of(cast)["tasks"] == [1, 1]
    sign(place, by=investigator(cast))
    vitals(subject, coordinator, sysbp="130")
    with time_machine.travel(now + days + timedelta(minutes=5), tick=False):
        assert panel_of(cast)["tasks"] == [1, 1]


def test_home_costs_one_statement_however_many_subjects(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    actor = cast.actor(cast.investigator)
    vitals(subject, coordinator)
    assert statements(lambda: panels.panel(actor)) == 1
    for _turn in range(3):
        vitals(subjects.add(cast.site, by=coordinator), coordinator)
    assert statements(lambda: panels.panel(actor)) == 1


@pytest.mark.parametrize("person", ["coordinator", "monitor", "administrator"])
def test_who_does_not_sign_has_no_such_list(person: str, cast: Cast) -> None:
    assert panels.panel(cast.actor(getattr(cast, person))) is None
