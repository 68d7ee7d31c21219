"""The course of one subject through the acts and pages: daily records that know the days before, panels, the past."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote

import pytest

from accounts.actor import Actor, system_actor
from accounts.testing import Cast
from core.actions.recheck import recheck
from core.models import Change, Query, Subject
from core.testing.forms import enter
from core.tests.scenes import client_of, text_of
from safety.models.daily_record import DailyRecord
from safety.tests.toxicity_records import CALM, FEBRILE, FULL_ICE, day

INFUSED = {"exoccur": "Y", "exstdtc": "2026-03-01T10:00+08:00"}
PAGE = "/subjects/01-001/visits/"


@pytest.fixture
def course(subject: Subject, coordinator: Actor) -> Subject:
    """Infused on 1 March; fever and paracetamol on day 1, hypotension without fever on day 2."""
    enter(coordinator, subject, "INF", "ICE", FULL_ICE, on=day(0))
    enter(coordinator, subject, "INF", "INF", INFUSED)
    enter(coordinator, subject, "D1", "CRS", FEBRILE | {"crstreat": ["ANTIPYRETIC"]}, on=day(1))
    enter(coordinator, subject, "D2", "ICE", FULL_ICE | {"ice1wri": "0", "ice1nam": "1"}, on=day(2))
    enter(coordinator, subject, "D2", "CRS", second_day())
    return Subject.objects.get(pk=subject.pk)


def second_day() -> dict[str, Any]:
    low = {"crssbp": "82", "crsdbp": "45", "crshypo": "CRS", "crsvaso": "N", "crsgri": "2", "icansgri": "1"}
    return CALM | low | {"crsice": None}


def saved(subject: Subject, name: str) -> Any:
    return DailyRecord.objects.get(subject=subject, visit__code=name)


@pytest.mark.req("SAF-05", "AUD-09")
def test_it_works(course: Subject) -> None:
    first, second = saved(course, "D1"), saved(course, "D2")
    assert (first.crsgr, second.crsgr, second.icansice, second.icansgr) == ("1", "2", 7, "1")
    asked = set(Query.objects.filter(form_code="CRS", state="OPEN").values_list("visit_name", "check_id"))
    assert asked == {("D2", "CRS-20"), ("D2", "CRS-22"), ("D1", "CRS-20")}


@pytest.mark.req("SAF-05")
def test_the_nightly_look_asks_once_an_episode(course: Subject) -> None:
    """At its peak, which on day 1 was day 1."""
    recheck(course, by=system_actor())
    asked = set(Query.objects.filter(form_code="CRS", state="OPEN").values_list("visit_name", "check_id"))
    assert asked == {("D2", "CRS-20"), ("D2", "CRS-22")}


@pytest.mark.req("AUD-09")
def test_a_corrected_day_leaves_the_next_one_behind_and_says_so(course: Subject, coordinator: Actor) -> None:
    enter(coordinator, course, "D1", "CRS", {"crstreat": ["NONE"]}, reason="It was given the day before infusion")
    recheck(course, by=system_actor())
    stale = Query.objects.filter(check_id="STALE", state="OPEN")
    assert [(query.visit_name, query.field) for query in stale] == [("D2", "crsgr")]
    enter(coordinator, course, "D2", "CRS", {"crscom": "Computed anew"}, reason="The day before was corrected")
    assert saved(course, "D2").crsgr == "0"


def test_the_page_shows_the_days_and_the_episode_now_and_then(course: Subject, cast: Cast) -> None:
    page = text_of(client_of(cast.coordinator).get(f"{PAGE}D2/CRS/"))
    assert "since 2026-03-02; highest grade 2 on 2026-03-03" in page
    before = Change.objects.filter(form_code="CRS").order_by("seq")[0].at.isoformat()
    then = text_of(client_of(cast.coordinator).get(f"{PAGE}D1/CRS/?at={quote(before)}"))
    assert "since 2026-03-02; highest grade 1 on 2026-03-02" in then


def test_the_page_of_a_day_to_come_shows_the_days_before(course: Subject, cast: Cast) -> None:
    page = text_of(client_of(cast.coordinator).get(f"{PAGE}D3/CRS/"))
    assert "since 2026-03-02" in page
    assert "Highest temperature" in page


@pytest.mark.req("SAF-05")
def test_the_adjudication_proposes_candidates_with_their_source(
    course: Subject, coordinator: Actor, cast: Cast
) -> None:
    event = {"aeterm": "Myocarditis", "aestdat": "2026-03-20", "aetoxgr": "2", "aerel": "POSSIBLE"}
    enter(coordinator, course, "LOG", "AE", event | {"aespecial": ["CARDIAC"]})
    enter(coordinator, course, "D28", "DLT", {"dltfudat": date(2026, 3, 29)}, on=day(28))
    answer = client_of(cast.coordinator).get(f"{PAGE}D28/DLT/")
    assert "Myocarditis" in text_of(answer)
    assert "Undecided" in text_of(answer)
    assert 'href="/subjects/01-001/visits/LOG/AE/1/"' in answer.content.decode()
    assert Query.objects.filter(form_code="DLT", check_id="DLT-01", state="OPEN").exists()
    row = {"dltsrc": "AE", "dltline": "1", "dltorgan": "CARDIAC", "dltrule": "4", "dltinv": "DLT", "dltsrcdec": "DLT"}
    decided = {"dltsrcdat": date(2026, 4, 2), "dltminut": "SRC 3", "dltprop": "DLT"}
    enter(coordinator, course, "D28", "DLT", decided, rows={"candidates": [row]}, reason="Committee of 2 April")
    assert not Query.objects.filter(form_code="DLT", check_id="DLT-01", state="OPEN").exists()
