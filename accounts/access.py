"""Every view says who may open it: `@requires(Permission.X)` or `@public`. The fetch then asks for the subject."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from accounts.actor import Actor
from accounts.models import User
from accounts.permissions import Permission

PUBLIC: Final = None
DECLARATION: Final = "permission"  # the attribute of a view that holds its permission, or PUBLIC


class AuthenticatedRequest(HttpRequest):
    """A request of a person who has signed in."""

    user: User
    actor: Actor
    htmx: HtmxDetails


Params = ParamSpec("Params")
ResponseT = TypeVar("ResponseT", bound=HttpResponseBase)
View = Callable[Concatenate[HttpRequest, Params], ResponseT]
MemberView = Callable[Concatenate[AuthenticatedRequest, Params], HttpResponseBase]


def requires(permission: Permission) -> Callable[[MemberView[Params]], View[Params, HttpResponseBase]]:
    """Only for people who may do this at some site at least; others are sent to sign in, or refused."""

    def declare(view: MemberView[Params]) -> View[Params, HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponseBase:
            actor = actor_of(request)
            if actor is None:
                return _ask_to_sign_in(request)
            if not actor.can(permission):
                raise PermissionDenied(_("None of your roles in force may open this page."))
            response = view(cast(AuthenticatedRequest, request), *args, **kwargs)
            response.headers.setdefault("Cache-Control", "no-store")  # nothing clinical stays on a shared machine
            return response

        vars(guarded)[DECLARATION] = permission
        return guarded

    return declare


def public(view: View[Params, ResponseT]) -> View[Params, ResponseT]:
    """For everyone, signed in or not."""
    vars(view)[DECLARATION] = PUBLIC
    return view


def is_declared(view: Callable[..., Any]) -> bool:
    return hasattr(view, DECLARATION)


def actor_of(request: HttpRequest) -> Actor | None:
    """Who asks; None before sign-in."""
    return cast("Actor | None", getattr(request, "actor", None))


def safe_next(request: HttpRequest, otherwise: str) -> str:
    """Where the person wanted to go, if that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if _is_ours(request, wanted) else resolve_url(otherwise)


def _is_ours(request: HttpRequest, url: str) -> bool:
    return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """A page is swapped for the sign-in page; a script is told, so that it keeps what was typed."""
    page = _page_asked_from(request)
    if not _asked_by_script(request):
        return redirect_to_login(page)
    return JsonResponse(
        {"detail": _("Your session has ended. Sign in again: what you typed is kept."), "sign_in": _sign_in_url(page)},
        status=401,
    )


def _sign_in_url(page: str) -> str:
    return redirect_to_login(page)["Location"]


def _page_asked_from(request: HttpRequest) -> str:
    """After sign-in the person comes back to a page: for a POST, or a script's call, the page that sent it."""
    if request.method == "GET" and not _asked_by_script(request):
        return request.get_full_path()
    referer = request.headers.get("Referer", "")
    if not _is_ours(request, referer):
        return request.path
    parts = urlsplit(referer)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _asked_by_script(request: HttpRequest) -> bool:
    return (
        "HX-Request" in request.headers
        or request.content_type == "application/json"
        or request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
        or request.headers.get("Accept", "").startswith("application/json")
    )
