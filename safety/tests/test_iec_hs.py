"""IEC-HS: the required ferritin criterion on both sides of its limits, and grades that do not fit the checklist."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from core.testing.forms import filled, fired
from safety.tests.toxicity_records import event, infused
from safety.toxicity.iec_hs import ferritin_is_high

CHECKLIST: dict[str, Any] = {
    "hsstdat": "2026-03-10", "hsdat": "2026-03-12", "hsferr": "5000", "hsferuln": "300", "hsferbas": "250",
    "hsferris": "Y", "hsafter": "Y", "hstrans": "Y", "hsfibr": "N", "hsphago": "N", "hscyto": "Y", "hsexcl": "N",
    "hsgrade": "2",
}  # fmt: skip


def checklist(**answers: Any) -> Any:
    given = {name: value for name, value in (CHECKLIST | answers).items() if value is not None}
    return filled("IECHS", subject=infused(), **given)


def reported(**answers: Any) -> Any:
    return event(**{"aespecial": ["IEC-HS"], "aetoxgr": "2", "aestdat": "2026-03-10"} | answers)


@pytest.mark.req("SAF-05", "VAL-04")
def test_it_works() -> None:
    found = checklist()
    assert (found.hsferyn, found.hscount) == ("Y", 3)
    assert fired(found, others=[reported()]) == set()


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("ferritin", "upper", "baseline", "rises", "high"),
    [
        ("600", "300", "300", False, False),
        ("600.1", "300", "301", False, True),
        ("600.1", "301", "300", False, True),
        ("600", "300", "300", True, True),
        ("600", None, "300", False, None),
        ("600", "300", None, False, None),
        ("600", "300", "300", None, None),
        ("601", None, "300", None, True),
        ("601", "300", None, None, True),
        ("10", None, None, True, True),
    ],
)
def test_ferritin_above_twice_the_limit_or_the_baseline_or_rising(
    ferritin: str, upper: str | None, baseline: str | None, rises: bool | None, high: bool | None
) -> None:
    limits = [None if limit is None else Decimal(limit) for limit in (upper, baseline)]
    assert ferritin_is_high(Decimal(ferritin), limits[0], limits[1], rises) is high


@pytest.mark.req("VAL-04")
def test_the_form_says_whether_the_criterion_is_met() -> None:
    assert checklist(hsferr="600", hsferris="N", hsferbas="300").hsferyn == "N"
    assert checklist(hsferr="600.1", hsferris="N", hsferbas="301").hsferyn == "Y"
    assert checklist(hsferr="600", hsferris=None, hsferbas="300").hsferyn is None


@pytest.mark.req("VAL-04")
def test_common_signs_are_counted_once_all_are_answered() -> None:
    signs = ("hsafter", "hstrans", "hsfibr", "hsphago", "hscyto")
    for number in range(6):
        assert checklist(**{name: "Y" if at < number else "N" for at, name in enumerate(signs)}).hscount == number
    for name in signs:
        assert checklist(**{name: None}).hscount is None


@pytest.mark.parametrize(
    ("rule", "answers"),
    [
        ("IECHS-01", {"hsferr": "100", "hsferris": "N"}),
        ("IECHS-02", {"hsexcl": "Y"}),
        ("IECHS-03", {"hsdat": "2026-03-09"}),
        ("IECHS-04", {"hsgrade": "0"}),
    ],
)
def test_what_does_not_go_together_is_asked_about(rule: str, answers: dict[str, Any]) -> None:
    assert rule in fired(checklist(**answers), others=[reported()])


@pytest.mark.parametrize(
    "answers",
    [
        {"hsferr": "100", "hsferris": "N", "hsgrade": "0"},
        {"hsexcl": "Y", "hsgrade": "0"},
        {"hsdat": "2026-03-10"},
        {"hsgrade": "0", "hsafter": "N", "hstrans": "N"},
    ],
)
def test_what_goes_together_is_not_asked_about(answers: dict[str, Any]) -> None:
    assert fired(checklist(**answers), others=[reported()]) == set()


@pytest.mark.req("SAF-05")
def test_a_graded_syndrome_is_an_event_of_its_grade() -> None:
    assert "IECHS-11" in fired(checklist())
    assert "IECHS-11" in fired(checklist(), others=[reported(aetoxgr="3")])
    assert "IECHS-11" in fired(checklist(), others=[reported(aespecial=["CRS"])])
    assert "IECHS-11" not in fired(checklist(hsgrade="0", hsexcl="Y"))


@pytest.mark.req("SAF-05")
def test_an_event_marked_so_has_its_checklist() -> None:
    found = filled("AE", subject=infused(), aespecial=["IEC-HS"])
    assert "IECHS-10" in fired(found)
    assert "IECHS-10" not in fired(found, others=[checklist()])
    assert "IECHS-10" not in fired(filled("AE", subject=infused(), aespecial=["CRS"]))


@pytest.mark.req("SAF-05")
@pytest.mark.parametrize(
    ("grades", "asked"),
    [((), False), (("0",), True), (("0", "0"), True), (("1",), False), (("0", "1"), False), ((None,), False)],
)
def test_an_event_marked_so_is_borne_out_by_a_checklist(grades: tuple[str | None, ...], asked: bool) -> None:
    found = filled("AE", subject=infused(), aespecial=["IEC-HS"])
    assert ("IECHS-12" in fired(found, others=[checklist(hsgrade=grade) for grade in grades])) is asked


def test_a_checklist_that_found_none_says_nothing_of_other_events() -> None:
    found = filled("AE", subject=infused(), aespecial=["LICATS"])
    assert "IECHS-12" not in fired(found, others=[checklist(hsgrade="0")])
