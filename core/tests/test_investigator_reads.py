"""The investigator reads all of their own subjects in every state of form, visit, subject, site and study (INV-01)."""

from __future__ import annotations

import pytest
from django.conf import settings

from accounts.actor import Actor
from accounts.models import Role, Site
from accounts.permissions import POLICY, Permission
from accounts.testing import Cast
from core.actions import hold, query
from core.lockcheck import Target
from core.models import Query, Subject
from core.places import Place
from core.testing.trial import commit
from core.tests import hold_scenes, signing_scenes
from core.tests.hold_scenes import VISIT, do, freeze, lock, targets
from core.tests.scenes import client_of, text_of

pytestmark = pytest.mark.req("INV-01")
LEVELS = ("form", "visit", "subject", "site", "study")


@pytest.fixture
def vs(cast: Cast, subject: Subject) -> Place:
    """A signed form with a query that was asked, answered and closed."""
    place = hold_scenes.ready(cast, subject)
    signing_scenes.vitals(subject, cast.actor(cast.coordinator), visit=VISIT, sysbp="250")
    asked = Query.objects.get()
    query.answer(asked, "As observed", by=cast.actor(cast.coordinator), confirmed=True)
    query.close(asked, "Agreed", by=cast.actor(cast.monitor))
    return hold_scenes.signed(cast, hold_scenes.verified(cast, place))


def pages() -> list[str]:
    """Casebook, visit, form, histories, changes, queries, signatures, lock."""
    home, form = "/subjects/01-001/", f"/subjects/01-001/visits/{VISIT}/VS/"
    return [
        home,
        f"{home}visits/{VISIT}/",
        f"{home}log/AE/",
        form,
        f"{form}history/",
        f"{form}history/sysbp/",
        "/subjects/",
        "/changes/?subject=01-001",
        "/queries/?subject=01-001&state=",
        f"/queries/{Query.objects.get().pk}/",
        f"{home}signatures/",
        f"{home}lock/",
        f"{home}lock/?visit={VISIT}&form=VS",
        "/sites/01/lock/",
    ]


def unreadable(cast: Cast) -> dict[str, int]:
    """The pages that the investigator of site 01 does not get."""
    client = client_of(cast.investigator)
    found = {page: client.get(page).status_code for page in pages()}
    return {page: status for page, status in found.items() if status != 200}


def test_it_works(cast: Cast, vs: Place) -> None:
    assert unreadable(cast) == {}


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_held_is_read_as_before(cast: Cast, vs: Place, level: str) -> None:
    target = targets(vs)[level]
    freeze(target, cast)
    assert unreadable(cast) == {}
    lock(target, cast)
    assert unreadable(cast) == {}
    do(hold.ask_unlock, target, cast)
    assert unreadable(cast) == {}
    form = text_of(client_of(cast.investigator).get(f"/subjects/01-001/visits/{VISIT}/VS/"))
    assert "Systolic blood pressure" in form
    assert "250" in client_of(cast.investigator).get(f"/subjects/01-001/visits/{VISIT}/VS/").content.decode()


def test_a_site_that_was_closed_still_reads(cast: Cast, vs: Place) -> None:
    lock(Target.of_site(cast.site), cast)
    site = Site.objects.get(pk=cast.site.pk)
    site.is_active = False
    site.save()
    assert unreadable(cast) == {}


def test_reading_hangs_on_the_role_alone_and_on_no_switch(cast: Cast, vs: Place) -> None:
    """The one way to keep investigators from reading is to change this policy in the source, which is reviewed."""
    assert {Permission.VIEW_CLINICAL, Permission.VIEW_TRAIL} <= POLICY[Role.INVESTIGATOR]
    actor: Actor = cast.actor(cast.investigator)
    lock(Target.of_study(), cast)
    commit()
    assert actor.can(Permission.VIEW_CLINICAL, cast.site)
    assert actor.can(Permission.VIEW_TRAIL, cast.site)
    words = ("HIDE", "CLOSE_OUT", "READ_ONLY", "SPONSOR", "ARCHIVE")
    assert [name for name in dir(settings) if any(word in name for word in words)] == []
