"""What the watch over the protection found last, for every process to heed: acts are refused while it is missing."""

from __future__ import annotations

import logging

from django.core.cache import cache
from redis.exceptions import RedisError

from core.protection import inspect

log = logging.getLogger(__name__)

KEY = "protection-faults"


def look() -> list[str]:
    """Look now, and let every process know. Everything that is missing, in words."""
    found = inspect.problems()
    cache.set(KEY, len(found), timeout=None)
    return found


def is_missing() -> bool:
    """Did the last look find protection missing? Without Redis nothing is known, and start-up has looked."""
    try:
        return bool(cache.get(KEY))
    except RedisError:
        log.exception("The watch over the trail cannot be asked: Redis does not answer.")
        return False
