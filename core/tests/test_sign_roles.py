"""Who may sign on the page: an investigator of that site, trained and delegated now, and nobody else (SIG-05)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from accounts.actor import Actor
from accounts.models import Event, EventKind, Membership
from accounts.testing import PASSWORD, Cast
from core.models import Signature, Subject
from core.tests.scenes import client_of
from core.tests.signing_scenes import enrolled, vitals
from core.tests.test_sign_page import LIST, SIGN, answers


@pytest.fixture
def client(cast: Cast, subject: Subject) -> Client:
    """An investigator ready to sign."""
    return client_of(enrolled(cast.investigator))


@pytest.mark.req("SIG-05")
def test_it_works(client: Client, subject: Subject, coordinator: Actor) -> None:
    vitals(subject, coordinator)
    assert client.post(SIGN, answers(client.get(SIGN), "SCR.VS.1")).status_code == 302


@pytest.mark.req("SIG-05", "AUD-07")
@pytest.mark.parametrize("person", ["coordinator", "monitor", "data_manager", "auditor", "administrator"])
def test_another_role_is_refused_and_that_is_on_record(
    person: str, cast: Cast, subject: Subject, coordinator: Actor
) -> None:
    vitals(subject, coordinator)
    user = enrolled(getattr(cast, person))
    answer = client_of(user).post(SIGN, {"tick": "SCR.VS.1", "meaning": "REVIEWED", "password": PASSWORD})

    assert answer.status_code == 403
    assert Event.objects.get(kind=EventKind.REFUSED).actor == user
    assert not Signature.objects.exists()


@pytest.mark.req("SIG-05")
def test_a_delegation_that_ended_is_refused(cast: Cast, client: Client, subject: Subject, coordinator: Actor) -> None:
    vitals(subject, coordinator)
    page = client.get(SIGN)
    line = Membership.objects.get(user=cast.investigator)
    line.to_on = cast.site.today() - timedelta(days=1)
    line.save()

    assert client.post(SIGN, answers(page, "SCR.VS.1")).status_code == 403
    assert client.get(SIGN).status_code == 403


@pytest.mark.req("SIG-05")
def test_another_site_s_investigator_finds_nothing(cast: Cast, subject: Subject) -> None:
    other = client_of(enrolled(cast.other_investigator))
    assert [other.get(url).status_code for url in (SIGN, LIST)] == [404, 404]
    assert other.post(SIGN, {"tick": "SCR.VS.1"}).status_code == 404
