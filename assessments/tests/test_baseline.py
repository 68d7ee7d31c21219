"""Change from baseline and the review for worsening, over every scale (clinical reference pack, 4.6, 8.2)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.actions.entry import derived
from core.crf import read
from core.crf.rules import Context
from core.testing.forms import a_subject, filled, fired

LD1 = date(2026, 3, 1)
SUBJECT = a_subject(lymphodepletion_on=LD1)
CODES = {"MGADL": "mgadl", "QMG": "qmg", "MGC": "mgc", "MGQOL": "mgq"}
FORMS = list(CODES.items())


def answers_of(code: str, total: int) -> dict[str, Any]:
    """Answers that add up to this total."""
    if code == "MGQOL":
        scores = [1] * total + [0] * (15 - total)
        return {"qsperf": "Y", "qsver": "15R"} | {f"mgq{n:02}": str(s) for n, s in enumerate(scores, 1)}
    if code == "MGADL":
        scores = [1] * min(total, 8) + [0] * (8 - total)
        return {"qsperf": "Y"} | {f"mgadl{n:02}": str(s + (total > 8) * (n == 1)) for n, s in enumerate(scores, 1)}
    if code == "MGC":
        closed = {f"mgc{n:02}how": "SPON" if n == 1 and total >= 3 else "MAX" for n in (1, 2)}
        rest = total - 3 * (total >= 3)
        levels = [0, min(rest, 6) // 2, max(rest - 6, 0) // 2, 0, 0, rest % 2, 0, 0]  # items 3 to 10
        return {"rsperf": "Y"} | closed | {f"mgc{n:02}c": str(level) for n, level in enumerate(levels, 3)}
    held = [3] * (total // 3) + [total % 3] + [0] * 10
    timed = {f"qmg{n:02}how": "VALUE" for n in (6, 7, 11, 12, 13)}
    seconds = {"240": ("240", "90", "10", "0"), "120": ("120", "30", "1", "0"), "100": ("100", "31", "1", "0")}
    stops = ("240", "240", "120", "100", "100")
    timed |= {f"qmg{n:02}sec": seconds[stop][p] for n, stop, p in zip((6, 7, 11, 12, 13), stops, held, strict=False)}
    eyes = {"qmg01how": "MAX", "qmg02how": "MAX", "qmg03c": "0", "qmg04c": "0", "qmg05how": "MAX"}
    grip = {"gripunit": "KG", "qmg09how": "VALUE", "qmg09kg1": "60", "qmg10how": "VALUE", "qmg10kg1": "60"}
    return {"rsperf": "Y", "qmg08how": "VALUE", "qmg08pct": "99"} | eyes | timed | grip


def record(code: str, visit: str, on: date | None, total: int | None, *before: Any, subject: Any = SUBJECT) -> Any:
    """A record of that form and visit whose answers add up to the total, beside those before it."""
    others = [*before, filled("DM", sex="M", subject=subject)]
    answers = {} if total is None else answers_of(code, total)
    made = filled(code, subject=subject, visit_on=on, others=others, **answers)
    if made.visit:
        made.visit.code, made.visit.ordinal = visit, 0
    context = Context(subject, made, made.visit, {code: list(before), "DM": [filled("DM", sex="M")]})
    derived(read.form(code), made, made.group_rows, context)
    return made


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("code", "name"), FORMS)
def test_it_works(code: str, name: str) -> None:
    baseline = record(code, "BL", date(2026, 2, 28), 9)
    later = record(code, "D28", date(2026, 4, 2), 5, baseline)
    assert (getattr(baseline, f"{name}tot"), getattr(later, f"{name}tot")) == (9, 5)
    assert getattr(later, f"{name}chg") == -4


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("code", "name"), FORMS)
def test_without_a_baseline_record_the_last_before_the_first_dose_counts(code: str, name: str) -> None:
    early = record(code, "SCR", date(2026, 1, 10), 7)
    late = record(code, "UNS", date(2026, 2, 28), 8)
    on_the_day = record(code, "LD1", LD1, 3)
    assert getattr(record(code, "D28", date(2026, 4, 2), 9, on_the_day, late, early), f"{name}chg") == 1


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("code", "name"), FORMS)
def test_the_baseline_visit_counts_even_on_the_day_of_the_first_dose(code: str, name: str) -> None:
    screening, baseline = record(code, "SCR", date(2026, 1, 10), 7), record(code, "BL", LD1, 9)
    assert getattr(record(code, "D28", date(2026, 4, 2), 9, screening, baseline), f"{name}chg") == 0


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("code", "name"), FORMS)
def test_an_incomplete_baseline_gives_way_to_the_last_complete_one(code: str, name: str) -> None:
    screening, baseline = record(code, "SCR", date(2026, 1, 10), 7), record(code, "BL", date(2026, 2, 28), None)
    assert getattr(record(code, "D28", date(2026, 4, 2), 9, screening, baseline), f"{name}chg") == 2


@pytest.mark.parametrize(("code", "name"), FORMS)
def test_there_is_no_change_at_baseline_before_it_or_without_it(code: str, name: str) -> None:
    screening, baseline = record(code, "SCR", date(2026, 1, 10), 7), record(code, "BL", LD1, 9)
    item = f"{name}chg"
    assert getattr(record(code, "BL", LD1, 9, screening), item) is None
    assert getattr(record(code, "LEUK", date(2026, 2, 1), 9, screening, baseline), item) is None
    assert getattr(record(code, "D28", date(2026, 4, 2), 9), item) is None
    assert getattr(record(code, "D28", date(2026, 4, 2), None, baseline), item) is None
    assert getattr(record(code, "D28", None, 9, baseline), item) is None


@pytest.mark.parametrize(("code", "name"), FORMS)
def test_the_day_of_the_first_dose_already_has_a_change(code: str, name: str) -> None:
    baseline = record(code, "BL", date(2026, 2, 28), 9)
    assert getattr(record(code, "UNS", LD1, 7, baseline), f"{name}chg") == -2
    assert getattr(record(code, "UNS", date(2026, 2, 28), 7, baseline), f"{name}chg") is None


@pytest.mark.parametrize(("code", "name"), FORMS)
def test_before_any_lymphodepletion_nothing_changes_from_baseline(code: str, name: str) -> None:
    waiting = a_subject()
    screening = record(code, "SCR", date(2026, 1, 10), 7, subject=waiting)
    assert getattr(record(code, "UNS", date(2026, 4, 2), 9, screening, subject=waiting), f"{name}chg") is None


REVIEWED = [("MGADL", "MGADL-10"), ("QMG", "QMG-10")]


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("code", "rule"), REVIEWED)
@pytest.mark.parametrize(
    ("baseline", "before", "now", "asked"),
    [
        (5, 5, 7, False),
        (5, 5, 8, True),
        (5, 9, 8, True),  # 3 above baseline, though better than last time
        (9, 2, 5, True),  # 3 above last time, though better than at baseline
        (9, 3, 5, False),
        (5, 5, 5, False),
        (9, 9, 1, False),
    ],
)
def test_a_rise_of_3_against_either_is_reviewed(
    code: str, rule: str, baseline: int, before: int, now: int, asked: bool
) -> None:
    first = record(code, "BL", date(2026, 2, 28), baseline)
    second = record(code, "D21", date(2026, 3, 26), before)
    third = record(code, "D28", date(2026, 4, 2), now, first, second)
    others = [first, second, filled("DM", sex="M")]
    assert (rule in fired(third, others=others)) is asked


@pytest.mark.parametrize(("code", "rule"), REVIEWED)
def test_the_first_record_has_nothing_to_rise_from(code: str, rule: str) -> None:
    later = record(code, "D28", date(2026, 4, 2), 3)
    first = record(code, "SCR", date(2026, 1, 10), 9, later)
    assert rule not in fired(first, others=[later, filled("DM", sex="M")])


@pytest.mark.parametrize(("code", "rule"), REVIEWED)
def test_another_record_of_the_same_day_is_not_the_one_before(code: str, rule: str) -> None:
    first, again = record(code, "D28", date(2026, 4, 2), 3), record(code, "UNS", date(2026, 4, 2), 9)
    assert rule not in fired(again, others=[first, filled("DM", sex="M")])


@pytest.mark.parametrize("code", ["MGC", "MGQOL"])
def test_the_other_scales_are_not_reviewed_for_it(code: str) -> None:
    first = record(code, "BL", date(2026, 2, 28), 0)
    assert not {
        rule for rule in fired(record(code, "D28", date(2026, 4, 2), 9, first), others=[first]) if "-10" in rule
    }
