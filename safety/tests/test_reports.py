"""Frozen reports: whole, by subject code, untouched by later changes; what a follow-up says anew (SAF-02)."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils.translation import override

from accounts.actor import Actor
from accounts.testing import Cast
from core.actions import crf, report
from core.actions.entry import Entry
from core.actions.errors import Refused
from core.actions.report import Moved
from core.actions.verify import verify_chain
from core.models import Change, ChangeItem, ChangeKind, Report, ReportKind, StoredFile, Subject
from core.places import LOG
from core.testing import forgery, trial
from core.testing.forms import enter
from core.testing.trial import commit, refused
from core.tests.scenes import client_of, text_of
from core.tests.verification_scenes import hold
from safety import report as content
from safety.report import compose

pytestmark = pytest.mark.req("SAF-02")
EVENT = {"aeterm": "Pneumonia", "aestdat": "2026-03-05", "aeser": "Y", "aesercrit": ["HOSPITAL"], "aecontrt": "N"}
SAE = {
    "saeaeno": "1", "saeterm": "Pneumonia", "saecrit": ["HOSPITAL"], "saenarr": "Fever on day 12.",
    "saeaware": "2026-03-05T09:30+08:00",
}  # fmt: skip


@pytest.fixture
def sae(subject: Subject, coordinator: Actor) -> Any:
    """A serious event and the adverse event that it reports."""
    enter(coordinator, subject, LOG, "AE", EVENT)
    return enter(coordinator, subject, LOG, "SAE", SAE).record


def freeze(subject: Subject, by: Actor, kind: ReportKind = ReportKind.INITIAL, **otherwise: Any) -> Report:
    place = trial.place_at(subject, LOG, "SAE", 1)
    version = Report.objects.filter(subject=subject).count()
    seen = {"revision": place.record.revision if place.record else 0, "version": version} | otherwise
    frozen = report.freeze(place, kind, compose, by=by, **seen)
    commit()
    return frozen


def change(subject: Subject, by: Actor, code: str, **answers: Any) -> None:
    place = trial.place_at(subject, LOG, code, 1)
    trial.save(place, Entry(answers), by=by, reason="New information")
    commit()


def test_it_works(subject: Subject, sae: Any, coordinator: Actor) -> None:
    frozen = freeze(subject, coordinator, text="Sent by secure mail")
    assert (frozen.version, frozen.kind, frozen.actor_name) == (1, "INITIAL", coordinator.name)
    assert frozen.due == "2026-03-06T09:30+08:00"
    document = bytes(frozen.file.content).decode()
    assert frozen.sha256 == hashlib.sha256(document.encode()).hexdigest() == frozen.file.sha256
    for told in (subject.number, "Pneumonia", "Fever on day 12.", "2026-03-05 09:30 +08:00", "Sent by secure mail"):
        assert told in document
    assert verify_chain(subject) == []


def test_it_is_a_row_of_the_trail(subject: Subject, sae: Any, coordinator: Actor) -> None:
    frozen = freeze(subject, coordinator)
    record = Change.objects.get(pk=frozen.change_id)
    assert (record.kind, record.form_code, record.record_key) == (ChangeKind.REPORT, "SAE", 1)
    carried = ChangeItem.objects.get(change=record, table_name="core_report").new
    assert (carried["version"], carried["sha256"]) == (1, frozen.sha256)
    assert carried["said"]["sections"][1]["form"] == "SAE"


def test_the_same_record_frozen_at_the_same_moment_is_the_same_document(subject: Subject, sae: Any) -> None:
    frame = report.Frame(sae, 1, ReportKind.INITIAL, datetime(2026, 3, 5, tzinfo=UTC), "Lin Yue", "coordinator", "")
    with override("zh-hans"):
        chinese = compose(frame).content
    with override("en"):
        assert compose(frame).content == chinese, "whoever freezes it, in whatever language"


def test_later_changes_do_not_reach_it(subject: Subject, sae: Any, coordinator: Actor) -> None:
    frozen = freeze(subject, coordinator)
    before = bytes(frozen.file.content)
    change(subject, coordinator, "SAE", saeterm="Septic pneumonia")
    change(subject, coordinator, "AE", aeterm="Septic pneumonia")
    after = StoredFile.objects.get(pk=frozen.file_id)
    assert bytes(after.content) == before
    assert hashlib.sha256(before).hexdigest() == Report.objects.get().sha256
    assert b"Septic" not in before


def test_a_follow_up_says_what_is_new(subject: Subject, sae: Any, coordinator: Actor) -> None:
    first = freeze(subject, coordinator)
    change(subject, coordinator, "SAE", saenarr="Fever on day 12; blood culture positive.", saetoxgr="4")
    change(subject, coordinator, "AE", aesercrit=["LIFE", "HOSPITAL"])
    second = freeze(subject, coordinator, ReportKind.FOLLOW_UP)
    found = {(section["en"], item["en"]): (old["en"], new["en"]) for section, item, old, new in told(first, second)}
    assert found == {
        ("Serious adverse event", "What happened"): ("Fever on day 12.", "Fever on day 12; blood culture positive."),
        ("Serious adverse event", "Highest grade"): ("", "4: life-threatening"),
        ("Adverse event", "Why is it serious?"): (
            "Hospital admission or a longer stay",
            "It was life-threatening, Hospital admission or a longer stay",
        ),
    }


def told(first: Report, second: Report) -> Any:
    return content.differences(first.said, second.said)


def test_no_name_is_in_it_but_that_of_who_froze_it(cast: Cast, subject: Subject, sae: Any, coordinator: Actor) -> None:
    document = bytes(freeze(subject, coordinator).file.content).decode()
    assert coordinator.name in document
    others = (cast.investigator, cast.coordinator2, cast.monitor)
    assert not any(person.full_name in document for person in others)


def test_the_order_of_reports(subject: Subject, sae: Any, coordinator: Actor) -> None:
    with pytest.raises(Refused, match="initial one"):
        freeze(subject, coordinator, ReportKind.FINAL)
    freeze(subject, coordinator)
    with pytest.raises(Refused, match="initial report already"):
        freeze(subject, coordinator)
    freeze(subject, coordinator, ReportKind.FINAL)
    assert freeze(subject, coordinator, ReportKind.FOLLOW_UP).version == 3, "something new after the final one"


def test_what_the_page_did_not_show_is_not_frozen(subject: Subject, sae: Any, coordinator: Actor) -> None:
    with pytest.raises(Moved):
        freeze(subject, coordinator, revision=7)
    with pytest.raises(Moved):
        freeze(subject, coordinator, version=1)
    assert not Report.objects.exists()


def test_a_void_record_is_not_reported(subject: Subject, sae: Any, coordinator: Actor) -> None:
    crf.void(trial.place_at(subject, LOG, "SAE", 1), by=coordinator, reason="Another subject's", revision=1)
    with pytest.raises(Refused, match="void"):
        freeze(subject, coordinator)


@pytest.mark.parametrize("who", ["monitor", "data_manager", "safety_reviewer", "auditor", "other_coordinator"])
def test_only_staff_of_the_site_freeze(cast: Cast, subject: Subject, sae: Any, who: str) -> None:
    with pytest.raises(PermissionDenied):
        freeze(subject, cast.actor(getattr(cast, who)))


def test_a_report_is_frozen_under_a_lock(cast: Cast, subject: Subject, sae: Any, coordinator: Actor) -> None:
    hold(cast, subject)
    assert freeze(subject, coordinator).version == 1


@pytest.mark.req("ADM-07")
@pytest.mark.parametrize("otherwise", [{"version": 3}, {"version": 1}, {"sha256": "0" * 64}, {"kind": "INITIAL"}])
def test_a_forged_report_is_refused(subject: Subject, sae: Any, coordinator: Actor, otherwise: dict[str, Any]) -> None:
    first = freeze(subject, coordinator)
    with refused():
        record = forgery.change(subject, kind="REPORT", reason="", query_id=None)
        told = {"id": None, "change_id": record.pk, "at": record.at, "version": 2, "kind": "FOLLOW_UP"}
        forged = Report(**forgery.values_of(first) | told | otherwise)
        forged.save(force_insert=True)
        forgery.item(record, forged, "*", None, forged.carried())


@pytest.mark.parametrize("statement", ["UPDATE core_report SET version = 2", "DELETE FROM core_report"])
def test_what_is_frozen_is_neither_rewritten_nor_taken_away(
    subject: Subject, sae: Any, coordinator: Actor, statement: str
) -> None:
    freeze(subject, coordinator)
    with refused():
        trial.sql(statement)


@pytest.mark.req("SAF-01", "SAF-03", "VAL-04")
@pytest.mark.parametrize(
    ("due", "at", "late"),
    [
        ("2026-03-06T09:30+08:00", "2026-03-06T09:30:00+08:00", False),
        ("2026-03-06T09:30+08:00", "2026-03-06T09:30:01+08:00", True),
        ("2026-03-12", "2026-03-12T23:59:59+08:00", False),
        ("2026-03-12", "2026-03-13T00:00:00+08:00", True),
        ("", "2026-03-13T00:00:00+08:00", None),
    ],
)
def test_a_version_keeps_or_misses_its_time_to_the_second(due: str, at: str, late: bool | None) -> None:
    version: Any = SimpleNamespace(due=due, at=datetime.fromisoformat(at))
    assert content.is_late(version) is late


def test_a_follow_up_is_due_by_the_first_clock_that_still_runs() -> None:
    names = ("saedue", "saesusdue", "saesussnt", "saeupgdue", "saeupgsnt", "saefudue", "saefusnt")
    record: Any = SimpleNamespace(**dict.fromkeys(names))
    assert content.due(record, ReportKind.FOLLOW_UP) == content.due(record, ReportKind.INITIAL) == ""
    record.saesusdue, record.saefudue = date(2026, 3, 12), date(2026, 3, 20)
    assert content.due(record, ReportKind.FOLLOW_UP) == "2026-03-12"
    record.saesussnt = datetime(2026, 3, 11, tzinfo=UTC)
    assert content.due(record, ReportKind.FINAL) == "2026-03-20"


def test_the_page_shows_versions_clocks_and_what_is_new(cast: Cast, subject: Subject, sae: Any) -> None:
    client = client_of(cast.coordinator)
    address = f"/subjects/{subject.number}/visits/LOG/SAE/1/reports/"
    page = client.get(address)
    assert "No report was frozen yet" in text_of(page)
    assert "2026-03-06 09:30 +08:00" in text_of(page)
    sent = client.post(f"{address}freeze/", {"kind": "INITIAL", "revision": "1", "version": "0"})
    assert sent.status_code == 302
    commit()
    page = client.get(address)
    assert "Version 1: Initial report" in text_of(page)
    assert "Frozen late" in text_of(page)
    assert Report.objects.get().sha256 in text_of(page)
    change(subject, cast.actor(cast.coordinator), "SAE", saetoxgr="4")
    assert "4: life-threatening" in text_of(client.get(address))
    again = client.post(f"{address}freeze/", {"kind": "FOLLOW_UP", "revision": "1", "version": "1"})
    assert again.status_code == 409
    none = client.post(f"{address}freeze/", {"revision": "2", "version": "1"})
    assert (none.status_code, "Choose which report it is" in text_of(none)) == (400, True)
    read_only = client_of(cast.safety_reviewer).get(address)
    assert "Freeze this report" not in text_of(read_only)
    download = client.get(f"/files/{Report.objects.get().file_id}/")
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert client_of(cast.other_coordinator).get(address).status_code == 404
    assert client.get(f"/subjects/{subject.number}/visits/LOG/SAE/9/reports/").status_code == 404


def test_the_record_shows_its_clocks_and_leads_to_its_reports(cast: Cast, subject: Subject, sae: Any) -> None:
    page = client_of(cast.coordinator).get(f"/subjects/{subject.number}/visits/LOG/SAE/1/")
    assert f"/subjects/{subject.number}/visits/LOG/SAE/1/reports/" in page.content.decode()
    assert "Late, not sent" in text_of(page)
    assert "Adverse event, line 1" in text_of(page)
    event = client_of(cast.coordinator).get(f"/subjects/{subject.number}/visits/LOG/AE/1/")
    assert "Serious adverse event, line 1" in text_of(event)


def test_the_trail_tells_of_it(cast: Cast, subject: Subject, sae: Any, coordinator: Actor) -> None:
    freeze(subject, coordinator)
    page = text_of(client_of(cast.monitor).get(f"/changes/?subject={subject.number}"))
    assert "froze version 1 of the reports of" in page
    assert "uploaded the file" not in page
