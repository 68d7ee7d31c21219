"""Record what is done in the trial that changes no data: signing in, being refused, exporting, printing (AUD-07)."""

from __future__ import annotations

import re
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest

from accounts.access import actor_of
from accounts.actor import Actor
from accounts.models import Event, EventKind, Site
from accounts.request import request_id

# PostgreSQL takes no zero byte, and the unit separator stands between the parts of a digest.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def record(
    kind: EventKind,
    *,
    actor: Actor | None = None,
    request: HttpRequest | None = None,
    site: Site | None = None,
    subject: str = "",
    what: str = "",
    detail: Any = None,
    reason: str = "",
) -> None:
    """One event: by `actor`, or by who makes the request; number, time and digest come from the database.

    Without a site it stands at that of the subject, else at the one site where the person works.
    """
    who = actor or (actor_of(request) if request else None)
    with transaction.atomic():
        Event.objects.create(
            kind=kind,
            actor=who.user if who else None,
            role=_role(who, site) if who else "",
            site=site or (_only_site(who) if who and not subject else None),
            subject=_text(subject, 12),
            what=_text(what, 500),
            detail=detail,
            reason=_text(reason),
            request_id=request_id.get(),
            address=_text(request.META.get("REMOTE_ADDR") or "", 45) if request else "",
        )


def _role(actor: Actor, site: Site | None) -> str:
    """The person's role, there or anywhere, where they have one alone."""
    held = {each.role for each in actor.memberships if site is None or each.site_id in (None, site.pk)}
    return held.pop() if len(held) == 1 else ""


def _only_site(actor: Actor) -> Site | None:
    sites = {each.site for each in actor.memberships}
    return sites.pop() if len(sites) == 1 else None


def _text(value: str, length: int = 0) -> str:
    """As the column takes it: what people type may be anything, of any length."""
    clean = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", value)
    return clean[:length] if length else clean
