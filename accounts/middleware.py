"""Each request gets its actor, language and clock; a view that declares no permission is refused, refusals are kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts import sessions
from accounts.access import actor_of, is_declared
from accounts.actor import Actor
from accounts.events import record
from accounts.models import EventKind

# Django's own: the admin asks its site (accounts.admin_site) each time, and files of the pages are public.
_ADMIN = "admin"
# A subject's number, as it stands in addresses.
_SUBJECT = re.compile(r"[0-9]{2}-[0-9]{3,5}")
_FILES = ("django.views.static", "django.contrib.staticfiles.views")


class ActorMiddleware:
    """Sets `request.actor` (None before sign-in), the person's language and the clock of their site."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        signed_in = sessions.person_in(request.session)
        actor = Actor.of(request.user) if request.user.is_authenticated else None
        request.actor = actor  # type: ignore[attr-defined]
        if signed_in and actor is None:
            sessions.end_shut(request, signed_in)
        language = actor.user.language if actor else ""
        translation.activate(language or translation.get_language_from_request(request))
        if actor:
            timezone.activate(actor.clock)
        else:
            timezone.deactivate()
        return self.get_response(request)


class DeclaredPermissionMiddleware:
    """Default deny: a view nobody thought about is an error, not an open door; refusals stay on record."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        match = request.resolver_match
        if match and _ADMIN in match.app_names or view.__module__ in _FILES or is_declared(view):
            return
        raise ImproperlyConfigured(
            f"The view {view.__module__}.{getattr(view, '__qualname__', view)} declares no permission: "
            "add @requires(Permission.X) or @public (accounts.access)."
        )

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Runs after the view's own transaction was undone, so this stays. Django then answers 403."""
        hidden = isinstance(exception, Http404) and request.method == "POST" and actor_of(request) is not None
        if not isinstance(exception, PermissionDenied) and not hidden:
            return
        match = request.resolver_match
        number = str(match.kwargs.get("number", "")) if match else ""
        record(
            EventKind.REFUSED,
            request=request,
            subject=number if _SUBJECT.fullmatch(number) else "",
            what=f"{request.method} {request.path}",
            detail={"said": str(exception)},
        )
