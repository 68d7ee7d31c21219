"""Hospital stays: dates, intensive care, ventilation, overlaps."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.testing.forms import filled, fired

STAY: dict[str, Any] = {
    "hostdat": "2026-03-05",
    "hoongo": "N",
    "hoendat": "2026-03-19",
    "hoplace": "Haematology",
    "horeas": "PLANNED",
    "hoicu": "N",
    "hovent": "NONE",
}
ICU = {"hoicu": "Y", "hoicust": "2026-03-06T10:00+08:00"}
VENTILATED = {"hovent": "NIV", "hoventre": "Myasthenic weakness", "hoventst": "2026-03-06T10:00+08:00"}


def stay(**answers: Any) -> Any:
    return filled("HO", **STAY | answers)


def test_it_works() -> None:
    assert fired(stay()) == set()
    assert fired(stay(**ICU, hoicuen="2026-03-08T10:00+08:00")) == set()
    assert fired(stay(**VENTILATED)) == set()


@pytest.mark.parametrize(("left", "asked"), [("2026-03-05", False), ("2026-03-04", True)])
def test_nobody_leaves_before_he_comes(left: str, asked: bool) -> None:
    assert ("HO-01" in fired(stay(hoendat=left))) is asked


@pytest.mark.parametrize(
    ("start", "end", "asked"),
    [
        ("2026-03-05T00:00+08:00", "2026-03-19T23:59+08:00", False),
        ("2026-03-04T23:59+08:00", "2026-03-06T10:00+08:00", True),
        ("2026-03-06T10:00+08:00", "2026-03-20T00:00+08:00", True),
        ("2026-03-06T10:00+08:00", "2026-03-06T09:59+08:00", True),
        ("2026-03-06T10:00+08:00", None, False),
        ("2026-03-20T10:00+08:00", None, True),
    ],
)
def test_intensive_care_and_ventilation_lie_within_the_stay(start: str, end: str | None, asked: bool) -> None:
    assert ("HO-02" in fired(stay(hoicu="Y", hoicust=start, hoicuen=end))) is asked
    assert ("HO-03" in fired(stay(**VENTILATED | {"hoventst": start, "hoventen": end}))) is asked


@pytest.mark.parametrize(
    ("start", "end", "asked"),
    [
        ("2026-03-19", "2026-03-25", False),  # transferred on the day of discharge
        ("2026-03-18", "2026-03-25", True),
        ("2026-03-01", "2026-03-05", False),
        ("2026-03-01", "2026-03-06", True),
        ("2026-03-01", None, True),
        ("2026-03-20", None, False),
    ],
)
def test_stays_do_not_overlap(start: str, end: str | None, asked: bool) -> None:
    other = stay(hostdat=start, hoongo="N" if end else "Y", hoendat=end)
    assert ("HO-04" in fired(stay(), others=[other])) is asked


def test_the_event_is_asked_only_of_a_stay_because_of_one() -> None:
    assert stay(horeas="EVENT", hoaeno="1").hoaeno == 1
    with pytest.raises(ValidationError):
        stay(hoaeno="1")
