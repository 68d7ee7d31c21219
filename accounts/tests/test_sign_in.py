"""Signing in and out in both languages, the language of the pages, one's own password."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.actor import system_actor
from accounts.testing import PASSWORD, Cast, make_person
from accounts.tests.conftest import SignedIn

NEW = "a-long-new-password-7"


def sign_in(client: Client, username: str, password: str = PASSWORD, **extra: str) -> Any:
    return client.post("/sign-in/", {"username": username, "password": password, **extra})


def signed(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_it_works(cast: Cast, client: Client) -> None:
    assert client.get("/sign-in/").status_code == 200
    answer = sign_in(client, "lin.yue", next="/subjects/?status=screening")
    assert answer["Location"] == "/subjects/?status=screening"
    assert signed(client)


@pytest.mark.parametrize(("language", "words"), [("en", "Sign in"), ("zh-hans", "密码")])
def test_the_page_speaks_the_language_of_the_browser(db: None, client: Client, language: str, words: str) -> None:
    answer = client.get("/sign-in/", headers={"accept-language": language})
    assert words in answer.content.decode()
    assert f'lang="{language}"' in answer.content.decode()


@pytest.mark.parametrize("username", ["Lin.Yue", "  lin.yue "])
def test_capitals_and_blanks_around_the_name_do_not_matter(cast: Cast, client: Client, username: str) -> None:
    sign_in(client, username)
    assert signed(client)


@pytest.mark.parametrize(
    ("username", "password"),
    [("lin.yue", "wrong"), ("nobody", PASSWORD), ("lin.yue", ""), ("lin\x00yue", PASSWORD), ("system", "")],
)
def test_wrong_words_leave_one_outside_and_the_name_on_the_page(
    cast: Cast, client: Client, username: str, password: str
) -> None:
    answer = sign_in(client, username, password)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not signed(client)
    assert answer.context["form"]["username"].value() == username


@pytest.mark.req("ACC-01")
def test_the_system_does_not_sign_in(cast: Cast, client: Client) -> None:
    client.force_login(system_actor().user)
    assert client.get("/password/")["Location"].startswith("/sign-in/")


def test_a_deactivated_person_does_not_sign_in(cast: Cast, client: Client) -> None:
    cast.coordinator.is_active = False
    cast.coordinator.save()
    sign_in(client, "lin.yue")
    assert not signed(client)


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_sign_in_does_not_send_people_to_another_host(cast: Cast, client: Client, wanted: str) -> None:
    assert sign_in(client, "lin.yue", next=wanted)["Location"] == "/"


def test_who_has_signed_in_is_not_asked_again(cast: Cast, signed_in: SignedIn) -> None:
    assert signed_in(cast.monitor).get("/sign-in/?next=/password/")["Location"] == "/password/"


def test_signing_in_writes_nothing_on_the_account(cast: Cast, client: Client) -> None:
    sign_in(client, "lin.yue")
    assert cast.coordinator.history.count() == 1


def test_signing_out_ends_the_session_and_takes_a_post(cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.coordinator)
    assert client.get("/sign-out/").status_code == 405
    assert signed(client)
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert not signed(client)


def test_a_language_chosen_before_sign_in_stays_with_the_browser(db: None, client: Client) -> None:
    answer = client.post("/language/", {"language": "zh-hans", "next": "/sign-in/?next=/x/"})
    assert answer["Location"] == "/sign-in/?next=/x/"
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "zh-hans"
    assert 'lang="zh-hans"' in client.get("/sign-in/").content.decode()


def test_a_language_chosen_after_sign_in_stays_with_the_person(cast: Cast, signed_in: SignedIn) -> None:
    signed_in(cast.coordinator).post("/language/", {"language": "zh-hans", "next": "/password/"})
    elsewhere = signed_in(cast.coordinator).get("/password/", headers={"accept-language": "en"})
    assert 'lang="zh-hans"' in elsewhere.content.decode()
    latest = cast.coordinator.history.latest()
    assert (latest.language, latest.history_user) == ("zh-hans", cast.coordinator)


def test_the_same_language_again_writes_nothing(cast: Cast, signed_in: SignedIn) -> None:
    signed_in(cast.coordinator).post("/language/", {"language": cast.coordinator.language})
    assert cast.coordinator.history.count() == 1


def test_who_chose_no_language_is_answered_in_that_of_the_browser(cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(make_person("luo.xin", "Luo Xin 罗欣", language=""))
    answer = client.get("/password/", headers={"accept-language": "zh-CN,zh;q=0.9"})
    assert 'lang="zh-hans"' in answer.content.decode()


@pytest.mark.parametrize("language", ["xx", "", "zh-hans\x00"])
def test_a_language_not_offered_is_refused(cast: Cast, signed_in: SignedIn, language: str) -> None:
    assert signed_in(cast.coordinator).post("/language/", {"language": language}).status_code == 400
    assert cast.coordinator.history.count() == 1


def test_one_changes_ones_own_password_and_stays_signed_in(cast: Cast, signed_in: SignedIn) -> None:
    client, other = signed_in(cast.coordinator), signed_in(cast.coordinator)
    answer = client.post("/password/", {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW})
    assert answer.status_code == 302
    cast.coordinator.refresh_from_db()
    assert cast.coordinator.check_password(NEW)
    assert client.get("/password/").status_code == 200
    assert other.get("/password/").status_code == 302  # other sessions end with the old password
    latest = cast.coordinator.history.latest()
    assert (latest.history_user, latest.history_change_reason) == (cast.coordinator, "Password changed by its owner")


@pytest.mark.parametrize(
    "answers",
    [
        {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW},
        {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW + "x"},
        {"old_password": PASSWORD, "new_password1": "short", "new_password2": "short"},
    ],
    ids=["old-one-wrong", "typed-differently", "too-short"],
)
def test_a_password_is_refused_with_the_reason(cast: Cast, signed_in: SignedIn, answers: dict[str, str]) -> None:
    answer = signed_in(cast.coordinator).post("/password/", answers)
    assert answer.context["form"].errors
    cast.coordinator.refresh_from_db()
    assert cast.coordinator.check_password(PASSWORD)
