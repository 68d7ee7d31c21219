"""What runs by itself: a seal each hour, the letters each minute, a look at the clocks, the nightly verification."""

from __future__ import annotations

from celery import shared_task

from accounts import clock as clocks
from core.models import SealCause
from core.sealing import act, clock, folder, mail, verification


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def seal_the_hour() -> int | None:
    """Seal what moved, and put into the folder what is not there. Gives the seal's number."""
    made = act.seal(SealCause.HOURLY)
    folder.keep_missing()
    return made.number if made else None


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def send_seals() -> int:
    """Hand the letters that are due to the mail server. Gives how many it took."""
    return mail.sweep()


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def look_at_clocks() -> int:
    """Record a clock that is behind or runs apart, and tell of it. Gives how many were found."""
    clock.look()
    return clocks.check()


@shared_task  # type: ignore[untyped-decorator]  # celery has no types
def verify_every_night() -> int:
    """The whole trail against its seals; what is found is in the log and among the events. Gives how many faults."""
    return len(verification.verify_and_tell().faults)
