"""Enter a safety record where all is frozen or locked: the one path past a hold, with a mark of its own (SAF-02)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.permissions import Permission
from core.actions import crf, trail
from core.actions.crf import Saved
from core.actions.entry import Entry
from core.actions.errors import ReasonRequired, Refused
from core.holds import NOT_AFTER_LOCK
from core.models import ChangeKind
from core.places import Place

WHY = _("Say why this is entered although it is frozen or locked. The reason is kept with it.")


class WhyRequired(ReasonRequired):
    """The controlled path always needs its reason."""

    def __init__(self) -> None:
        Refused.__init__(self, WHY)


@transaction.atomic
def save(place: Place, entry: Entry, *, by: Actor, reason: str, revision: int = 0, token: UUID | None = None) -> Saved:
    """A new line of a log that is entered after a lock, or a change of one that was. The hold itself stays.

    Raises WhyRequired, Refused for any other form and for what was there before, and all that `crf.save` raises.
    """
    act = trail.begin(
        place.subject, Permission.ENTER_AFTER_LOCK, by=by, reason=reason, token=token if place.is_new else None
    )
    place = crf.as_it_is_now(act, place)
    if not act.held.takes(place.form.after_lock, place.at.name, place.form.code, place.key):
        raise Refused(NOT_AFTER_LOCK)
    if not act.reason:
        raise WhyRequired
    return crf.finish(act, place, entry, revision=revision, kind=ChangeKind.AFTER_LOCK)
