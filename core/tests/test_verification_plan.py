"""The verification plan: of whom an answer is checked against source, and what of a record that asks for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from core import verification
from core.crf import read
from core.testing.forms import filled
from core.verification import NONE, REQUIRED, Answer, FormPlan, Plan, targeted

NUMBERS = [f"{site:02}-{ordinal:03}" for site in range(1, 21) for ordinal in range(1, 101)]
VS = read.form("VS")
TEMP, PULSE = VS.item("temp"), VS.item("pulse")
TOTAL = read.form("MGADL").item("mgadltot")
PLAN = Plan(
    {
        "VS": FormPlan(NONE, {"temp": REQUIRED, "pulse": targeted(25)}),
        "MGADL": FormPlan(REQUIRED),
        "CHEM": FormPlan(NONE, {"results.lborres": REQUIRED}),
    },
    first_of_site=2,
)


@pytest.fixture(autouse=True)
def _planned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "plan", lambda: PLAN)


def ids(plan: Plan) -> list[str]:
    found = verification.problems(plan)
    assert all(message.hint and message.msg for message in found)
    return [message.id or "" for message in found]


def answers(code: str, rows: dict[str, list[Any]] | None = None, number: str = "01-003", **given: Any) -> list[Answer]:
    record = filled(code, **given)
    return verification.required_items(read.form(code), record, rows or {}, number)


def result(key: int, **given: Any) -> Any:
    """A row of the laboratory's results, not stored."""
    return read.form("CHEM").group("results").model(key=key, **given)


@pytest.mark.req("QRY-02")
def test_it_works() -> None:
    assert verification.need("VS", TEMP, "01-077")
    assert not verification.need("VS", VS.item("resp"), "01-077")
    assert answers("VS", vsperf="Y", temp="36.5", resp="16") == [Answer("", None, "temp")]


def test_an_exception_goes_before_the_form_s_default() -> None:
    form = FormPlan(REQUIRED, {"temp": NONE})
    assert form.check(TEMP) is NONE
    assert form.check(PULSE) is REQUIRED


def test_what_is_derived_is_checked_only_where_it_is_named() -> None:
    assert FormPlan(REQUIRED).check(TOTAL) is NONE
    assert FormPlan(NONE, {"mgadltot": REQUIRED}).check(TOTAL) is REQUIRED


def test_an_item_of_a_row_is_named_with_its_group() -> None:
    form = FormPlan(NONE, {"lborres": REQUIRED, "results.lbclsig": REQUIRED})
    group = read.form("CHEM").group("results")
    checks = {item.name: form.check(item, group.name) for item in group.items}
    assert [name for name, check in checks.items() if check is REQUIRED] == ["lbclsig"]


@pytest.mark.parametrize("share", [1, 10, 25, 50, 99])
def test_a_share_is_about_that_many_in_a_hundred(share: int) -> None:
    beyond = [number for number in NUMBERS if int(number[3:]) > PLAN.first_of_site]
    drawn = [number for number in beyond if verification.is_targeted("VS", number, share)]
    assert len(drawn) / len(beyond) * 100 == pytest.approx(share, abs=3)


def test_a_larger_share_keeps_whom_the_smaller_one_drew() -> None:
    few, many = ({n for n in NUMBERS if verification.is_targeted("VS", n, share)} for share in (10, 40))
    assert few < many


def test_each_form_draws_its_own_subjects() -> None:
    by_form = [{n for n in NUMBERS if verification.is_targeted(code, n, 30)} for code in ("VS", "CHEM")]
    assert by_form[0] != by_form[1]


def test_whom_the_share_takes_never_changes() -> None:
    """Fixed for the life of the trial: another outcome here would move subjects in and out of the plan."""
    drawn = [number for number in NUMBERS[2:30] if verification.is_targeted("VS", number, 20)]
    assert drawn == ["01-005", "01-006", "01-013", "01-021"]


def test_of_the_first_subjects_of_each_site_all_that_is_targeted_is_checked() -> None:
    for site in ("01", "02", "17"):
        assert verification.need("VS", PULSE, f"{site}-001")
        assert verification.need("VS", PULSE, f"{site}-002")
    assert not all(verification.need("VS", PULSE, f"01-{ordinal:03}") for ordinal in range(3, 30))


def test_of_nobody_means_the_first_subjects_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "plan", lambda: Plan({"VS": FormPlan(targeted(0))}, first_of_site=5))
    assert not verification.need("VS", TEMP, "01-001")


def test_what_is_empty_needs_no_verification() -> None:
    assert answers("VS", vsperf="Y", pulse="70") == []


def test_a_missing_reason_is_to_be_verified_as_a_value_is() -> None:
    record = filled("VS", vsperf="Y")
    record.missing = {"temp": "ND"}
    assert verification.required_items(VS, record, {}, "01-003") == [Answer("", None, "temp")]


def test_what_is_not_asked_needs_no_verification() -> None:
    record = filled("VS", vsperf="N")
    record.missing = {"temp": "NA"}
    assert verification.required_items(VS, record, {}, "01-003") == []


def test_a_void_record_needs_none() -> None:
    record = filled("VS", vsperf="Y", temp="36.5")
    record.voided = True
    assert verification.required_items(VS, record, {}, "01-003") == []


def test_rows_count_each_for_itself_and_void_ones_for_nothing() -> None:
    rows = {"results": [result(1, lborres="30"), result(2), result(4, lborres="<0.5"), result(5, lborres="7")]}
    rows["results"][3].voided = True
    found = answers("CHEM", rows, lbperf="Y")
    assert found == [Answer("results", 1, "lborres"), Answer("results", 4, "lborres")]


@pytest.mark.req("QRY-02")
def test_progress_counts_required_answers_only() -> None:
    record = filled("VS", vsperf="Y", temp="36.5", resp="16")
    subject: Any = SimpleNamespace(number="01-003")
    assert verification.count(VS, record, {}, subject) == (1, 0)
    record.verified = {"resp": True}
    assert verification.count(VS, record, {}, subject) == (1, 0)
    record.verified = {"resp": True, "temp": True}
    assert verification.count(VS, record, {}, subject) == (1, 1)


@pytest.mark.parametrize(
    "answer", [Answer("", None, "temp"), Answer("results", 1, "lborres"), Answer("results", 250, "lbclsig")]
)
def test_an_answer_is_known_by_its_input_s_name(answer: Answer) -> None:
    assert Answer.parse(answer.input) == answer


@pytest.mark.parametrize(
    "text", ["", "-", "results-", "results-1", "results-1-", "results-x-lborres", "a-" + "9" * 30 + "-b"]
)
def test_what_no_page_wrote_is_no_answer(text: str) -> None:
    assert Answer.parse(text) is None


def every_form() -> dict[str, FormPlan]:
    return {code: FormPlan(NONE) for code in read.form_models()}


def test_a_plan_without_fault_passes() -> None:
    assert ids(Plan(every_form())) == []


def test_a_form_that_is_not_there_is_named() -> None:
    assert ids(Plan(every_form() | {"NOSUCH": FormPlan(NONE, {"temp": NONE})})) == ["core.E131"]


def test_a_form_left_out_is_verified_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    short = Plan({code: form for code, form in every_form().items() if code != "VS"})
    assert ids(short) == []
    monkeypatch.setattr(verification, "plan", lambda: short)
    assert verification.need("VS", read.form("VS").item("temp"), "01-001")
    assert not verification.need("CHEM", read.form("CHEM").item("lbperf"), "01-001")


@pytest.mark.parametrize("name", ["nosuch", "results.temp", "results.nosuch"])
def test_an_item_that_is_not_there_is_named(name: str) -> None:
    assert ids(Plan(every_form() | {"VS": FormPlan(NONE, {name: REQUIRED})})) == ["core.E132"]


@pytest.mark.parametrize("share", [-1, 0, 100, 250])
def test_a_share_that_is_none_is_named(share: int) -> None:
    assert ids(Plan(every_form() | {"VS": FormPlan(targeted(share))})) == ["core.E133"]


def test_settings_name_the_plan(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    settings.TRIAL_VERIFICATION = "core.tests.test_verification_plan"
    assert verification.plan() is PLAN
    settings.TRIAL_VERIFICATION = "core.tests.scenes"
    with pytest.raises(ImproperlyConfigured, match="core.tests.scenes has no PLAN"):
        verification.plan()
