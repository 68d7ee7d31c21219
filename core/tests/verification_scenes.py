"""What tests of verification share: a subject that is frozen or locked, whatever speaks against it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.permissions import Permission
from accounts.testing import Cast
from core.actions import trail
from core.actions.trail import Where
from core.models import ChangeKind, Hold, HoldState, HoldStep, HoldVerb, Level, Subject
from core.testing.trial import commit


@transaction.atomic
def hold(cast: Cast, subject: Subject, state: HoldState = HoldState.LOCKED, **place: Any) -> None:
    """The data manager holds the subject, or a `place`. The preconditions are not what these tests are about."""
    commit()  # what was done before belongs to an earlier transaction
    locked = state == HoldState.LOCKED
    by, verb = cast.actor(cast.data_manager), HoldVerb.LOCK if locked else HoldVerb.FREEZE
    act = trail.begin(subject, Permission.LOCK if locked else Permission.FREEZE, by=by)
    place = {"level": Level.SUBJECT} | place
    made = Hold(subject=act.subject, site=act.subject.site, state=state, **place)
    trail.note(act, [made])
    said = {"at": act.at, "actor": by.user, "actor_name": by.name, "role": act.role}
    trail.note(act, [HoldStep(hold=made, verb=verb, state=state, **said)])
    where = Where(place.get("visit_name", ""), place.get("form_code", ""), place.get("record_key"))
    trail.write(act, kind=ChangeKind.LOCK if locked else ChangeKind.FREEZE, where=where)
    commit()
