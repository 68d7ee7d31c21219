"""Look whether the database's clock is behind what is on record: it was set back, and new times are false (TIM-01).

Clocks that run apart, and who is told, are the matter of accounts.clock.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.core.cache import cache
from django.db import connection
from redis.exceptions import RedisError

from accounts.events import record
from accounts.models import EventKind

log = logging.getLogger(__name__)

KEY = "clock-behind"
LIMIT = timedelta(seconds=2)
CLOCK = """
    SELECT clock_timestamp(), GREATEST(
        (SELECT max(at) FROM core_chainhead), (SELECT max(at) FROM accounts_eventhead),
        (SELECT at FROM core_seal ORDER BY number DESC LIMIT 1))
"""


def look() -> timedelta:
    """How far the clock is behind the newest record; too far is an error in the log and, once each time, an event."""
    late = behind()
    if late <= LIMIT:
        _forget()
        return late
    seconds = round(late.total_seconds(), 1)
    log.error("The database's clock is %s s behind its newest record. Find out who or what set it back.", seconds)
    if _is_new():
        record(EventKind.CLOCK, what="database", detail={"seconds_behind_newest_record": seconds})
    return late


def behind() -> timedelta:
    """How far the database's clock is behind its newest change, event or seal; below zero where all is well."""
    with connection.cursor() as cursor:
        cursor.execute(CLOCK)
        now, newest = cursor.fetchone()
    late: timedelta = (newest or now) - now
    return late


def _is_new() -> bool:
    """The first look that finds it. Without Redis nothing is known, and it is told once too often."""
    try:
        return cache.add(KEY, True, timeout=None)
    except RedisError:
        log.exception("Whether the clock was behind before cannot be asked: Redis does not answer.")
        return True


def _forget() -> None:
    try:
        cache.delete(KEY)
    except RedisError:
        log.exception("That the clock is right again cannot be noted: Redis does not answer.")
