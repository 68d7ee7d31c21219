"""The clocks of application and database go together; where they do not, administrators are told (TIM-02)."""

from __future__ import annotations

import logging
import socket
from datetime import datetime, timedelta
from typing import Final

from django.core.cache import cache
from django.core.mail import send_mail
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actor import system_actor
from accounts.events import record
from accounts.models import Event, EventKind, Membership, Role, User

log = logging.getLogger(__name__)

LIMIT: Final = timedelta(seconds=5)
QUIET: Final = timedelta(hours=1)  # a clock that stays out of step is an event once an hour, not once a minute
TOLD: Final = "clock-events-told"  # the last event administrators were told of; forgotten, they are told twice


def ahead() -> timedelta:
    """How far this machine's clock is ahead of the database's."""
    before = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        there: datetime = cursor.fetchone()[0]
    return before + (timezone.now() - before) / 2 - there


def check() -> int:
    """Record that the clocks differ, and tell of every clock that was found out of step or set back; how many."""
    difference = ahead()
    lately = Event.objects.filter(kind=EventKind.CLOCK, what=socket.gethostname(), at__gt=Now() - QUIET)
    if abs(difference) > LIMIT and not lately.exists():
        detail = {"seconds_ahead_of_database": round(difference.total_seconds(), 3)}
        record(EventKind.CLOCK, actor=system_actor(), what=socket.gethostname(), detail=detail)
    found = Event.objects.filter(kind=EventKind.CLOCK, at__gt=Now() - QUIET, seq__gt=cache.get(TOLD, 0))
    for event in found.order_by("seq"):
        _tell(event)
        cache.set(TOLD, event.seq, timeout=None)
    return len(found)


def _tell(event: Event) -> None:
    """In the log, and by e-mail to every administrator who has an address, in their language."""
    log.error("A clock is out of step: event %s, %s, %s.", event.seq, event.what, event.detail)
    in_force = Membership.objects.in_force_now().filter(role=Role.ADMINISTRATOR)
    for person in User.objects.filter(memberships__in=in_force, is_active=True).exclude(email="").distinct():
        with translation.override(person.language or "en"):
            _send(person, event)


def _send(person: User, event: Event) -> None:
    words = _(
        "The clock of “%(where)s” was set back or differs from that of the database. Times of the audit trail still "
        "only rise, but may be wrong by as much. See to the time service of that machine. Event %(number)s of the "
        "trial."
    ) % {"where": event.what, "number": event.seq}
    try:
        send_mail(_("A clock of the trial is out of step"), words, None, [person.email])
    except OSError:
        log.exception("No e-mail about the clock could be sent to %s.", person.username)
