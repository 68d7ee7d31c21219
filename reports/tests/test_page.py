"""The page of derived values: what it says of one course, as of a moment, to whom, and at what cost."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from accounts.actor import Actor
from accounts.testing import Cast
from core.models import Change, Subject
from core.testing.forms import enter
from core.testing.trial import commit
from core.tests.past_scenes import moment_of
from core.tests.scenes import client_of, statements, text_of

PAGE = "/subjects/01-001/derived/"
INFUSED = date(2026, 3, 10)


def on(day: int) -> date:
    return INFUSED + timedelta(days=day)


def scale(by: Actor, subject: Subject, visit: str, day: int, *points: int) -> None:
    items = {f"mgadl{number:02}": str(level) for number, level in enumerate(points, 1)}
    enter(by, subject, visit, "MGADL", {"qsperf": "Y"} | items, on=on(day))


def copies(by: Actor, subject: Subject, visit: str, day: int, result: str) -> None:
    said = {"lbperf": "Y", "cardat": on(day).isoformat(), "carpt": "POST", "carmeth": "DDPCR", "carcopy": result}
    enter(by, subject, visit, "CART", said | {"carlloq": "50"}, on=on(day))


def b_cells(by: Actor, subject: Subject, visit: str, day: int, result: str) -> None:
    row = {"lbtestcd": "BLYCE", "lborres": result, "lborresu": "/uL"}
    enter(by, subject, visit, "IMM", {"lbperf": "Y", "lbdat": on(day).isoformat()}, rows={"results": [row]}, on=on(day))


@pytest.fixture
def course(subject: Subject, coordinator: Actor) -> Subject:
    """From baseline to month 3; infused on 10 March 2026."""
    scale(coordinator, subject, "BL", -6, 2, 1, 2, 1, 2, 2, 1, 1)
    dose = {"exoccur": "Y", "flugiven": "Y", "flustdtc": f"{on(-5)}T09:00+08:00"}
    enter(coordinator, subject, "LD1", "LD", dose, on=on(-5))
    enter(coordinator, subject, "INF", "INF", {"exoccur": "Y", "exstdtc": f"{INFUSED}T10:00+08:00"}, on=INFUSED)
    for visit, day, result in (("D7", 7, "1000"), ("D14", 14, "4000"), ("D28", 28, "<50")):
        copies(coordinator, subject, visit, day, result)
    scale(coordinator, subject, "D28", 28, 1, 1, 1, 1, 1, 1, 1, 1)
    scale(coordinator, subject, "M2", 60, 0, 0, 0, 0, 0, 1, 0, 0)
    scale(coordinator, subject, "M3", 90, 0, 0, 0, 0, 0, 0, 1, 0)
    for visit, day, result in (("D28", 28, "2"), ("M2", 60, "9"), ("M3", 90, "30")):
        b_cells(coordinator, subject, visit, day, result)
    line = {"cmtrt": "Prednisone", "cmclas": "STEROID", "cmster": "PREDNISONE", "cmindc": "RESCUE", "cmdose": "20"}
    line |= {"cmdosu": "mg", "cmdosfrq": "QD", "cmroute": "ORAL", "cmstdat": on(84).isoformat(), "cmongo": "Y"}
    enter(coordinator, subject, "LOG", "CM", line)
    enter(coordinator, subject, "LOG", "AE", {"aeterm": "Nausea", "aestdat": on(2).isoformat(), "aetoxgr": "1"})
    commit()
    return subject


def test_it_works(cast: Cast, course: Subject) -> None:
    """Every figure worked by hand from what was entered."""
    text = text_of(client_of(cast.monitor).get(PAGE))
    for words in (
        "CAR-T infusion 2026-03-10",
        "BL (baseline) 2026-03-04 12 – –",
        "D28 2026-04-07 8 -4 Yes",
        "M2 2026-05-09 1 -11 Yes",
        "Minimal symptom expression since 2026-05-09",
        "Sustained minimal symptom expression Yes",  # from day 60 to day 90, 28 days are asked
        "B-cell aplasia since 2026-04-07",
        "B cells recovered not yet",  # one count at or above 10 is not two
        "Highest concentration (Cmax) 4000",
        "Reached on day (Tmax) 14",
        "M3 2026-06-08 17.1",  # six of the seven days before at 20 mg a day
        "Nausea 2026-03-12 2 1",
    ):
        assert words in text


def test_before_infusion_nothing_is_made_up(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    scale(coordinator, subject, "BL", -6, 2, 1, 2, 1, 2, 2, 1, 1)
    text = text_of(client_of(cast.monitor).get(PAGE))
    assert "Sustained minimal symptom expression –" in text
    assert "No quantifiable result after infusion." in text
    assert "Response Yes" not in text


@pytest.mark.req("AUD-06")
def test_the_past_shows_what_was_known(cast: Cast, course: Subject, coordinator: Actor) -> None:
    then = Change.objects.filter(subject=course).latest("seq")
    enter(coordinator, course, "M3", "MGADL", {"mgadl01": "3"}, reason="Misread")
    commit()
    client = client_of(cast.monitor)
    assert "Minimal symptom expression since –" in text_of(client.get(PAGE))
    past = text_of(client.get(f"{PAGE}?at={quote(moment_of(then))}"))
    assert "Minimal symptom expression since 2026-05-09" in past


@pytest.mark.req("ACC-04")
def test_another_site_and_roles_without_data_see_nothing(cast: Cast, course: Subject) -> None:
    assert client_of(cast.administrator).get(PAGE).status_code == 403
    assert client_of(cast.other_coordinator).get(PAGE).status_code == 404


def test_it_costs_the_same_for_few_and_for_many(cast: Cast, course: Subject, coordinator: Actor) -> None:
    client: Any = client_of(cast.monitor)
    client.get(PAGE)
    few = statements(lambda: client.get(PAGE))
    for visit, day in (("M6", 180), ("M9", 270), ("M12", 365)):
        scale(coordinator, course, visit, day, 0, 0, 0, 0, 0, 0, 0, 0)
        copies(coordinator, course, visit, day, "60")
    commit()
    assert statements(lambda: client.get(PAGE)) == few
