"""Memberships: from which day to which day, once trained and delegated, and what the database refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.actor import Actor
from accounts.models import Membership, Role, Site, User
from accounts.permissions import Permission
from accounts.testing import Cast, join, make_person

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
BEFORE = date(2026, 2, 1)


@pytest.fixture
def nurse(cast: Cast) -> User:
    return make_person("luo.xin", "Luo Xin 罗欣")


def line(cast: Cast, person: User, **changes: Any) -> Membership:
    """A coordinator's line for March 2026, trained and delegated in February."""
    told: dict[str, Any] = {
        "user": person,
        "role": Role.COORDINATOR,
        "site": cast.site,
        "from_on": FIRST,
        "to_on": LAST,
        "trained_on": BEFORE,
        "delegated_on": BEFORE,
        "delegated_by": cast.investigator,
    }
    return Membership(**{**told, **changes})


def counts(person: User, on: date) -> bool:
    return Membership.objects.in_force(on).filter(user=person).exists()


def refused(membership: Membership, constraint: str) -> None:
    """By the database itself, whatever the form would have said."""
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        membership.save()


@pytest.mark.req("ACC-03")
def test_it_works(cast: Cast, nurse: User) -> None:
    membership = line(cast, nurse)
    membership.full_clean()
    membership.save()
    assert counts(nurse, date(2026, 3, 15))


@pytest.mark.req("ACC-03")
@pytest.mark.parametrize(
    ("on", "expected"),
    [(date(2026, 2, 28), False), (FIRST, True), (LAST, True), (date(2026, 4, 1), False)],
)
def test_first_and_last_day_count_and_no_day_beside_them(cast: Cast, nurse: User, on: date, expected: bool) -> None:
    line(cast, nurse).save()
    assert counts(nurse, on) is expected


@pytest.mark.req("ACC-03")
def test_without_a_last_day_it_does_not_end(cast: Cast, nurse: User) -> None:
    line(cast, nurse, to_on=None).save()
    assert counts(nurse, date(2041, 1, 1))


@pytest.mark.req("ACC-03")
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.INVESTIGATOR])
@pytest.mark.parametrize(
    "lacking",
    [{"trained_on": None}, {"delegated_on": None, "delegated_by": None}],
    ids=["untrained", "undelegated"],
)
def test_site_staff_not_trained_or_not_delegated_have_no_rights(
    cast: Cast, nurse: User, role: Role, lacking: dict[str, Any]
) -> None:
    line(cast, nurse, role=role, **lacking).save()
    assert not counts(nurse, FIRST)


@pytest.mark.req("ACC-03")
@pytest.mark.parametrize("name", ["trained_on", "delegated_on"])
def test_training_and_delegation_count_from_their_own_day(cast: Cast, nurse: User, name: str) -> None:
    line(cast, nurse, **{name: date(2026, 3, 10)}).save()
    assert not counts(nurse, date(2026, 3, 9))
    assert counts(nurse, date(2026, 3, 10))


def test_a_monitor_needs_no_delegation(cast: Cast, nurse: User) -> None:
    line(cast, nurse, role=Role.MONITOR, site=None, trained_on=None, delegated_on=None, delegated_by=None).save()
    assert counts(nurse, FIRST)


@pytest.mark.req("ACC-03")
@pytest.mark.parametrize(("minute", "expected"), [(59, True), (60, False)])
def test_the_last_day_ends_at_midnight_of_the_site_and_not_of_the_server(
    cast: Cast, nurse: User, minute: int, expected: bool
) -> None:
    line(cast, nurse).save()
    moment = datetime(2026, 3, 31, 15 + minute // 60, minute % 60, tzinfo=UTC)  # 23:59 and 24:00 in Shanghai
    with time_machine.travel(moment, tick=False):
        assert Actor.of(nurse).can(Permission.ENTER_DATA, cast.site) is expected


def test_a_site_elsewhere_goes_by_its_own_midnight(cast: Cast, nurse: User) -> None:
    away = Site.objects.create(code="03", name="Elsewhere", time_zone="America/New_York")
    line(cast, nurse, site=away).save()
    with time_machine.travel(datetime(2026, 4, 1, 3, 59, tzinfo=UTC), tick=False):
        assert away.today() == LAST
        assert Actor.of(nurse).can(Permission.ENTER_DATA, away)


def test_a_deactivated_person_has_no_rights_left(cast: Cast) -> None:
    cast.coordinator.is_active = False
    assert Actor.of(cast.coordinator).memberships == ()


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"to_on": BEFORE}, "to_not_before_from"),
        ({"delegated_by": None}, "delegated_pair"),
        ({"delegated_on": None}, "delegated_pair"),
        ({"site": None}, "staff_at_one_site"),
        ({"site": None, "role": Role.INVESTIGATOR}, "staff_at_one_site"),
        ({"role": Role.ADMINISTRATOR}, "administrator_all_sites"),
        ({"role": "owner"}, "role_known"),
    ],
)
def test_the_database_refuses_what_can_never_be(
    cast: Cast, nurse: User, changes: dict[str, Any], constraint: str
) -> None:
    refused(line(cast, nurse, **changes), constraint)


def test_a_coordinator_does_not_delegate_themself(cast: Cast, nurse: User) -> None:
    refused(line(cast, nurse, delegated_by=nurse), "no_self_delegation")


def test_only_the_first_investigator_of_a_site_signs_their_own_line(cast: Cast, nurse: User) -> None:
    new_site = Site.objects.create(code="03", name="Third", name_zh="三", city="Jinhua", city_zh="金华")
    line(cast, nurse, role=Role.INVESTIGATOR, site=new_site, delegated_by=nurse).full_clean()
    with pytest.raises(ValidationError, match="not an investigator of the site"):
        line(cast, nurse, role=Role.INVESTIGATOR, delegated_by=nurse).full_clean()


@pytest.mark.req("ACC-03")
@pytest.mark.parametrize("signer", ["coordinator2", "other_investigator", "monitor"])
def test_only_an_investigator_of_the_site_delegates(cast: Cast, nurse: User, signer: str) -> None:
    with pytest.raises(ValidationError, match="not an investigator of the site"):
        line(cast, nurse, delegated_by=getattr(cast, signer)).full_clean()


@pytest.mark.req("ADM-03")
@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_an_administrator_takes_no_other_role(cast: Cast, role: Role) -> None:
    second = line(cast, cast.administrator, role=role, to_on=None)
    with pytest.raises(ValidationError, match="holds no other role"):
        second.full_clean()
    refused(second, "an administrator holds no other role")


@pytest.mark.req("ADM-03")
def test_site_staff_do_not_become_administrator(cast: Cast) -> None:
    second = Membership(user=cast.coordinator, role=Role.ADMINISTRATOR, from_on=FIRST)
    with pytest.raises(ValidationError, match="holds no other role"):
        second.full_clean()
    refused(second, "an administrator holds no other role")


@pytest.mark.req("ADM-03")
def test_a_line_is_not_stretched_into_the_time_of_an_administrator(cast: Cast, nurse: User) -> None:
    line(cast, nurse).save()
    later = Membership.objects.create(user=nurse, role=Role.ADMINISTRATOR, from_on=date(2026, 4, 1))
    later.from_on = LAST
    refused(later, "an administrator holds no other role")


@pytest.mark.req("ADM-03")
def test_one_role_after_the_other_is_allowed(cast: Cast, nurse: User) -> None:
    line(cast, nurse).save()
    later = Membership(user=nurse, role=Role.ADMINISTRATOR, from_on=date(2026, 4, 1))
    later.full_clean()
    later.save()


def test_a_person_may_work_at_two_sites_in_two_roles(cast: Cast, nurse: User) -> None:
    line(cast, nurse).save()
    second = line(cast, nurse, role=Role.INVESTIGATOR, site=cast.other_site, delegated_by=cast.other_investigator)
    second.full_clean()
    second.save()


def test_a_change_keeps_the_line_as_it_was_and_says_who_and_why(cast: Cast, nurse: User) -> None:
    join(nurse, Role.MONITOR)
    membership = Membership.objects.get(user=nurse)
    membership.to_on = LAST
    membership.attribute_to(cast.administrator, "Left the hospital")
    membership.save()
    now, then = membership.history.order_by("-history_id")
    assert (now.to_on, now.history_user, now.history_change_reason) == (LAST, cast.administrator, "Left the hospital")
    assert then.to_on is None
