"""A subject with a past, and the ways to look at it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from accounts.actor import Actor
from accounts.testing import Cast
from core.actions import crf
from core.models import Change, Subject
from core.testing.trial import CALM, WHY, commit, place_at, save_vs
from core.tests.scenes import client_of

HOME = "/subjects/01-001/"
FORM = f"{HOME}visits/SCR/VS/"


def moment_of(change: Change, **away: float) -> str:
    """The moment of a change as in addresses, or one beside it."""
    return (change.at + timedelta(**away)).isoformat()


def changes(subject: Subject) -> list[Change]:
    """All changes of a subject, the first to the last."""
    return list(Change.objects.filter(subject=subject).order_by("seq"))


def look(cast: Cast, url: str, at: str, reader: Any = None) -> Any:
    """A page as of a moment, as a coordinator of site 01 sees it unless said otherwise."""
    return client_of(reader or cast.coordinator).get(f"{url}?at={quote(at)}")


def past(subject: Subject, coordinator: Actor) -> list[Change]:
    """Added; a pressure of 250 (a query); corrected to 120 with one answer less (closed); void."""
    save_vs(subject, CALM | {"sysbp": 250}, by=coordinator)
    save_vs(subject, CALM | {"sysbp": 120, "pulse": None}, by=coordinator, reason=WHY)
    crf.void(place_at(subject, "SCR", "VS"), by=coordinator, reason=WHY, revision=2)
    commit()
    return changes(subject)
