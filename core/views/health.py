"""Is the system up, and is the trail protected? For monitoring; tells nothing else."""

from __future__ import annotations

from functools import lru_cache
from time import monotonic

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from accounts.access import public
from core.protection.inspect import problems

SECONDS = 30  # how long a look at the protection counts


@require_safe
@public
def health(request: HttpRequest) -> JsonResponse:
    """200 when all is well, 503 otherwise. The database is asked each time, and nothing else is needed to answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        faults, database = faults_in(int(monotonic() // SECONDS)), "up"
    except DatabaseError:
        faults, database = None, "down"
    well = faults == 0
    state = {"status": "ok" if well else "failing", "version": settings.SOFTWARE_VERSION}
    return JsonResponse(state | {"database": database, "protection_faults": faults}, status=200 if well else 503)


@lru_cache(maxsize=1)
def faults_in(stretch: int) -> int:
    """How many faults the protection has; looked for once in a stretch of time by each process."""
    return len(problems())
