"""The one-time link: an administrator makes it, the owner alone sets the password."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from accounts.testing import PASSWORD, Cast
from accounts.tests.conftest import SignedIn

NEW = {"new_password1": "a-long-new-password-7", "new_password2": "a-long-new-password-7"}
REASON = "New colleague, starts in March"


def ask(client: Client, person: User, reason: str = REASON) -> str:
    """The page after asking for a link."""
    return client.post(f"/admin/accounts/user/{person.pk}/password-link/", {"change_reason": reason}).content.decode()


def link_of(page: str) -> str:
    found = re.search(r"http://testserver(/password/\S+/)<", page)
    assert found
    return found[1]


def leave(person: User) -> None:
    """The person's account ends."""
    person.is_active = False
    person.save()


@pytest.mark.req("ADM-03")
def test_it_works(cast: Cast, signed_in: SignedIn, client: Client) -> None:
    administrator = signed_in(cast.administrator)
    administrator.post(
        "/admin/accounts/user/add/",
        {"username": "luo.xin", "full_name": "Luo Xin", "is_active": "on", "change_reason": REASON},
    )
    person = User.objects.get(username="luo.xin")
    assert not person.has_usable_password()
    link = link_of(ask(administrator, person))
    assert "Luo Xin" in client.get(link).content.decode()
    assert client.post(link, NEW)["Location"] == "/sign-in/"
    answer = client.post("/sign-in/", {"username": "luo.xin", "password": NEW["new_password1"]})
    assert answer.status_code == 302


def test_it_works_once(cast: Cast, signed_in: SignedIn, client: Client) -> None:
    link = link_of(ask(signed_in(cast.administrator), cast.monitor))
    client.post(link, NEW)
    again = client.post(link, {"new_password1": "another-long-one-8", "new_password2": "another-long-one-8"})
    assert again.status_code == 410
    cast.monitor.refresh_from_db()
    assert cast.monitor.check_password(NEW["new_password1"])


def test_it_is_too_old_after_three_days(cast: Cast, signed_in: SignedIn, client: Client) -> None:
    start = datetime(2026, 3, 2, 8, tzinfo=UTC)
    with time_machine.travel(start, tick=False):
        link = link_of(ask(signed_in(cast.administrator), cast.monitor))
    with time_machine.travel(start + timedelta(days=3), tick=False):
        assert client.get(link).status_code == 200
    with time_machine.travel(start + timedelta(days=3, seconds=1), tick=False):
        assert client.get(link).status_code == 410


def test_making_it_and_using_it_stay_in_the_history(cast: Cast, signed_in: SignedIn, client: Client) -> None:
    client.post(link_of(ask(signed_in(cast.administrator), cast.monitor)), NEW)
    used, made, _ = cast.monitor.history.order_by("-history_id")
    assert (made.history_user, made.history_change_reason) == (
        cast.administrator,
        f"One-time password link made: {REASON}",
    )
    assert (used.history_user, used.history_change_reason) == (cast.monitor, "Password set through a one-time link")


def test_without_a_reason_there_is_no_link(cast: Cast, signed_in: SignedIn) -> None:
    assert "/password/" not in ask(signed_in(cast.administrator), cast.monitor, reason="").replace("/admin/", "")
    assert cast.monitor.history.count() == 1


def test_looking_at_the_page_makes_none(cast: Cast, signed_in: SignedIn) -> None:
    page = signed_in(cast.administrator).get(f"/admin/accounts/user/{cast.monitor.pk}/password-link/")
    assert page.status_code == 200
    assert cast.monitor.history.count() == 1


def test_only_an_administrator_makes_one(cast: Cast, signed_in: SignedIn) -> None:
    address = f"/admin/accounts/user/{cast.monitor.pk}/password-link/"
    answer = signed_in(cast.investigator).post(address, {"change_reason": REASON}, follow=True)
    assert answer.status_code == 403


def test_there_is_none_for_the_system_nor_for_who_has_left(cast: Cast, signed_in: SignedIn) -> None:
    leave(cast.monitor)
    for person in (User.objects.get(is_system=True), cast.monitor):
        address = f"/admin/accounts/user/{person.pk}/password-link/"
        assert signed_in(cast.administrator).post(address, {"change_reason": REASON}).status_code == 403


def test_it_dies_with_the_account(cast: Cast, signed_in: SignedIn, client: Client) -> None:
    link = link_of(ask(signed_in(cast.administrator), cast.monitor))
    leave(cast.monitor)
    assert client.post(link, NEW).status_code == 410


def test_it_is_good_for_one_person_only(cast: Cast, signed_in: SignedIn, client: Client) -> None:
    link = link_of(ask(signed_in(cast.administrator), cast.monitor))
    forged = link.replace(f"/{cast.monitor.pk}/", f"/{cast.investigator.pk}/")
    assert client.post(forged, NEW).status_code == 410
    assert client.get("/password/999999/abc-def/").status_code == 410


def test_a_weak_password_is_refused_and_the_link_lives(cast: Cast, signed_in: SignedIn, client: Client) -> None:
    link = link_of(ask(signed_in(cast.administrator), cast.monitor))
    weak = {"new_password1": "zhao.lei", "new_password2": "zhao.lei"}
    assert client.post(link, weak).context["form"].errors
    assert client.get(link).status_code == 200
    cast.monitor.refresh_from_db()
    assert cast.monitor.check_password(PASSWORD)


@pytest.mark.req("ADM-03")
def test_the_stock_password_page_of_the_admin_is_not_there(cast: Cast, signed_in: SignedIn) -> None:
    address = f"/admin/accounts/user/{cast.monitor.pk}/password/"
    data = {"password1": NEW["new_password1"], "password2": NEW["new_password1"], "change_reason": "x"}
    signed_in(cast.administrator).post(address, data, follow=True)
    cast.monitor.refresh_from_db()
    assert cast.monitor.check_password(PASSWORD)
