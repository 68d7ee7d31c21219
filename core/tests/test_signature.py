"""Signing: who may, what it is bound to, what lets go of it, and that no alteration of it goes unseen."""

# ruff: noqa: S608  (the statements are made of this file's own words)
from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from accounts.actor import Actor
from accounts.models import Membership
from accounts.testing import Cast
from core import signing
from core.actions import crf
from core.actions import signature as acts
from core.actions.entry import Entry
from core.actions.errors import Refused
from core.crf import read
from core.lockcheck import Target
from core.models import WHOLE, Change, ChangeItem, ChangeKind, FormStatus, Meaning, Signature, Subject
from core.places import LOG, Place
from core.signing_proof import verify
from core.standing import content_digest, signature_digest
from core.testing import trial
from core.testing.forms import filled
from core.testing.samples import sample_entry
from core.testing.trial import CALM, WHY, commit, place_at, save_vs
from core.tests import hold_scenes
from core.tests.scenes import statements
from core.tests.signing_scenes import enrolled, entered, every_form, filed, investigator, sign, to_sign, vitals

FORMS = sorted(read.form_models())


@pytest.fixture
def signer(cast: Cast) -> Actor:
    return investigator(cast)


@pytest.fixture
def place(subject: Subject, coordinator: Actor) -> Place:
    return vitals(subject, coordinator)


def unsigned(place: Place) -> bool:
    """Does no signature stand at this record?"""
    return filed(place).record.signature_id is None


@pytest.mark.req("SIG-01", "SIG-03")
def test_it_works(place: Place, signer: Actor) -> None:
    before = filed(place).record
    (signature,) = sign(place, by=signer, meaning=Meaning.RESPONSIBLE)

    record, stored = filed(place).record, Signature.objects.get()
    assert (record.signature_id, record.revision, record.changed_at) == (stored.pk, before.revision, before.changed_at)
    assert (stored.actor_name, stored.role, stored.meaning) == (signer.name, "investigator", "RESPONSIBLE")
    assert (stored.visit_name, stored.form_code, stored.record_key, stored.form_version) == ("SCR", "VS", 1, 2)
    change = Change.objects.get(kind=ChangeKind.SIGN)
    assert (stored.at, stored.change_id, stored.utc_offset) == (change.at, change.pk, "+08:00")
    assert (change.visit_name, change.form_code, change.record_key) == ("SCR", "VS", 1)
    items = {item.field: (item.old, item.new) for item in ChangeItem.objects.filter(change=change)}
    assert items == {"signature_id": (None, stored.pk), WHOLE: (None, stored.carried())}
    assert stored.content_digest == content_digest(record, {})
    assert stored.digest == signature.digest == signature_digest(stored)
    assert verify(stored) == []
    assert FormStatus.objects.get(form_code="VS").signed


def test_the_signature_keeps_the_offset_of_the_signer_s_site(cast: Cast, coordinator: Actor, subject: Subject) -> None:
    cast.site.time_zone = "Asia/Kolkata"
    cast.site.save()
    (signature,) = sign(vitals(subject, coordinator), by=investigator(cast))

    assert signature.utc_offset == "+05:30"
    assert verify(Signature.objects.get()) == []


def test_several_forms_are_signed_each_with_a_change_of_its_own(
    subject: Subject, coordinator: Actor, signer: Actor
) -> None:
    places = every_form(subject, coordinator)
    made = sign(*places.values(), by=signer)

    assert [each.form_code for each in made] == list(places)
    assert Change.objects.filter(kind=ChangeKind.SIGN).count() == len(places)
    moments = [each.at for each in made]
    assert moments == sorted(set(moments))
    assert [verify(each) for each in Signature.objects.all()] == [[]] * len(places)


@pytest.mark.req("SIG-04")
@pytest.mark.parametrize("code", FORMS)
def test_a_change_supersedes_the_signature_of_its_form_and_no_other(
    code: str, subject: Subject, coordinator: Actor, signer: Actor
) -> None:
    places = {each: entered(subject, each, coordinator) for each in {code, "DM", "VS", "AE"}}
    sign(*places.values(), by=signer)

    entered(subject, code, coordinator, 1, places[code].key)
    commit()

    assert {each for each, at in places.items() if unsigned(at)} == {code}
    lines = {(line.form_code, line.key) for line in FormStatus.objects.filter(signed=False)}
    assert lines & {(each, at.key) for each, at in places.items()} == {(code, places[code].key)}
    old = Signature.objects.get(form_code=code, record_key=places[code].key)
    assert verify(old) == []
    ended = ChangeItem.objects.select_related("change").get(field="signature_id", old=old.pk)
    assert (ended.new, ended.change.form_code, ended.change.after_signature) == (None, code, True)


@pytest.mark.req("SIG-04")
@pytest.mark.parametrize("code", [code for code in FORMS if read.form(code).rows])
def test_a_change_of_a_row_alone_supersedes_too(code: str, subject: Subject, coordinator: Actor, signer: Actor) -> None:
    at = entered(subject, code, coordinator)
    sign(at, by=signer)
    row: Any = next(iter(filed(at).rows.values()))[0]
    group = at.form.rows[0]
    other = sample_entry(at.form, 1).rows[group.name][0]
    trial.save(at, Entry({}, rows={group.name: [replace(other, key=row.key)]}), by=coordinator, reason=WHY)

    assert unsigned(at)


@pytest.mark.req("SIG-04")
def test_a_void_supersedes_and_is_signed_again(place: Place, coordinator: Actor, signer: Actor) -> None:
    (first,) = sign(place, by=signer)
    crf.void(place, by=coordinator, reason=WHY, revision=1)
    assert unsigned(place)

    (second,) = sign(place, by=signer)

    assert second.content_digest != first.content_digest
    assert (verify(first), verify(second)) == ([], [])


@pytest.mark.req("SIG-04")
def test_what_was_superseded_stays_and_a_new_signature_stands_beside_it(
    place: Place, coordinator: Actor, signer: Actor
) -> None:
    sign(place, by=signer)
    save_vs(place.subject, CALM | {"pulse": "80"}, by=coordinator, reason=WHY)
    sign(place, by=signer)

    first, second = Signature.objects.order_by("id")
    assert filed(place).record.signature_id == second.pk
    assert (verify(first), verify(second)) == ([], [])


def test_a_save_that_changes_nothing_leaves_the_signature(place: Place, coordinator: Actor, signer: Actor) -> None:
    sign(place, by=signer)
    save_vs(place.subject, CALM, by=coordinator, reason=WHY)

    assert not unsigned(place)


@pytest.mark.req("SIG-03")
def test_an_item_added_in_a_later_version_supersedes_nothing() -> None:
    """VS asks the oxygen saturation since version 2: what was signed under version 1 reads the same with it there."""
    answers = {name: value for name, value in CALM.items() if name != "oxysat"}
    record = filled("VS", **answers)
    under_two = content_digest(record, {})
    record.form_version = 1

    assert content_digest(record, {}) == under_two
    record.oxysat = 98
    assert content_digest(record, {}) != under_two


@pytest.mark.req("SIG-05")
@pytest.mark.parametrize("person", ["coordinator", "monitor", "data_manager", "auditor", "administrator"])
def test_another_role_cannot_sign(person: str, cast: Cast, place: Place) -> None:
    with pytest.raises(PermissionDenied):
        sign(place, by=cast.actor(enrolled(getattr(cast, person))))
    assert not Signature.objects.exists()


@pytest.mark.req("SIG-05")
def test_an_investigator_of_another_site_cannot_sign(cast: Cast, place: Place) -> None:
    with pytest.raises(PermissionDenied):
        sign(place, by=cast.actor(enrolled(cast.other_investigator)))


@pytest.mark.req("SIG-05")
@pytest.mark.parametrize("lacking", [{"to_on": date(2026, 1, 1)}, {"trained_on": None}])
def test_a_delegation_that_ended_or_lacks_training_cannot_sign(
    lacking: dict[str, Any], cast: Cast, place: Place
) -> None:
    line = Membership.objects.get(user=cast.investigator)
    for name, value in lacking.items():
        setattr(line, name, value)
    line.save()
    with pytest.raises(PermissionDenied):
        sign(place, by=investigator(cast))


@pytest.mark.req("SIG-06")
def test_without_a_checked_identity_nothing_is_signed(cast: Cast, place: Place) -> None:
    cast.investigator.identity_checked_on = cast.investigator.identity_checked_by = None
    with pytest.raises(Refused, match="identity"):
        sign(place, by=investigator(cast))


@pytest.mark.req("SIG-06")
def test_without_the_statement_nothing_is_signed(cast: Cast, place: Place) -> None:
    with pytest.raises(Refused, match="statement"):
        sign(place, by=cast.actor(cast.investigator))


def test_a_record_changed_since_it_was_shown_is_named_and_none_is_signed(
    place: Place, coordinator: Actor, signer: Actor
) -> None:
    other = vitals(place.subject, coordinator, "D1")
    shown = [to_sign(place), to_sign(other)]
    save_vs(place.subject, CALM | {"pulse": "80"}, by=coordinator, reason=WHY)

    with pytest.raises(acts.Moved) as moved:
        acts.sign(place.subject, shown, Meaning.REVIEWED, by=signer)

    assert [at.at.name for at in moved.value.places] == ["SCR"]
    assert not Signature.objects.exists()
    assert unsigned(other)


@pytest.mark.parametrize("otherwise", [{"revision": 7}, {"shown_digest": "0" * 64}])
def test_version_and_content_must_both_be_those_shown(otherwise: dict[str, Any], place: Place, signer: Actor) -> None:
    shown = to_sign(place)
    with pytest.raises(acts.Moved):
        acts.sign(place.subject, [acts.ToSign(**vars(shown) | otherwise)], Meaning.REVIEWED, by=signer)


def test_a_record_that_is_signed_already_is_not_signed_twice(place: Place, signer: Actor) -> None:
    shown = to_sign(place)
    sign(place, by=signer)
    with pytest.raises(acts.Moved):
        acts.sign(place.subject, [shown], Meaning.REVIEWED, by=signer)


def test_a_form_ticked_twice_is_signed_once(place: Place, signer: Actor) -> None:
    shown = to_sign(place)
    assert len(acts.sign(place.subject, [shown, shown], Meaning.REVIEWED, by=signer)) == 1


def test_a_form_not_yet_entered_cannot_be_signed(place: Place, signer: Actor) -> None:
    empty = place_at(place.subject, "SCR", "MGADL")
    with pytest.raises(acts.Moved):
        acts.sign(place.subject, [to_sign(place), acts.ToSign(empty, 0, "")], Meaning.REVIEWED, by=signer)
    assert not Signature.objects.exists()


def test_the_cost_grows_by_the_same_few_statements_with_each_form(
    subject: Subject, coordinator: Actor, signer: Actor
) -> None:
    places = [vitals(subject, coordinator, visit) for visit in ("SCR", "D1", "D3", "D14", "D21", "D28")]

    def cost(some: list[Place]) -> int:
        shown = [to_sign(place) for place in some]
        return statements(lambda: acts.sign(subject, shown, Meaning.REVIEWED, by=signer))

    one, two, three = cost(places[:1]), cost(places[1:3]), cost(places[3:])
    assert two - one == three - two
    assert (two - one, one) <= (7, 12)


@pytest.mark.req("QRY-03")
def test_what_is_locked_cannot_be_signed(cast: Cast, subject: Subject, signer: Actor) -> None:
    at = hold_scenes.ready(cast, subject)
    hold_scenes.lock(Target.of_form(at), cast)
    with pytest.raises(Refused, match="locked"):
        sign(at, by=signer)


def test_what_is_frozen_can_be_signed(cast: Cast, place: Place, signer: Actor) -> None:
    hold_scenes.freeze(Target.of_form(place), cast)
    sign(place, by=signer)
    assert not unsigned(place)


def test_what_waits_is_listed_in_the_order_of_the_casebook(subject: Subject, coordinator: Actor, signer: Actor) -> None:
    later, first = vitals(subject, coordinator, "D28"), vitals(subject, coordinator)
    entered(subject, "AE", coordinator)

    waiting = signing.waiting(subject)
    assert [form.key for form in waiting.forms if form.place.form.code != "DV"] == [
        ("SCR", "VS", 1), ("D28", "VS", 1), (LOG, "AE", 1),
    ]  # fmt: skip
    assert [form.ref for form in signing.waiting(subject, "D28", "VS").forms] == ["D28.VS.1"]
    sign(first, by=signer)
    assert ("SCR", "VS", 1) not in [form.key for form in signing.waiting(subject).forms]
    assert not unsigned(first)
    assert unsigned(later)
