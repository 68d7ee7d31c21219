"""What tests of verification share: a subject that is frozen or locked, whatever speaks against it."""

from __future__ import annotations

from django.db import transaction

from accounts.permissions import Permission
from accounts.testing import Cast
from core.actions import trail
from core.actions.trail import Where
from core.models import ChangeKind, Hold, HoldState, HoldStep, HoldVerb, Level, Subject
from core.testing.trial import commit


@transaction.atomic
def hold(cast: Cast, subject: Subject, state: HoldState = HoldState.LOCKED) -> None:
    """The data manager holds the subject. The preconditions of a lock are not what these tests are about."""
    commit()  # what was done before belongs to an earlier transaction
    locked = state == HoldState.LOCKED
    by, verb = cast.actor(cast.data_manager), HoldVerb.LOCK if locked else HoldVerb.FREEZE
    act = trail.begin(subject, Permission.LOCK if locked else Permission.FREEZE, by=by)
    made = Hold(subject=act.subject, site=act.subject.site, level=Level.SUBJECT, state=state)
    trail.note(act, [made])
    said = {"at": act.at, "actor": by.user, "actor_name": by.name, "role": act.role}
    trail.note(act, [HoldStep(hold=made, verb=verb, state=state, **said)])
    trail.write(act, kind=ChangeKind.LOCK if locked else ChangeKind.FREEZE, where=Where())
    commit()
