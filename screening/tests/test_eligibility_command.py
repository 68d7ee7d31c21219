"""`manage.py eligibility`: every criterion of a subject, for a reader or as JSON; it reads only."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.actor import Actor
from accounts.testing import Cast
from core.models import Subject
from core.testing import trial
from core.testing.forms import enter
from core.tests.scenes import client_of
from screening.tests.test_eligibility_saved import KEYS, ON, PAGE
from screening.tests.test_eligibility_saved import screened as screened


def printed(*args: str) -> str:
    out = StringIO()
    call_command("eligibility", *args, stdout=out)
    return out.getvalue()


def test_the_command_prints_every_criterion(screened: Subject, coordinator: Actor) -> None:
    said = json.loads(printed("01-001", "--json"))
    assert [key for key in said if key in KEYS] == KEYS
    assert (said["subject"], said["stage"], said["overall"], said["signed"]) == ("01-001", 1, "NOT_EVALUABLE", None)
    assert said["I4"]["answer"] == "MET"
    assert said["I4"]["used"][0] == {
        "label": "MG-ADL: Total", "value": "8", "on": str(ON), "place": "SCR/MGADL/1"
    }  # fmt: skip
    assert said["E9"] == {"answer": "DEFERRED", "text": said["E9"]["text"], "used": [], "why": ""}
    assert json.loads(printed("01-001", "--json", "--stage", "2"))["I4"]["answer"] == "NOT_EVALUABLE"
    table = printed("01-001")
    assert "01-001, stage 1: Not evaluable" in table
    assert "I4   MET" in table
    assert "MG-ADL: Total: 8 (2026-03-02)" in table


def test_the_command_agrees_with_the_page(screened: Subject, coordinator: Actor, cast: Cast) -> None:
    enter(coordinator, screened, "SCR", "IE1", {"iei7": "MET"})
    said = json.loads(printed("01-001", "--json"))
    lines = client_of(cast.monitor).get(PAGE).context["panel"]["lines"]
    assert {line.criterion.key: line.finding.answer for line in lines} == {key: said[key]["answer"] for key in KEYS}


def test_the_command_writes_nothing(screened: Subject) -> None:
    before = trial.counts()
    printed("01-001")
    printed("01-001", "--json", "--stage", "2")
    assert trial.counts() == before


def test_an_unknown_subject_is_an_error(screened: Subject) -> None:
    with pytest.raises(CommandError, match="There is no subject 09-999"):
        printed("09-999")
