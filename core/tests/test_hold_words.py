"""Freezes and locks in words: a casebook's state in one line, why nothing can be changed, what waits at home."""

from __future__ import annotations

import re
from typing import Any

import pytest

from accounts.models import Role, User
from accounts.testing import Cast, join, make_person
from core.actions import hold
from core.actions import subject as subjects
from core.lockcheck import Target
from core.models import Hold, Subject
from core.panels import holds as panels
from core.places import Place
from core.testing import trial
from core.testing.trial import commit
from core.tests import hold_scenes, signing_scenes
from core.tests.hold_scenes import WHY, do, freeze, lock, targets, unlock
from core.tests.scenes import statements
from core.wording.holds import blocked_words, state_line

pytestmark = pytest.mark.req("QRY-03")
PAGE = "/subjects/01-001/lock/"


@pytest.fixture
def vs(cast: Cast, subject: Subject) -> Place:
    """Vital signs that nothing keeps from being locked."""
    return hold_scenes.ready(cast, subject)


@pytest.fixture
def whole(vs: Place) -> Target:
    """The casebook."""
    return Target.of_subject(vs.subject)


def test_it_works(cast: Cast, vs: Place, whole: Target, coordinator: Any) -> None:
    assert (state_line(vs.subject).text, state_line(vs.subject).state) == ("Ready for lock", "complete")
    assert state_line(vs.subject).url == PAGE
    trial.save_vs(vs.subject, {"vsperf": "Y", "sysbp": "250"}, by=coordinator, visit="BL")
    line = state_line(vs.subject)
    assert line.text == "Not ready for lock: 1 open query, 1 form to complete, 2 items to verify, 1 form to sign"
    assert line.state == "incomplete"


@pytest.mark.parametrize("level", ["subject", "site", "study"])
def test_the_line_of_a_casebook_says_who_locked_or_froze_it(cast: Cast, vs: Place, level: str) -> None:
    target = targets(vs)[level]
    freeze(target, cast)
    line = state_line(vs.subject)
    assert re.fullmatch(r"Frozen on \d{4}-\d\d-\d\d \d\d:\d\d \+08:00 by Sun Ning 孙宁. Ready for lock", line.text)
    lock(target, cast)
    line = state_line(vs.subject)
    assert re.fullmatch(r"Locked on \d{4}-\d\d-\d\d \d\d:\d\d \+08:00 by Sun Ning 孙宁", line.text)
    unlock(target, cast)
    assert state_line(vs.subject).text == "Ready for lock"


@pytest.mark.parametrize("level", ["form", "visit"])
def test_the_line_of_a_casebook_does_not_take_a_part_for_the_whole(cast: Cast, vs: Place, level: str) -> None:
    lock(targets(vs)[level], cast)
    assert state_line(vs.subject).text == "Ready for lock"


def test_the_line_of_a_casebook_costs_three_statements(cast: Cast, vs: Place, whole: Target, coordinator: Any) -> None:
    assert statements(lambda: state_line(vs.subject)) == 3
    for visit in ("SCR", "BL", "D7"):
        signing_scenes.vitals(vs.subject, coordinator, visit=visit, sysbp="250")
    assert statements(lambda: state_line(vs.subject)) == 3


def test_an_empty_casebook_is_not_ready(subject: Subject) -> None:
    assert state_line(subject).text == "Not ready for lock: nothing was entered yet"


def test_why_nothing_can_be_changed_is_said_with_what_to_do(cast: Cast, vs: Place) -> None:
    freeze(targets(vs)["form"], cast)
    words = blocked_words(Hold.objects.get())
    assert words.startswith("Vital signs, Unscheduled visit 1: frozen by Sun Ning 孙宁 (Data manager) on 20")
    assert "ask a monitor or a data manager to release it" in words
    lock(targets(vs)["form"], cast)
    words = blocked_words(Hold.objects.get())
    assert "Nothing can be changed. To unlock, an investigator or a data manager asks for it" in words
    unlock(targets(vs)["form"], cast)
    assert blocked_words(Hold.objects.get()) == ""


def test_a_request_waits_at_home_for_everybody_who_may_decide_but_the_one_who_asked(
    cast: Cast, vs: Place, whole: Target
) -> None:
    lock(whole, cast)
    do(hold.ask_unlock, whole, cast, cast.investigator)

    def waiting(user: User) -> int:
        panel = panels.panel(cast.actor(user))
        return panel.tasks[0].count if panel else 0

    counts = {"data_manager": 1, "monitor": 1, "investigator": 0, "other_investigator": 0, "coordinator": 0}
    assert {role: waiting(getattr(cast, role)) for role in counts} == counts
    (request,) = panels.requests(cast.actor(cast.monitor))
    assert (request.title, request.url, request.told.text) == ("Subject 01-001", PAGE, WHY)
    do(hold.refuse_unlock, whole, cast)
    assert waiting(cast.monitor) == 0


def test_a_request_for_a_site_waits_once_and_for_the_study_only_with_those_of_all_sites(
    cast: Cast, vs: Place, coordinator: Any
) -> None:
    local = join(make_person("li.na", "Li Na 李娜"), Role.MONITOR, cast.site)
    subjects.add(cast.site, by=coordinator)
    commit()
    for target, seen in ((Target.of_site(cast.site), 1), (Target.of_study(), 0)):
        lock(target, cast)
        do(hold.ask_unlock, target, cast)
        assert len(panels.requests(cast.actor(cast.monitor))) == 1
        assert len(panels.requests(cast.actor(local))) == seen
        do(hold.unlock, target, cast, cast.monitor)
