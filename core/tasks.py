"""What runs by itself: the nightly look at every subject, and the watch over the protection of the trail."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from celery import shared_task
from django.db import connection

from accounts.actor import system_actor
from core import trail_search
from core.actions.recheck import recheck
from core.models import Subject
from core.protection import watch

log = logging.getLogger(__name__)

LOCK = 4712  # advisory: a sweep over all subjects is under way


@contextmanager
def alone(lock: int) -> Iterator[bool]:
    """True inside for one process of the whole system at a time; for every other False, without waiting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock])
        got: bool = cursor.fetchone()[0]
    try:
        yield got
    finally:
        if got:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def recheck_all() -> int:
    """Look at every subject anew, each in its own transaction. Gives how many; 0 beside another sweep."""
    with alone(LOCK) as is_alone:
        return sum(_looked_at(subject) for subject in Subject.objects.order_by("number")) if is_alone else 0


def _looked_at(subject: Subject) -> bool:
    """One subject that fails keeps nobody from looking at the next."""
    try:
        recheck(subject, by=system_actor())
    except Exception:
        log.exception("Subject %s could not be looked at anew.", subject.number)
        return False
    return True


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def index_trail() -> int:
    """Bring the search index of the trail up to date. Gives how many changes and events it took in."""
    return trail_search.extend()


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def check_protection() -> int:
    """Say in the log what of the protection of the trail is missing (ADM-06). Gives how many faults there are."""
    found = watch.look()
    for problem in found:
        log.error("The audit trail is not protected: %s. Run `manage.py migrate` as the owner.", problem)
    return len(found)
