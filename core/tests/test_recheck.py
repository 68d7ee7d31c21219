"""The nightly look at a subject: what has become questionable is asked, what is settled stays settled."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from celery import current_app
from celery.contrib.testing.worker import start_worker
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied
from django.db import connection, connections

from accounts.actor import Actor, system_actor
from accounts.testing import Cast, make_cast
from core import protocol, tasks
from core.actions import crf, query
from core.actions import subject as subjects
from core.actions.entry import Entry, RowEntry
from core.actions.recheck import missing, recheck
from core.crf import read
from core.crf.rules import RULES, VISIT, Context, Strength, TrialRule
from core.models import Query, QueryEvent, QueryState, Subject
from core.testing import trial
from core.testing.databases import owner_connection
from core.testing.trial import CALM, VISIT_ON, WHY, commit, counts, place_at, save_vs
from core.tests.scenes import statements

PREGNANCY_TEST = {"lbperf": "Y", "lbdtc": "2026-03-02T09:00+08:00", "lborres": "NEG", "lbllod": "25", "lblot": "A1"}
GAPS = {"vsperf": "Y", "temp": "36.6"}


def enter(subject: Subject, code: str, values: dict[str, Any], by: Actor, **options: Any) -> crf.Saved:
    """Save a form at screening, or anew with a reason."""
    place = place_at(subject, options.pop("visit", "SCR"), code)
    reason = WHY if place.record else ""
    return trial.save(place, Entry(values, visit_on=VISIT_ON, **options), by=by, reason=reason)


def again(subject: Subject) -> list[Query]:
    """A night goes by."""
    opened = recheck(subject, by=system_actor())
    commit()
    return opened


@pytest.fixture
def tested_man(subject: Subject, coordinator: Actor) -> Subject:
    """The pregnancy test was entered first, and only then that the subject is a man."""
    enter(subject, "UPT", PREGNANCY_TEST, coordinator)
    enter(subject, "DM", {"brthdat": "1980", "sex": "M", "ethnic": "HAN"}, coordinator)
    assert not Query.objects.exists()
    return subject


@pytest.fixture
def no_patience(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    """Missing answers are asked about at once: nobody can enter a form last week, the time is the server's."""
    module = ModuleType("protocol_without_patience")
    found = protocol.parameters()
    changed = tuple(replace(each, default=0) if each.name == "missing_query_days" else each for each in found)
    module.PARAMETERS = changed  # type: ignore[attr-defined]  # made up here
    monkeypatch.setitem(sys.modules, module.__name__, module)
    settings.TRIAL_PROTOCOL = module.__name__


def test_it_works(tested_man: Subject) -> None:
    (opened,) = again(tested_man)
    assert (opened.form_code, opened.visit_name, opened.check_id) == ("UPT", "SCR", "UPT-10")
    event = QueryEvent.objects.get(query=opened)
    assert event.actor.is_system
    assert event.change.kind == "QUERY", "the step of its own accord is in the chain"


def test_the_next_night_asks_nothing_twice(tested_man: Subject) -> None:
    again(tested_man)
    before = counts()
    assert again(tested_man) == []
    assert counts() == before


def test_what_was_mended_elsewhere_is_closed(tested_man: Subject, coordinator: Actor) -> None:
    again(tested_man)
    enter(tested_man, "DM", {"sex": "F"}, coordinator)
    assert Query.objects.get().state == QueryState.OPEN
    again(tested_man)
    assert Query.objects.get().state == QueryState.CLOSED


def test_a_deviation_found_at_night_is_raised_once(subject: Subject, coordinator: Actor) -> None:
    signed = {"icyn": "Y", "rficdtc": "2026-03-01T09:00+08:00"}
    enter(subject, "ICF", signed, coordinator)
    infused = {"exoccur": "Y", "exstdtc": "2026-03-02T10:00+08:00"}
    enter(subject, "INF", infused, coordinator, visit="INF")
    enter(subject, "ICF", {"rficdtc": "2026-03-02T11:00+08:00"}, coordinator)
    for _night in range(2):
        again(subject)
    log: Any = read.form_models()["DV"]
    found = log.objects.filter(dvrule="INF-10")
    assert [(line.dvplace, line.entered_by.is_system) for line in found] == [("INF/INF/1", True)]


@pytest.mark.parametrize("confirmed", [True, False])
def test_what_a_monitor_closed_stays_closed(
    tested_man: Subject, coordinator: Actor, monitor: Actor, confirmed: bool
) -> None:
    (opened,) = again(tested_man)
    query.answer(opened, "Done by mistake.", by=coordinator, confirmed=confirmed)
    query.close(Query.objects.get(), "Accepted.", by=monitor)
    assert again(tested_man) == []
    assert Query.objects.get().state == QueryState.CLOSED


def test_a_question_on_another_value_is_new(tested_man: Subject, coordinator: Actor, monitor: Actor) -> None:
    (opened,) = again(tested_man)
    query.close(opened, "Accepted.", by=monitor)
    enter(
        tested_man, "UPT", {"lbperf": None, "lbdtc": None, "lborres": None, "lbllod": None, "lblot": None}, coordinator
    )
    again(tested_man)
    enter(tested_man, "UPT", PREGNANCY_TEST, coordinator)
    assert Query.objects.filter(check_id="UPT-10", state=QueryState.OPEN).count() == 1


def test_a_void_record_is_not_asked_about(tested_man: Subject, coordinator: Actor) -> None:
    place = place_at(tested_man, "SCR", "UPT")
    assert place.record
    crf.void(place, by=coordinator, reason=WHY, revision=place.record.revision)
    assert again(tested_man) == []


def test_what_a_void_record_said_counts_no_more(tested_man: Subject, coordinator: Actor) -> None:
    again(tested_man)
    place = place_at(tested_man, "SCR", "DM")
    assert place.record
    crf.void(place, by=coordinator, reason=WHY, revision=place.record.revision)
    again(tested_man)
    assert Query.objects.get().state == QueryState.CLOSED


def test_rules_about_a_visit_are_looked_at_as_well(
    tested_man: Subject, coordinator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_men(context: Context) -> bool:
        return bool(context.newest("DM", "sex") != "M")

    monkeypatch.setitem(
        RULES, "SV-99", TrialRule("SV-99", VISIT, "visit_on", "No men.", Strength.QUERY, no_men, ("DM",))
    )
    assert {(query.form_code, query.check_id) for query in again(tested_man)} == {("UPT", "UPT-10"), (VISIT, "SV-99")}


def test_only_who_may_ask_may_have_it_done(tested_man: Subject, coordinator: Actor, monitor: Actor) -> None:
    with pytest.raises(PermissionDenied):
        recheck(tested_man, by=coordinator)
    assert recheck(tested_man, by=monitor)


def test_it_costs_the_same_however_much_was_entered(subject: Subject, coordinator: Actor) -> None:
    save_vs(subject, CALM, by=coordinator)
    rows = {"results": [RowEntry({"lbtestcd": "ALT", "lborres": "20", "lborresu": "U/L", "lbornrhi": "40"})]}
    enter(subject, "CHEM", {"lbperf": "Y"}, coordinator, rows=rows)
    again(subject)  # the system's account is looked up once per process
    few = statements(lambda: again(subject))
    for name in ("D1", "D2", "D3"):
        save_vs(subject, CALM, by=coordinator, visit=name)
        enter(subject, "CHEM", {"lbperf": "Y"}, coordinator, visit=name, rows=rows)
    assert statements(lambda: again(subject)) == few


@pytest.mark.usefixtures("no_patience")
def test_answers_that_are_missing_are_asked_about_once_per_record(subject: Subject, coordinator: Actor) -> None:
    save_vs(subject, GAPS, by=coordinator)
    again(subject)
    opened = Query.objects.get()
    assert (opened.kind, opened.check_id, opened.form_code, opened.field) == ("MISSING", "MISSING", "VS", "vsperf")
    assert ": 8." in opened.text_en
    assert again(subject) == []


@pytest.mark.usefixtures("no_patience")
def test_they_are_asked_about_until_the_last_is_there(subject: Subject, coordinator: Actor) -> None:
    save_vs(subject, GAPS, by=coordinator)
    again(subject)
    save_vs(subject, {"pulse": "72"}, by=coordinator, reason=WHY)
    again(subject)
    assert Query.objects.get().state == QueryState.OPEN
    save_vs(subject, CALM, by=coordinator, reason=WHY)
    assert Query.objects.get().state == QueryState.CLOSED


@pytest.mark.usefixtures("no_patience")
def test_an_earlier_version_lacks_nothing_that_it_did_not_ask(subject: Subject, coordinator: Actor) -> None:
    place = replace(place_at(subject, "SCR", "VS"), form=read.form("VS", 1))
    answers = {name: value for name, value in CALM.items() if name != "oxysat"}
    trial.save(place, Entry(answers, visit_on=VISIT_ON), by=coordinator)
    assert again(subject) == []


def test_a_form_has_its_days(subject: Subject, coordinator: Actor) -> None:
    record = save_vs(subject, GAPS, by=coordinator).record
    assert record
    form, due = read.form("VS"), record.entered_at + timedelta(days=protocol.days("missing_query_days"))
    assert missing(form, record, {}, due - timedelta(seconds=1)) == []
    assert len(missing(form, record, {}, due)) == 1
    record.voided = True
    assert missing(form, record, {}, due) == []


def test_the_sweep_looks_at_every_subject(tested_man: Subject, cast: Cast, coordinator: Actor) -> None:
    subjects.add(cast.site, by=coordinator)
    assert tasks.recheck_all() == 2
    assert Query.objects.get().check_id == "UPT-10"


def test_a_subject_that_fails_stops_nobody(
    subject: Subject, cast: Cast, coordinator: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    """Vital signs of a version that was never released cannot be read."""
    place = place_at(subject, "SCR", "VS")
    unknown = replace(place, form=replace(place.form, version=9))
    trial.save(unknown, Entry(CALM, visit_on=VISIT_ON), by=coordinator)
    subjects.add(cast.site, by=coordinator)
    assert tasks.recheck_all() == 1
    assert "Subject 01-001 could not be looked at anew." in caplog.text


def test_one_sweep_runs_at_a_time(tested_man: Subject) -> None:
    with owner_connection(str(connection.settings_dict["NAME"])) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [tasks.LOCK])
        assert tasks.recheck_all() == 0
        other.execute("SELECT pg_advisory_unlock(%s)", [tasks.LOCK])  # closing alone frees it a moment later
    assert not Query.objects.exists()
    assert tasks.recheck_all() == 1


def test_the_watch_is_silent_while_all_is_well(db: None, caplog: pytest.LogCaptureFixture) -> None:
    assert tasks.check_protection() == 0
    assert not caplog.records


@pytest.mark.req("ADM-06")
def test_the_watch_says_what_is_missing(committed_db: str, caplog: pytest.LogCaptureFixture) -> None:
    with owner_connection(committed_db) as owner:
        owner.execute("ALTER TABLE core_change DISABLE TRIGGER append_only")
    assert tasks.check_protection() == 1
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "append_only on core_change" in record.getMessage()


def test_the_timetable_names_tasks_that_are_there(settings: LazySettings) -> None:
    current_app.loader.import_default_modules()
    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {"core.tasks.recheck_all", "core.tasks.check_protection"} <= named
    assert named <= set(current_app.tasks)


@pytest.fixture
def worker(committed_db: str) -> Iterator[None]:
    """A worker in a thread of its own, fed through Redis."""
    with start_worker(current_app, perform_ping_check=False, shutdown_timeout=30):
        yield
    connections.close_all()


def test_a_worker_takes_it_from_redis(worker: None) -> None:
    cast = make_cast()
    coordinator = cast.actor(cast.coordinator)
    subject = subjects.add(cast.site, by=coordinator)
    enter(subject, "UPT", PREGNANCY_TEST, coordinator)
    enter(subject, "DM", {"brthdat": "1980", "sex": "M", "ethnic": "HAN"}, coordinator)
    tasks.recheck_all.delay()
    end = time.monotonic() + 20
    while not Query.objects.filter(check_id="UPT-10").exists():
        assert time.monotonic() < end, "the worker did not do it in time"
        time.sleep(0.02)
