"""The journal of what is typed on a form and not saved: kept within a second, let go when the person says so."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import AuthenticatedRequest, requires
from accounts.permissions import Permission
from core.actions import draft as journal
from core.actions.errors import Refused
from core.crf import forms
from core.places import find_place
from core.views import posted

MAX_JOURNAL = 512 * 1024


@require_POST
@requires(Permission.ENTER_DATA)
def keep(request: AuthenticatedRequest, number: str, visit: str, code: str, key: int | None = None) -> HttpResponse:
    """Keep what was typed, within a second. JSON in: token and values; JSON out: when it was kept."""
    place = find_place(request.actor, number, visit, code, key, Permission.ENTER_DATA)
    if len(request.body) > MAX_JOURNAL:
        return JsonResponse({}, status=413)
    try:
        said = json.loads(request.body)
        token, values = UUID(said["token"]), {str(name): _text(value) for name, value in said["values"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({}, status=400)
    try:
        journal.journal(place, values, by=request.actor, token=token)
    except Refused as refusal:
        return JsonResponse({"detail": str(refusal)}, status=409)
    at = timezone.localtime(timezone.now(), place.subject.site.clock)
    return JsonResponse({"at": f"{at:%H:%M} {at.isoformat()[-6:]}"})


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)


@require_POST
@requires(Permission.ENTER_DATA)
def discard(request: AuthenticatedRequest, number: str, visit: str, code: str, key: int | None = None) -> HttpResponse:
    """Let go of what was typed and not saved; the journal keeps that it was typed."""
    place = find_place(request.actor, number, visit, code, key, Permission.ENTER_DATA)
    token = posted.token(request.POST.get("token")) or UUID(forms.new_token())
    journal.discard(place, by=request.actor, token=token)
    return redirect(place.url)
