"""Actors: what a person may do at which site, and the system."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from contextlib import AbstractContextManager
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied

from accounts.actor import Actor, system_actor
from accounts.models import Membership, Role
from accounts.permissions import Permission
from accounts.testing import SINCE, Cast, join, make_person

Queries = Callable[[int], AbstractContextManager[object]]


def test_it_works(cast: Cast) -> None:
    actor = cast.actor(cast.coordinator)
    assert actor.can(Permission.ENTER_DATA, cast.site)
    assert actor.require(Permission.ENTER_DATA, cast.site) == Role.COORDINATOR
    assert actor.name == "Lin Yue 林悦"


@pytest.mark.req("ENT-03")
def test_rights_end_at_the_site(cast: Cast) -> None:
    actor = cast.actor(cast.coordinator)
    assert not actor.can(Permission.ENTER_DATA, cast.other_site)
    assert actor.role_at(cast.other_site, Permission.ENTER_DATA) is None
    with pytest.raises(PermissionDenied, match="Lin Yue"):
        actor.require(Permission.ENTER_DATA, cast.other_site)


@pytest.mark.req("ENT-03")
@pytest.mark.parametrize("name", ["monitor", "data_manager", "safety_reviewer", "auditor", "administrator"])
def test_nobody_but_site_staff_enters_data_anywhere(cast: Cast, name: str) -> None:
    actor = cast.actor(getattr(cast, name))
    assert not actor.can(Permission.ENTER_DATA)
    assert actor.site_ids(Permission.ENTER_DATA) == frozenset()


def test_without_a_site_it_means_anywhere_at_all(cast: Cast) -> None:
    assert cast.actor(cast.coordinator).can(Permission.ENTER_DATA)


def test_sites_are_those_of_the_permission(cast: Cast) -> None:
    coordinator, monitor = cast.actor(cast.coordinator), cast.actor(cast.monitor)
    assert coordinator.site_ids(Permission.VIEW_CLINICAL) == frozenset({cast.site.pk})
    assert list(coordinator.sites(Permission.VIEW_CLINICAL)) == [cast.site]
    assert coordinator.site_ids(Permission.CLOSE_QUERY) == frozenset()
    assert monitor.site_ids(Permission.CLOSE_QUERY) is None
    assert list(monitor.sites(Permission.CLOSE_QUERY)) == [cast.site, cast.other_site]


def test_the_role_of_the_site_is_named_where_a_person_has_several(cast: Cast) -> None:
    join(cast.coordinator, Role.INVESTIGATOR, cast.other_site, cast.other_investigator)
    actor = cast.actor(cast.coordinator)
    assert actor.role_at(cast.site, Permission.ENTER_DATA) == Role.COORDINATOR
    assert actor.role_at(cast.other_site, Permission.ENTER_DATA) == Role.INVESTIGATOR
    assert not actor.can(Permission.SIGN, cast.site)


def test_the_role_that_carries_the_permission_is_named(cast: Cast) -> None:
    join(cast.coordinator, Role.INVESTIGATOR, cast.site, cast.investigator)
    actor = cast.actor(cast.coordinator)
    assert actor.role_at(cast.site, Permission.ENTER_DATA) == Role.COORDINATOR
    assert actor.role_at(cast.site, Permission.SIGN) == Role.INVESTIGATOR


def test_a_person_without_a_role_still_opens_the_home_page(cast: Cast) -> None:
    actor = cast.actor(make_person("luo.xin", "Luo Xin 罗欣"))
    assert actor.can(Permission.VIEW_HOME)
    assert not any(actor.can(each) for each in Permission if each != Permission.VIEW_HOME)


def test_it_takes_one_query_however_many_roles(cast: Cast, django_assert_num_queries: Queries) -> None:
    for site in (cast.site, cast.other_site):
        Membership.objects.create(user=cast.monitor, role=Role.AUDITOR, site=site, from_on=SINCE)
    with django_assert_num_queries(1):
        actor = cast.actor(cast.monitor)
        assert actor.can(Permission.VERIFY_SOURCE, cast.site)
        assert actor.clock == ZoneInfo("Asia/Shanghai")
    assert len(actor.memberships) == 3


def test_the_system_may_act_everywhere_in_no_role(cast: Cast) -> None:
    system = system_actor()
    assert (system.name, system.is_system) == ("System", True)
    assert system.can(Permission.ENTER_DATA, cast.site)
    assert system.require(Permission.ENTER_DATA, cast.site) == ""
    assert list(system.sites(Permission.RAISE_QUERY)) == [cast.site, cast.other_site]


def test_the_system_is_fetched_once_per_process(cast: Cast, django_assert_num_queries: Queries) -> None:
    system_actor()
    with django_assert_num_queries(0):
        system_actor()


def test_an_actor_does_not_change_while_acting(cast: Cast) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        cast.actor(cast.auditor).is_system = True  # type: ignore[misc]


def test_taking_the_system_for_a_person_gives_no_rights(cast: Cast) -> None:
    assert not Actor.of(system_actor().user).can(Permission.VIEW_CLINICAL)
