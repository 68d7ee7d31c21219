"""MGFA: class now and worst, tube and intubation, agreement with the other scales (clinical reference pack, 3.5)."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from core.models import Visit
from core.testing.forms import a_subject, filled, fired

CLASSES = ("I", "IIA", "IIB", "IIIA", "IIIB", "IVA", "IVB", "V")
SUBJECT = a_subject()
BASELINE = Visit(subject=SUBJECT, code="BL", ordinal=0)
SCREENING = Visit(subject=SUBJECT, code="SCR", ordinal=0)


def at(visit: Visit, code: str, **answers: Any) -> Any:
    """A record of that visit."""
    record = filled(code, subject=SUBJECT, **answers)
    record.visit = visit
    return record


def classified(now: str, **answers: Any) -> Any:
    """A classification at baseline: nothing supports breathing, no tube, worst as now."""
    given = {"rsperf": "Y", "airway": "NONE", "feedtube": "N", "mgfacls": now, "mgfaworst": now}
    return at(BASELINE, "MGFA", **given | answers)


def test_it_works() -> None:
    assert fired(classified("IIIA")) == set()


@pytest.mark.parametrize("now", CLASSES)
def test_fed_by_tube_without_intubation_is_four_b(now: str) -> None:
    assert ("MGFA-01" in fired(classified(now, feedtube="Y"))) is (now != "IVB")
    assert "MGFA-01" not in fired(classified(now, feedtube="Y", airway="TUBE"))
    assert "MGFA-01" not in fired(classified(now))


@pytest.mark.parametrize(("now", "airway"), list(product(CLASSES, ("NONE", "NIV", "TUBE", "POSTOP"))))
def test_intubation_for_mg_is_class_five_and_nothing_else_is(now: str, airway: str) -> None:
    assert ("MGFA-02" in fired(classified(now, airway=airway))) is ((now == "V") != (airway == "TUBE"))


@pytest.mark.parametrize(("now", "worst"), list(product(CLASSES, repeat=2)))
def test_the_worst_class_is_no_milder_than_the_class_now(now: str, worst: str) -> None:
    figure = {"I": 1, "IIA": 2, "IIB": 2, "IIIA": 3, "IIIB": 3, "IVA": 4, "IVB": 4, "V": 5}
    assert ("MGFA-03" in fired(classified(now, mgfaworst=worst))) is (figure[worst] < figure[now])


SCALES = (("MGFA-10", "MGADL", "qsperf", "mgadl04"), ("MGFA-11", "MGC", "rsperf", "mgc07c"))


@pytest.mark.parametrize(("rule", "form", "done", "item"), SCALES)
@pytest.mark.parametrize(
    ("now", "airway", "breathing", "asked"),
    [
        ("V", "TUBE", "3", False),
        ("V", "TUBE", "2", True),
        ("V", "TUBE", "0", True),
        ("IVB", "NONE", "3", True),
        ("IIIA", "NONE", "2", False),
        ("IVB", "NIV", "3", False),  # ventilation by mask
        ("IIIA", "POSTOP", "3", False),
        ("I", "NONE", "0", False),
    ],
)
def test_class_five_and_a_ventilator_on_the_scale_go_together(
    rule: str, form: str, done: str, item: str, now: str, airway: str, breathing: str, asked: bool
) -> None:
    other = at(BASELINE, form, **{done: "Y", item: breathing})
    assert (rule in fired(classified(now, airway=airway), others=[other])) is asked


@pytest.mark.parametrize(("rule", "form", "done", "item"), SCALES)
def test_the_scale_of_another_visit_says_nothing(rule: str, form: str, done: str, item: str) -> None:
    other = at(SCREENING, form, **{done: "Y", item: "3"})
    assert rule not in fired(classified("IIIA"), others=[other])
    assert rule not in fired(classified("V", airway="TUBE"))
    assert rule not in fired(classified("V", airway="TUBE"), others=[at(BASELINE, form, **{done: "Y"})])
