"""Who may open a page: declared by each view, asked at each request, refused where nobody thought of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, include, path
from django.views.decorators.http import require_POST

from accounts.access import AuthenticatedRequest, actor_of, is_declared, public, requires
from accounts.models import Membership
from accounts.permissions import Permission
from accounts.testing import Cast
from accounts.tests.conftest import SignedIn


@requires(Permission.ENTER_DATA)
def entry(request: AuthenticatedRequest, number: str = "") -> HttpResponse:
    return HttpResponse(f"{request.actor.name} {number}")


@require_POST
@requires(Permission.ENTER_DATA)
def act(request: AuthenticatedRequest) -> HttpResponse:
    return HttpResponse("done")


@public
def anybody(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(actor_of(request)))


def forgotten(request: HttpRequest) -> HttpResponse:
    return HttpResponse("an open door")


urlpatterns = [
    path("", anybody, name="home"),
    path("entry/", entry),
    path("entry/<str:number>/", entry),
    path("act/", act),
    path("forgotten/", forgotten),
    path("", include(settings.ROOT_URLCONF)),
]
here = pytest.mark.urls(__name__)  # those above, then the project


@here
def test_it_works(cast: Cast, signed_in: SignedIn) -> None:
    assert signed_in(cast.coordinator).get("/entry/01-001/").content.decode() == "Lin Yue 林悦 01-001"


@here
@pytest.mark.req("ENT-03")
@pytest.mark.parametrize("name", ["monitor", "data_manager", "safety_reviewer", "auditor", "administrator"])
def test_who_may_do_it_nowhere_is_refused(cast: Cast, signed_in: SignedIn, name: str) -> None:
    assert signed_in(getattr(cast, name)).get("/entry/").status_code == 403
    assert signed_in(getattr(cast, name)).post("/act/").status_code == 403


@here
def test_a_page_asked_for_without_sign_in_is_reached_after_it(db: None) -> None:
    answer = Client().get("/entry/01-001/?tab=2")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/entry/01-001/%3Ftab%3D2")


@here
def test_after_a_post_without_session_one_comes_back_to_the_page_that_sent_it(db: None) -> None:
    answer = Client().post("/act/", headers={"referer": "http://testserver/entry/01-001/?tab=2"})
    assert answer["Location"] == "/sign-in/?next=/entry/01-001/%3Ftab%3D2"


@here
@pytest.mark.parametrize("referer", ["https://elsewhere.example/entry/", ""])
def test_a_page_of_another_host_is_not_come_back_to(db: None, referer: str) -> None:
    answer = Client().post("/act/", headers={"referer": referer})
    assert answer["Location"] == "/sign-in/?next=/act/"


@here
@pytest.mark.parametrize(
    "headers",
    [
        {"HX-Request": "true"},
        {"Accept": "application/json"},
        {"Sec-Fetch-Mode": "cors"},
        {"Content-Type": "application/json"},
    ],
    ids=["htmx", "wants-json", "fetch", "sends-json"],
)
def test_a_script_is_told_that_the_session_ended(db: None, headers: dict[str, str]) -> None:
    kind = headers.pop("Content-Type", "application/x-www-form-urlencoded")
    referer = {"referer": "http://testserver/entry/01-001/"}
    answer = Client().post("/act/", data="{}", content_type=kind, headers={**headers, **referer})
    assert answer.status_code == 401
    assert answer.json()["sign_in"] == "/sign-in/?next=/entry/01-001/"
    assert "session has ended" in answer.json()["detail"]


@here
@pytest.mark.req("ACC-03")
def test_rights_that_end_are_gone_at_the_next_request(cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.coordinator)
    assert client.get("/entry/").status_code == 200
    line = Membership.objects.get(user=cast.coordinator)
    line.to_on = line.from_on
    line.save()
    assert client.get("/entry/").status_code == 403


@here
def test_a_deactivated_person_is_out_at_the_next_request(cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.coordinator)
    cast.coordinator.is_active = False
    cast.coordinator.save()
    assert client.get("/entry/")["Location"].startswith("/sign-in/")
    assert client.get("/").content == b"None"


@here
def test_a_view_that_declares_nothing_is_refused_by_name(cast: Cast, signed_in: SignedIn) -> None:
    with pytest.raises(ImproperlyConfigured, match="test_access.forgotten declares no permission"):
        signed_in(cast.coordinator).get("/forgotten/")


def test_every_view_of_the_project_declares_its_permission() -> None:
    """Django admin apart: it is opened by accounts.admin_site."""
    views = list(_views(get_resolver().url_patterns))
    assert len(views) >= 5
    assert [view for view in views if not is_declared(view)] == []


def _views(patterns: list[Any]) -> Iterator[Any]:
    for each in patterns:
        if isinstance(each, URLResolver) and each.app_name != "admin":
            yield from _views(each.url_patterns)
        elif isinstance(each, URLPattern):
            yield each.callback
