"""The components of a signature: both at first, then the password; a new session asks for both again (SIG-02)."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.test.client import RequestFactory
from redis.exceptions import ConnectionError as RedisDown

from accounts.actor import Actor
from accounts.models import Event, EventKind
from accounts.testing import PASSWORD, Cast, make_person
from core.models import Signature, Subject
from core.tests.scenes import client_of, text_of
from core.tests.signing_scenes import enrolled, filed, vitals
from core.views import signing_components

SIGN = "/subjects/01-001/sign/"
pytestmark = pytest.mark.req("SIG-02")


@pytest.fixture
def client(cast: Cast, subject: Subject, coordinator: Actor) -> Client:
    """An investigator at work, with two forms to sign."""
    vitals(subject, coordinator)
    vitals(subject, coordinator, "D1")
    return client_of(enrolled(cast.investigator))


def post(client: Client, subject: Subject, visit: str = "SCR", **components: str) -> Any:
    """Sign the vital signs of a visit as the page shows them."""
    now = filed(vitals_at(subject, visit))
    ref = f"{visit}.VS.1"
    shown = {"tick": ref, f"shown-{ref}": f"{now.record.revision}:{now.digest}", "meaning": "REVIEWED"}
    return client.post(SIGN, shown | components)


def vitals_at(subject: Subject, visit: str) -> Any:
    from core.testing.trial import place_at  # noqa: PLC0415

    return place_at(subject, visit, "VS")


def both(**otherwise: str) -> dict[str, str]:
    """The investigator's user name and password."""
    return {"signer": "chen.jing", "password": PASSWORD} | otherwise


def asks_for_both(client: Client) -> bool:
    """Does the page ask the user name?"""
    return 'name="signer"' in client.get(SIGN).content.decode()


def test_it_works(client: Client, subject: Subject) -> None:
    assert asks_for_both(client)
    assert post(client, subject, **both()).status_code == 302
    assert not asks_for_both(client)
    assert post(client, subject, "D1", password=PASSWORD).status_code == 302
    assert Signature.objects.count() == 2


def test_the_user_name_is_read_as_at_sign_in(client: Client, subject: Subject) -> None:
    assert post(client, subject, **both(signer=" Chen.Jing ")).status_code == 302


@pytest.mark.parametrize("lacking", ["signer", "password"])
def test_the_first_signature_of_a_session_needs_both(lacking: str, client: Client, subject: Subject) -> None:
    answer = post(client, subject, **both(**{lacking: ""}))

    assert answer.status_code == 400
    assert not Signature.objects.exists()
    assert not Event.objects.filter(kind=EventKind.SIGN_FAILED).exists()  # nothing was typed, so nothing was wrong


def test_the_session_alone_signs_nothing(client: Client, subject: Subject) -> None:
    assert post(client, subject).status_code == 400
    assert post(client, subject, **both()).status_code == 302
    assert post(client, subject, "D1").status_code == 400


@pytest.mark.parametrize(
    "wrong", [{"password": "wrong"}, {"signer": "xu.wei"}, {"signer": "nobody"}], ids=["password", "other", "nobody"]
)
def test_a_wrong_component_signs_nothing_and_is_on_record(
    wrong: dict[str, str], client: Client, subject: Subject, cast: Cast
) -> None:
    answer = post(client, subject, **both(**wrong))

    assert answer.status_code == 400
    assert "User name or password is wrong" in text_of(answer)
    event = Event.objects.get(kind=EventKind.SIGN_FAILED)
    assert (event.actor, event.subject, event.what) == (cast.investigator, "01-001", "signature")
    assert not Signature.objects.exists()
    assert asks_for_both(client)


def test_what_was_ticked_stays_and_the_password_does_not(client: Client, subject: Subject) -> None:
    page = post(client, subject, **both(password="wrong-secret")).content.decode()

    assert '<input type="checkbox" name="tick" value="SCR.VS.1" checked>' in page
    assert '<input type="checkbox" name="tick" value="D1.VS.1">' in page
    assert '<input type="radio" name="meaning" value="REVIEWED" checked>' in page
    assert "wrong-secret" not in page
    assert "chen.jing" not in page


def test_another_person_s_components_do_not_sign(client: Client, subject: Subject, cast: Cast) -> None:
    """The name and password of somebody else, both right."""
    assert post(client, subject, signer="xu.wei", password=PASSWORD).status_code == 400


def sign_in_again(client: Client) -> None:
    """By the front door, as after signing out or a pause."""
    assert client.post("/sign-in/", {"username": "chen.jing", "password": PASSWORD}).status_code == 302


def test_after_signing_out_both_are_asked_again(client: Client, subject: Subject) -> None:
    post(client, subject, **both())
    client.post("/sign-out/")
    sign_in_again(client)

    assert asks_for_both(client)
    assert post(client, subject, "D1", password=PASSWORD).status_code == 400


def test_after_a_pause_the_session_is_over_and_both_are_asked_again(client: Client, subject: Subject) -> None:
    post(client, subject, **both())
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=31), tick=False):
        assert post(client, subject, "D1", password=PASSWORD)["Location"].startswith("/sign-in/")
        sign_in_again(client)
        assert asks_for_both(client)


def test_a_session_that_took_over_another_s_data_asks_for_both(client: Client, subject: Subject) -> None:
    post(client, subject, **both())
    session = client.session
    session.cycle_key()
    client.cookies["sessionid"] = str(session.session_key)

    assert asks_for_both(client)


def test_the_mark_of_a_session_is_one_person_s(client: Client, subject: Subject, cast: Cast) -> None:
    post(client, subject, **both())
    request: Any = RequestFactory().get("/")
    request.session, request.user = client.session, cast.other_investigator

    assert not signing_components.has_signed(request)


@pytest.mark.req("SIG-02", "AUD-07")
def test_the_third_wrong_one_in_a_row_ends_the_session(client: Client, subject: Subject, cast: Cast) -> None:
    for _turn in range(2):
        assert post(client, subject, **both(password="wrong")).status_code == 400
    answer = post(client, subject, **both(password="wrong"))

    assert answer["Location"].startswith("/sign-in/")
    assert client.get(SIGN)["Location"].startswith("/sign-in/")
    assert "You are signed out" in text_of(client.get("/sign-in/"))
    assert Event.objects.filter(kind=EventKind.SIGN_FAILED).count() == 3
    out = Event.objects.get(kind=EventKind.SIGN_OUT)
    assert (out.actor, "3 times" in out.reason) == (cast.investigator, True)


def test_a_right_one_breaks_the_row(client: Client, subject: Subject) -> None:
    for _turn in range(2):
        post(client, subject, **both(password="wrong"))
    post(client, subject, **both())
    for _turn in range(2):
        assert post(client, subject, "D1", password="wrong").status_code == 400
    assert post(client, subject, "D1", password=PASSWORD).status_code == 302


def test_where_nobody_can_count_the_first_wrong_one_ends_the_session(
    client: Client, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Down:
        def add(self, *args: Any) -> None:
            raise RedisDown

    monkeypatch.setattr(signing_components, "cache", Down())
    assert post(client, subject, **both(password="wrong"))["Location"].startswith("/sign-in/")


def test_guessing_without_a_tick_tells_nothing(client: Client, subject: Subject) -> None:
    """A page that would not be signed anyway does not say whether the password was right."""
    right, wrong = (
        client.post(SIGN, {"meaning": "REVIEWED"} | both(password=password)) for password in (PASSWORD, "wrong")
    )
    assert text_of(right) == text_of(wrong)
    assert not Event.objects.filter(kind=EventKind.SIGN_FAILED).exists()


def test_the_browser_is_not_asked_to_fill_them_in(client: Client, subject: Subject) -> None:
    page = client.get(SIGN).content.decode()
    for name in ("signer", "password"):
        field = page[page.index(f'name="{name}"') :].partition(">")[0]
        assert 'autocomplete="one-time-code"' in field
        assert "value=" not in field


def test_no_password_comes_into_the_log_or_an_event(
    client: Client, subject: Subject, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        post(client, subject, **both(password="secret-of-hers"))
        post(client, subject, **both())

    assert "secret-of-hers" not in caplog.text
    assert not [event for event in Event.objects.values() if "secret-of-hers" in str(event)]


def test_a_person_without_the_right_is_asked_for_nothing(client: Client, subject: Subject, cast: Cast) -> None:
    make_person("new.comer", "New Comer")
    assert client_of(cast.coordinator).get(SIGN).status_code == 403
