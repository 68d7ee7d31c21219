"""Serious adverse events: clocks, causality, the turn for the worse, what is asked about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from core.crf.evaluate import gaps
from core.crf.read import form
from core.testing.forms import filled, fired

REPORT: dict[str, Any] = {
    "saeaeno": "1",
    "saeterm": "Pneumonia",
    "saecrit": ["HOSPITAL"],
    "saestdat": "2026-03-05",
    "saetoxgr": "3",
    "saeout": "RECOVERING/RESOLVING",
    "saenarr": "Fever and cough on day 12; admitted.",
    "saeaware": "2026-03-05T09:30+08:00",
    "saeawby": "CRC-2",
    "saesent": "2026-03-06T09:30+08:00",
    "saerelinv": "POSSIBLE",
    "saerldinv": "NOT RELATED",
    "saeexp": "EXPECTED",
}
UNEXPECTED = {"saeexp": "UNEXPECTED"}


def sae(**answers: Any) -> Any:
    return filled("SAE", **REPORT | answers)


def event(key: int = 1, **answers: Any) -> Any:
    found = filled("AE", aeser="Y", **answers)
    found.key = key
    return found


def asks(record: Any, *others: Any) -> set[str]:
    return {check for check in fired(record, others=others or [event()]) if check.startswith("SAE")}


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The server's clock stands at this moment."""

    def at(text: str) -> None:
        moment = datetime.fromisoformat(text).astimezone(UTC)
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return at


def test_it_works() -> None:
    assert fired(sae(), others=[event(aestdat="2026-03-05")]) == set()


@pytest.mark.req("SAF-02")
def test_a_report_may_be_begun_with_almost_nothing() -> None:
    first = filled("SAE", saeterm="Pneumonia", saeaware="2026-03-05T09:30+08:00")
    assert first.saedue == datetime.fromisoformat("2026-03-06T09:30+08:00")
    assert "saenarr" in gaps(first, form("SAE").items)


@pytest.mark.req("SAF-01", "VAL-04")
@pytest.mark.parametrize(
    ("sent", "late"),
    [("2026-03-06T09:30+08:00", "N"), ("2026-03-06T09:31+08:00", "Y"), ("2026-03-06T01:30+00:00", "N")],
)
def test_the_late_flag_follows_from_the_two_times(sent: str, late: str) -> None:
    record = sae(saesent=sent)
    assert record.saelate == late
    assert ("SAE-12" in asks(record)) is (late == "Y"), "a late report is a deviation"


@pytest.mark.req("SAF-01")
@pytest.mark.parametrize(
    "name", ["saedue", "saelate", "saesusdue", "saesuslate", "saeupglate", "saefulate", "saesusar"]
)
def test_no_clock_and_no_flag_can_be_typed(name: str) -> None:
    assert form("SAE").item(name).derived
    assert getattr(filled("SAE", **REPORT | {name: "N"}), name) == getattr(sae(), name)


@pytest.mark.req("SAF-01")
def test_an_earlier_awareness_moves_the_clock_back() -> None:
    assert sae(saeaware="2026-03-05T09:29+08:00").saelate == "Y"


@pytest.mark.req("SAF-01", "VAL-04")
@pytest.mark.parametrize(("at", "asked"), [("2026-03-06T09:30:00+08:00", False), ("2026-03-06T09:30:01+08:00", True)])
def test_a_report_not_sent_is_asked_about_a_second_after_24_h(now: Any, at: str, asked: bool) -> None:
    record = sae(saesent=None)
    now(at)
    assert ("SAE-05" in asks(record)) is asked
    assert "SAE-05" not in asks(sae())


@pytest.mark.req("SAF-03", "VAL-04")
@pytest.mark.parametrize(
    ("answers", "susar", "due"),
    [
        ({}, "N", None),
        (UNEXPECTED, "Y", "2026-03-21"),
        (UNEXPECTED | {"saecrit": ["LIFE"]}, "Y", "2026-03-13"),
        (UNEXPECTED | {"saecrit": ["DEATH", "HOSPITAL"]}, "Y", "2026-03-13"),
        (UNEXPECTED | {"saespaware": "2026-03-05T20:00+08:00"}, "Y", "2026-03-20"),
        (UNEXPECTED | {"saesent": None}, "Y", None),
        (UNEXPECTED | {"saerelinv": "UNLIKELY"}, "N", None),
        (UNEXPECTED | {"saerelinv": "UNLIKELY", "saerelspo": "POSSIBLE"}, "Y", "2026-03-21"),
    ],
)
def test_the_susar_clock_begins_with_the_sponsor(answers: dict[str, Any], susar: str, due: str | None) -> None:
    """Day 0 is the day on which the sponsor knew; sent on 6 March while nobody says otherwise."""
    record = sae(**answers)
    assert record.saesusar == susar
    assert record.saesusdue == (date.fromisoformat(due) if due else None)


@pytest.mark.req("SAF-03", "VAL-04")
def test_a_deadly_susar_has_8_days_more_for_its_details() -> None:
    record = sae(**UNEXPECTED, saecrit=["DEATH"], saespaware="2026-12-28T10:00+08:00")
    assert (record.saesusdue, record.saefudue) == (date(2027, 1, 4), date(2027, 1, 12))
    assert sae(**UNEXPECTED).saefudue is None


@pytest.mark.req("SAF-03", "VAL-04")
@pytest.mark.parametrize(("sent", "late"), [("2026-03-21T23:59+08:00", "N"), ("2026-03-22T00:00+08:00", "Y")])
def test_a_susar_may_be_sent_until_the_end_of_its_last_day(sent: str, late: str) -> None:
    assert sae(**UNEXPECTED, saesussnt=sent).saesuslate == late


@pytest.mark.req("SAF-04", "VAL-04")
def test_a_turn_for_the_worse_begins_the_shorter_clock_again() -> None:
    known = UNEXPECTED | {"saecrit": ["HOSPITAL", "LIFE"], "saeupgdtc": "2026-03-15T22:00+08:00"}
    record = sae(**known)
    assert record.saesusdue == date(2026, 3, 21), "the first report keeps its 15 days"
    assert (record.saeupgdue, record.saefudue) == (date(2026, 3, 22), date(2026, 3, 30))
    assert sae(**known, saeupgsnt="2026-03-22T23:59+08:00").saeupglate == "N"
    assert sae(**known, saeupgsnt="2026-03-23T00:00+08:00").saeupglate == "Y"
    assert sae(**known, saefusnt="2026-03-31T00:00+08:00").saefulate == "Y"
    assert sae(**known | {"saeexp": "EXPECTED"}).saeupgdue is None


@pytest.mark.req("SAF-04")
def test_a_turn_that_is_no_criterion_is_asked_about() -> None:
    turned = {"saeupgdtc": "2026-03-15T22:00+08:00"}
    assert "SAE-09" in asks(sae(**turned))
    assert "SAE-09" not in asks(sae(**turned, saecrit=["LIFE"]))
    assert "SAE-11" in asks(sae(saecrit=["LIFE"], saeupgdtc="2026-03-05T09:29+08:00"))
    with pytest.raises(ValidationError):
        sae(saeupgsnt="2026-03-16T10:00+08:00")


@pytest.mark.req("SAF-04")
def test_both_opinions_are_kept_and_the_related_one_prevails() -> None:
    record = sae(saerelinv="NOT RELATED", saerelspo="POSSIBLE")
    assert (record.saerelinv, record.saerelspo, record.saerel) == ("NOT RELATED", "POSSIBLE", "POSSIBLE")
    record = sae(saerldinv="RELATED", saerldspo="NOT RELATED")
    assert (record.saerldinv, record.saerldspo, record.saerelld) == ("RELATED", "NOT RELATED", "RELATED")


@pytest.mark.parametrize(
    ("check", "item", "at", "asked"),
    [
        ("SAE-06", {}, "2026-03-21T23:59:59+08:00", False),
        ("SAE-06", {}, "2026-03-22T00:00:00+08:00", True),
        ("SAE-07", {"saecrit": ["LIFE"], "saeupgdtc": "2026-03-15T22:00+08:00"}, "2026-03-22T23:59:59+08:00", False),
        ("SAE-07", {"saecrit": ["LIFE"], "saeupgdtc": "2026-03-15T22:00+08:00"}, "2026-03-23T00:00:00+08:00", True),
        ("SAE-08", {"saecrit": ["LIFE"]}, "2026-03-21T23:59:59+08:00", False),
        ("SAE-08", {"saecrit": ["LIFE"]}, "2026-03-22T00:00:00+08:00", True),
    ],
)
def test_what_was_not_sent_in_its_days_is_asked_about(
    now: Any, check: str, item: dict[str, Any], at: str, asked: bool
) -> None:
    record = sae(**UNEXPECTED | item)
    now(at)
    assert (check in asks(record)) is asked


def test_an_event_is_there_and_reported_once() -> None:
    assert "SAE-01" in asks(sae(saeaeno="2"))
    other = sae()
    other.key = 2
    assert asks(sae(), event(), other) == {"SAE-02"}


@pytest.mark.parametrize(
    ("answers", "check"),
    [
        ({"saesent": "2026-03-05T09:29+08:00"}, "SAE-03"),
        ({"saestdat": "2026-03-06"}, "SAE-04"),
        ({"saeout": "FATAL"}, "SAE-10"),
        ({"saecrit": ["DEATH"]}, "SAE-10"),
    ],
)
def test_what_contradicts_itself_is_asked_about(answers: dict[str, Any], check: str) -> None:
    assert asks(sae(**answers)) == {check}


def test_what_is_not_certain_is_not_asked_about() -> None:
    assert asks(sae(saestdat="2026-03")) == set()
    assert asks(sae(saeout="FATAL", saecrit=["DEATH"])) == set()
