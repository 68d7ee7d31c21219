"""RSC and BRG: trigger, censoring, change from baseline; bridging."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import pytest

from assessments.models.rescue import RescueTreatment
from core.testing.forms import a_subject, filled, fired

TREATED = a_subject(lymphodepletion_on=date(2026, 3, 10), infusion_on=date(2026, 3, 15))
DAY = date(2026, 8, 10)
DONE = {
    "rscyn": "Y", "rscdat": "2026-08-10", "rsctrig": ["MGADL"], "rscadl": 9, "rscqmg": 15, "rscfvc": "70",
    "rsctrt": ["ICU"],
}  # fmt: skip
NAMES = [f"mgadl{number:02}" for number in range(1, 9)]


def mgadl(total: int, on: date = date(2026, 3, 9)) -> Any:
    scores = [min(3, max(0, total - 3 * place)) for place in range(8)]
    answers = dict(zip(NAMES, map(str, scores), strict=True))
    return filled("MGADL", qsperf="Y", subject=TREATED, visit_on=on, **answers)


def qmg(total: int | None, on: date = date(2026, 3, 9)) -> Any:
    """A stand-in: the scale is a form of its own."""
    return SimpleNamespace(crf=SimpleNamespace(code="QMG"), pk=None, visit=SimpleNamespace(visit_on=on), qmgtot=total)


def rsc(*others: Any, **answers: Any) -> Any:
    return filled("RSC", subject=TREATED, visit_on=DAY, others=others, **DONE | answers)


@pytest.mark.req("VAL-04")
def test_it_works() -> None:
    others = (mgadl(6), qmg(11))
    record = rsc(*others)
    assert (record.rscadlch, record.rscqmgch, record.rsccens) == (3, 4, "Y")
    assert fired(record, others=others) == set()


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("baseline", "asked"), [(6, False), (7, True), (12, True), (0, False)])
def test_a_rise_of_mg_adl_by_3_is_a_worsening(baseline: int, asked: bool) -> None:
    others = [mgadl(baseline)]
    assert ("RSC-02" in fired(rsc(*others), others=others)) is asked
    assert "RSC-02" not in fired(rsc(*others, rsctrig=["CRISIS"]), others=others)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("baseline", "asked"), [(12, False), (13, True)])
def test_a_rise_of_qmg_by_3_is_a_worsening(baseline: int, asked: bool) -> None:
    others = [qmg(baseline)]
    assert ("RSC-03" in fired(rsc(*others, rsctrig=["QMG"]), others=others)) is asked
    assert "RSC-03" not in fired(rsc(*others), others=others)


def test_scores_after_treatment_or_without_a_total_are_no_baseline() -> None:
    assert rsc(mgadl(6, date(2026, 3, 11)), qmg(11, date(2026, 3, 11))).rscadlch is None
    assert rsc(qmg(None)).rscqmgch is None


@pytest.mark.req("VAL-04")
def test_every_measure_of_the_definition_censors_and_another_alone_does_not() -> None:
    for size in (1, 2):
        for chosen in combinations(RescueTreatment.values, size):
            assert rsc(rsctrt=list(chosen)).rsccens == ("N" if chosen == ("OTHER",) else "Y")
    assert rsc(rsctrt=None).rsccens is None
    assert filled("RSC", rscyn="N").rsccens == "N"


@pytest.mark.parametrize(("day", "asked"), [("2026-03-14", True), ("2026-03-15", False), ("2026-03-16", False)])
def test_before_infusion_it_is_bridging(day: str, asked: bool) -> None:
    assert ("RSC-01" in fired(rsc(rscdat=day))) is asked
    assert "RSC-01" in fired(filled("RSC", **DONE))


def test_a_crisis_is_an_adverse_event_as_well() -> None:
    assert "RSC-04" in fired(rsc(rsctrig=["CRISIS"]))


@pytest.mark.parametrize(("total", "on", "asked"), [(9, DAY, False), (8, DAY, True), (8, date(2026, 8, 9), False)])
def test_the_score_agrees_with_its_form_of_the_day(total: int, on: date, asked: bool) -> None:
    assert ("RSC-10" in fired(rsc(), others=[mgadl(total, on)])) is asked


def test_a_decision_on_another_day_than_the_visit_is_not_compared() -> None:
    assert "RSC-10" not in fired(rsc(rscdat="2026-08-09"), others=[mgadl(8, date(2026, 8, 9))])


@pytest.mark.parametrize(("response", "asked"), [("BETTER", False), ("SAME", False), ("WORSE", True)])
def test_bridging_that_did_not_help_goes_to_the_investigator(response: str, asked: bool) -> None:
    record = filled("BRG", brgyn="Y", brgreas=["WORSENING"], brgresp=response)
    assert ("BRG-01" in fired(record)) is asked
