"""Sessions that end without signing out: timed out, or shut by a new password or the end of the account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts.actor import Actor
from accounts.events import record
from accounts.models import EventKind, User

TIMED_OUT = "The session ended: nothing was done in it for {minutes} minutes"
SHUT = "The session ended: the password was changed elsewhere, or the account was made inactive"
AT_ONCE = 500  # the end of the chain of events is locked meanwhile


def person_in(session: Mapping[str, Any]) -> int:
    """Whose session it is, whether or not they may go on in it; 0 for nobody's."""
    return int(session.get(SESSION_KEY, 0))


def end_shut(request: HttpRequest, person: int) -> None:
    """A session whose person may not go on in it ends at their next request."""
    request.session.flush()
    record(EventKind.SIGN_OUT, actor=Actor(User.objects.get(pk=person)), request=request, reason=SHUT)


def end_timed_out() -> int:
    """End the sessions nobody came back to, each with its event; how many there were."""
    ended = 0
    while found := _end_some():
        ended += found
    return ended


@transaction.atomic
def _end_some() -> int:
    over = Session.objects.select_for_update(skip_locked=True).filter(expire_date__lt=timezone.now())
    rows = list(over.order_by("expire_date")[:AT_ONCE])
    owners = {row: person_in(row.get_decoded()) for row in rows}
    people = User.objects.in_bulk(owners.values())
    for row, owner in owners.items():
        if person := people.get(owner):
            _record(person, row)
    Session.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def _record(person: User, session: Session) -> None:
    reason = TIMED_OUT.format(minutes=settings.SESSION_COOKIE_AGE // 60)
    detail = {"session_ended_at": session.expire_date}
    record(EventKind.SIGN_OUT, actor=Actor.of(person), detail=detail, reason=reason)
