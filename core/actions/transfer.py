"""Send a subject to another site: from then on that site enters its data and reads all that was entered before."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import Site
from accounts.permissions import Permission
from core.actions import trail
from core.actions.errors import ReasonRequired, Refused
from core.actions.trail import Touched, Where
from core.models import Change, ChangeKind, Hold, HoldState, Level, Subject


@transaction.atomic
def transfer(subject: Subject, site: Site, *, by: Actor, reason: str, seen: Site) -> Change:
    """The subject goes from the site that the person saw to another one. Its number stays.

    Raises PermissionDenied, ReasonRequired, ValidationError (no other, active site), Refused (held, moved meanwhile).
    """
    act = trail.begin(subject, Permission.TRANSFER_SUBJECT, by=by, reason=reason)
    by.require(Permission.TRANSFER_SUBJECT, site)
    if not act.reason:
        raise ReasonRequired
    if act.subject.site_id != seen.pk:
        raise Refused(_("The subject was transferred meanwhile. Look at it again."))
    if site == act.subject.site or not site.is_active:
        raise ValidationError({"site": [_("Choose another site that takes part in the trial.")]})
    act.held.require_open()
    there = Hold.objects.filter(level=Level.SITE, site=site).exclude(state=HoldState.FREE)
    if there.exists():
        raise Refused(_("The site chosen is frozen or locked: it takes no subject."))
    touched = Touched.existing(act.subject)
    act.subject.site = site
    change = trail.write(act, [touched], kind=ChangeKind.TRANSFER, where=Where())
    if change is None:
        raise RuntimeError("a transfer changes the site")
    return change
