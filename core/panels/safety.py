"""What a safety reviewer follows: adverse events that are new or serious."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.permissions import Permission
from core.actions import status
from core.crf import read
from core.models import Crf
from core.panels import SHOWN, Panel, Task, at, recent
from core.places import LOG

# The log a safety reviewer follows, and the answer that makes a line of it serious.
EVENTS, SERIOUS = "AE", ("aeser", "Y")


def panel(actor: Actor) -> Panel | None:
    """The newest first."""
    if not actor.can(Permission.REVIEW_SAFETY):
        return None
    new, serious = Q(entered_at__gte=recent()), Q(**dict([SERIOUS]))
    lines = read.form_models()[EVENTS].objects.filter(
        at(actor, Permission.REVIEW_SAFETY, "subject__site"), voided=False
    )
    count = lines.aggregate(new=Count("pk", new), serious=Count("pk", serious))
    shown = lines.filter(new | serious).select_related("subject__site").order_by("-entered_at", "-pk")
    tasks = [
        Task(_("Serious adverse events"), count["serious"], "#events", "overdue"),
        Task(_("Adverse events entered in the last 7 days"), count["new"], "#events", "incomplete"),
    ]
    found = [_event(record) for record in shown[: SHOWN + 1]]
    events = {"rows": found[:SHOWN], "more": len(found) > SHOWN}
    return Panel(tasks, "core/_panel_safety.html", {"events": events})


def _event(record: Crf) -> dict[str, Any]:
    item, answer = SERIOUS
    return {
        "record": record,
        "subject": record.subject,
        "title": status.summary(read.form(EVENTS, record.form_version), record),
        "serious": getattr(record, item) == answer,
        "url": reverse("crf-edit", args=[record.subject.number, LOG, EVENTS, record.key]),
    }
