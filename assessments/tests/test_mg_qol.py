"""MGQOL: total, versions of the questionnaire, checks (clinical reference pack, 3.4)."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from core.crf import read
from core.testing.forms import filled, fired

NAMES = [f"mgq{number:02}" for number in range(1, 16)]


def scale(*scores: int, **answers: Any) -> Any:
    """A questionnaire with these scores, the rest 0."""
    given_answers = {name: str(score) for name, score in zip(NAMES, [*scores, *[0] * 15], strict=False)}
    return filled("MGQOL", **{"qsperf": "Y", "qsver": "15R"} | given_answers | answers)


@pytest.mark.req("VAL-04")
def test_it_works() -> None:
    record = scale(2, 1, 0, 2)
    assert (record.mgqtot, record.mgqn) == (5, 15)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("name", "score"), list(product(NAMES, range(3))))
def test_each_statement_counts_once_with_its_own_points(name: str, score: int) -> None:
    assert scale(**{name: str(score)}).mgqtot == score


@pytest.mark.req("VAL-04")
def test_the_total_runs_from_0_to_30() -> None:
    assert (scale().mgqtot, scale(*[2] * 15).mgqtot) == (0, 30)


@given(st.lists(st.integers(0, 2), min_size=15, max_size=15))
@pytest.mark.req("VAL-04")
def test_the_total_is_the_number_of_ones_and_twice_the_number_of_twos(scores: list[int]) -> None:
    assert scale(*scores).mgqtot == scores.count(1) + 2 * scores.count(2)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("name", NAMES)
def test_there_is_no_total_while_one_statement_is_empty(name: str) -> None:
    record = scale(*[2] * 15, **{name: None})
    assert (record.mgqtot, record.mgqn) == (None, 14)


def test_a_score_of_the_older_questionnaire_is_refused() -> None:
    with pytest.raises(ValidationError):
        scale(3)


def test_answers_to_the_older_questionnaire_are_not_taken_and_that_is_said() -> None:
    with pytest.raises(ValidationError):
        scale(1, qsver="15")
    assert "MGQOL-02" in fired(filled("MGQOL", qsperf="Y", qsver="15"))
    assert "MGQOL-02" not in fired(scale())


@pytest.mark.parametrize(("paper", "asked"), [("4", False), ("3", True), ("5", True)])
def test_a_total_on_paper_that_differs_is_asked_about(paper: str, asked: bool) -> None:
    assert ("MGQOL-01" in fired(scale(2, 2, mgqpap=paper))) is asked


def test_all_fifteen_are_scores_from_0_to_2() -> None:
    items = [item for item in read.form("MGQOL").items if item.score]
    assert [item.name for item in items] == NAMES
    assert {tuple(code.code for code in item.codes) for item in items} == {("0", "1", "2")}
