"""CRS by ASTCT 2019: every combination of fever, hypotension, hypoxia and treatment against a table written by hand."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest

from safety.tests.toxicity_records import day
from safety.toxicity.crs import Day, cannula_grade, graded, hypotension_grade, worst

APART = timedelta(hours=72)

# Rows: hypotension none, without vasopressor, with one, with several. Columns: no oxygen, low flow, high flow or mask,
# positive pressure. From the published table (Lee et al. 2019, table 2).
WITH_FEVER = {
    0: (1, 2, 3, 4),
    2: (2, 2, 3, 4),
    3: (3, 3, 3, 4),
    4: (4, 4, 4, 4),
}
FEVER_HIDDEN = {
    0: (0, 2, 3, 4),
    2: (2, 2, 3, 4),
    3: (3, 3, 3, 4),
    4: (4, 4, 4, 4),
}
HYPOXIA = (0, 2, 3, 4)


def alone(**findings: object) -> int | None:
    return graded([Day(day(3), **findings)], APART)[0].grade  # type: ignore[arg-type]


def after_fever(*, treated_before: bool, **findings: object) -> int | None:
    first = Day(day(2), True, 0, 0, treated_before)
    return graded([first, Day(day(3), **findings)], APART)[1].grade  # type: ignore[arg-type]


@pytest.mark.req("VAL-04")
def test_it_works() -> None:
    assert alone(fever=True, hypotension=0, hypoxia=0, treated=False) == 1
    assert alone(fever=False, hypotension=0, hypoxia=0, treated=False) == 0


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("hypotension", "column"), list(product(WITH_FEVER, range(4))))
@pytest.mark.parametrize("treated", [True, False])
def test_with_fever_the_worse_of_pressure_and_oxygen_decides(hypotension: int, column: int, treated: bool) -> None:
    found = alone(fever=True, hypotension=hypotension, hypoxia=HYPOXIA[column], treated=treated)
    assert found == WITH_FEVER[hypotension][column]


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("hypotension", "column"), list(product(FEVER_HIDDEN, range(4))))
@pytest.mark.parametrize(("treated_before", "treated"), [(True, True), (True, False), (False, True)])
def test_once_treated_fever_is_no_longer_required(
    hypotension: int, column: int, treated_before: bool, treated: bool
) -> None:
    findings = {"fever": False, "hypotension": hypotension, "hypoxia": HYPOXIA[column], "treated": treated}
    assert after_fever(treated_before=treated_before, **findings) == FEVER_HIDDEN[hypotension][column]


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("hypotension", "hypoxia"), list(product(WITH_FEVER, HYPOXIA)))
def test_without_fever_and_without_treatment_it_is_no_crs(hypotension: int, hypoxia: int) -> None:
    findings = {"fever": False, "hypotension": hypotension, "hypoxia": hypoxia, "treated": False}
    assert after_fever(treated_before=False, **findings) == 0
    assert alone(**findings) == 0
    assert alone(**findings | {"treated": True}) == 0, "treatment hides only a fever that was there"


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("hypotension", "hypoxia", "treated"), list(product(WITH_FEVER, HYPOXIA, (True, False))))
def test_fever_never_lowers_the_grade_nor_does_a_worse_sign(hypotension: int, hypoxia: int, treated: bool) -> None:
    def grade(fever: bool, pressure: int) -> int:
        findings = {"fever": fever, "hypotension": pressure, "hypoxia": hypoxia, "treated": False}
        found = after_fever(treated_before=treated, **findings)
        assert found is not None
        return found

    assert grade(True, hypotension) >= grade(False, hypotension)
    for worse in (each for each in (0, 2, 3, 4) if each > hypotension):
        assert grade(False, worse) >= grade(False, hypotension)
        assert grade(True, worse) >= grade(True, hypotension)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("pressors", "grade"),
    [
        ((), 2),
        (("VASOPRESSIN",), 3),
        (("NOREPINEPHRINE",), 3),
        (("NOREPINEPHRINE", "NOREPINEPHRINE"), 3),
        (("NOREPINEPHRINE", "VASOPRESSIN"), 3),
        (("NOREPINEPHRINE", "EPINEPHRINE"), 4),
        (("NOREPINEPHRINE", "EPINEPHRINE", "VASOPRESSIN"), 4),
        (("DOPAMINE", "EPINEPHRINE", "PHENYLEPHRINE"), 4),
    ],
)
def test_vasopressin_is_never_counted_among_several(pressors: tuple[str, ...], grade: int) -> None:
    assert hypotension_grade(pressors, "VASOPRESSIN") == grade


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("litres", "grade"), [("0.5", 2), ("5.9", 2), ("6", 2), ("6.0", 2), ("6.1", 3), ("6.01", 3), ("40", 3)]
)
def test_up_to_six_litres_is_low_flow(litres: str, grade: int) -> None:
    assert cannula_grade(Decimal(litres)) == grade


def test_a_flow_that_is_not_known_gives_no_grade() -> None:
    assert cannula_grade(None) is None


@pytest.mark.req("VAL-04")
def test_death_of_crs_is_grade_5_whatever_else_is_known() -> None:
    assert alone(fever=None, hypotension=None, hypoxia=None, treated=None, died=True) == 5


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("grades", "found"),
    [((0, 0), 0), ((2, 3), 3), ((None, 3), None), ((None, 4), 4), ((None, None), None), ((), 0), ((4, 4), 4)],
)
def test_the_worst_is_known_only_when_nothing_unknown_can_be_worse(grades: tuple[int | None, ...], found: int) -> None:
    assert worst(grades) == found


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("findings", "grade"),
    [
        ({"fever": None, "hypotension": 0, "hypoxia": 0, "treated": False}, None),
        ({"fever": True, "hypotension": None, "hypoxia": 0, "treated": False}, None),
        ({"fever": True, "hypotension": 2, "hypoxia": None, "treated": False}, None),
        ({"fever": True, "hypotension": None, "hypoxia": 4, "treated": False}, 4),
        ({"fever": True, "hypotension": 0, "hypoxia": 0, "treated": None}, 1),
        ({"fever": False, "hypotension": 2, "hypoxia": 0, "treated": None}, None),
        ({"fever": False, "hypotension": 0, "hypoxia": 0, "treated": None}, 0),
    ],
)
def test_what_is_not_known_is_not_guessed(findings: dict[str, object], grade: int | None) -> None:
    assert after_fever(treated_before=False, **findings) == grade
