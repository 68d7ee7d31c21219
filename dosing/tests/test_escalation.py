"""Dose levels: who waits until when, who is evaluable, who may look, and that other sites' subjects stay unnamed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.actor import Actor
from accounts.models import User
from accounts.testing import Cast, make_cast
from core.actions import subject, visit
from core.models import Query, Subject
from core.places import VisitPlace
from core.schedule import current
from core.testing.forms import a_subject, enter
from dosing import escalation
from dosing.escalation import Treated, next_day, too_early

ENROLLED = {
    "enrdec": "ENROLLED", "enrby": "PI01", "enrdat": "2025-01-20",
    "doselvl": "DL1", "cohort": "1", "enrconf": "Y",
}  # fmt: skip
DAY0 = date(2025, 2, 28)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("infused", "expected"),
    [
        ([], None),
        ([None], None),
        ([date(2025, 2, 1)], date(2025, 3, 1)),
        ([date(2025, 2, 1), None, date(2025, 2, 10)], date(2025, 3, 10)),
        ([date(2024, 2, 1)], date(2024, 2, 29)),
    ],
)
def test_it_works(infused: list[date | None], expected: date | None) -> None:
    assert next_day(infused) == expected


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("days", range(-40, 41))
def test_too_early_is_less_than_28_days_after_another_and_never_before_it(days: int) -> None:
    """Counted a second time: the days from the other's infusion to this one are 0 to 27."""
    assert too_early(DAY0, [DAY0 - timedelta(days)]) is (days in range(28))


@pytest.mark.parametrize(
    ("milestones", "outcome", "state"),
    [
        ({}, "", "waiting"),
        ({"infusion_on": 28}, "", "open"),  # day 28 is today
        ({"infusion_on": 29}, "", "evaluable"),
        ({"infusion_on": 40, "died_on": 12}, "", "evaluable"),  # died on day 28
        ({"infusion_on": 40, "died_on": 13}, "", "left"),
        ({"infusion_on": 40, "died_on": 13}, "DLT", "evaluable"),
        ({"infusion_on": 5}, "DLT", "evaluable"),  # a toxicity counts at once
        ({"infusion_on": 40}, "NO_DLT", "evaluable"),
        ({"infusion_on": 40}, "NOT_EVALUABLE", "excluded"),
        ({"infusion_on": 5, "withdrawn_on": 2}, "", "left"),
    ],
)
def test_where_a_subject_stands(milestones: dict[str, int], outcome: str, state: str) -> None:
    today = a_subject().site.today()
    one = a_subject(**{name: today - timedelta(days) for name, days in milestones.items()})
    assert Treated(one, "DL1", 1, 1, outcome).state == state


# With a database


@pytest.fixture
def cast(db: None, monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setattr("enrollment.models.enrolment._is_signed", lambda decided: True)
    return make_cast()


def treated(cast: Cast, by: User, on: date | None, **answers: str) -> Subject:
    """A subject of that person's site, enrolled at level 1 and infused on that day."""
    actor = cast.actor(by)
    someone = subject.add(cast.site if by == cast.coordinator else cast.other_site, by=actor)
    enter(actor, someone, "SCR", "ENR", ENROLLED | answers, on=date(2025, 1, 20))
    if on is not None:
        given = {"exoccur": "Y", "exstdtc": f"{on}T10:00+08:00", "expldos": "1"}
        enter(actor, someone, "INF", "INF", given, on=on)
    someone.refresh_from_db()
    return someone


def asked(someone: Subject) -> list[Query]:
    return list(Query.objects.filter(subject=someone, check_id="INF-16"))


@pytest.mark.req("ENT-04")
def test_a_subject_of_another_site_counts_and_is_not_named(cast: Cast) -> None:
    first = treated(cast, cast.coordinator, DAY0)
    second = treated(cast, cast.other_coordinator, DAY0 + timedelta(27))
    assert asked(first) == []
    (query,) = asked(second)
    assert query.kind == "DEVIATION"
    assert first.number not in query.text_en + query.text_zh
    third = treated(cast, cast.coordinator, DAY0 + timedelta(27 + 28))
    assert asked(third) == []


def test_subjects_of_another_level_not_enrolled_or_void_do_not_count(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr("core.protocol.text", lambda name: "OPEN")
    treated(cast, cast.other_coordinator, DAY0, doselvl="DL2")
    someone = treated(cast, cast.coordinator, DAY0 + timedelta(1))
    assert asked(someone) == []
    assert escalation.others_infused(someone, "DL2") == [DAY0]
    assert escalation.others_infused(someone, "DL1") == []


def page_of(client: Client, user: User, url: str = "/dose-escalation/") -> Any:
    client.force_login(user)
    return client.get(url)


def test_who_may_see_every_site_sees_every_subject(cast: Cast, client: Client) -> None:
    first = treated(cast, cast.coordinator, DAY0)
    second = treated(cast, cast.other_coordinator, None)
    for user in (cast.monitor, cast.data_manager, cast.safety_reviewer, cast.auditor):
        answer = page_of(client, user)
        assert answer.status_code == 200
        text = answer.content.decode()
        assert first.number in text
        assert second.number in text
        assert "2025-03-28" in text  # the end of the window, and the next day for another subject


def test_the_decision_of_the_committee_is_shown_in_words_for_the_first_infusion_alone(
    cast: Cast, client: Client
) -> None:
    first = treated(cast, cast.coordinator, DAY0)
    by, toxic = cast.actor(cast.coordinator), {"dltsrc": "OTHER", "dltrule": "6"}
    decided = {"dltfudat": "2025-03-28", "dltsrcdat": "2025-04-02", "dltminut": "SRC-1"}
    enter(
        by, first, "D28", "DLT", decided, rows={"candidates": [toxic | {"dltsrcdec": "NOT_DLT"}]}, on=date(2025, 3, 28)
    )
    enter(by, first, add_second(first, by), "INF2", {"exoccur": "Y", "exstdtc": "2025-09-01T10:00+08:00"})
    again = {"dltfudat": "2025-09-29", "dltsrcdat": "2025-10-02", "dltminut": "SRC-2"}
    rows = {"candidates": [toxic | {"dltsrcdec": "DLT"}]}
    enter(by, first, "P2D28", "DLT", again, rows=rows, on=date(2025, 9, 29))
    (one,) = escalation.levels()[0].treated
    assert (one.outcome, one.state) == ("NO_DLT", "evaluable")
    assert "No DLT" in page_of(client, cast.safety_reviewer).content.decode()


def add_second(someone: Subject, by: Actor) -> str:
    place = VisitPlace(someone, current().visit("INF2"), 0, None)
    return visit.add_unscheduled(place, date(2025, 9, 1), by=by, reason="Relapse").name


@pytest.mark.req("PRV-01")
def test_who_sees_one_site_alone_is_refused_and_told_the_day_at_the_form(cast: Cast, client: Client) -> None:
    first = treated(cast, cast.other_coordinator, DAY0)
    second = treated(cast, cast.coordinator, None)
    for user in (cast.coordinator, cast.investigator, cast.administrator):
        assert page_of(client, user).status_code == 403
    answer = page_of(client, cast.coordinator, f"/subjects/{second.number}/visits/SCR/ENR/")
    text = answer.content.decode()
    assert "2025-03-28" in text
    assert first.number not in text


def test_the_page_costs_the_same_whatever_the_number_of_subjects(
    cast: Cast, client: Client, django_assert_num_queries: Any
) -> None:
    treated(cast, cast.coordinator, DAY0)
    with django_assert_num_queries(2):
        assert [len(level.treated) for level in escalation.levels()] == [1, 0, 0]
    treated(cast, cast.other_coordinator, DAY0)
    with django_assert_num_queries(2):
        assert [len(level.treated) for level in escalation.levels()] == [2, 0, 0]
