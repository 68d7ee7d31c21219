"""When the next review of the audit trail is due."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.permissions import Permission
from core.actions import trail_review
from core.panels import Panel, Task


def panel(actor: Actor) -> Panel | None:
    """For those who review it."""
    if not actor.can(Permission.REVIEW_TRAIL):
        return None
    today = timezone.localdate()
    due = trail_review.next_due(today)
    if due <= today:
        return Panel([Task(_("Review of the audit trail is due"), 1, reverse("trail-review-add"), "overdue")])
    days = (due - today).days
    return Panel(
        [Task(_("Days to the next review of the audit trail"), days, reverse("trail-review-list"), "upcoming")]
    )
