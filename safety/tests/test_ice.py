"""The ICE score: points, the lowest of the day, change since before infusion; and the grade it stands for."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.testing.forms import fired
from safety.tests.toxicity_records import ice, infused
from safety.toxicity.icans import Ice, icans_grade, ice_grade

# Score -> grade, from the published table (Lee et al. 2019, table 5)
GRADES = {10: 0, 9: 1, 8: 1, 7: 1, 6: 2, 5: 2, 4: 2, 3: 2, 2: 3, 1: 3, 0: 3}
SECOND = {"ice2stat": "DONE", "ice2tim": "20:00", "ice2ori": "3", "ice2nam": "2"} | {
    "ice2com": "1", "ice2wri": "0", "ice2att": "1",
}  # fmt: skip
NO_POINTS = dict.fromkeys(("ice1ori", "ice1nam", "ice1com", "ice1wri", "ice1att"))


@pytest.mark.req("VAL-04")
def test_it_works() -> None:
    found = ice(3, **SECOND)
    assert (found.ice1tot, found.ice2tot, found.icetot) == (10, 7, 7)
    assert fired(found) == set()


@pytest.mark.req("VAL-04")
def test_the_total_is_the_sum_of_all_five_over_every_answer() -> None:
    for ori, nam, rest in product(range(5), range(4), range(8)):
        points = {"ice1com": rest & 1, "ice1wri": rest >> 1 & 1, "ice1att": rest >> 2 & 1}
        found = ice(3, ice1ori=str(ori), ice1nam=str(nam), **{name: str(value) for name, value in points.items()})
        assert found.icetot == ori + nam + [0, 1, 1, 2, 1, 2, 2, 3][rest]


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("name", ["ice1ori", "ice1nam", "ice1com", "ice1wri", "ice1att"])
def test_a_missing_task_leaves_the_total_empty(name: str) -> None:
    found = ice(3, **{name: None})
    assert (found.ice1tot, found.icetot) == (None, None)
    assert ice(3, **SECOND | {name.replace("1", "2"): None}).icetot is None


@pytest.mark.req("VAL-04")
def test_who_cannot_be_woken_scores_0_and_not_done_is_no_score() -> None:
    assert ice(3, **NO_POINTS, ice1stat="UNAROUSABLE").icetot == 0
    assert ice(3, ice2stat="UNAROUSABLE", ice2tim="20:00").icetot == 0
    assert ice(3, ice2stat="ND").icetot == 10
    assert ice(3, **NO_POINTS, ice1stat="ND", ice1tim=None).icetot is None
    assert ice(3, **NO_POINTS, **SECOND, ice1stat="ND", ice1tim=None).icetot == 7


@pytest.mark.parametrize("points", [{"ice1ori": "5"}, {"ice1nam": "4"}, {"ice1com": "2"}, {"ice1stat": "ND"}])
def test_points_that_do_not_exist_are_refused(points: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        ice(3, **points)


@pytest.mark.req("VAL-04")
def test_change_is_against_the_last_score_up_to_infusion() -> None:
    before = [ice(-6, ice1ori="0"), ice(0, ice1wri="0"), ice(2, ice1nam="0")]
    assert ice(3, ice1ori="1", others=before).icechg == 6 + 1 - 9
    assert ice(0, others=before[:1]).icechg is None, "up to the infusion it is the baseline itself"
    assert ice(3).icechg is None
    assert ice(3, subject=infused(infusion_on=date(2027, 1, 1)), others=before).icechg is None


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("orientation", "asked"), [("2", False), ("1", True)])
def test_a_fall_of_three_points_is_asked_about(orientation: str, asked: bool) -> None:
    before = [ice(0)]
    assert ("ICE-02" in fired(ice(3, ice1ori=orientation, others=before), others=before)) is asked


@pytest.mark.parametrize(("time", "asked"), [("08:01", False), ("08:00", True), ("07:59", True)])
def test_the_second_score_follows_the_first(time: str, asked: bool) -> None:
    assert ("ICE-01" in fired(ice(3, **SECOND | {"ice2tim": time}))) is asked


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("score", "grade"), GRADES.items())
def test_each_score_has_its_grade(score: int, grade: int) -> None:
    assert ice_grade(Ice(score)) == grade
    assert score == 0 or ice_grade(Ice(score - 1)) >= grade  # type: ignore[operator]


@pytest.mark.req("VAL-04")
def test_score_0_is_grade_3_awake_and_grade_4_unarousable() -> None:
    assert ice_grade(Ice(0)) == 3
    assert ice_grade(Ice(0, unarousable=True)) == 4
    assert ice_grade(None) is None


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("score", "baseline", "grade"),
    [
        *((9, 9, 0), (9, 10, 1), (7, 10, 1), (6, 9, 1), (6, 10, 2), (2, 8, 2)),
        *((1, 8, 2), (1, 9, 3), (9, 8, 0), (9, None, None)),
    ],
)
def test_limited_by_weakness_the_loss_since_baseline_decides(
    score: int, baseline: int | None, grade: int | None
) -> None:
    assert ice_grade(Ice(score, limited=True, baseline=baseline)) == grade


@pytest.mark.req("VAL-04")
def test_the_most_severe_domain_decides_over_all_combinations() -> None:
    domains: Any = product((0, 1, 2, 3, 4), (0, 1, 2, 3, 4), (0, 3, 4), (0, 4), (0, 3, 4))
    for ice_part, *others in domains:
        ordered = sorted([ice_part, *others])
        assert icans_grade(ice_part, others) == ordered[-1]


@pytest.mark.req("VAL-04")
def test_death_of_icans_is_grade_5() -> None:
    assert icans_grade(None, (None,), died=True) == 5
