"""The demo trial: every stage is there, entered as people would, and the trail holds."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from time import monotonic
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError
from django.db import transaction
from django.test import Client
from django.utils import translation

from accounts.actor import system_actor
from accounts.models import Role, Site, User
from accounts.testing import Cast
from coding.models import Coding
from coding.spots import spots
from core import schedule
from core.actions import draft
from core.actions import subject as subjects
from core.actions.recheck import recheck
from core.actions.verify import verify_chain
from core.crf import read
from core.models import Change, FormStatus, Query, QueryState, Report, Subject, SubjectStatus, VisitStatus
from core.places import place_of, visit_of
from core.protection import inspect
from core.schedule import WindowState
from demo import cast
from demo.stories import BY_NUMBER
from demo.tests.conftest import Told, data, run


def subject(number: str) -> Subject:
    found: Subject = Subject.objects.select_related("site").get(number=number)
    return found


def records(number: str, code: str) -> list[Any]:
    """Oldest visit first."""
    found = read.form_models()[code].objects.filter(subject__number=number).select_related("visit")
    return list(found.order_by("visit__visit_on", "key"))


def window(number: str, visit: str) -> WindowState:
    """Where today lies for a visit of the schedule."""
    of = subject(number)
    found = schedule.current().window(schedule.current().visit(visit), of.anchors)
    assert found
    return found.state(of.site.today())


def about(number: str, **fields: Any) -> list[Query]:
    return list(Query.objects.filter(subject__number=number, **fields))


def test_it_works(demo: Told) -> None:
    assert Subject.objects.count() == len(BY_NUMBER) == 14
    assert [line.split()[0] for line in demo.said.splitlines() if line[:3] in ("01-", "02-")] == list(BY_NUMBER)
    assert {site.code for site in Site.objects.all()} == {"01", "02"}


def test_there_is_a_sign_in_for_each_role(demo: Told) -> None:
    for person in cast.PEOPLE:
        assert Client().login(username=person.username, password=cast.PASSWORD)
        line = next(line for line in demo.said.splitlines() if f" {person.username} " in line)
        assert cast.PASSWORD in line
    assert {person.role for person in cast.PEOPLE} == set(Role)


def test_site_staff_are_trained_and_delegated_by_their_investigator(demo: Told) -> None:
    user = User.objects.get(username="shen.lu")
    membership = user.memberships.get()
    assert membership.trained_on
    assert membership.delegated_by == User.objects.get(username="xu.wei")
    assert user.history.get().history_user == User.objects.get(username="wang.min")


def test_again_is_harmless_and_quick(demo: Told) -> None:
    before, begun = Change.objects.count(), monotonic()
    said = run(seed=7)
    assert monotonic() - begun < 1
    assert Change.objects.count() == before
    assert "The demo trial is there." in said
    assert said.splitlines()[-9:] == demo.said.splitlines()[-9:]


@pytest.mark.req("AUD-01", "AUD-08")
def test_the_trail_holds(demo: Told) -> None:
    assert [fault for each in Subject.objects.all() for fault in verify_chain(each)] == []
    assert inspect.problems() == []


def test_every_stage_is_there(demo: Told) -> None:
    never = {SubjectStatus.LOST, SubjectStatus.COMPLETED}  # the trial is too young for these
    assert set(Subject.objects.values_list("status", flat=True)) == set(SubjectStatus) - never
    assert subject("01-009").status == SubjectStatus.REGISTERED
    assert not FormStatus.objects.filter(subject__number="01-009").exists()
    assert window("01-003", "D28") is WindowState.CLOSED
    assert not subject("01-003").visits.filter(code="D28").exists()
    assert window("01-004", "M2") is WindowState.OPEN
    assert not subject("01-004").visits.filter(code="M2").exists()
    assert subject("02-001").visits.filter(code="D3").exists()


def test_the_symptoms_fall_and_in_one_subject_come_back(demo: Told) -> None:
    totals = {record.visit.code: record.mgadltot for record in records("01-001", "MGADL")}
    assert totals["BL"] > totals["D14"] > totals["M3"]
    assert totals["RSC"] >= totals["M3"] + 4
    assert subject("01-001").visits.filter(code="RSC", ordinal=1).exists()


def test_fever_rises_and_passes(demo: Told) -> None:
    by_day = {record.visit.code: record for record in records("01-006", "VS")}
    assert by_day["D1"].temp < 38 <= by_day["D3"].temp < 41
    assert by_day["D7"].temp < 38
    assert by_day["D3"].pulse > by_day["D1"].pulse
    assert by_day["D3"].sysbp < by_day["D1"].sysbp


@pytest.mark.parametrize("number", BY_NUMBER)
def test_figures_are_those_of_one_person(demo: Told, number: str) -> None:
    weights = [record.weight for record in records(number, "VS") if record.weight]
    assert max(weights, default=0) - min(weights, default=0) < 4
    results = [float(row.lborres.value) for record in records(number, "CHEM")
               for row in record.results.all() if row.lbtestcd == "CREAT"]  # fmt: skip
    assert max(results, default=1) < 1.15 * min(results, default=1)


def test_what_goes_wrong_is_there(demo: Told) -> None:
    assert [visit.code for visit in subject("01-005").visits.filter(status=VisitStatus.MISSED)] == ["D12"]
    assert [line.key for line in records("01-005", "AE") if line.voided] == [2]
    assert subject("01-004").visits.filter(code="UNS", ordinal=1).exists()
    assert sorted(query.check_id for query in about("02-003")) == ["PREG-20", "UPT-01"]
    assert [query.check_id for query in about("02-001", form_code="INF")] == ["INF-03"]
    assert [line.dvrule for line in records("02-004", "DV")] == ["SV-01"]
    assert FormStatus.objects.filter(subject__number="01-004", state="INCOMPLETE").exists()


def test_a_screen_failure_is_decided_and_signed(demo: Told) -> None:
    (decided,) = records("01-010", "IE1")
    assert (decided.ied, decided.iefail) == ("NOT_ELIGIBLE", "E6")
    assert subject("01-010").screen_failed_on == decided.visit.visit_on
    assert Change.objects.filter(subject__number="01-010", kind="SIGN", form_code="IE1").exists()


def test_an_infusion_is_put_off_and_cleared_anew(demo: Told) -> None:
    decisions = [(record.visit.code, record.clrdec) for record in records("01-003", "CLR")]
    assert decisions == [("RST", "NO_GO"), ("UNS", "GO")]
    assert not about("01-003", form_code="INF")


def test_toxicities_are_there_with_what_was_given(demo: Told) -> None:
    daily = records("01-006", "CRS")
    assert max(int(record.crsgr) for record in daily) == 2
    assert max(int(record.icansgr) for record in daily) == 1
    assert {row.agent for record in daily for row in record.treatments.all()} == {"TOCILIZUMAB"}
    assert [line.cmindc for line in records("01-006", "CM") if line.cmtrt == "Tocilizumab"] == ["CRS"]
    (judged,) = records("01-002", "DLT")
    assert [(row.dltsrc, row.dltinv, row.dltsrcdec) for row in judged.candidates.all()] == [("AE", "DLT", None)]
    assert judged.dltdec is None
    assert [query.check_id for query in about("01-002", form_code="DLT", state=QueryState.OPEN)] == ["DLT-01"]


def test_a_pregnancy_stops_lymphodepletion(demo: Told) -> None:
    (screening, baseline) = records("02-003", "UPT")
    assert (screening.lborres, baseline.lborres) == ("NEG", "POS")
    assert not records("02-003", "IE2")
    assert not records("02-003", "LD")


def test_reports_of_serious_events_are_frozen(demo: Told) -> None:
    reports = Report.objects.order_by("subject__number", "version").values_list("subject__number", "kind")
    assert list(reports) == [("01-006", "INITIAL"), ("02-001", "INITIAL"), ("02-001", "FINAL")]
    assert subject("02-001").died_on == subject("02-001").infusion_on + timedelta(days=78)
    assert subject("01-005").status == SubjectStatus.WITHDRAWN


def test_words_are_coded_with_made_up_dictionaries(demo: Told) -> None:
    assert set(Coding.objects.values_list("how", flat=True)) == {"EXACT", "HAND"}
    assert set(Coding.objects.values_list("dictionary__version", flat=True)) == {"DEMO 1"}
    left = {spot.verbatim for spot in spots() if spot.coding is None}
    assert left == {"Diarrhoea with fever and blood", "Rash on both forearms"}


def test_queries_stand_at_every_step(demo: Told) -> None:
    stands = Counter(Query.objects.values_list("state", "confirmed"))
    assert all(
        stands[step] for step in ((QueryState.OPEN, False), (QueryState.ANSWERED, True), (QueryState.CLOSED, True))
    )
    assert Query.objects.filter(events__actor__username="zhao.lei", state=QueryState.CLOSED).exists()


def test_who_did_it_and_why_is_on_record(demo: Told) -> None:
    reasons = Change.objects.filter(kind="CHANGE").values_list("reason", flat=True)
    assert len(reasons) >= 3
    assert all(reasons)
    roles = {"coordinator", "investigator", "monitor", "data_manager", ""}
    assert set(Change.objects.values_list("role", flat=True)) == roles


def test_what_was_typed_and_not_saved_waits(demo: Told) -> None:
    place = place_of(visit_of(subject("02-004"), "SCR"), "MGADL")
    assert place.is_new
    assert draft.pending(place, by=cast.actor(Role.COORDINATOR, "02"))["mgadl01"] == "1"


def test_the_first_record_is_worded_as_the_first_version(demo: Told) -> None:
    """Version 1 did not ask for the oxygen saturation."""
    pages = {}
    for visit in ("SCR", "BL"):
        client = Client()
        client.force_login(User.objects.get(username="zhao.lei"))
        answer = client.get(f"/subjects/01-001/visits/{visit}/VS/", headers={"accept-language": "en"})
        assert answer.status_code == 200
        pages[visit] = answer.content.decode()
    assert "Temperature" in pages["SCR"]
    assert "Oxygen saturation" not in pages["SCR"]
    assert "Oxygen saturation" in pages["BL"]
    first = read.form("VS", 1)
    assert first.names == read.form("VS").names - {"oxysat"}
    with translation.override("zh-hans"):
        assert str(first.item("temp").label) == "体温"


def test_a_night_changes_nothing(demo: Told) -> None:
    """What the acts asked and raised is what the recheck finds, too."""
    with transaction.atomic():
        before = data()
        assert [recheck(each, by=system_actor()) for each in Subject.objects.order_by("number")] == [[]] * 14
        assert data() == before
        transaction.set_rollback(True)


def begun_at_site_1() -> None:
    """Somebody added subjects by hand, or a load was cut short: the numbers of site 01 are taken."""
    cast.make()
    for _number in range(sum(number.startswith("01") for number in BY_NUMBER)):
        subjects.add(Site.objects.get(code="01"), by=cast.actor(Role.COORDINATOR, "01"))


def test_an_interrupted_load_goes_on_and_gives_the_same_data(demo: Told, committed_db: str) -> None:
    begun_at_site_1()
    run()
    assert Subject.objects.count() == 14
    assert not FormStatus.objects.filter(subject__number__startswith="01").exists()
    assert data("02") == [row for row in demo.data if row[0].startswith("02")]


def test_another_seed_gives_other_figures(demo: Told, committed_db: str) -> None:
    begun_at_site_1()
    run(seed=2)
    here = data("02")
    assert here != [row for row in demo.data if row[0].startswith("02")]
    assert {row[:4] for row in here} == {row[:4] for row in demo.data if row[0].startswith("02")}


@pytest.mark.drill
@pytest.mark.parametrize("seed", [1, 2, 3, 20260316])
def test_every_seed_tells_the_same_stories(demo: Told, committed_db: str, seed: int) -> None:
    run(seed=seed)
    assert (data() == demo.data) is (seed == 1)
    assert {row[:4] for row in data()} == {row[:4] for row in demo.data}
    assert inspect.problems() == []


@pytest.mark.usefixtures("subject")
def test_it_keeps_away_from_a_real_trial(settings: LazySettings) -> None:
    for demo, word in ((False, "it may be a real trial"), (True, "needs the sites 01 and 02")):
        settings.DEMO = demo
        with pytest.raises(CommandError, match=word):
            run()
    assert Subject.objects.count() == 1


def test_it_keeps_away_from_sites_of_others(cast: Cast) -> None:
    with pytest.raises(CommandError, match=r"otherwise: 01, 02, chen\.jing, .*wang\.min"):
        run()


def test_it_is_not_told_on_a_day_to_come(db: None) -> None:
    with pytest.raises(CommandError, match="lies in the future"):
        run(today=date(2999, 1, 1))
