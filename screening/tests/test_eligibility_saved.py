"""Eligibility in the database: the page, the past, the signed decision, milestones, deviations, and the command."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils.translation import override

from accounts.actor import Actor
from accounts.testing import Cast
from core import schedule
from core.actions import visit
from core.crf import read
from core.models import Query, Subject
from core.places import VisitPlace, visit_of
from core.testing import trial
from core.testing.forms import enter
from core.tests.scenes import client_of, statements, text_of
from core.tests.signing_scenes import investigator, sign
from screening.eligibility.criteria import CRITERIA
from screening.eligibility.decision import decision
from screening.eligibility.evaluation import evaluate_subject, stage_in_force
from screening.eligibility.stages import STAGE_1, STAGE_2
from screening.tests.eligibility_facts import FINE, force

ON = trial.VISIT_ON
PAGE = "/subjects/01-001/visits/SCR/IE1/"
KEYS = [f"I{n}" for n in range(1, 9)] + [f"E{n}" for n in range(1, 14)]
SCALE = {"qsperf": "Y"} | {f"mgadl{n:02}": "1" for n in range(1, 9)}
CONSENTED = {"icyn": "Y", "rficdtc": f"{ON}T08:00+08:00"}


def chemistry(alt: str = "24") -> list[dict[str, str]]:
    found = (("CREAT", "62", "umol/L"), ("BILI", "11.5", "umol/L"), ("ALT", alt, "U/L"), ("AST", "20", "U/L"))
    return [{"lbtestcd": t, "lborres": v, "lborresu": u, "lbornrhi": "40"} for t, v, u in found]


def again(subject: Subject) -> Subject:
    found: Subject = Subject.objects.select_related("site").get(pk=subject.pk)
    return found


@pytest.fixture
def screened(subject: Subject, coordinator: Actor) -> Subject:
    """A woman with consent, demography, MG-ADL and chemistry at screening."""
    enter(coordinator, subject, "SCR", "ICF", CONSENTED, on=ON)
    enter(coordinator, subject, "SCR", "DM", {"brthdat": "1980-05-20", "sex": "F"})
    enter(coordinator, subject, "SCR", "MGADL", SCALE)
    enter(coordinator, subject, "SCR", "CHEM", {"lbperf": "Y", "lbdat": str(ON)}, rows={"results": chemistry()})
    return again(subject)


def decide(subject: Subject, by: Actor, stage: int = 1, code: str = "ELIGIBLE", **answers: Any) -> Any:
    visit_name, form = ("SCR", "IE1") if stage == 1 else ("BL", "IE2")
    entered = FINE[stage] | {"ied": code, "ieddat": str(ON)} | answers
    return enter(by, subject, visit_name, form, entered, on=ON, reason="Decided").record


def deviations(subject: Subject) -> list[tuple[str, str]]:
    """Rule and category of each line of the deviation log."""
    lines = read.form_models()["DV"].objects.filter(subject=subject).order_by("key")
    return [(line.dvrule, line.dvcat) for line in lines]


def test_it_works(screened: Subject, coordinator: Actor, cast: Cast) -> None:
    enter(coordinator, screened, "SCR", "IE1", {"iei1": "MET"})
    page = client_of(cast.investigator).get(PAGE)
    panel = page.context["panel"]
    lines = {line.criterion.key: line for line in panel["lines"]}
    assert list(lines) == KEYS
    assert {key: lines[key].finding.answer for key in ("I1", "I4", "I8", "E10", "E1")} == {
        "I1": "MET", "I4": "MET", "I8": "DEFERRED", "E10": "NOT_MET", "E1": "NOT_EVALUABLE",
    }  # fmt: skip
    used = lines["E10"].used[2]
    assert (used.label, used.value, used.on) == ("Alanine aminotransferase (ALT)", "24 U/L (upper limit 40)", ON)
    assert used.url == "/subjects/01-001/visits/SCR/CHEM/"
    assert f'href="{used.url}"' in page.content.decode()
    assert client_of(cast.investigator).get(used.url).status_code == 200
    assert (lines["I1"].own, lines["I4"].own, panel["overall"]) == ("Met", "", "NOT_EVALUABLE")


def test_the_page_speaks_chinese(screened: Subject, cast: Cast) -> None:
    cast.investigator.language = "zh-hans"
    cast.investigator.save()
    assert client_of(cast.investigator).get(PAGE).status_code == 200


@pytest.mark.req("PRM-02")
def test_another_site_sees_nothing(screened: Subject, cast: Cast) -> None:
    assert client_of(cast.other_investigator).get(PAGE).status_code == 404
    assert client_of(cast.coordinator).get(PAGE).status_code == 200


def test_a_saved_answer_that_is_another_now_is_marked(screened: Subject, coordinator: Actor, cast: Cast) -> None:
    enter(coordinator, screened, "SCR", "IE1", {"iei4": "MET"})
    assert "Saved on this form" not in text_of(client_of(cast.coordinator).get(PAGE))
    enter(coordinator, screened, "SCR", "MGADL", SCALE | {f"mgadl{n:02}": "0" for n in (1, 2, 3, 4, 5)}, reason="Typo")
    page = client_of(cast.coordinator).get(PAGE)
    line = next(line for line in page.context["panel"]["lines"] if line.criterion.key == "I4")
    assert (line.finding.answer, line.stored) == ("NOT_MET", "Met")
    assert "Saved on this form: Met. Save it again." in text_of(page)


@pytest.mark.req("AUD-03")
def test_the_past_is_judged_on_what_was_there_then(screened: Subject, coordinator: Actor, cast: Cast) -> None:
    enter(coordinator, screened, "SCR", "IE1", {"iei4": "MET"})
    before = screened.changes.latest("seq").at
    enter(coordinator, screened, "SCR", "MGADL", SCALE | {f"mgadl{n:02}": "0" for n in (1, 2, 3, 4, 5)}, reason="Typo")
    enter(coordinator, screened, "SCR", "CHEM", {}, rows={"results": chemistry("200")}, reason="More results")

    def answers(page: Any) -> dict[str, str]:
        return {line.criterion.key: line.finding.answer for line in page.context["panel"]["lines"]}

    then = client_of(cast.coordinator).get(PAGE, {"at": before.isoformat()})
    now = client_of(cast.coordinator).get(PAGE)
    assert (answers(then)["I4"], answers(then)["E10"]) == ("MET", "NOT_MET")
    assert (answers(now)["I4"], answers(now)["E10"]) == ("NOT_MET", "MET")
    assert "As of the moment shown above." in text_of(then)
    line = next(line for line in then.context["panel"]["lines"] if line.criterion.key == "I4")
    assert "?at=" in line.used[0].url


def test_it_costs_a_statement_for_each_form_whatever_there_is(screened: Subject, coordinator: Actor) -> None:
    first = statements(lambda: evaluate_subject(screened, STAGE_1))
    for day in range(1, 4):
        added = visit.add_unscheduled(
            visit_of_plan(screened), ON + timedelta(days=day), by=coordinator, reason="Repeat"
        )
        enter(coordinator, screened, added.name, "CHEM", {"lbperf": "Y"}, rows={"results": chemistry()})
        enter(coordinator, screened, added.name, "MGADL", SCALE)
    assert statements(lambda: evaluate_subject(screened, STAGE_1)) == first
    named = {code for criterion in CRITERIA for code in criterion.forms} & set(read.form_models())
    groups = sum(len(read.form(code).rows) for code in named)
    assert first <= len({*named, "IE1"}) + groups + 1  # and the visit's date


def visit_of_plan(subject: Subject) -> Any:
    return VisitPlace(subject, schedule.current().visit("UNS"), 0, None)


@pytest.mark.req("ENT-04")
def test_the_signed_decision_stands_until_the_form_changes(
    screened: Subject, coordinator: Actor, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    force(monkeypatch)
    decide(screened, coordinator)
    assert decision(screened, 1) is None
    place = trial.place_at(screened, "SCR", "IE1")
    sign(place, by=investigator(cast))
    stands = decision(screened, 1)
    assert stands
    assert (stands.decision, stands.by, stands.stage) == ("ELIGIBLE", "Chen Jing 陈静", STAGE_1)
    assert decision(screened, 2) is None
    enter(coordinator, screened, "SCR", "IE1", {"iecom": "A remark"}, reason="Remark")
    assert decision(screened, 1) is None


@pytest.mark.req("ENT-04")
def test_leukapheresis_without_a_signed_decision_is_a_deviation(
    screened: Subject, coordinator: Actor, cast: Cast
) -> None:
    visit.save_date(visit_of(screened, "LEUK"), cast.site.today(), by=coordinator)
    trial.commit()
    assert ("IE-01", "ELIGIBILITY") in deviations(screened)


@pytest.mark.req("ENT-04")
@pytest.mark.parametrize(("days", "deviates"), [(-1, True), (0, False), (1, False)])
def test_leukapheresis_on_the_day_of_the_signature_or_later_is_none(
    days: int, deviates: bool, screened: Subject, coordinator: Actor, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    force(monkeypatch)
    decide(screened, coordinator)
    sign(trial.place_at(screened, "SCR", "IE1"), by=investigator(cast))
    on = cast.site.today() + timedelta(days=days)
    visit.save_date(visit_of(screened, "LEUK"), on, by=coordinator)
    assert ("IE-01" in dict(deviations(screened))) is deviates


def test_a_form_corrected_and_signed_again_was_signed_all_the_same(
    screened: Subject, coordinator: Actor, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    force(monkeypatch)
    decide(screened, coordinator)
    sign(trial.place_at(screened, "SCR", "IE1"), by=investigator(cast))
    enter(coordinator, screened, "SCR", "IE1", {"iecom": "A remark"}, reason="Remark")
    visit.save_date(visit_of(screened, "LEUK"), cast.site.today(), by=coordinator)
    assert "IE-01" not in dict(deviations(screened))


def test_what_was_signed_as_not_eligible_allows_no_leukapheresis(
    screened: Subject, coordinator: Actor, cast: Cast
) -> None:
    decide(screened, coordinator, code="NOT_ELIGIBLE")
    sign(trial.place_at(screened, "SCR", "IE1"), by=investigator(cast))
    visit.save_date(visit_of(screened, "LEUK"), cast.site.today(), by=coordinator)
    assert "IE-01" in dict(deviations(screened))


@pytest.mark.req("ENT-04")
def test_lymphodepletion_without_stage_2_is_a_deviation_and_with_it_none(
    screened: Subject, coordinator: Actor, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    force(monkeypatch)
    by = investigator(cast)
    decide(screened, coordinator)
    sign(trial.place_at(screened, "SCR", "IE1"), by=by)
    decide(screened, coordinator, 2)
    today = cast.site.today()
    change = visit.save_date(visit_of(screened, "LD1"), today, by=coordinator)
    assert change
    assert ("IE-02", "ELIGIBILITY") in deviations(screened)


def test_lymphodepletion_after_the_signature_is_none(
    screened: Subject, coordinator: Actor, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    force(monkeypatch)
    by = investigator(cast)
    decide(screened, coordinator)
    sign(trial.place_at(screened, "SCR", "IE1"), by=by)
    decide(screened, coordinator, 2)
    sign(trial.place_at(screened, "BL", "IE2"), by=by)
    visit.save_date(visit_of(screened, "LD1"), cast.site.today(), by=coordinator)
    assert "IE-02" not in dict(deviations(screened))


def test_not_eligible_is_a_screen_failure_and_the_other_stage_leaves_it(screened: Subject, coordinator: Actor) -> None:
    decide(screened, coordinator, code="NOT_ELIGIBLE")
    assert (again(screened).screen_failed_on, again(screened).status) == (ON, "SCREEN_FAILURE")
    enter(coordinator, screened, "BL", "IE2", {"iei7": "MET"}, on=ON)
    assert again(screened).screen_failed_on == ON
    enter(coordinator, screened, "SCR", "IE1", {"ied": None}, reason="Taken back")
    assert (again(screened).screen_failed_on, again(screened).status) == (None, "SCREENING")


@pytest.mark.req("ENT-01")
def test_a_difference_is_a_query_and_the_answer_stays(screened: Subject, coordinator: Actor) -> None:
    saved = enter(coordinator, screened, "SCR", "IE1", {"iei4": "NOT_MET"})
    record: Any = saved.record
    assert (record.iei4, record.iei4c) == ("NOT_MET", "MET")
    query = Query.objects.get(check_id="IE1-I4")
    assert (query.field, query.state) == ("iei4", "OPEN")
    assert "I4. MG-ADL 5 or more" in query.text_en


def test_a_criterion_found_failing_after_dosing_reaches_the_deviation_log(
    screened: Subject, coordinator: Actor, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    force(monkeypatch)
    decide(screened, coordinator)
    visit.save_date(visit_of(screened, "LD1"), cast.site.today(), by=coordinator)
    force(monkeypatch, E8="MET")
    enter(coordinator, screened, "SCR", "IE1", {"iecom": "Earlier CAR-T treatment found"}, reason="Found")
    assert ("IE1-E8-LATE", "ELIGIBILITY") in deviations(screened)


def test_the_stage_in_force_follows_the_steps_taken() -> None:
    assert stage_in_force(Subject()) == STAGE_1
    assert stage_in_force(Subject(leukapheresis_on=date(2026, 3, 20))) == STAGE_2


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with override("en"):
        yield
