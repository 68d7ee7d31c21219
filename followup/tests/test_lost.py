"""Lost contact: the attempts are logged, and enough of them are made before a subject counts as lost."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.testing.forms import filled, fired

AWAY = {"ltfmiss": "M6", "ltfknown": "2026-01-10", "ltfback": "N"}


def attempt(day: int, means: str = "PHONE", result: str = "NO") -> dict[str, Any]:
    return {"ltfon": date(2026, 2, day), "ltfmeans": means, "ltfres": result, "ltfby": "C02"}


THREE = (attempt(1), attempt(8), attempt(15, "LETTER"))


def lost(*attempts: dict[str, Any], **answers: Any) -> Any:
    return filled("LTF", rows={"attempts": attempts}, **{**AWAY, **answers})


def test_it_works() -> None:
    record = lost(*THREE, ltfdat="2026-02-15")
    assert (record.ltfcount, record.ltflostdat) == (3, date(2026, 2, 15))
    assert fired(record) == set()


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    "attempts",
    [
        (attempt(1), attempt(15, "LETTER")),
        (attempt(1), attempt(8), attempt(15)),
        (attempt(1), attempt(8, result="YES"), attempt(15, "LETTER")),
    ],
    ids=["two", "no letter", "one succeeded"],
)
def test_too_few_attempts_are_no_ground_for_the_decision(attempts: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(ValidationError) as refused:
        lost(*attempts, ltfdat="2026-02-20")
    assert set(refused.value.message_dict) == {"ltfdat"}
    assert lost(*attempts).ltflostdat is None


def test_who_was_found_again_is_not_lost() -> None:
    found = lost(*THREE, ltfback="Y", ltfbackdat="2026-03-01")
    assert found.ltflostdat is None
    with pytest.raises(ValidationError):
        lost(*THREE, ltfback="Y", ltfbackdat="2026-03-01", ltfdat="2026-02-15")


def test_the_decision_follows_the_last_attempt() -> None:
    assert fired(lost(*THREE, ltfdat="2026-02-14")) == {"LTF-02"}
    assert fired(lost(*THREE, ltfdat="2026-02-15")) == set()


def test_nobody_is_found_before_going_missing() -> None:
    assert fired(lost(*THREE, ltfback="Y", ltfbackdat="2026-01-09")) == {"LTF-03"}
    assert fired(lost(*THREE, ltfback="Y", ltfbackdat="2026-01-10")) == set()
