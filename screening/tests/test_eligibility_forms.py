"""IE1 and IE2: computed beside own answers, queries where they differ, decisions that are refused, what follows."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.actions import milestones
from core.crf import read
from core.crf.rules import Context
from core.testing.forms import a_subject, filled, fired, firings
from screening.eligibility.criteria import CRITERIA
from screening.eligibility.evaluation import said
from screening.tests.eligibility_facts import FINE, force

CONSENT, SCREENED, BASELINE = date(2026, 3, 1), date(2026, 3, 2), date(2026, 4, 6)


def ie(stage: int = 1, subject: Any = None, others: Any = (), **otherwise: Any) -> Any:
    subject = subject or a_subject(consent_on=CONSENT)
    visit_on = SCREENED if stage == 1 else BASELINE
    return filled(f"IE{stage}", subject=subject, visit_on=visit_on, others=others, **FINE[stage] | otherwise)


def signed(stage: int = 1, **answers: Any) -> Any:
    record = ie(stage, **answers)
    record.signature_id = 1
    return record


def test_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    force(monkeypatch)
    record = ie(ied="ELIGIBLE", ieddat="2026-03-04")
    assert (record.iei5c, record.iei8c, record.iee10c) == ("MET", "DEFERRED", "NOT_MET")
    assert (record.iefail, record.ieopen, record.iesfdat, record.ieprot) == (None, None, None, "1.0")
    assert fired(record) == set()


def test_every_criterion_is_a_real_item_with_its_computed_answer_beside_it() -> None:
    for stage in (1, 2):
        form = read.form(f"IE{stage}")
        derived = {item.name for item in form.items if item.derived}
        assert {each.computed_item for each in CRITERIA} <= derived
        typed = {item.name for item in form.typed}
        assert {each.item for each in CRITERIA if each.is_asked(stage)} == {n for n in typed if n in said(None)} - {
            "ieldpl",
            "ieddat",
        }


def test_computed_answers_follow_from_other_forms() -> None:
    others = [filled("DM", brthdat="1980-05-20", sex="F"), filled("MGADL", visit_on=SCREENED, **scored(3, 2))]
    others[1].visit.code = "SCR"
    record = ie(others=others)
    assert (record.iei1c, record.iei4c, record.iei5c) == ("MET", "NOT_MET", "NOT_EVALUABLE")
    assert record.iefail == "I4"
    assert "I1" not in record.ieopen.split(", ")


def scored(other: int, ocular: int) -> dict[str, str]:
    """MG-ADL with so many points outside and inside the ocular items."""
    levels = {f"mgadl{n:02}": "0" for n in range(1, 9)} | {"mgadl01": str(other), "mgadl07": str(ocular)}
    return {"qsperf": "Y"} | levels | {"mgadl08": "1"}


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("stage", [1, 2])
def test_an_answer_that_differs_from_the_computed_one_is_a_query_that_names_it(
    stage: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    force(monkeypatch)
    assert {check for check in fired(ie(stage)) if check.startswith(f"IE{stage}-")} == set()
    for criterion in CRITERIA:
        if criterion.is_asked(stage):
            other = {"MET": "NOT_MET", "NOT_MET": "MET"}[FINE[stage][criterion.item]]
            found = firings(ie(stage, **{criterion.item: other}))
            assert [each.check_id for each in found] == [f"IE{stage}-{criterion.key}"]
            assert (found[0].field, criterion.key in found[0].text("en")) == (criterion.item, True)


def test_the_computed_answer_never_becomes_the_investigators(monkeypatch: pytest.MonkeyPatch) -> None:
    force(monkeypatch, I5="NOT_MET")
    record = ie(iei5="MET")
    assert (record.iei5, record.iei5c, record.iefail) == ("MET", "NOT_MET", "I5")


def refused(stage: int = 1, others: Any = (), **answers: Any) -> list[str]:
    """Why the subject cannot be eligible; empty where it can."""
    try:
        ie(stage, others=others, **{"ied": "ELIGIBLE"} | answers)
    except ValidationError as error:
        return list(error.message_dict["ied"])
    return []


@pytest.mark.req("ENT-04", "VAL-04")
@pytest.mark.parametrize("criterion", CRITERIA, ids=[each.key for each in CRITERIA])
@pytest.mark.parametrize("stage", [1, 2])
def test_eligible_is_refused_while_a_criterion_fails_or_is_open(
    stage: int, criterion: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    force(monkeypatch)
    before = [signed(ied="ELIGIBLE")] if stage == 2 else []
    assert refused(stage, before) == []
    bad = ["NOT_MET" if criterion.key.startswith("I") else "MET", "NOT_EVALUABLE"]
    if criterion.is_asked(stage):
        for own in [*bad, None]:
            assert [words.split(".")[0] for words in refused(stage, before, **{criterion.item: own})] == [criterion.key]
    if stage == 1 and not criterion.is_asked(1):
        return  # deferred
    for computed in bad:
        force(monkeypatch, **{criterion.key: computed})
        assert [words.split(".")[0] for words in refused(stage, before)] == [criterion.key]


def test_not_applicable_lets_the_subject_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    force(monkeypatch, E4="NOT_APPLICABLE")
    assert refused(iee4="NOT_APPLICABLE") == []


def test_not_eligible_is_never_refused() -> None:
    record = ie(ied="NOT_ELIGIBLE", ieddat="2026-03-04")
    assert record.iesfdat == date(2026, 3, 4)


def test_not_eligible_is_a_screen_failure_on_its_day() -> None:
    form = read.form("IE1")
    assert list(milestones.of_form(form, ie(ied="NOT_ELIGIBLE", ieddat="2026-03-04"))) == [
        ("SCREEN_FAILURE", date(2026, 3, 4))
    ]


def test_a_stage_that_fixes_no_failure_leaves_the_other_stages_alone() -> None:
    form = read.form("IE1")
    assert list(milestones.of_form(form, ie(), {})) == []
    assert list(milestones.of_form(form, ie(), {"iesfdat": "2026-03-04"})) == [("SCREEN_FAILURE", None)]


@pytest.mark.parametrize("milestone", ["lymphodepletion_on", "infusion_on"])
def test_who_was_dosed_is_followed_and_no_screen_failure(milestone: str) -> None:
    treated = a_subject(consent_on=CONSENT, **{milestone: date(2026, 4, 8)})
    assert ie(subject=treated, ied="NOT_ELIGIBLE", ieddat="2026-04-20").iesfdat is None


def test_stage_2_needs_a_signed_stage_1(monkeypatch: pytest.MonkeyPatch) -> None:
    force(monkeypatch)
    words = ["Stage 1 has no signed decision that the subject is eligible. Complete and sign it first."]
    assert refused(2) == words
    assert refused(2, [ie(ied="ELIGIBLE")]) == words  # not signed
    assert refused(2, [signed(ied="NOT_ELIGIBLE")]) == words
    assert refused(2, [signed(ied="ELIGIBLE")]) == []


def test_an_answer_of_stage_1_that_fails_now_fails_stage_2(monkeypatch: pytest.MonkeyPatch) -> None:
    force(monkeypatch)
    first = signed(ied="ELIGIBLE")
    first.iee1, first.iefail = "MET", "E1"
    assert ie(2, others=[first]).iefail == "E1"
    assert len(refused(2, [first])) == 1


def test_a_decision_that_no_longer_fits_is_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    force(monkeypatch)
    record = ie(ied="ELIGIBLE", ieddat="2026-03-04")
    record.iefail = "E10"
    assert fired(record) == {"IE1-30"}
    assert fired(ie(ied="NOT_ELIGIBLE", ieddat="2026-03-04")) == {"IE1-31"}
    failing = ie(ied="NOT_ELIGIBLE", ieddat="2026-03-04", iee13="MET", iee13why="Lives too far away")
    assert fired(failing) == {"IE1-E13"}
    assert fired(ie(ied="ELIGIBLE", ieddat="2026-03-01")) == {"IE1-32"}


def late(record: Any, subject: Any) -> dict[str, str]:
    found = firings(record, subject=subject, visit_on=SCREENED)
    return {each.check_id: each.kind for each in found if each.check_id.endswith("-LATE")}


@pytest.mark.req("ENT-04")
def test_a_criterion_found_failing_after_dosing_is_a_deviation(monkeypatch: pytest.MonkeyPatch) -> None:
    force(monkeypatch)
    record = ie(ied="ELIGIBLE", ieddat="2026-03-04")
    treated = a_subject(consent_on=CONSENT, lymphodepletion_on=date(2026, 4, 8))
    assert late(record, treated) == {}
    force(monkeypatch, E10="MET", E3="NOT_EVALUABLE")
    assert late(record, treated) == {"IE1-E10-LATE": "DEVIATION"}
    assert late(record, a_subject(consent_on=CONSENT)) == {}  # before treatment it is a screen failure
    force(monkeypatch)
    record.iei2 = "NOT_MET"
    assert late(record, treated) == {"IE1-I2-LATE": "DEVIATION"}


def test_the_protocol_version_stays_that_of_the_signature() -> None:
    record = ie()
    record.ieprot = "0.9"
    context, form = Context(record.subject, record, record.visit, {"IE1": []}), read.form("IE1")
    derivation = next(each for each in form.derivations if each.target == "ieprot")
    assert derivation.compute(record.subject, context) == "1.0"
    record.signature_id = 1
    assert derivation.compute(record.subject, context) == "0.9"
