"""What stands in the way of a lock: each precondition broken by itself, at each level, at a constant cost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.actor import Actor
from accounts.testing import Cast, make_cast
from core.actions import crf, draft, hold
from core.actions import query as queries
from core.actions import subject as subjects
from core.actions.entry import Entry
from core.actions.errors import Refused
from core.lockcheck import Finding, Strength, Target, digest, facts, findings, look, softened
from core.models import Level, Query, Subject
from core.places import LOG, NEW, Place
from core.testing import trial
from core.testing.databases import owner_connection
from core.testing.forms import enter
from core.testing.trial import CALM, WHY, commit, place_at
from core.tests import hold_scenes, signing_scenes
from core.tests.hold_scenes import VISIT, do, lock, targets
from core.tests.scenes import statements

pytestmark = pytest.mark.req("QRY-03")
BLOCKING = {"open", "answered", "incomplete", "unverified", "unsigned", "invalid", "asked", "differing"}
WARNING = {"absent", "due", "typed", "late"}


@pytest.fixture
def vs(cast: Cast, subject: Subject) -> Place:
    """Vital signs that nothing keeps from being locked."""
    return hold_scenes.ready(cast, subject)


@pytest.fixture
def whole(vs: Place) -> Target:
    """The casebook."""
    return Target.of_subject(vs.subject)


def found(target: Target) -> dict[str, Finding]:
    return {finding.code: finding for finding in look(target)}


def broken(target: Target) -> dict[str, int]:
    """Code -> how many, of all that is not in order; the form of these scenes is always entered late."""
    return {code: each.count for code, each in found(target).items() if each.count and code != "late"}


def with_vs(cast: Cast, subject: Subject, visit: str = "BL", **values: str) -> Place:
    return signing_scenes.vitals(subject, cast.actor(cast.coordinator), visit=visit, **values)


def test_it_works(whole: Target) -> None:
    now = found(whole)
    assert set(now) == BLOCKING | WARNING
    assert {code for code, each in now.items() if each.strength is Strength.PASS} == set(now) - {"late"}
    assert now["open"].text == "No query is open."
    assert now["late"].text == "1 form was entered more than 7 days after its visit."
    assert now["late"].links[0].label == "Unscheduled visit 1: Vital signs"


def test_an_open_and_an_answered_query_block(cast: Cast, vs: Place, whole: Target, coordinator: Actor) -> None:
    with_vs(cast, vs.subject, sysbp="250")
    query = Query.objects.get()
    assert found(whole)["open"].strength is Strength.BLOCK
    assert found(whole)["open"].url == f"/queries/{query.pk}/"
    queries.answer(query, "As observed", by=coordinator)
    assert (found(whole)["open"].count, found(whole)["answered"].count) == (0, 1)
    assert found(whole)["answered"].strength is Strength.BLOCK
    queries.close(query, "Agreed", by=cast.actor(cast.monitor))
    assert found(whole)["answered"].count == 0


def test_a_gap_without_its_reason_blocks(cast: Cast, vs: Place, whole: Target, coordinator: Actor) -> None:
    trial.save_vs(vs.subject, {"vsperf": "Y", "temp": "36.6"}, by=coordinator, visit="BL")
    assert found(whole)["incomplete"].strength is Strength.BLOCK
    assert found(whole)["incomplete"].url == f"/subjects/{vs.subject.number}/visits/BL/VS/"
    gaps = dict.fromkeys(("vstim", "vspos", "pulse", "resp", "sysbp", "diabp", "oxysat", "weight"), "ND")
    trial.save_vs(vs.subject, {"vsperf": "Y", "temp": "36.6"}, by=coordinator, visit="BL", reason=WHY, **gaps)
    assert found(whole)["incomplete"].count == 0


def test_what_is_not_verified_and_not_signed_blocks(cast: Cast, vs: Place, whole: Target) -> None:
    place = with_vs(cast, vs.subject)
    now = found(whole)
    assert now["unverified"].strength is now["unsigned"].strength is Strength.BLOCK
    assert now["unverified"].count > 1
    assert now["unsigned"].count == 1
    hold_scenes.signed(cast, hold_scenes.verified(cast, place))
    assert found(whole)["unverified"].count == found(whole)["unsigned"].count == 0


def test_a_void_record_needs_nothing(cast: Cast, vs: Place, whole: Target, coordinator: Actor) -> None:
    place = with_vs(cast, vs.subject)
    revision = place.record.revision if place.record else 0
    crf.void(place, by=coordinator, reason="Entered at the wrong visit", revision=revision)
    assert {code: n for code, n in broken(whole).items() if code != "absent"} == {}


@pytest.mark.req("SIG-03")
def test_a_signature_that_is_not_of_what_stands_there_blocks(committed_db: str) -> None:
    """Altered as the database's owner: no act and no runtime role comes so far."""
    people = make_cast()
    subject = subjects.add(people.site, by=people.actor(people.coordinator))
    place = hold_scenes.ready(people, subject)
    record: Any = place.record
    with owner_connection(committed_db) as owner:
        owner.execute("ALTER TABLE assessments_vitalsigns DISABLE TRIGGER USER")
        owner.execute("UPDATE assessments_vitalsigns SET sysbp = 130 WHERE id = %s", [record.pk])
    assert found(Target.of_form(place))["invalid"].strength is Strength.BLOCK
    assert found(Target.of_study())["invalid"].count == 1
    with pytest.raises(Refused, match="cannot be locked"):
        lock(Target.of_subject(subject), people)


def test_a_request_to_unlock_a_part_blocks(cast: Cast, vs: Place, whole: Target) -> None:
    form = targets(vs)["form"]
    lock(form, cast)
    assert found(whole)["asked"].count == 0
    do(hold.ask_unlock, form, cast, cast.investigator)
    for level in ("visit", "subject", "site", "study"):
        finding = found(targets(vs)[level])["asked"]
        assert finding.strength is Strength.BLOCK
        assert finding.url == form.url()
    assert "asked" not in found(form)


def test_a_request_to_unlock_a_site_counts_once(cast: Cast, vs: Place, coordinator: Actor) -> None:
    subjects.add(cast.site, by=coordinator)
    commit()
    site = Target.of_site(cast.site)
    lock(site, cast)
    do(hold.ask_unlock, site, cast)
    assert found(Target.of_study())["asked"].count == 1
    assert found(Target.of_study())["asked"].url == "/sites/01/lock/"


def test_a_form_never_entered_warns_and_blocks_the_study(cast: Cast, vs: Place) -> None:
    hold_scenes.signed(cast, hold_scenes.verified(cast, with_vs(cast, vs.subject)))
    for level in ("visit", "subject", "site", "study"):
        target = targets(vs)[level] if level != "visit" else Target(Level.VISIT, vs.subject, None, "BL")
        finding = found(target)["absent"]
        assert finding.count > 1
        assert finding.strength is (Strength.BLOCK if level == "study" else Strength.WARN)
    assert found(targets(vs)["visit"])["absent"].count == 0


def test_a_visit_overdue_warns_and_blocks_the_study(cast: Cast, vs: Place, coordinator: Actor) -> None:
    on = vs.subject.site.today() - timedelta(days=40)
    enter(coordinator, vs.subject, "INF", "INF", {"exoccur": "Y", "exstdtc": f"{on}T10:00+08:00"}, on=on)
    assert found(targets(vs)["subject"])["due"].strength is Strength.WARN
    assert found(targets(vs)["study"])["due"].strength is Strength.BLOCK
    assert "Day 28" in [link.label for link in found(targets(vs)["subject"])["due"].links]
    assert found(Target(Level.VISIT, Subject.objects.get(), None, "D28"))["due"].count == 1
    assert "due" not in found(targets(vs)["form"])


def test_what_anybody_typed_and_did_not_save_warns(cast: Cast, vs: Place, whole: Target, colleague: Actor) -> None:
    by, token = colleague, uuid4()
    draft.journal(vs, {"temp": "37"}, by=by, token=token)
    draft.journal(vs, {"pulse": "70"}, by=by, token=token)
    assert found(whole)["typed"].strength is Strength.WARN
    assert found(whole)["typed"].count == 1, "one form, however many fields"
    assert found(whole)["typed"].url == f"/subjects/{vs.subject.number}/visits/{VISIT}/VS/"
    draft.discard(vs, by=by, token=token)
    assert found(whole)["typed"].count == 0


def test_what_was_saved_since_it_was_typed_is_no_more_typed(committed_db: str) -> None:
    """With real commits: what happens in one transaction happens at one moment."""
    people = make_cast()
    coordinator, colleague = people.actor(people.coordinator), people.actor(people.coordinator2)
    subject = subjects.add(people.site, by=coordinator)
    place = signing_scenes.vitals(subject, coordinator)
    whole = Target.of_subject(subject)
    draft.journal(place, {"temp": "37"}, by=coordinator, token=uuid4())
    trial.save_vs(subject, CALM | {"temp": "37"}, by=colleague, reason=WHY)
    assert found(whole)["typed"].count == 1, "a colleague's save takes nothing away"
    trial.save_vs(subject, CALM | {"temp": "37.1"}, by=coordinator, reason=WHY)
    assert found(whole)["typed"].count == 0


def test_a_new_line_counts_as_typed_until_that_very_page_is_saved(
    cast: Cast, vs: Place, whole: Target, coordinator: Actor
) -> None:
    token, place = uuid4(), place_at(vs.subject, LOG, "AE", NEW)
    draft.journal(place, {"aeterm": "Headache"}, by=coordinator, token=token)
    enter(coordinator, vs.subject, LOG, "AE", {"aeterm": "Fever", "aeser": "N"})
    assert found(whole)["typed"].count == 1
    trial.save(place, Entry({"aeterm": "Headache"}), by=coordinator, token=token)
    assert found(whole)["typed"].count == 0


def test_a_signature_is_no_save(cast: Cast, vs: Place, whole: Target) -> None:
    place = hold_scenes.verified(cast, with_vs(cast, vs.subject))
    draft.journal(place, {"temp": "37"}, by=cast.actor(cast.investigator), token=uuid4())
    hold_scenes.signed(cast, place)
    assert found(whole)["typed"].count == 1


def test_a_form_is_late_by_the_days_of_its_site(cast: Cast, vs: Place, coordinator: Actor) -> None:
    today = vs.subject.site.today()
    for visit, days, late in (("SCR", 7, False), ("BL", 8, True)):
        on = today - timedelta(days=days)
        place = place_at(vs.subject, visit, "VS")
        trial.save(place, Entry(CALM, visit_on=on), by=coordinator)
        assert found(Target(Level.VISIT, vs.subject, None, visit))["late"].count == late


@pytest.mark.parametrize("level", ["form", "visit"])
def test_what_lies_beside_does_not_count(cast: Cast, vs: Place, coordinator: Actor, level: str) -> None:
    with_vs(cast, vs.subject, sysbp="250")
    enter(coordinator, vs.subject, LOG, "AE", {"aeterm": "Pneumonia", "aeser": "Y"})
    draft.journal(place_at(vs.subject, "BL", "VS"), {"temp": "37"}, by=coordinator, token=uuid4())
    assert broken(targets(vs)[level]) == {}


def test_of_several_subjects_each_is_named_once(cast: Cast, vs: Place, coordinator: Actor) -> None:
    other = subjects.add(cast.site, by=coordinator)
    for visit in ("SCR", "BL"):
        with_vs(cast, other, visit)
    finding = found(Target.of_site(cast.site))["unsigned"]
    assert [(link.label, link.url, link.count) for link in finding.links] == [("01-002", "/subjects/01-002/lock/", 2)]
    assert found(Target.of_site(cast.other_site))["unsigned"].count == 0


def test_a_freeze_is_blocked_by_nothing(cast: Cast, vs: Place, whole: Target) -> None:
    with_vs(cast, vs.subject, sysbp="250")
    strengths = {finding.strength for finding in softened(look(whole))}
    assert strengths == {Strength.PASS, Strength.WARN}


def test_the_digest_moves_when_one_thing_takes_the_place_of_another(
    cast: Cast, vs: Place, whole: Target, coordinator: Actor
) -> None:
    with_vs(cast, vs.subject, sysbp="250")
    before = found(whole)["open"]
    queries.answer(Query.objects.get(), "As observed", by=coordinator)
    queries.close(Query.objects.get(), "Agreed", by=cast.actor(cast.monitor))
    with_vs(cast, vs.subject, "SCR", sysbp="250")
    after = found(whole)["open"]
    assert before.count == after.count == 1
    assert digest([before]) != digest([after])
    assert digest(look(whole)) == digest(look(whole))


def test_the_cost_does_not_grow_with_what_there_is(cast: Cast, vs: Place, whole: Target, coordinator: Actor) -> None:
    hold_scenes.signed(cast, hold_scenes.verified(cast, with_vs(cast, vs.subject, sysbp="250")))
    enter(coordinator, vs.subject, LOG, "AE", {"aeterm": "Pneumonia", "aeser": "Y"})
    site = Target.of_site(cast.site)
    few, site_few = statements(lambda: look(whole)), statements(lambda: look(site))
    for visit in ("SCR", "D7", "D14"):
        hold_scenes.signed(cast, hold_scenes.verified(cast, with_vs(cast, vs.subject, visit, sysbp="250")))
        enter(coordinator, vs.subject, LOG, "AE", {"aeterm": "Sepsis", "aeser": "Y"})
    for _ in range(2):
        with_vs(cast, subjects.add(cast.site, by=coordinator), sysbp="250")
    assert statements(lambda: look(whole)) == few
    assert statements(lambda: look(site)) == site_few


def test_the_words_and_the_threshold_agree() -> None:
    late = next(check for check in findings.CHECKS if check.code == "late")
    assert f"{facts.LATE.days} days" in str(late.failed % {"n": 2})
