"""Each request gets its actor, language and clock; a view that declares no permission is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts.access import is_declared
from accounts.actor import Actor

# Django's own: the admin asks its site (accounts.admin_site) each time, and files of the pages are public.
_ADMIN = "admin"
_FILES = ("django.views.static", "django.contrib.staticfiles.views")


class ActorMiddleware:
    """Sets `request.actor` (None before sign-in), the person's language and the clock of their site."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actor = Actor.of(request.user) if request.user.is_authenticated else None
        request.actor = actor  # type: ignore[attr-defined]
        language = actor.user.language if actor else ""
        translation.activate(language or translation.get_language_from_request(request))
        if actor:
            timezone.activate(actor.clock)
        else:
            timezone.deactivate()
        return self.get_response(request)


class DeclaredPermissionMiddleware:
    """Default deny: a view nobody thought about is an error, not an open door."""

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
