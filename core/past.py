"""The past can be looked at and not acted upon: whatever page of a subject is asked for as of a moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.moment import PARAMETER, BadMoment, NotYet, asked_for

SAFE = ("GET", "HEAD", "OPTIONS")
# The pages of a subject that can be read as of a moment. Histories and threads tell the whole past in any case.
LOOK_BACK = frozenset(
    {"subject-detail", "visit-detail", "crf-edit", "log-list", "subject-standing", "subject-difference"}
    | {"crf-history", "crf-field-history", "subject-derived"}
)


class PastMiddleware:
    """Refuses acts on the past; says what is wrong with a moment that cannot be looked at."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> HttpResponse | None:
        """Every address of a subject names its number."""
        if "number" not in kwargs or not asked_for(request.GET):
            return None
        if request.method in SAFE:
            return _elsewhere(request)
        words = _("This page shows the past, which cannot be changed. Go to the present to act. Nothing was changed.")
        answer = _refusal(request, words, 405)
        answer["Allow"] = ", ".join(SAFE)
        return answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A moment that is none, lies ahead, or came too early for what is asked."""
        if isinstance(exception, BadMoment):
            return _refusal(request, str(exception), exception.status)
        return None


def _elsewhere(request: HttpRequest) -> HttpResponse | None:
    """A page that shows the present alone must not pass for the past: the standing of the subject then is shown."""
    match = request.resolver_match
    if match is None or match.url_name in LOOK_BACK or match.url_name is None:
        return None
    page = reverse("subject-standing", args=[match.kwargs["number"]])
    return redirect(f"{page}?{urlencode({PARAMETER: asked_for(request.GET)})}")


def _refusal(request: HttpRequest, words: str, status: int) -> HttpResponse:
    match = request.resolver_match
    number = match.kwargs.get("number", "") if match else ""
    context = {
        "words": words,
        "number": number,
        "at": asked_for(request.GET) if status == NotYet.status else "",
        "casebook_url": reverse("subject-detail", args=[number]) if number else "",
    }
    answer = render(request, "core/moment_refused.html", context, status=status)
    answer["Cache-Control"] = "no-store"  # as every page of a subject
    return answer
