"""Each act that changes no data is exactly one event of its kind, by whom and from where (AUD-07)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import include, path
from django.utils import timezone

from accounts.access import AuthenticatedRequest, public, requires
from accounts.actor import system_actor
from accounts.events import record
from accounts.models import Event, EventKind, Membership, Role, Site
from accounts.permissions import Permission
from accounts.request import request_id
from accounts.sessions import end_timed_out
from accounts.testing import PASSWORD, Cast, join, make_person
from accounts.tests.conftest import SignedIn
from accounts.tests.test_admin import LINES, PEOPLE, SITE_03, SITES, line_data, person_data

NEW = "a-long-new-password-7"
NEW_TWICE = {"new_password1": NEW, "new_password2": NEW}
LINK = re.compile(r"http://testserver(/password/\S+/)<")


@requires(Permission.VIEW_HOME)
@transaction.atomic
def refusing(request: AuthenticatedRequest, number: str) -> HttpResponse:
    """Refuses in the middle of a transaction, as an act does."""
    join(make_person("half.done", "Half Done"), Role.AUDITOR)
    raise PermissionDenied("No role at site 01 may do this.")


@public
def broken(request: HttpRequest) -> HttpResponse:
    raise ValueError


urlpatterns = [
    path("subjects/<str:number>/refusing/", refusing),
    path("broken/", broken),
    path("", include("mgtrial.urls")),
]
here = pytest.mark.urls(__name__)


def client_of(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(getattr(cast, name))
    return client


def sign_in(username: str, password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/sign-in/", {"username": username, "password": password})
    return client


def administer(address: str, data: Callable[[Cast], dict[str, str]]) -> Callable[[Cast], Any]:
    """A page of Django admin sent by the administrator; `{monitor}` in the address is the number of the account."""
    return lambda cast: client_of(cast, "administrator").post(address.format(monitor=cast.monitor.pk), data(cast))


def timed_out(cast: Cast) -> None:
    client_of(cast, "coordinator")
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    assert end_timed_out() == 1
    assert end_timed_out() == 0


def newcomer(cast: Cast) -> dict[str, str]:
    return person_data(cast.monitor, email="") | {"username": "luo.xin", "full_name": "Luo Xin"}


def ended(cast: Cast) -> None:
    """The administrator ends the monitor's membership."""
    line = Membership.objects.get(user=cast.monitor)
    data = line_data(cast.monitor, Role.MONITOR, from_on="2020-01-01", to_on="2026-03-02")
    assert client_of(cast, "administrator").post(f"{LINES}{line.pk}/change/", data).status_code == 302


def password_changed(cast: Cast) -> None:
    client_of(cast, "coordinator").post("/password/", {"old_password": PASSWORD, **NEW_TWICE})


ACTS: dict[str, tuple[EventKind, Callable[[Cast], Any]]] = {
    "sign in": (EventKind.SIGN_IN, lambda cast: sign_in("lin.yue")),
    "a wrong password": (EventKind.SIGN_IN_FAILED, lambda cast: sign_in("lin.yue", "wrong")),
    "no password": (EventKind.SIGN_IN_FAILED, lambda cast: sign_in("lin.yue", "")),
    "an unknown name": (EventKind.SIGN_IN_FAILED, lambda cast: sign_in("nobody")),
    "no name": (EventKind.SIGN_IN_FAILED, lambda cast: sign_in("")),
    "a name PostgreSQL cannot hold": (EventKind.SIGN_IN_FAILED, lambda cast: sign_in("lin\x00yue\x1f" + "x" * 900)),
    "the system": (EventKind.SIGN_IN_FAILED, lambda cast: sign_in("system")),
    "sign out": (EventKind.SIGN_OUT, lambda cast: client_of(cast, "coordinator").post("/sign-out/")),
    "sign out of the admin": (EventKind.SIGN_OUT, lambda cast: client_of(cast, "administrator").post("/admin/logout/")),
    "a session times out": (EventKind.SIGN_OUT, timed_out),
    "refused by a page": (EventKind.REFUSED, lambda cast: client_of(cast, "monitor").get(PEOPLE, follow=True)),
    "refused by an act": (
        EventKind.REFUSED,
        lambda cast: client_of(cast, "monitor").post("/subjects/01-001/refusing/"),
    ),
    "a site added": (EventKind.SITE, administer(f"{SITES}add/", lambda cast: SITE_03)),
    "an account added": (EventKind.ACCOUNT, administer(f"{PEOPLE}add/", newcomer)),
    "an account changed": (
        EventKind.ACCOUNT,
        administer(f"{PEOPLE}{{monitor}}/change/", lambda cast: person_data(cast.monitor, full_name="Zhao Lei 赵蕾")),
    ),
    "a password link made": (
        EventKind.ACCOUNT,
        administer(f"{PEOPLE}{{monitor}}/password-link/", lambda cast: {"change_reason": "Forgot it"}),
    ),
    "a password changed": (EventKind.ACCOUNT, password_changed),
    "a language chosen": (
        EventKind.ACCOUNT,
        lambda cast: client_of(cast, "monitor").post("/language/", {"language": "zh-hans"}),
    ),
    "a role given": (
        EventKind.ROLE,
        administer(f"{LINES}add/", lambda cast: line_data(cast.monitor, Role.AUDITOR)),
    ),
    "a role ended": (EventKind.ROLE, ended),
}
NOTHING: dict[str, Callable[[Cast], Any]] = {
    "the sign-in page is looked at": lambda cast: Client().get("/sign-in/"),
    "sign out before sign-in": lambda cast: Client().post("/sign-out/"),
    "sign out by a link": lambda cast: client_of(cast, "monitor").get("/sign-out/"),
    "a page before sign-in": lambda cast: Client().get("/password/"),
    "a page that is not there": lambda cast: client_of(cast, "monitor").get("/nowhere/"),
    "the page of the password link": lambda cast: client_of(cast, "administrator").get(
        f"{PEOPLE}{cast.monitor.pk}/password-link/"
    ),
    "a save that changes nothing": administer(f"{PEOPLE}{{monitor}}/change/", lambda cast: person_data(cast.monitor)),
    "a form of the admin that is refused": administer(f"{SITES}add/", lambda cast: SITE_03 | {"code": "x"}),
    "a page that breaks": lambda cast: Client(raise_request_exception=False).get("/broken/"),
}


def since(cast: Cast, act: Callable[[Cast], Any]) -> list[Event]:
    """The events of an act, at commit."""
    last = Event.objects.latest("seq").seq
    act(cast)
    connection.check_constraints()
    return list(Event.objects.filter(seq__gt=last).order_by("seq"))


@here
@pytest.mark.req("AUD-07")
@pytest.mark.parametrize("name", ACTS)
def test_it_works(cast: Cast, name: str) -> None:
    kind, act = ACTS[name]
    assert [event.kind for event in since(cast, act)] == [kind]


@here
@pytest.mark.req("AUD-07")
@pytest.mark.parametrize("name", NOTHING)
def test_what_is_no_act_is_no_event(cast: Cast, name: str) -> None:
    assert since(cast, NOTHING[name]) == []


def test_a_sign_in_tells_who_in_which_role_and_from_where(cast: Cast) -> None:
    (event,) = since(cast, ACTS["sign in"][1])
    assert (event.actor, event.actor_name, event.role) == (cast.coordinator, "Lin Yue 林悦", Role.COORDINATOR)
    assert (event.site, event.address) == (cast.site, "127.0.0.1")
    assert abs(event.at - timezone.now()) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("username", "typed", "name"),
    [
        ("Lin.Yue", "lin.yue", "Lin Yue 林悦"),
        ("nobody", "nobody", ""),
        ("lin\x00yue", "lin\N{REPLACEMENT CHARACTER}yue", ""),
    ],
)
def test_a_failed_sign_in_tells_the_name_that_was_typed_and_no_password(
    cast: Cast, username: str, typed: str, name: str
) -> None:
    (event,) = since(cast, lambda cast: sign_in(username, "my-secret-77"))
    assert (event.what, event.actor_name, event.role) == (typed, name, "")
    assert "my-secret-77" not in str(Event.objects.filter(pk=event.pk).values().get())


@here
def test_a_refusal_stays_although_the_act_is_undone(cast: Cast) -> None:
    (event,) = since(cast, ACTS["refused by an act"][1])
    assert (event.actor, event.role, event.subject, event.site) == (cast.monitor, Role.MONITOR, "01-001", cast.site)
    assert event.what == "POST /subjects/01-001/refusing/"
    assert event.detail == {"said": "No role at site 01 may do this."}


@here
@pytest.mark.parametrize("number", ["01-001x", "x" * 600, "%00"])
def test_what_stands_in_the_place_of_a_number_is_no_subject(cast: Cast, number: str) -> None:
    (event,) = since(cast, lambda cast: client_of(cast, "monitor").get(f"/subjects/{number}/refusing/"))
    assert (event.kind, event.subject) == (EventKind.REFUSED, "")


def test_a_save_in_the_admin_tells_by_whom_why_and_the_row(cast: Cast) -> None:
    (event,) = since(cast, ACTS["a role given"][1])
    assert (event.actor, event.role) == (cast.administrator, Role.ADMINISTRATOR)
    assert (event.reason, event.what) == ("Delegation log, line 7", "Zhao Lei 赵磊 auditor")
    assert (event.detail["from_on"], event.detail["user_id"]) == ("2026-03-01", cast.monitor.pk)


def test_an_event_of_a_site_stands_at_the_site(cast: Cast) -> None:
    (event,) = since(cast, ACTS["a site added"][1])
    assert (event.site, event.what) == (Site.objects.get(code="03"), "03 Third")


def test_an_event_of_an_account_holds_no_password(cast: Cast) -> None:
    (event,) = since(cast, password_changed)
    assert event.reason == "Password changed by its owner"
    assert "password" not in event.detail


def test_a_session_shut_by_a_new_password_ends_at_its_next_request(cast: Cast, signed_in: SignedIn) -> None:
    other = signed_in(cast.coordinator)
    password_changed(cast)
    (event,) = since(cast, lambda cast: (other.get("/password/"), other.get("/password/")))
    assert (event.kind, event.actor, event.address) == (EventKind.SIGN_OUT, cast.coordinator, "127.0.0.1")
    assert "password was changed elsewhere" in event.reason


def test_a_session_of_who_has_left_ends_at_its_next_request(cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.coordinator)
    cast.coordinator.is_active = False
    cast.coordinator.save()
    (event,) = since(cast, lambda cast: (client.get("/password/"), client.get("/password/")))
    assert (event.kind, event.actor) == (EventKind.SIGN_OUT, cast.coordinator)


def test_sessions_in_use_and_of_nobody_are_no_sign_outs(cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.coordinator)
    session = Client().session
    session["language"] = "en"
    session.save()
    Session.objects.filter(pk=session.session_key).update(expire_date=timezone.now() - timedelta(days=1))
    assert since(cast, lambda cast: end_timed_out()) == []
    assert Session.objects.count() == 1
    assert client.get("/password/").status_code == 200


def test_when_a_session_timed_out_stays_on_record(cast: Cast) -> None:
    (event,) = since(cast, timed_out)
    assert event.detail["session_ended_at"].startswith("20")
    assert event.reason == "The session ended: nothing was done in it for 30 minutes"


def test_one_click_is_found_together(cast: Cast) -> None:
    token = request_id.set("5a9c")
    (event,) = since(cast, lambda cast: record(EventKind.EXPORT, actor=cast.actor(cast.monitor), what="VS.xlsx"))
    request_id.reset(token)
    assert (event.request_id, event.what, event.site) == ("5a9c", "VS.xlsx", None)


def test_who_asks_is_the_actor_unless_another_is_named(cast: Cast) -> None:
    request = RequestFactory().get("/")
    request.actor = cast.actor(cast.auditor)  # type: ignore[attr-defined]
    (by_request,) = since(cast, lambda cast: record(EventKind.PRINT, request=request))
    (by_system,) = since(cast, lambda cast: record(EventKind.SEAL, actor=system_actor(), request=request))
    assert (by_request.actor_name, by_system.actor_name, by_system.role) == ("Tang Hua 唐华", "System", "")


def test_a_person_of_several_roles_is_named_in_the_one_of_the_site(cast: Cast) -> None:
    join(cast.coordinator, Role.INVESTIGATOR, cast.other_site, cast.other_investigator)
    actor = cast.actor(cast.coordinator)
    (there,) = since(cast, lambda cast: record(EventKind.PRINT, actor=actor, site=cast.other_site))
    (anywhere,) = since(cast, lambda cast: record(EventKind.PRINT, actor=actor))
    assert (there.role, there.site, anywhere.role, anywhere.site) == (Role.INVESTIGATOR, cast.other_site, "", None)


def test_an_event_goes_with_the_transaction_it_is_part_of(cast: Cast) -> None:
    def undone(cast: Cast) -> None:
        with transaction.atomic():
            record(EventKind.EXPORT, actor=cast.actor(cast.monitor))
            transaction.set_rollback(True)

    assert since(cast, undone) == []
