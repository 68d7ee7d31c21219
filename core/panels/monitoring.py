"""What a monitor's home opens on: the records that changed since they reviewed them, and what is to be verified."""

from __future__ import annotations

from django.db.models import F, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.permissions import Permission
from core.models import FormStatus
from core.panels import SHOWN, Panel, Task, at
from core.reading import Changed, unread


def panel(actor: Actor) -> Panel | None:
    """The newest change first. Two statements, however many subjects; answered queries stand with the other queries."""
    if not actor.can(Permission.VERIFY_SOURCE):
        return None
    found = [Changed(each) for each in unread(actor, Permission.VERIFY_SOURCE)[:SHOWN]]
    total = found[0].status.total if found else 0
    here = FormStatus.objects.filter(at(actor, Permission.VERIFY_SOURCE, "subject__site"))
    left = here.aggregate(n=Sum(F("required") - F("verified"), default=0))["n"]
    tasks = [
        Task(_("Forms changed since you reviewed them"), total, reverse("review-list"), "due"),
        Task(_("Answers to verify"), left, reverse("verify-list"), "incomplete"),
    ]
    return Panel(tasks, "core/_panel_monitoring.html", {"changed": found, "more": total > len(found)})
