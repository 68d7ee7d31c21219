"""A subject goes to another site: that site follows it from then on, with all that was entered before."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from accounts.actor import Actor
from accounts.testing import Cast
from core.actions import hold
from core.actions import query as queries
from core.actions import subject as subjects
from core.actions.errors import ReasonRequired, Refused
from core.actions.transfer import transfer
from core.actions.verify import verify_chain
from core.lockcheck import Target
from core.models import Change, Query, Subject
from core.places import find_place, find_subject, find_subject_at
from core.testing import trial
from core.testing.trial import CALM, WHY, commit, refused, sql
from core.tests.hold_scenes import do
from core.tests.scenes import client_of, text_of

pytestmark = pytest.mark.django_db
HOT = CALM | {"temp": "41"}


@pytest.fixture
def manager(cast: Cast) -> Actor:
    return cast.actor(cast.data_manager)


@pytest.fixture
def entered(subject: Subject, coordinator: Actor) -> Subject:
    """A subject with one value that was queried."""
    trial.save_vs(subject, HOT, by=coordinator)
    commit()
    return subject


def move(subject: Subject, cast: Cast, by: Actor, **otherwise: Any) -> Change:
    options: dict[str, Any] = {"reason": "She moved to Ningbo", "seen": cast.site} | otherwise
    change = transfer(subject, options.pop("to", cast.other_site), by=by, **options)
    commit()
    return change


@pytest.mark.req("AUD-01")
def test_it_works(entered: Subject, cast: Cast, manager: Actor) -> None:
    change = move(entered, cast, manager)
    assert (change.kind, change.site) == ("TRANSFER", cast.other_site)
    assert trial.items_of(change) == {
        ("core_subject", entered.pk, "site_id"): (cast.site.pk, cast.other_site.pk),
    }
    assert verify_chain(entered) == []
    there = cast.actor(cast.other_coordinator)
    assert find_place(there, "01-001", "SCR", "VS").record
    with pytest.raises(Http404):
        find_subject(cast.actor(cast.coordinator), "01-001")


def test_the_new_site_enters_corrects_and_answers(entered: Subject, cast: Cast, manager: Actor) -> None:
    move(entered, cast, manager)
    there = cast.actor(cast.other_coordinator)
    asked = Query.objects.get()
    queries.answer(asked, "Measured again, it was so", by=there, confirmed=True)
    trial.save_vs(entered, HOT | {"sysbp": "121"}, by=there, reason=WHY)
    commit()
    assert verify_chain(entered) == []
    with pytest.raises(PermissionDenied):
        queries.answer(asked, "No longer mine", by=cast.actor(cast.coordinator))


def test_the_new_site_reads_the_past_and_every_former_change(entered: Subject, cast: Cast, manager: Actor) -> None:
    before = entered.changes.latest("seq").at
    move(entered, cast, manager)
    then, _moment = find_subject_at(cast.actor(cast.other_coordinator), "01-001", before.isoformat())
    assert then.site == cast.site
    with pytest.raises(Http404):
        find_subject_at(cast.actor(cast.coordinator), "01-001", before.isoformat())
    page = text_of(client_of(cast.other_investigator).get("/changes/?subject=01-001"))
    assert "transferred" in page
    assert cast.coordinator.full_name in page


def test_the_number_stays_and_is_never_drawn_again(entered: Subject, cast: Cast, manager: Actor) -> None:
    move(entered, cast, manager)
    assert subjects.add(cast.site, by=cast.actor(cast.coordinator)).number == "01-002"
    assert subjects.add(cast.other_site, by=cast.actor(cast.other_coordinator)).number == "02-001"


def test_it_takes_the_right_a_reason_and_another_site(entered: Subject, cast: Cast, manager: Actor) -> None:
    for person in (cast.coordinator, cast.investigator, cast.monitor):
        with pytest.raises(PermissionDenied):
            move(entered, cast, cast.actor(person))
    with pytest.raises(ReasonRequired):
        move(entered, cast, manager, reason=" ")
    with pytest.raises(ValidationError):
        move(entered, cast, manager, to=cast.site)
    cast.other_site.is_active = False
    cast.other_site.save()
    with pytest.raises(ValidationError):
        move(entered, cast, manager)


def test_of_two_who_transfer_at_once_the_second_is_told(entered: Subject, cast: Cast, manager: Actor) -> None:
    move(entered, cast, manager)
    with pytest.raises(Refused, match="meanwhile"):
        move(entered, cast, manager, to=cast.site)


def test_what_is_frozen_stays_where_it_is(entered: Subject, cast: Cast, manager: Actor) -> None:
    do(hold.freeze, Target.of_subject(entered), cast)
    with pytest.raises(Refused):
        move(entered, cast, manager)


@pytest.mark.req("AUD-03")
def test_postgresql_refuses_any_other_way_to_another_site(entered: Subject, cast: Cast, coordinator: Actor) -> None:
    with refused():
        sql("UPDATE core_subject SET site_id = %s", [cast.other_site.pk])
    with refused():
        Subject.objects.update(ordinal=9)
    other = Subject.objects.get(pk=entered.pk)
    act_by = cast.actor(cast.other_coordinator)
    with refused("by a transfer alone"):
        _forged(other, cast, act_by)


def _forged(subject: Subject, cast: Cast, by: Actor) -> None:
    """A change of data, told in all honesty, that moves the subject on the way."""
    from core.actions import trail  # noqa: PLC0415  only the forger writes so
    from core.models import ChangeKind  # noqa: PLC0415

    act = trail.begin(subject, "view_clinical", by=cast.actor(cast.data_manager), reason=WHY)
    touched = trail.Touched.existing(act.subject)
    act.subject.site = cast.other_site
    forged = trail.Act(act.head, act.at, by, "coordinator", act.change_id, WHY)
    trail.write(forged, [touched], kind=ChangeKind.CHANGE, where=trail.Where())
    commit()


def test_the_page_says_what_happens_and_does_it(entered: Subject, cast: Cast) -> None:
    page = client_of(cast.data_manager)
    shown = text_of(page.get("/subjects/01-001/transfer/"))
    assert "The number stays" in shown
    sent = {"site": cast.other_site.pk, "seen": cast.site.pk}
    assert page.post("/subjects/01-001/transfer/", sent).status_code == 400
    assert page.post("/subjects/01-001/transfer/", sent | {"site": "x", "reason": WHY}).status_code == 400
    assert page.post("/subjects/01-001/transfer/", sent | {"reason": WHY}).status_code == 302
    assert page.post("/subjects/01-001/transfer/", sent | {"reason": WHY}).status_code in (400, 409)
    assert client_of(cast.coordinator).get("/subjects/01-001/transfer/").status_code in (403, 404)
