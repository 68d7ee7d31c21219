"""Reconciliation: each way in which the safety logs can differ, and that logs which agree do not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from core.reconcile import Casebook, Difference, differences
from core.testing.forms import filled, fired

pytestmark = pytest.mark.req("SAF-06")


def line(code: str, key: int = 1, *, rows: Any = None, **answers: Any) -> Any:
    found = filled(code, rows=rows, **answers)
    found.key = key
    return found


def event(key: int = 1, treated_with: tuple[int, ...] = (), **answers: Any) -> Any:
    return line("AE", key, rows={"treatments": [{"aecmno": str(number)} for number in treated_with]}, **answers)


def medicine(key: int = 1, indication: str | None = None) -> Any:
    """A line of the medication log, of which only the indication is read."""
    return SimpleNamespace(crf=SimpleNamespace(code="CM"), pk=None, key=key, cmindc=indication)


def found(*records: Any) -> list[Difference]:
    forms: dict[str, list[Any]] = {}
    for record in records:
        forms.setdefault(record.crf.code, []).append(record)
    return differences(Casebook(forms))


def ids(*records: Any) -> list[tuple[str, str, int]]:
    return [(each.id, each.form, each.key) for each in found(*records)]


SERIOUS: dict[str, Any] = {
    "aeser": "Y", "aesercrit": ["HOSPITAL"], "aestdat": "2026-03-05", "aetoxgr": "3",
    "aeout": "RECOVERING/RESOLVING", "aerel": "POSSIBLE", "aerelld": "NOT RELATED", "aecontrt": "Y",
}  # fmt: skip
REPORT: dict[str, Any] = {
    "saeaeno": "1", "saecrit": ["HOSPITAL"], "saestdat": "2026-03-05", "saetoxgr": "3",
    "saeout": "RECOVERING/RESOLVING", "saerelinv": "POSSIBLE", "saerldinv": "NOT RELATED",
}  # fmt: skip
STAY: dict[str, Any] = {"hostdat": "2026-03-06", "horeas": "EVENT", "hoaeno": "1"}


def agreeing() -> list[Any]:
    return [event(treated_with=(1,), **SERIOUS), line("SAE", **REPORT), line("HO", **STAY), medicine(1, "AE 1")]


def test_it_works() -> None:
    assert found(*agreeing()) == []


def test_every_mismatch_of_a_casebook_is_listed() -> None:
    """A casebook seeded with one of each."""
    seeded = [
        event(1, aeser="Y"),  # REC-01
        event(2, aeser="N", aecontrt="N"),
        event(3, aeout="FATAL", aeser="N"),  # REC-20 is not: there is a death
        event(4, (9,), aecontrt="Y"),  # REC-30
        event(5, aecontrt="Y"),  # REC-31
        event(6, aeser="N", aesercrit=None, aecontrt="N"),
        line("SAE", 1),  # REC-02
        line("SAE", 2, saeaeno="2"),  # REC-03
        line("DTH", 1, dthdat="2026-03-05", dthaeno="2"),  # REC-23
        medicine(1, "AE 8"),  # REC-33
        medicine(2, "headache of AE 6"),  # REC-32
        line("HO", 1, horeas="EVENT", hoaeno="7"),  # REC-41
        line("HO", 2, horeas="LONGER", hoaeno="6"),  # REC-42
    ]
    assert ids(*seeded) == [
        ("REC-01", "AE", 1),
        ("REC-30", "AE", 4),
        ("REC-31", "AE", 5),
        ("REC-32", "AE", 6),
        ("REC-02", "SAE", 1),
        ("REC-03", "SAE", 2),
        ("REC-23", "DTH", 1),
        ("REC-33", "CM", 1),
        ("REC-41", "HO", 1),
        ("REC-42", "HO", 2),
    ]


@pytest.mark.parametrize(
    ("answers", "id"),
    [
        ({"saestdat": "2026-03-06"}, "REC-05"),
        ({"saestdat": "2026-03"}, "REC-05"),
        ({"saetoxgr": "4"}, "REC-06"),
        ({"saeout": "RECOVERED/RESOLVED"}, "REC-07"),
        ({"saecrit": ["HOSPITAL", "LIFE"]}, "REC-08"),
        ({"saerelinv": "UNLIKELY"}, "REC-09"),
        ({"saerldinv": "POSSIBLE"}, "REC-10"),
    ],
)
def test_what_both_logs_answer_they_answer_alike(answers: dict[str, Any], id: str) -> None:
    event_, _report, stay, medicine_ = agreeing()
    (difference,) = found(event_, line("SAE", **REPORT | answers), stay, medicine_)
    assert (difference.id, difference.form, difference.beside) == (id, "SAE", (("AE", 1),))
    assert difference.item == next(iter(answers))
    empty = line("SAE", **REPORT | dict.fromkeys(answers))
    assert found(event_, empty, stay, medicine_) == [], "an answer that is not there yet differs from nothing"


def test_the_sponsors_opinion_is_its_own() -> None:
    event_, _report, *rest = agreeing()
    assert found(event_, line("SAE", **REPORT, saerelspo="RELATED"), *rest) == []


def test_a_difference_tells_both_values_and_is_another_question_when_they_change() -> None:
    first = found(event(**SERIOUS), line("SAE", **REPORT | {"saetoxgr": "4"}))
    second = found(event(**SERIOUS | {"aetoxgr": "2"}), line("SAE", **REPORT | {"saetoxgr": "4"}))
    one, other = (next(each for each in found_ if each.id == "REC-06") for found_ in (first, second))
    assert "4: life-threatening" in one.text
    assert "3: severe" in one.text
    assert one.check_id != other.check_id
    assert len(one.check_id) <= 40


def test_two_lines_name_each_other() -> None:
    event_ = event(treated_with=(1,), **SERIOUS, aesaeno="2")
    assert ids(event_, *agreeing()[1:]) == [("REC-04", "SAE", 1)]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([{"aeout": "FATAL"}, None], ["REC-20"]),
        ([{"aeout": "FATAL"}, {"dthdat": "2026-03-05", "dthaeno": "1"}], []),
        ([{"aeout": "FATAL", "aeongo": "N", "aeendat": "2026-03-04"}, {"dthdat": "2026-03-05"}], ["REC-21"]),
        ([{"aeout": "FATAL", "aeongo": "N", "aeendat": "2026-03"}, {"dthdat": "2026-03-05"}], []),
        ([{"aeout": "FATAL", "aeongo": "N", "aeendat": "2026-03-05"}, {"dthdat": "2026-03-05"}], []),
        ([{"aeout": "UNKNOWN"}, {"dthdat": "2026-03-05"}], ["REC-22"]),
        ([{"aeout": "UNKNOWN"}, {"dthdat": "2026-03-05", "dthaeno": "1"}], ["REC-23"]),
        ([{"aeout": "FATAL"}, {"dthdat": "2026-03-05", "dthaeno": "2"}], ["REC-23"]),
        ([{"aeout": "FATAL"}, {"dthcaus": "Sepsis"}], []),
    ],
)
def test_death_and_fatal_events_belong_together(records: list[Any], expected: list[str]) -> None:
    answers, death = records
    given = [event(**answers), *([line("DTH", **death)] if death else [])]
    assert [each.id for each in found(*given)] == expected


@pytest.mark.parametrize(
    ("treated", "named", "indication", "expected"),
    [
        ("Y", (1,), None, []),
        ("Y", (), "AE 1", []),
        ("Y", (), "AE1, AE #2", ["REC-33"]),
        ("Y", (), None, ["REC-31"]),
        ("Y", (2,), None, ["REC-30"]),
        ("N", (), None, []),
        ("N", (), "ae 1: fever", ["REC-32"]),
        ("N", (1,), None, ["REC-32"]),
        ("N", (), "PRAESENIUM 1", []),
        (None, (), None, []),
    ],
)
def test_events_and_medicines_name_each_other(
    treated: str | None, named: tuple[int, ...], indication: str | None, expected: list[str]
) -> None:
    records = [event(treated_with=named, aecontrt=treated), medicine(1, indication)]
    assert [each.id for each in found(*records)] == expected


@pytest.mark.parametrize(
    ("event_", "stay", "expected"),
    [
        ({"aeser": "Y", "aesercrit": ["HOSPITAL"]}, None, ["REC-01", "REC-40"]),
        ({"aeser": "Y", "aesercrit": ["HOSPITAL"]}, STAY | {"hoaeno": None}, ["REC-01", "REC-40", "REC-41"]),
        ({"aeser": "N"}, STAY, ["REC-42"]),
        ({"aeser": "N"}, STAY | {"horeas": "PLANNED", "hoaeno": None}, []),
        (SERIOUS | {"aecontrt": "N", "aestdat": "2026-03-06"}, STAY, ["REC-01"]),
        (SERIOUS | {"aecontrt": "N", "aestdat": "2026-03-07"}, STAY, ["REC-01", "REC-43"]),
        (SERIOUS | {"aecontrt": "N", "aestdat": "2026-03"}, STAY, ["REC-01"]),
        (SERIOUS | {"aecontrt": "N", "aestdat": "2026-03-07"}, STAY | {"horeas": "LONGER"}, ["REC-01"]),
    ],
)
def test_stays_in_hospital_and_their_events(event_: Any, stay: Any, expected: list[str]) -> None:
    records = [event(**event_), *([line("HO", **stay)] if stay else [])]
    assert [each.id for each in found(*records)] == expected


def test_a_difference_is_asked_about_at_its_own_record() -> None:
    report = line("SAE", **REPORT | {"saetoxgr": "4"})
    asked = {check.partition(".")[0] for check in fired(report, others=[event(**SERIOUS)])}
    assert "REC-06" in asked
    assert not any(check.startswith("REC-06") for check in fired(event(**SERIOUS), others=[report]))
    assert "REC-01" in fired(event(**SERIOUS | {"aesercrit": ["LIFE"]}))
    assert "REC-01" not in fired(event(**SERIOUS), others=[report])


def test_rows_of_the_record_at_hand_count_as_they_are_entered() -> None:
    assert any(check.startswith("REC-30") for check in fired(event(treated_with=(2,), aecontrt="Y")))
    assert not any(
        check.startswith("REC-30") for check in fired(event(treated_with=(2,), aecontrt="Y"), others=[medicine(2)])
    )
