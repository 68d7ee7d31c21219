"""Small stretches of the trial that tests of the queries begin with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from accounts.models import User
from accounts.permissions import Permission
from accounts.testing import Cast
from core.actions import query as acts
from core.actions import trail
from core.actions.trail import Where
from core.asking import Spot
from core.models import ChangeKind, Hold, HoldState, HoldStep, HoldVerb, Level, Query, QueryEvent, Subject
from core.testing import trial
from core.tests.scenes import vitals


def raised(
    cast: Cast, text: str = "Please check the cuff.", *, by: User | None = None, item: str = "sysbp", of: str = "01-001"
) -> Query:
    """A query by a person, a monitor unless said otherwise, about the vital signs at screening."""
    place = vitals(Subject.objects.select_related("site").get(number=of))
    return acts.raise_(Spot.of(place, item), text, by=cast.actor(by or cast.monitor))


def seen_of(query: Query) -> str:
    """The last step of a thread, as a page opened now shows it."""
    return str(QueryEvent.objects.filter(query=query).latest("id").pk)


def lock(cast: Cast, subject: Subject) -> None:
    """All of a subject is locked, after what was done to it before."""
    trial.commit()
    with transaction.atomic():
        act = trail.begin(subject, Permission.LOCK, by=cast.actor(cast.data_manager))
        hold = Hold(subject=subject, site=subject.site, level=Level.SUBJECT, state=HoldState.LOCKED)
        trail.note(act, [hold])
        step = HoldStep(hold=hold, verb=HoldVerb.LOCK, state=HoldState.LOCKED, at=act.at, role=act.role)
        step.actor, step.actor_name = act.by.user, act.by.name
        trail.note(act, [step])
        trail.write(act, kind=ChangeKind.LOCK, where=Where())


@contextmanager
def savepoint() -> Iterator[None]:
    """What is done inside is undone after it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
