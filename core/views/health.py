"""Is the system up, and is the trail protected? For monitoring; tells nothing else."""

from __future__ import annotations

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from accounts.access import public
from core.protection.inspect import problems

KEY, SECONDS = "health-problems", 30


@require_safe
@public
def health(request: HttpRequest) -> JsonResponse:
    """200 when all is well, 503 otherwise."""
    try:
        faults = cache.get_or_set(KEY, lambda: len(problems()), SECONDS)
        database = "up"
    except DatabaseError:
        faults, database = None, "down"
    well = faults == 0
    state = {"status": "ok" if well else "failing", "version": settings.SOFTWARE_VERSION}
    return JsonResponse(state | {"database": database, "protection_faults": faults}, status=200 if well else 503)
