"""Add a subject: the number is drawn per site, in order, never reused, also when two people add at once.

A person who is screened again gets a new number and a new casebook, which names the one before.
"""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import Site
from accounts.permissions import Permission
from core.actions import trail
from core.actions.errors import ReasonRequired, Refused
from core.actions.trail import Touched
from core.models import ChainHead, ChangeKind, Hold, HoldState, Level, Subject, SubjectStatus
from core.schedule import current

LOCK = 4711  # the first half of the advisory lock's key: drawing a subject number; the second half is the site


@transaction.atomic
def add(
    site: Site, *, by: Actor, token: UUID | None = None, previous: Subject | None = None, reason: str = ""
) -> Subject:
    """A new subject at a site; the same page (`token`) sent twice gives the same one.

    `previous`: the same person's casebook before this one, whom `reason` says why to screen again. Raises
    PermissionDenied, ReasonRequired, Refused.
    """
    role = by.require(Permission.ADD_SUBJECT, site)
    trail.heed_watch()
    if not site.is_active:
        raise PermissionDenied
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, site.pk])
    again = Subject.objects.filter(number__startswith=f"{site.code}-", changes__page_token=token, changes__seq=1)
    sent: Subject | None = again.first() if token else None
    if sent:
        return sent
    if previous is not None:
        _may_be_screened_again(previous, site, reason)
    held = Hold.objects.filter(Q(level=Level.STUDY) | Q(level=Level.SITE, site=site)).exclude(state=HoldState.FREE)
    if held.exists():
        raise Refused(_("This site is frozen or locked: it takes no new subject."))
    last = Subject.objects.filter(number__startswith=f"{site.code}-").aggregate(n=Max("ordinal"))["n"] or 0
    number = f"{site.code}-{last + 1:03}"
    version = current().versions[-1].number
    subject = Subject(
        site=site, ordinal=last + 1, number=number, protocol_version=version, status=SubjectStatus.REGISTERED
    )
    subject.previous = previous
    act = trail.first(subject, by=by, role=role, reason=reason, token=token)
    trail.write(act, [Touched(subject)], kind=ChangeKind.CREATE, where=trail.Where())
    return subject


def _may_be_screened_again(previous: Subject, site: Site, reason: str) -> None:
    """The chain of the former casebook is locked, so that nothing in it moves meanwhile."""
    head = ChainHead.objects.select_related("subject").select_for_update(of=("self", "subject"))
    former = head.get(subject=previous.pk).subject
    if not trail.said(reason):
        raise ReasonRequired
    if former.site_id != site.pk:
        raise Refused(_("A person is screened again at the same site."))
    if former.is_treated:
        raise Refused(_("Treatment of the trial began: this person cannot be screened again."))
    if not former.may_be_screened_again:
        raise Refused(_("This person still takes part, or has died: there is nothing to screen again."))
    if Subject.objects.filter(previous=former).exists():
        raise Refused(_("This person was screened again already. Go on from the newest casebook."))
