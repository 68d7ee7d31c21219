"""What those who follow the data look at: queries, and how much changed of late."""

from __future__ import annotations

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.permissions import Permission
from core.models import Change, Query
from core.panels import Panel, Task, at, recent


def panel(actor: Actor) -> Panel | None:
    """For readers."""
    if not _reads(actor):
        return None
    here = at(actor, Permission.VIEW_CLINICAL)
    asked = Query.objects.filter(at(actor, Permission.VIEW_CLINICAL, "subject__site"))
    states = dict(asked.values_list("state").annotate(n=Count("id")).order_by())
    queries = reverse("query-list")
    tasks = []
    if actor.can(Permission.CLOSE_QUERY):
        tasks.append(
            Task(_("Answered queries to close"), states.get("ANSWERED", 0), f"{queries}?state=ANSWERED", "query")
        )
    tasks.append(Task(_("Open queries"), states.get("OPEN", 0), f"{queries}?state=OPEN", "query"))
    if actor.can(Permission.VIEW_TRAIL):
        since = recent()
        count = Change.objects.filter(here, at__gte=since).count()
        url = f"{reverse('change-list')}?since={since.date()}&kind=CHANGES"
        tasks.append(Task(_("Changes in the last 7 days"), count, url, "due"))
    return Panel(tasks)


def _reads(actor: Actor) -> bool:
    """Does the person follow what others enter? Some enter at one site and monitor at another."""
    if not actor.can(Permission.ENTER_DATA):
        return actor.can(Permission.VIEW_CLINICAL)
    return actor.can(Permission.CLOSE_QUERY) or actor.can(Permission.REVIEW_SAFETY)
