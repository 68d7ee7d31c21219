"""What an inspector found: each way to alter, back-date or hide something that was open once, and is shut."""

# ruff: noqa: S608  (the statements are made of this file's own words)
from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Event, EventKind
from accounts.testing import Cast
from core.actions import crf, file, hold, mask, visit
from core.actions.entry import Entry
from core.actions.errors import Refused
from core.actions.hold import Shown
from core.actions.verify import verify_chain
from core.lockcheck import Target
from core.models import ChangeItem, FormStatus, FormStatusLog, HoldStep, MaskTarget, Subject
from core.places import visit_of
from core.testing.forms import enter
from core.testing.trial import CALM, VISIT_ON, WHY, commit, place_at, refused, save_vs, sql
from core.tests.hold_scenes import ready
from core.tests.scenes import client_of, text_of

NAME = "Zhang San's sister called"


def masked_event(cast: Cast, subject: Subject, line: int = 1) -> None:
    """The term of an adverse event named somebody; it was corrected, and the former value masked."""
    by = cast.actor(cast.coordinator)
    enter(by, subject, "LOG", "AE", {"aeterm": NAME, "aestdat": "2026-03"})
    crf.save(place_at(subject, "LOG", "AE", line), Entry({"aeterm": "Sister called"}), by=by, reason=WHY, revision=1)
    item = ChangeItem.objects.filter(field="aeterm", new=NAME).latest("id")
    request = mask.ask(subject, MaskTarget.VALUE, item.pk, by=by, reason="a name")
    mask.decide(request, True, by=cast.actor(cast.investigator), reason="a name")
    commit()


@pytest.mark.req("ADM-08", "ADM-09")
@pytest.mark.parametrize(
    "statement",
    [
        """UPDATE core_changeitem SET new = '"Brother called"' WHERE field = 'aeterm' AND new = '"Sister called"'""",
        "UPDATE core_changeitem SET was_verified = true WHERE masked",
        "UPDATE core_changeitem SET row_key = 7 WHERE masked",
    ],
)
def test_what_stands_beside_a_masked_text_still_verifies(cast: Cast, subject: Subject, statement: str) -> None:
    masked_event(cast, subject)
    assert verify_chain(subject) == []
    with refused("permission denied"):
        sql(statement)
    item = ChangeItem.objects.filter(masked=True, old="[masked]").get()
    # The same as the owner would do, seen by the verifier alone.
    from core.actions import chain  # noqa: PLC0415

    digest = item.digest
    proper = chain.seal_item(item).digest
    assert proper != digest, "its old value is gone"
    assert chain.new_part(item), "its new value is in the digest as a part of its own"


@pytest.mark.req("ADM-09")
def test_another_record_with_the_same_text_is_left_alone(cast: Cast, subject: Subject) -> None:
    by = cast.actor(cast.coordinator)
    enter(by, subject, "LOG", "AE", {"aeterm": NAME, "aestdat": "2026-02"})
    masked_event(cast, subject, line=2)
    summaries = set(FormStatusLog.objects.filter(key=1).values_list("summary", flat=True))
    assert all(NAME in summary for summary in summaries)
    assert not any(NAME in log.summary for log in FormStatusLog.objects.filter(key=2))


@pytest.mark.req("ADM-09")
def test_a_masked_reason_is_gone_from_holds_and_visits_too(cast: Cast, subject: Subject) -> None:
    by, manager = cast.actor(cast.coordinator), cast.actor(cast.data_manager)
    visit.mark_missed(visit_of(subject, "D1"), by=by, reason=NAME)
    commit()
    target = Target.of_subject(subject)
    hold.freeze(target, by=manager, shown=Shown.now(target))
    commit()
    change = hold.unfreeze(target, by=manager, shown=Shown.now(target), reason=NAME)[0]
    commit()
    missed = ChangeItem.objects.get(field="reason", table_name="core_visit").change
    for each in (change, missed):
        request = mask.ask(subject, MaskTarget.REASON, each.pk, by=manager, reason="a name")
        mask.decide(request, True, by=cast.actor(cast.investigator), reason="a name")
        commit()
    assert NAME not in "".join(HoldStep.objects.values_list("text", flat=True))
    assert visit_of(subject, "D1").visit.reason == "[masked]"  # type: ignore[union-attr]
    assert NAME not in text_of(client_of(cast.monitor).get("/subjects/01-001/lock/"))
    assert verify_chain(subject) == []


@pytest.mark.req("QRY-03")
def test_a_false_outline_unlocks_nothing(cast: Cast, subject: Subject) -> None:
    """The runtime role may write the outline; a lock looks at the records themselves."""
    ready(cast, subject)
    save_vs(subject, CALM, by=cast.actor(cast.coordinator), visit="BL")
    FormStatus.objects.update(verified=99, required=99, signed=True, gaps=0, state="COMPLETE")
    target, manager = Target.of_subject(subject), cast.actor(cast.data_manager)
    with pytest.raises(Refused):
        hold.lock(target, by=manager, shown=Shown.now(target))


@pytest.mark.req("SIG-04")
def test_the_date_of_a_visit_is_part_of_what_was_signed(cast: Cast, subject: Subject) -> None:
    ready(cast, subject)
    by = cast.actor(cast.coordinator)
    line = FormStatus.objects.filter(signed=True).first()
    assert line is not None
    assert line.visit is not None
    at = visit_of(subject, line.visit.name)
    assert at.visit is not None
    commit()
    on = (at.visit.visit_on or VISIT_ON) + timedelta(days=1)
    change = visit.save_date(at, on, by=by, reason=WHY, revision=at.visit.revision)
    commit()
    assert change is not None
    assert change.after_signature
    assert not FormStatus.objects.filter(visit=at.visit, signed=True).exists()
    assert verify_chain(subject) == []


@pytest.mark.req("QRY-03")
def test_what_is_frozen_takes_no_file(cast: Cast, subject: Subject) -> None:
    commit()
    by, target = cast.actor(cast.coordinator), Target.of_subject(subject)
    hold.freeze(target, by=cast.actor(cast.data_manager), shown=Shown.now(target))
    with pytest.raises(Refused, match="frozen"):
        file.keep(subject, SimpleUploadedFile("a.pdf", b"%PDF-1.7"), by=by)


def test_a_page_without_a_past_does_not_pass_for_it(cast: Cast, subject: Subject) -> None:
    client = client_of(cast.monitor)
    for name in ("signature-list", "verify", "hold-page", "mask-list", "review"):
        answer = client.get(reverse(name, kwargs={"number": "01-001"}), {"at": "2026-11-24T10:00"})
        assert answer.status_code == 302, name
        assert answer["location"].startswith("/subjects/01-001/standing/?at="), name


def test_whether_another_site_has_a_subject_is_not_said_by_a_moment(cast: Cast, subject: Subject) -> None:
    client = client_of(cast.other_coordinator)
    for number in ("01-001", "01-999"):
        assert client.get(f"/subjects/{number}/", {"at": "2099-01-01T00:00"}).status_code == 404
    assert client_of(cast.monitor).get("/subjects/01-001/", {"at": "2026-01-01T00:00-16:00"}).status_code == 400


@pytest.mark.req("AUD-07")
def test_a_try_at_another_site_is_on_record(cast: Cast, subject: Subject) -> None:
    stranger = client_of(cast.other_coordinator)
    assert stranger.post("/subjects/01-001/visits/SCR/date/", {"visit_on": str(date(2026, 3, 2))}).status_code == 404
    assert Event.objects.filter(kind=EventKind.REFUSED, actor=cast.other_coordinator).count() == 1


@pytest.mark.req("QRY-03")
def test_the_system_is_nobodys_second_person(cast: Cast, subject: Subject) -> None:
    """A step of unlocking in the system's name inside somebody's own act."""
    commit()
    target, manager = Target.of_subject(subject), cast.actor(cast.data_manager)
    hold.freeze(target, by=manager, shown=Shown.now(target))
    commit()
    columns = "hold_id, verb, state, asked, at, actor_id, actor_name, role, text, change_id"
    with refused("its change record"):
        sql("UPDATE core_hold SET state = 'FREE'")
        sql(
            f"INSERT INTO core_holdstep ({columns}) SELECT hold_id, 'UNFREEZE', 'FREE', false, at, u.id, u.full_name,"
            " '', '', change_id FROM core_holdstep, accounts_user u WHERE u.is_system"
        )
