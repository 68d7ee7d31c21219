"""E7: systemic steroid in the 28 days before the reference, with partial dates and what is going on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from core import protocol
from screening.eligibility.steroids import covers
from screening.tests.eligibility_facts import LD1, answer, finding, moment, partial, record, row, someone

pytestmark = pytest.mark.req("VAL-04")
EXCLUDED, FREE, OPEN = "MET", "NOT_MET", "NOT_EVALUABLE"
TREATED = someone(lymphodepletion_on=LD1)  # 8 April; 28 days before it is 11 March


def steroid(start: str | None = "2025-01", end: str | None = None, **answers: Any) -> Any:
    given = {"cmtrt": "prednisone", "cmclas": "STEROID", "cmsyst": "Y", "cmongo": None} | answers
    return record("LOG", cmstdat=partial(start), cmendat=partial(end), **given)


def e7(*lines: Any, **options: Any) -> Any:
    forms = {"CM": list(lines)} | options.pop("forms", {})
    return answer("E7", forms, **{"stage": 2, "subject": TREATED} | options)


def test_it_works() -> None:
    found = finding("E7", {"CM": [steroid(end="2026-03-11")]}, stage=2, subject=TREATED)
    assert found.answer == FREE
    assert [(used.label, used.value) for used in found.used][:2] == [
        ("Day the time is counted back from", "2026-04-08"),
        ("prednisone", "2025-01 to 2026-03-11"),
    ]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2025-01-01", "2026-03-11", FREE),  # exactly 28 days
        ("2025-01-01", "2026-03-12", EXCLUDED),  # 27 days
        ("2025-01-01", "2026-04-08", EXCLUDED),
        ("2025-01-01", "2026-05-01", EXCLUDED),  # through the reference
        ("2025-01-01", None, EXCLUDED),  # going on
        ("2026-04-08", None, EXCLUDED),  # begun on the very day
        ("2026-04-09", None, FREE),  # begun after it
        ("2026-04-09", "2026-04-12", FREE),
        ("2025", "2026-02", FREE),
        ("2025", "2026-03", OPEN),
        ("2025", "2026-04", EXCLUDED),
        ("2025", "2025", FREE),
        ("2025", "2026", OPEN),
        ("2026-04", "2026-05", OPEN),  # begun before or after the 8th
        ("2026", None, OPEN),
        ("2026-03", None, EXCLUDED),
        (None, "2026-03-11", FREE),
        (None, "2026-03-12", EXCLUDED),
        (None, None, OPEN),
    ],
)
def test_e7_counts_28_days_back_from_the_reference(start: str | None, end: str | None, expected: str) -> None:
    assert e7(steroid(start, end)) == expected


def test_e7_of_partial_dates_agrees_with_trying_every_day() -> None:
    """A second way: each day of the month the use may have ended on."""
    for day in range(1, 60):
        reference = date(2026, 3, 15) + timedelta(days=day)
        ends = (date(2026, 3, each) for each in range(1, 32))
        tried = {end + timedelta(days=28) > reference for end in ends}
        expected = tried.pop() if len(tried) == 1 else None
        assert covers(partial("2024"), partial("2026-03"), None, reference) is expected


def test_e7_an_end_that_is_not_known_leaves_it_open_unless_the_start_settles_it() -> None:
    assert e7(steroid("2025-01", None, cmongo="N")) == OPEN
    assert e7(steroid("2026-03-20", None, cmongo="N")) == EXCLUDED
    assert e7(steroid("2025-01", None, cmongo="Y")) == EXCLUDED


@pytest.mark.parametrize(("systemic", "expected"), [("Y", EXCLUDED), ("N", FREE), (None, OPEN)])
def test_e7_is_about_systemic_use(systemic: str | None, expected: str) -> None:
    assert e7(steroid(cmsyst=systemic)) == expected
    assert e7(steroid(cmsyst=systemic, cmclas="ANTIEMETIC")) == (FREE if systemic is None else expected)


def test_e7_one_use_is_enough() -> None:
    assert e7(steroid(end="2025-06"), steroid(start="2026-03-20", end="2026-03-21")) == EXCLUDED
    assert e7(steroid(start="2026", end="2026"), steroid(start="2026-03-20", end="2026-03-21")) == EXCLUDED
    assert e7() == FREE


def treated(**answers: Any) -> dict[str, Any]:
    given = {"cmclas": "STEROID", "cmtrt": "prednisone", "cmout": "RELAPSE", "cmstdat": None, "cmendat": None}
    given |= answers
    dates = {name: partial(given[name]) for name in ("cmstdat", "cmendat")}
    return {"PMT": record(treatments=[row(**given | dates)])}


def test_e7_looks_at_earlier_treatments_too() -> None:
    assert e7(forms=treated(cmstdat="2024", cmendat="2026-03-20")) == EXCLUDED
    assert e7(forms=treated(cmstdat="2024", cmendat="2025")) == FREE
    assert e7(forms=treated(cmstdat="2024")) == OPEN  # going on, or ended: the log must say
    assert e7(steroid(end="2026-03-01"), forms=treated(cmstdat="2024")) == FREE
    assert e7(forms=treated(cmclas="NSIST", cmstdat="2024")) == FREE


def test_e7_counts_from_the_planned_dose_until_it_is_given() -> None:
    plan = {"ieldpl": moment("2026-04-08T09:00+08:00")}
    assert e7(steroid(end="2026-03-11"), subject=someone(), form=plan) == FREE
    assert e7(steroid(end="2026-03-12"), subject=someone(), form=plan) == EXCLUDED
    assert e7(steroid(end="2026-03-01"), subject=someone()) == OPEN
    moved = someone(lymphodepletion_on=date(2026, 4, 9))
    assert e7(steroid(end="2026-03-12"), subject=moved, form=plan) == FREE


def test_e7_can_count_from_another_milestone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "text", lambda name: "LEUKAPHERESIS")
    collected = someone(leukapheresis_on=date(2026, 3, 19), lymphodepletion_on=LD1)
    assert e7(steroid(end="2026-02-19"), subject=collected) == FREE
    assert e7(steroid(end="2026-02-20"), subject=collected) == EXCLUDED
    assert e7(steroid(end="2026-02-20"), subject=someone()) == OPEN
