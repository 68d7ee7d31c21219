"""Before the first signature: the identity is checked by another, and the statement is read and accepted (SIG-06)."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.actor import Actor
from accounts.models import Event, EventKind, User
from accounts.testing import PASSWORD, Cast
from core.actions import signature as acts
from core.models import Subject
from core.tests.scenes import client_of, text_of
from core.tests.signing_scenes import enrolled, vitals
from core.wording.signatures import STATEMENT

PAGE = "/signature-statement/"
SIGN = "/subjects/01-001/sign/"
pytestmark = pytest.mark.req("SIG-06")


@pytest.fixture
def client(cast: Cast) -> Client:
    """An investigator who has not accepted it yet."""
    return client_of(cast.investigator)


def test_it_works(client: Client, cast: Cast) -> None:
    assert str(STATEMENT) in text_of(client.get(PAGE))
    answer = client.post(PAGE, {"password": PASSWORD, "next": SIGN})

    assert answer["Location"] == SIGN
    signer = User.objects.get(pk=cast.investigator.pk)
    assert signer.equivalence_at is not None
    latest = signer.history.latest()
    assert (latest.history_user, latest.equivalence_at) == (signer, signer.equivalence_at)
    assert "accepted by its owner" in latest.history_change_reason
    event = Event.objects.get(kind=EventKind.STATEMENT)
    assert (event.actor, event.detail) == (signer, {"statement": str(STATEMENT)})


def test_it_is_kept_in_the_words_that_were_read(client: Client, cast: Cast) -> None:
    cast.investigator.language = "zh-hans"
    cast.investigator.save()
    shown = text_of(client.get(PAGE))
    client.post(PAGE, {"password": PASSWORD})

    assert Event.objects.get(kind=EventKind.STATEMENT).detail["statement"] in shown


@pytest.mark.parametrize("password", ["", "wrong"])
def test_without_the_password_nothing_is_accepted(password: str, client: Client, cast: Cast) -> None:
    assert client.post(PAGE, {"password": password}).status_code == 400
    assert User.objects.get(pk=cast.investigator.pk).equivalence_at is None
    assert Event.objects.filter(kind=EventKind.SIGN_FAILED).count() == bool(password)


def test_reading_it_accepts_nothing(client: Client, cast: Cast) -> None:
    client.get(PAGE)
    assert User.objects.get(pk=cast.investigator.pk).equivalence_at is None


def test_the_third_wrong_password_ends_the_session(client: Client) -> None:
    for _turn in range(3):
        answer = client.post(PAGE, {"password": "wrong"})
    assert answer["Location"].startswith("/sign-in/")


def test_it_is_accepted_once_and_the_first_time_stays(client: Client, cast: Cast) -> None:
    client.post(PAGE, {"password": PASSWORD})
    first = User.objects.get(pk=cast.investigator.pk).equivalence_at
    acts.accept_statement("again", by=cast.actor(cast.investigator))

    assert User.objects.get(pk=cast.investigator.pk).equivalence_at == first
    assert Event.objects.filter(kind=EventKind.STATEMENT).count() == 1
    assert 'name="password"' not in client.get(PAGE).content.decode()


def test_only_who_may_sign_is_asked(cast: Cast) -> None:
    for person in (cast.coordinator, cast.monitor, cast.data_manager, cast.administrator):
        assert client_of(person).get(PAGE).status_code == 403


def test_the_way_back_leads_nowhere_else(client: Client) -> None:
    answer = client.post(PAGE, {"password": PASSWORD, "next": "https://evil.example/"})
    assert answer["Location"] == "/"


def test_the_page_of_forms_leads_to_the_statement_and_offers_no_tick(
    client: Client, subject: Subject, coordinator: Actor
) -> None:
    vitals(subject, coordinator)
    page = client.get(SIGN)

    assert "not accepted the statement" in text_of(page)
    assert f"{PAGE}?next={SIGN}" in page.content.decode()
    assert 'name="tick"' not in page.content.decode()


def test_the_page_of_forms_says_who_must_check_the_identity(cast: Cast, subject: Subject, coordinator: Actor) -> None:
    cast.investigator.identity_checked_on = cast.investigator.identity_checked_by = None
    vitals(subject, coordinator)
    page = client_of(enrolled(cast.investigator)).get(SIGN)

    assert "Show the administrator of the trial your identity document" in text_of(page)
    assert 'name="tick"' not in page.content.decode()
