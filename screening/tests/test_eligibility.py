"""All criteria together: the overall answer, what is noted with each, and that what they read is there to be read."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.utils.translation import override

from core.crf import read
from core.crf.values import Measured
from screening.eligibility import answers
from screening.eligibility.answers import Answer, Kind, Overall, all_of, any_of, overall
from screening.eligibility.criteria import CRITERIA
from screening.eligibility.criterion import Criterion, Wording
from screening.eligibility.evaluation import evaluate
from screening.tests.eligibility_facts import LD1, eligible_forms, facts, moment, partial, record, someone

KEYS = [f"I{n}" for n in range(1, 9)] + [f"E{n}" for n in range(1, 14)]
OWN = {"iei7": "MET", "iee13": "NOT_MET"}
STAGE_1 = {
    "I1",
    "I2",
    "I3",
    "I4",
    "I5",
    "I6",
    "I7",
    "E1",
    "E2",
    "E3",
    "E4",
    "E5",
    "E6",
    "E8",
    "E10",
    "E11",
    "E12",
    "E13",
}
STAGE_2 = {"I3", "I4", "I5", "I7", "I8", "E3", "E4", "E5", "E6", "E7", "E9", "E10", "E11", "E13"}
# Operator of a censored result -> what values it may stand for.
FITS: dict[str, Callable[[Any, Any], bool]] = {
    "": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def at_baseline() -> dict[str, Any]:
    """The woman of eligible_forms, at both visits, with a test in time."""
    forms = {code: [*found, *eligible_forms("BL")[code]] for code, found in eligible_forms().items()}
    forms["UPT"].append(record("BL", lbdtc=moment("2026-04-07T08:00+08:00"), lborres="NEG"))
    return forms


def test_it_works() -> None:
    first = evaluate(facts(eligible_forms(), form=OWN))
    assert first.overall == Overall.ELIGIBLE
    treated = someone(lymphodepletion_on=LD1)
    second = evaluate(
        facts(at_baseline(), stage=2, subject=treated, form=OWN | {"ieldpl": moment("2026-04-08T09:00+08:00")})
    )
    assert {key: found.answer for key, found in second.findings.items() if found.answer not in ("MET", "NOT_MET")} == {}
    assert second.overall == Overall.ELIGIBLE


def test_there_are_8_inclusion_and_13_exclusion_criteria_in_the_protocols_order() -> None:
    assert [criterion.key for criterion in CRITERIA] == KEYS
    assert [criterion.kind for criterion in CRITERIA] == [Kind.INCLUSION] * 8 + [Kind.EXCLUSION] * 13


def test_each_stage_answers_its_criteria() -> None:
    assert {each.key for each in CRITERIA if each.is_asked(1)} == STAGE_1
    assert {each.key for each in CRITERIA if each.is_asked(2)} == STAGE_2
    deferred = evaluate(facts(eligible_forms(), form=OWN)).findings
    assert {key for key, found in deferred.items() if found.answer == "DEFERRED"} == {"I8", "E7", "E9"}


@pytest.mark.req("VAL-04")
def test_overall_over_every_combination_of_answers() -> None:
    """Written out a second time: each pair of answers to one inclusion and one exclusion criterion."""
    good = {
        Kind.INCLUSION: {"MET", "NOT_APPLICABLE", "DEFERRED"},
        Kind.EXCLUSION: {"NOT_MET", "NOT_APPLICABLE", "DEFERRED"},
    }
    for one, other in product(Answer, repeat=2):
        fails = one == "NOT_MET" or other == "MET"
        fine = one in good[Kind.INCLUSION] and other in good[Kind.EXCLUSION]
        expected = "NOT_ELIGIBLE" if fails else "ELIGIBLE" if fine else "NOT_EVALUABLE"
        assert overall([(Kind.INCLUSION, one), (Kind.EXCLUSION, other)]) == expected, (one, other)


@pytest.mark.parametrize("key", KEYS)
def test_any_one_criterion_that_fails_or_is_open_decides(key: str) -> None:
    kinds = {each.key: each.kind for each in CRITERIA}
    fine = {Kind.INCLUSION: Answer.MET, Kind.EXCLUSION: Answer.NOT_MET}
    fails = {Kind.INCLUSION: Answer.NOT_MET, Kind.EXCLUSION: Answer.MET}

    def with_one(answer: Answer) -> Overall:
        return overall((kind, answer if each == key else fine[kind]) for each, kind in kinds.items())

    assert with_one(fails[kinds[key]]) == "NOT_ELIGIBLE"
    assert with_one(Answer.NOT_EVALUABLE) == "NOT_EVALUABLE"
    assert with_one(Answer.NOT_APPLICABLE) == "ELIGIBLE"


@pytest.mark.req("VAL-04")
def test_what_is_not_known_follows_the_logic_of_three_values() -> None:
    """Against trying both values for each that is not known."""
    for said in product((True, False, None), repeat=3):
        tried = [dict(enumerate(each)) for each in product(*[(v,) if v is not None else (True, False) for v in said])]
        either = {any(each.values()) for each in tried}
        each_of = {all(each.values()) for each in tried}
        assert any_of(*said) is (either.pop() if len(either) == 1 else None)
        assert all_of(*said) is (each_of.pop() if len(each_of) == 1 else None)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("compare", ["exceeds", "reaches"])
def test_a_censored_result_agrees_with_every_value_it_can_be(compare: str) -> None:
    """Against a fine grid of the values that the result may stand for."""
    grid = [Decimal(n) / 4 for n in range(0, 200)]
    for name, value, limit in product(FITS, range(1, 40), range(1, 40)):
        said = {x > limit if compare == "exceeds" else x >= limit for x in grid if FITS[name](x, value)}
        expected = said.pop() if len(said) == 1 else None
        assert getattr(answers, compare)(Measured(Decimal(value), name), Decimal(limit)) is expected


@pytest.mark.parametrize("criterion", CRITERIA, ids=KEYS)
def test_what_it_reads_is_on_the_forms_that_are_declared(criterion: Criterion) -> None:
    """A renamed item would leave the criterion open for ever."""
    for name in criterion.reads:
        code, *path = name.split(".")
        if code in read.form_models():
            form = read.form(code)
            items = form.group(path[0]).items if len(path) == 2 else form.items
            assert path[-1] in {item.name for item in items} | LATER.get(code, set()), name


# What forms that are declared already gain with the laboratory's limits in force.
LATER = {"CHEM": {"lbnrhi"}}


def test_each_is_worded_by_the_version_of_the_protocol() -> None:
    wordings = (Wording(1, "first", ""), Wording(3, "amended", ""))
    criterion = Criterion("I5", wordings, lambda ask: None, (1,))
    assert [criterion.wording(version).name for version in (1, 2, 3, 4)] == ["first", "first", "amended", "amended"]
    assert all(each.wording(1).text for each in CRITERIA)


def test_each_says_why_it_cannot_be_said() -> None:
    nothing = evaluate(facts({}))
    open_ones = [found for found in nothing.findings.values() if found.answer == "NOT_EVALUABLE"]
    assert len(open_ones) == 18
    assert all(found.why for found in open_ones)
    with override("zh-hans"):
        assert evaluate(facts({})).overall == Overall.NOT_EVALUABLE


def test_what_is_used_is_said_with_its_date_and_its_place() -> None:
    found = evaluate(facts(eligible_forms(), form=OWN)).findings
    assert all(each.used for key, each in found.items() if key not in ("I8", "E7", "E9"))
    used = found["I3"].used[0]
    assert (used.value, str(used.on)) == ("IIIa: moderate, mostly limbs or trunk", "2026-03-02")
    assert used.place == answers.Spot("SCR", "MGFA", 1)
    assert {(each.label, each.value) for each in found["I6"].used} == {
        ("prednisone", "Relapse or worsening on it or after it")
    }


def test_a_log_line_and_a_later_record_stand_where_they_are_found() -> None:
    line = record("LOG", key=4, cmtrt="prednisone", cmclas="STEROID", cmsyst="Y", cmongo=None)
    line.cmstdat, line.cmendat = partial("2026-03"), None
    found = evaluate(facts({"CM": [line]}, stage=2, subject=someone(lymphodepletion_on=LD1))).findings["E7"]
    assert found.used[1].place == answers.Spot("LOG", "CM", 4)
