"""A site and the study are held as one, subject by subject."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from accounts.actor import Actor
from accounts.models import Role
from accounts.testing import Cast, join, make_person
from core.actions import hold
from core.actions import subject as subjects
from core.actions.errors import Refused
from core.lockcheck import Target
from core.models import Hold, HoldState, Subject
from core.places import Place
from core.testing.trial import commit
from core.tests import hold_scenes
from core.tests.hold_scenes import do, freeze, lock, targets, unlock

pytestmark = pytest.mark.req("QRY-03")


@pytest.fixture
def vs(cast: Cast, subject: Subject) -> Place:
    """Vital signs that nothing keeps from being locked."""
    return hold_scenes.ready(cast, subject)


def test_it_works(cast: Cast, vs: Place, coordinator: Actor) -> None:
    others = [subjects.add(cast.site, by=coordinator) for _ in range(2)]
    elsewhere = subjects.add(cast.other_site, by=cast.actor(cast.other_coordinator))
    commit()
    changes = do(hold.lock, Target.of_site(cast.site), cast)
    assert [change.subject_id for change in changes] == [vs.subject.pk, *(each.pk for each in others)]
    assert not Hold.objects.filter(subject=elsewhere).exists()
    unlock(Target.of_site(cast.site), cast)
    assert set(Hold.objects.values_list("state", flat=True)) == {HoldState.FREE}


def test_the_study_is_held_by_those_who_work_for_all_sites(cast: Cast, vs: Place) -> None:
    local = join(make_person("li.na", "Li Na 李娜"), Role.DATA_MANAGER, cast.site)
    with pytest.raises(PermissionDenied, match="all sites"):
        do(hold.lock, Target.of_study(), cast, local)
    with pytest.raises(PermissionDenied):
        do(hold.lock, Target.of_site(cast.other_site), cast, local)
    do(hold.lock, Target.of_site(cast.site), cast, local)


@pytest.mark.parametrize("level", ["site", "study"])
@pytest.mark.parametrize("act", [freeze, lock])
def test_a_held_site_takes_no_new_subject(cast: Cast, vs: Place, coordinator: Actor, level: str, act: Any) -> None:
    act(targets(vs)[level], cast)
    with pytest.raises(Refused):
        subjects.add(cast.site, by=coordinator)


def test_a_held_site_leaves_other_sites_alone(cast: Cast, vs: Place) -> None:
    lock(Target.of_site(cast.site), cast)
    subjects.add(cast.other_site, by=cast.actor(cast.other_coordinator))
    commit()


def test_where_there_is_no_subject_there_is_nothing_to_hold(cast: Cast, db: None) -> None:
    with pytest.raises(Refused, match="no subject"):
        do(hold.freeze, Target.of_study(), cast)
