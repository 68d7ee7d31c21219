"""Record a review of the trail: what was looked at and found, what follows. Signed at once, never changed (AUD-06)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import Role
from accounts.permissions import POLICY, Permission
from core import protocol
from core.actions import trail
from core.models import TrailReview

LOCK = 4714  # advisory: drawing the number of a review


@transaction.atomic
def add(said: Mapping[str, Any], *, changes: int, by: Actor) -> TrailReview:
    """A review as its reviewer signs it. `said`: scope, address, from_on, to_on, finding, outcome, next_due_on.

    `changes`: how many changes lay in its scope. Raises PermissionDenied, ValidationError (field -> messages).
    """
    granting = (each.role for each in by.memberships if Permission.REVIEW_TRAIL in POLICY[Role(each.role)])
    role = next(granting, None)
    if role is None:
        raise PermissionDenied
    trail.heed_watch()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    last = TrailReview.objects.aggregate(n=Max("number"))["n"] or 0
    review = TrailReview(
        number=last + 1, changes=changes, reviewer=by.user, reviewer_name=by.name, role=role, **_proper(said)
    )
    review.save(force_insert=True)
    return review


def _proper(said: Mapping[str, Any]) -> dict[str, Any]:
    errors: dict[str, list[str]] = {}
    if not trail.said(said["finding"]):
        errors["finding"] = [_("Write what was found; where nothing was, write what was looked at.")]
    if said["to_on"] < said["from_on"]:
        errors["to_on"] = [_("The last day lies before the first.")]
    if said["next_due_on"] <= said["to_on"]:
        errors["next_due_on"] = [_("The next review must come after the last day of this one.")]
    if errors:
        raise ValidationError(errors)
    return dict(said)


def next_due(today: date) -> date:
    """When the next review is due: as the last one said; today where there was none."""
    last = TrailReview.objects.order_by("-number").values_list("next_due_on", flat=True).first()
    return last or today


def proposed(today: date) -> date:
    """When the one after a review of today would be due."""
    return today + timedelta(days=protocol.days("trail_review_days"))
