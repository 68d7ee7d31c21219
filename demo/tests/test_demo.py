"""The demo trial: every stage is there, entered as people would, and the trail holds."""

from __future__ import annotations

from collections import Counter
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
from core import schedule
from core.actions import draft
from core.actions import subject as subjects
from core.actions.recheck import recheck
from core.actions.verify import verify_chain
from core.crf import read
from core.models import Change, ChangeItem, FormStatus, Query, QueryState, Subject, SubjectStatus, VisitStatus
from core.places import place_of, visit_of
from core.protection import inspect
from core.schedule import WindowState
from demo import cast
from demo.stories import BY_NUMBER
from demo.tests.conftest import run


def subject(number: str) -> Subject:
    return Subject.objects.select_related("site").get(number=number)


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


def data() -> list[tuple[Any, ...]]:
    """All that was entered, in order, without what is drawn anew each time."""
    items = ChangeItem.objects.order_by("change__subject__number", "change__seq", "id")
    named = ("change__subject__number", "change__actor_name", "change__visit_name", "change__form_code", "change__reason")
    return list(items.values_list(*named, "table_name", "row_key", "field", "old", "new", "system_rule"))


def test_it_works(demo: str) -> None:
    assert Subject.objects.count() == len(BY_NUMBER) == 13
    assert [line.split()[0] for line in demo.splitlines() if line[:3] in ("01-", "02-")] == list(BY_NUMBER)
    assert {site.code for site in Site.objects.all()} == {"01", "02"}


def test_there_is_a_sign_in_for_each_role(demo: str) -> None:
    for person in cast.PEOPLE:
        assert Client().login(username=person.username, password=cast.PASSWORD)
        line = next(line for line in demo.splitlines() if f" {person.username} " in line)
        assert cast.PASSWORD in line
    assert {person.role for person in cast.PEOPLE} == set(Role)


def test_site_staff_are_trained_and_delegated_by_their_investigator(demo: str) -> None:
    user = User.objects.get(username="shen.lu")
    membership = user.memberships.get()
    assert membership.trained_on
    assert membership.delegated_by == User.objects.get(username="xu.wei")
    assert user.history.get().history_user == User.objects.get(username="wang.min")


def test_again_is_harmless_and_quick(demo: str) -> None:
    before, begun = Change.objects.count(), monotonic()
    said = run(seed=7)
    assert monotonic() - begun < 1
    assert Change.objects.count() == before
    assert "The demo trial is there." in said
    assert said.splitlines()[-9:] == demo.splitlines()[-9:]


@pytest.mark.req("AUD-01", "AUD-08")
def test_the_trail_holds(demo: str) -> None:
    assert [fault for each in Subject.objects.all() for fault in verify_chain(each)] == []
    assert inspect.problems() == []


def test_every_stage_is_there(demo: str) -> None:
    assert set(Subject.objects.values_list("status", flat=True)) == set(SubjectStatus)
    assert subject("01-009").status == SubjectStatus.REGISTERED
    assert not FormStatus.objects.filter(subject__number="01-009").exists()
    assert window("01-003", "D28") is WindowState.CLOSED
    assert window("01-004", "D28") is WindowState.OPEN
    for number in ("01-003", "01-004"):
        assert not subject(number).visits.filter(code="D28").exists()
    assert subject("02-001").visits.filter(code="D3").exists()


def test_the_symptoms_fall_and_in_one_subject_come_back(demo: str) -> None:
    totals = {record.visit.code: record.mgadltot for record in records("01-001", "MGADL")}
    assert totals["BL"] > totals["D14"] > totals["M3"]
    assert totals["RSC"] >= totals["M3"] + 4
    assert subject("01-001").visits.filter(code="RSC", ordinal=1).exists()


def test_fever_rises_and_passes(demo: str) -> None:
    by_day = {record.visit.code: record for record in records("01-006", "VS")}
    assert by_day["D1"].temp < 38 <= by_day["D3"].temp < 41
    assert by_day["D7"].temp < 38
    assert by_day["D3"].pulse > by_day["D1"].pulse
    assert by_day["D3"].sysbp < by_day["D1"].sysbp


@pytest.mark.parametrize("number", BY_NUMBER)
def test_figures_are_those_of_one_person(demo: str, number: str) -> None:
    weights = [record.weight for record in records(number, "VS") if record.weight]
    assert max(weights, default=0) - min(weights, default=0) < 4
    results = [float(row.lborres.value) for record in records(number, "CHEM")
               for row in record.results.all() if row.lbtestcd == "CREAT"]  # fmt: skip
    assert max(results, default=1) < 1.15 * min(results, default=1)


def test_what_goes_wrong_is_there(demo: str) -> None:
    assert [visit.code for visit in subject("01-005").visits.filter(status=VisitStatus.MISSED)] == ["D12"]
    assert [line.key for line in records("01-005", "AE") if line.voided] == [2]
    assert subject("01-004").visits.filter(code="UNS", ordinal=1).exists()
    assert [query.check_id for query in about("02-003")] == ["UPT-01"]
    assert [query.check_id for query in about("02-001", form_code="INF")] == ["INF-03"]
    assert [line.dvrule for line in records("02-004", "DV")] == ["SV-01"]
    assert FormStatus.objects.filter(subject__number="01-004", state="INCOMPLETE").exists()


def test_queries_stand_at_every_step(demo: str) -> None:
    stands = Counter(Query.objects.values_list("state", "confirmed"))
    assert all(stands[step] for step in ((QueryState.OPEN, False), (QueryState.ANSWERED, True), (QueryState.CLOSED, True)))
    assert Query.objects.filter(events__actor__username="zhao.lei", state=QueryState.CLOSED).exists()


def test_who_did_it_and_why_is_on_record(demo: str) -> None:
    reasons = Change.objects.filter(kind="CHANGE").values_list("reason", flat=True)
    assert len(reasons) >= 3
    assert all(reasons)
    assert set(Change.objects.values_list("role", flat=True)) == {"coordinator", "investigator", ""}


def test_what_was_typed_and_not_saved_waits(demo: str) -> None:
    place = place_of(visit_of(subject("02-004"), "SCR"), "MGADL")
    assert place.is_new
    assert draft.pending(place, by=cast.actor(Role.COORDINATOR, "02"))["mgadl01"] == "1"


def test_the_first_record_is_worded_as_the_first_version(demo: str) -> None:
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


def test_a_night_changes_nothing(demo: str) -> None:
    """What the acts asked and raised is what the recheck finds, too."""
    with transaction.atomic():
        before = data()
        assert [recheck(each, by=system_actor()) for each in Subject.objects.order_by("number")] == [[]] * 13
        assert data() == before
        transaction.set_rollback(True)


def test_the_same_seed_and_day_give_the_same_data(demo: str, committed_db: str) -> None:
    assert Subject.objects.count() == 0
    run()
    again = data()
    assert len(again) > 10_000
    assert again == FIRST[demo]


def test_another_seed_gives_other_figures(committed_db: str) -> None:
    run(seed=2)
    assert [each.number for each in Subject.objects.order_by("number")] == list(BY_NUMBER)
    assert inspect.problems() == []


def test_an_interrupted_load_goes_on(committed_db: str) -> None:
    cast.make()
    site = Site.objects.get(code="02")
    for _number in range(4):
        subjects.add(site, by=cast.actor(Role.COORDINATOR, "02"))
    run()
    assert Subject.objects.count() == 13
    assert not FormStatus.objects.filter(subject__number="02-001").exists()


@pytest.mark.usefixtures("subject")
def test_it_keeps_away_from_a_real_trial(settings: LazySettings) -> None:
    for demo, word in ((False, "it may be a real trial"), (True, "needs the sites 01 and 02")):
        settings.DEMO = demo
        with pytest.raises(CommandError, match=word):
            run()
    assert Subject.objects.count() == 1


def test_it_keeps_away_from_sites_of_others(cast: Cast) -> None:
    with pytest.raises(CommandError, match=r"otherwise: 01, 02, wang\.min"):
        run()


def test_it_is_not_told_on_a_day_to_come(db: None) -> None:
    with pytest.raises(CommandError, match="lies in the future"):
        run(today=subject_today().replace(year=2999))
