"""Reconciliation of adverse events to day 90: counts by hand, partial dates, and a list called complete too early."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.testing.forms import a_subject, filled, fired
from safety.tests.toxicity_records import day, event, infused

FULL: dict[str, Any] = {
    "aestdat": "2026-03-04", "aetoxgr": "2", "aeser": "N", "aerel": "NOT RELATED", "aeout": "RECOVERED/RESOLVED",
    "aeongo": "N",
}  # fmt: skip
COUNTS = ("teaen", "teaeunc", "teaegr3", "teaeser", "teaerel", "teaeong", "teaelack")


def reconciled(events: list[Any], **answers: Any) -> Any:
    given = {"teaesrc": "2026-05-30", "teaeconf": "Y"} | answers
    return filled("TEAE", subject=infused(), visit_on=day(92), others=events, **given)


def counts(*events: Any) -> tuple[int, ...]:
    found = reconciled(list(events))
    return tuple(getattr(found, name) for name in COUNTS)


@pytest.mark.req("VAL-04")
def test_it_works() -> None:
    """Day 90 after 1 March is 30 May."""
    events = [
        event(**FULL),
        event(**FULL | {"aetoxgr": "3", "aeser": "Y", "aerel": "POSSIBLE", "aeongo": "Y"}),
        event(**FULL | {"aetoxgr": "4", "aerel": "RELATED"}),
        event(**FULL | {"aestdat": "2026-02-28"}),
    ]
    assert counts(*events) == (3, 0, 2, 1, 2, 1, 0)
    assert fired(reconciled(events), others=events) == set()
    assert day(90).isoformat() == "2026-05-30"


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("start", "certain", "vague"),
    [
        ("2026-02-28", 0, 0), ("2026-03-01", 1, 0), ("2026-05-30", 1, 0), ("2026-05-31", 0, 0),
        ("2026-03", 1, 0), ("2026-04", 1, 0), ("2026-02", 0, 0), ("2026-05", 0, 1), ("2026-06", 0, 0),
        ("2026", 0, 1), ("2025", 0, 0), (None, 0, 1),
    ],
)  # fmt: skip
def test_the_time_is_day_0_to_day_90_and_partial_dates_count_when_certain(
    start: str | None, certain: int, vague: int
) -> None:
    assert counts(event(**FULL | {"aestdat": start}))[:2] == (certain, vague)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("infusion", "start"), [("2026-03-31", "2026-03"), ("2026-03-03", "2026-06")])
def test_a_month_that_only_touches_the_time_is_vague(infusion: str, start: str) -> None:
    """Its last day is the day of infusion, or its first is day 90."""
    subject = infused(infusion_on=date.fromisoformat(infusion))
    found = filled("TEAE", subject=subject, visit_on=day(92), others=[event(**FULL | {"aestdat": start})])
    assert (found.teaen, found.teaeunc) == (0, 1)


@pytest.mark.parametrize("name", ["aetoxgr", "aeser", "aerel", "aeout", "aeongo"])
def test_an_event_that_lacks_an_answer_is_counted_unless_it_says_why(name: str) -> None:
    lacking = event(**FULL | {name: None})
    assert counts(lacking)[-1] == 1
    lacking.missing = {name: "UNK"}
    assert counts(lacking)[-1] == 0


def test_without_infusion_nothing_emerges() -> None:
    found = filled("TEAE", subject=a_subject(), visit_on=day(92), others=[event(**FULL)])
    assert [getattr(found, name) for name in COUNTS] == [0] * 7


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("until", "asked"), [("2026-05-29", True), ("2026-05-30", False)])
def test_a_list_is_complete_only_when_the_records_reach_day_90(until: str, asked: bool) -> None:
    assert ("TEAE-01" in fired(reconciled([event(**FULL)], teaesrc=until), others=[event(**FULL)])) is asked
    open_list = reconciled([event(**FULL)], teaesrc=until, teaeconf="N", teaewhy="Cardiology letter awaited")
    assert "TEAE-01" not in fired(open_list, others=[event(**FULL)])


def test_a_list_with_vague_or_incomplete_events_is_not_complete() -> None:
    for changed in ({"aestdat": "2026-05"}, {"aeout": None}):
        events = [event(**FULL), event(**FULL | changed)]
        assert "TEAE-02" in fired(reconciled(events), others=events)


def test_no_event_at_all_is_asked_about() -> None:
    assert fired(reconciled([])) == {"TEAE-03"}
