"""A person who left before treatment is screened again: a new number, a new casebook, each naming the other."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts.testing import Cast
from core.actions import subject as subjects
from core.actions import trail, visit
from core.actions.errors import ReasonRequired, Refused
from core.actions.trail import Touched, Where
from core.actions.verify import verify_chain
from core.models import Change, ChangeItem, ChangeKind, Subject
from core.places import visit_of
from core.testing.mailbox import _seal_key, sealed_in  # noqa: F401  (fixtures)
from core.testing.trial import CALM, commit, refused, save_vs, sql
from core.tests.scenes import client_of, text_of
from core.tests.tamper_scenes import sealed

pytestmark = pytest.mark.req("ENT-04")
AGAIN = "Antibody was negative in spring, is positive now"


@transaction.atomic
def left(subject: Subject, by: Any, **milestones: date) -> Subject:
    """The subject with these milestones, written as an act writes them."""
    act = trail.begin(subject, "enter_data", by=by, reason="As the forms say")
    touched = Touched.existing(act.subject)
    for name, day in milestones.items():
        setattr(act.subject, name, day)
    act.subject.status = act.subject.status_by_milestones()
    trail.write(act, [touched], kind=ChangeKind.CHANGE, where=Where())
    fresh: Subject = Subject.objects.select_related("site").get(pk=subject.pk)
    return fresh


@pytest.fixture
def failed(subject: Subject, coordinator: Any) -> Subject:
    """01-001, a screen failure."""
    return left(subject, coordinator, screen_failed_on=date(2026, 3, 9))


def again(former: Subject, by: Any, **options: Any) -> Subject:
    return subjects.add(former.site, by=by, previous=former, **{"reason": AGAIN} | options)


def test_it_works(failed: Subject, coordinator: Any) -> None:
    added = again(failed, coordinator)
    commit()

    assert (added.number, added.previous_id, added.status) == ("01-002", "01-001", "REGISTERED")
    change = Change.objects.get(subject=added)
    assert (change.kind, change.reason) == ("CREATE", AGAIN)
    assert ChangeItem.objects.get(change=change, field="previous_id").new == "01-001"
    assert verify_chain(added) == []


def test_a_third_casebook_follows_the_second(failed: Subject, coordinator: Any) -> None:
    second = left(again(failed, coordinator), coordinator, screen_failed_on=date(2026, 6, 1))
    with pytest.raises(Refused, match="newest"):
        again(failed, coordinator)
    assert again(second, coordinator).number == "01-003"


def test_it_takes_a_reason(failed: Subject, coordinator: Any) -> None:
    for nothing in ("", "  ", "-"):
        with pytest.raises(ReasonRequired):
            again(failed, coordinator, reason=nothing)
    assert Subject.objects.count() == 1


@pytest.mark.parametrize("end", ["screen_failed_on", "withdrawn_on", "lost_on", "completed_on"])
def test_whoever_left_alive_is_screened_again(subject: Subject, coordinator: Any, end: str) -> None:
    assert again(left(subject, coordinator, **{end: date(2026, 3, 9)}), coordinator).previous_id == "01-001"


@pytest.mark.parametrize(
    ("milestones", "words"),
    [
        ({}, "still takes part"),
        ({"consent_on": date(2026, 3, 1)}, "still takes part"),
        ({"died_on": date(2026, 3, 9)}, "has died"),
        ({"withdrawn_on": date(2026, 3, 9), "lymphodepletion_on": date(2026, 3, 1)}, "Treatment of the trial began"),
        ({"completed_on": date(2026, 3, 9), "infusion_on": date(2026, 3, 1)}, "Treatment of the trial began"),
    ],
)
def test_who_takes_part_was_treated_or_died_is_not(
    subject: Subject, coordinator: Any, milestones: dict[str, date], words: str
) -> None:
    former = left(subject, coordinator, **milestones) if milestones else subject
    with pytest.raises(Refused, match=words):
        again(former, coordinator)


def test_another_site_does_not_take_over(failed: Subject, cast: Cast) -> None:
    with pytest.raises(Refused, match="same site"):
        subjects.add(cast.other_site, by=cast.actor(cast.other_coordinator), previous=failed, reason=AGAIN)
    with pytest.raises(PermissionDenied):
        again(failed, cast.actor(cast.monitor))


@pytest.mark.req("ADM-07")
def test_postgresql_refuses_a_former_casebook_that_cannot_be(failed: Subject, cast: Cast, coordinator: Any) -> None:
    other = subjects.add(cast.other_site, by=cast.actor(cast.other_coordinator))
    add = (
        "INSERT INTO core_subject (number, site_id, ordinal, protocol_version, status, previous_id)"
        " VALUES ('09-009', %s, 9, 1, 'REGISTERED', %s)"
    )
    for site, former, words in (
        (cast.other_site.pk, "01-001", "another site"),
        (cast.site.pk, other.number, "another site"),
        (cast.other_site.pk, other.number, "still takes part"),
    ):
        with refused(words):
            sql(add, [site, former])
    again(failed, coordinator)
    with pytest.raises(IntegrityError, match="previous"), transaction.atomic():
        sql(add, [cast.site.pk, "01-001"])


@pytest.mark.req("ADM-07")
@pytest.mark.parametrize("to", [None, "01-003"])
def test_the_former_casebook_is_never_another(failed: Subject, coordinator: Any, to: str | None) -> None:
    added = again(failed, coordinator)
    left(subjects.add(failed.site, by=coordinator), coordinator, lost_on=date(2026, 3, 9))
    commit()
    with refused("never changes"):
        sql("UPDATE core_subject SET previous_id = %s WHERE id = %s", [to, added.pk])
    added.refresh_from_db()
    with refused("never changes"):
        act = trail.begin(added, "enter_data", by=coordinator, reason="x1")
        touched = Touched.existing(act.subject)
        act.subject.previous_id = to
        trail.write(act, [touched], kind=ChangeKind.CHANGE, where=Where())


@pytest.mark.req("AUD-05")
def test_both_casebooks_name_each_other_and_the_trail_says_so(failed: Subject, cast: Cast, coordinator: Any) -> None:
    client = client_of(cast.coordinator)
    assert "Screen again" in text_of(client.get("/subjects/01-001/"))

    answer = client.post("/subjects/01-001/screen-again/", {"reason": AGAIN}, follow=True)

    assert answer.redirect_chain[0][0] == "/subjects/01-002/"
    assert "Screened before as 01-001" in text_of(answer)
    former = text_of(client.get("/subjects/01-001/"))
    assert "Screened again as 01-002" in former
    assert "Screen again" not in former
    told = text_of(client.get("/changes/?subject=01-002"))
    assert "Screened before as" in told
    assert "01-001" in told
    assert AGAIN in told


def test_the_past_does_not_know_of_it(committed_db: str, failed: Subject, cast: Cast, coordinator: Any) -> None:
    before = Change.objects.filter(subject=failed).latest("seq").at
    again(failed, coordinator)
    page = text_of(client_of(cast.monitor).get("/subjects/01-001/", {"at": before.isoformat()}))
    assert "Screened again as" not in page
    assert "Screened again as" in text_of(client_of(cast.monitor).get("/subjects/01-001/"))


def test_the_page_says_why_not_and_keeps_what_was_typed(failed: Subject, cast: Cast, coordinator: Any) -> None:
    client = client_of(cast.coordinator)
    empty = client.post("/subjects/01-001/screen-again/", {"reason": ""})
    assert empty.status_code == 409
    again(failed, coordinator)
    late = client.post("/subjects/01-001/screen-again/", {"reason": AGAIN})
    assert late.status_code == 409
    assert "screened again already" in text_of(late)
    assert AGAIN in text_of(late)


def test_the_same_page_sent_twice_adds_one_casebook(failed: Subject, cast: Cast) -> None:
    client = client_of(cast.coordinator)
    sent = {"reason": AGAIN, "token": client.get("/subjects/01-001/screen-again/").context["token"]}
    assert [client.post("/subjects/01-001/screen-again/", sent)["Location"] for _ in range(2)] == [
        "/subjects/01-002/"
    ] * 2


def test_only_who_adds_subjects_is_offered_it(failed: Subject, cast: Cast) -> None:
    assert "Screen again" not in text_of(client_of(cast.monitor).get("/subjects/01-001/"))
    assert client_of(cast.monitor).post("/subjects/01-001/screen-again/", {"reason": AGAIN}).status_code == 403
    assert client_of(cast.other_coordinator).get("/subjects/01-001/screen-again/").status_code == 404


def test_nothing_is_copied_and_the_former_casebook_stays(failed: Subject, cast: Cast, coordinator: Any) -> None:
    save_vs(failed, CALM, by=coordinator)
    added = again(failed, coordinator)
    visit.save_date(visit_of(added, "SCR"), date(2026, 6, 1), by=coordinator)
    commit()
    assert added.visits.count() == 1
    assert failed.visits.get().visit_on == date(2026, 3, 2)
    assert Subject.objects.get(pk=failed.pk).status == "SCREEN_FAILURE"


@pytest.mark.req("ADM-08")
def test_the_whole_trail_verifies(
    committed_db: str,
    cast: Cast,
    sealed_in: Path,  # noqa: F811  (fixtures are named as what they give)
    capsys: pytest.CaptureFixture[str],
) -> None:
    by = cast.actor(cast.coordinator)
    again(left(subjects.add(cast.site, by=by), by, screen_failed_on=date(2026, 3, 9)), by)
    sealed()
    call_command("verify_trail")
    assert capsys.readouterr().out.splitlines()[-1].endswith(", faults 0")
