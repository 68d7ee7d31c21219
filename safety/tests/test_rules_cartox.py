"""Rules of CAR-T toxicities across forms: events of special interest, doses, medication, death, baseline."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from core.testing.forms import filled, fired
from safety.rules_cartox import within_limits
from safety.tests.toxicity_records import FEBRILE, daily, day, event, ice, infused, medication

TOCILIZUMAB = {"agent": "TOCILIZUMAB", "agentdos": "480", "agentfor": "CRS"}
START = datetime.fromisoformat("2026-03-04T08:00+08:00")


def of_crs(**answers: Any) -> Any:
    return event(**{"aestdat": "2026-03-04", "aetoxgr": "1", "aespecial": ["CRS"]} | answers)


def doses(*moments: str) -> dict[str, Any]:
    return {"treatments": [TOCILIZUMAB | {"agentdtc": moment} for moment in moments]}


@pytest.mark.req("SAF-05", "VAL-04")
def test_it_works() -> None:
    ill = daily(3, **FEBRILE)
    assert "CRS-20" in fired(ill)
    assert {"CRS-20", "CRS-21"} & fired(ill, others=[of_crs()]) == set()


@pytest.mark.req("SAF-05")
@pytest.mark.parametrize(
    ("answers", "reported"),
    [
        ({}, True),
        ({"aespecial": ["ICANS"]}, False),
        ({"aespecial": None}, False),
        ({"aestdat": "2026-03"}, True),
        ({"aestdat": "2026-03-05"}, False),
        ({"aestdat": "2026-03-02", "aeendat": "2026-03-03"}, False),
        ({"aestdat": "2026-03-02", "aeendat": "2026-03-04"}, True),
        ({"aestdat": None}, False),
    ],
)
def test_an_episode_needs_its_event(answers: dict[str, Any], reported: bool) -> None:
    assert ("CRS-20" in fired(daily(3, **FEBRILE), others=[of_crs(**answers)])) is not reported


@pytest.mark.req("SAF-05", "VAL-04")
@pytest.mark.parametrize(("grade", "asked"), [("1", True), ("2", False), ("3", True), (None, False)])
def test_the_event_has_the_highest_grade_of_its_episode_asked_once_at_the_peak(grade: str | None, asked: bool) -> None:
    peak = {"crso2": "NC", "crso2flow": "2", "crso2ca": "CRS", "crsgri": "2"}
    days = [daily(3, **FEBRILE), daily(4, **FEBRILE | peak), daily(5, **FEBRILE)]
    found = [fired(each, others=[*days[:n], *days[n + 1 :], of_crs(aetoxgr=grade)]) for n, each in enumerate(days)]
    assert ["CRS-21" in each for each in found] == [False, asked, False]


@pytest.mark.req("SAF-05")
def test_the_grade_of_the_investigator_is_the_one_compared() -> None:
    ill = daily(3, **FEBRILE | {"crsgri": "2"})
    assert "CRS-21" in fired(ill, others=[of_crs(aetoxgr="1")])
    assert "CRS-21" not in fired(ill, others=[of_crs(aetoxgr="2")])


@pytest.mark.req("SAF-05")
def test_icans_needs_its_event_with_its_grade() -> None:
    ill = daily(3, icseiz="BRIEF", icansgri="3")
    reported = of_crs(aespecial=["ICANS"], aetoxgr="3")
    assert "CRS-22" in fired(ill, others=[of_crs()])
    assert {"CRS-22", "CRS-23"} & fired(ill, others=[reported]) == set()
    reported.aetoxgr = "2"
    assert "CRS-23" in fired(ill, others=[reported])


@pytest.mark.req("SAF-05")
def test_a_calm_day_asks_for_no_event() -> None:
    assert fired(daily(3), others=[daily(2), daily(4)]) == set()


@pytest.mark.parametrize(
    ("answers", "died", "asked"),
    [
        ({}, None, False),
        ({"crsfatal": "CRS"}, None, True),
        ({"crsfatal": "CRS"}, 3, False),
        ({"crsfatal": "OTHER"}, 4, True),
        ({"crsgri": "5"}, None, True),
        ({"icansgri": "5"}, 3, False),
    ],
)
def test_death_by_the_daily_record_is_the_death_recorded(answers: Any, died: int | None, asked: bool) -> None:
    subject = infused(**{} if died is None else {"died_on": day(died)})
    assert ("CRS-24" in fired(daily(3, subject=subject, **answers))) is asked


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("hours", "right"),
    [
        ((0, 8, 16), True),
        ((0, 8, 16, 24), True),
        ((0, 8, 16, 23), False),
        ((0, 24, 48, 72), True),
        ((0, 24, 48, 72, 96), False),
        ((), True),
    ],
)
def test_tocilizumab_at_most_three_in_24_hours_and_four_in_all(hours: tuple[int, ...], right: bool) -> None:
    given = [START + timedelta(hours=hour) for hour in hours]
    assert within_limits(given) is right
    assert all(later >= first for first, later in pairwise(given))


@pytest.mark.req("VAL-04")
def test_doses_of_all_days_are_counted_together() -> None:
    before = [
        daily(2, crstreat=["TOCILIZUMAB"], rows=doses("2026-03-03T06:00+08:00", "2026-03-03T20:00+08:00")),
        daily(4, crstreat=["TOCILIZUMAB"], rows=doses("2026-03-05T20:00+08:00")),
    ]
    fourth, fifth = doses("2026-03-04T14:00+08:00"), doses("2026-03-04T14:00+08:00", "2026-03-04T22:00+08:00")
    assert "CRS-25" not in fired(daily(3, crstreat=["TOCILIZUMAB"], rows=fourth), others=before)
    assert "CRS-25" in fired(daily(3, crstreat=["TOCILIZUMAB"], rows=fifth), others=before)
    assert "CRS-25" not in fired(daily(3), others=before), "asked only where a dose stands"


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        (medication("2026-03-04", "2026-03-04"), False),
        (medication("2026-03"), False),
        (medication("2026-03-05"), True),
        (medication("2026-03-01", "2026-03-03"), True),
        (medication("2026-03-04", cmclas="STEROID"), True),
    ],
)
def test_doses_stand_in_the_medication_as_well(line: Any, asked: bool) -> None:
    assert ("CRS-26" in fired(daily(3, crstreat=["STEROID"]), others=[line])) is asked
    assert "CRS-26" not in fired(daily(3, crstreat=["ANTIPYRETIC"]), others=[line])


@pytest.mark.req("VAL-04")
def test_an_infusion_without_ice_before_it_is_asked_about() -> None:
    infusion = filled("INF", subject=infused(), exoccur="Y", exstdtc="2026-03-01T10:00+08:00")
    assert "CRS-27" in fired(infusion, others=[ice(1)])
    assert "CRS-27" not in fired(infusion, others=[ice(0)])
    assert "CRS-27" not in fired(infusion, others=[ice(-6)])
    assert "CRS-27" in fired(infusion, others=[ice(-6, ice1ori=None)])
    assert "CRS-27" not in fired(filled("INF", exoccur="N"))


@pytest.mark.req("SAF-05")
@pytest.mark.parametrize(
    ("special", "start", "asked"),
    [
        (["CRS"], "2026-03-04", False),
        (["CRS"], "2026-03-05", True),
        (["ICANS"], "2026-03-04", True),
        (["CRS", "ICANS"], "2026-03-04", True),
        (["INFECTION"], "2026-03-05", False),
    ],
)
def test_an_event_of_crs_or_icans_stands_on_daily_records(special: list[str], start: str, asked: bool) -> None:
    found = filled("AE", subject=infused(), aespecial=special, aestdat=start)
    assert ("CRS-30" in fired(found, others=[daily(3, **FEBRILE)])) is asked
