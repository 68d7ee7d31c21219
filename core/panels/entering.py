"""What site staff have to enter: visits due and overdue, forms to complete, queries to answer."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.permissions import Permission
from core import worklist
from core.models import Subject
from core.panels import SHOWN, Panel, Task
from core.records import gather


def panel(actor: Actor) -> Panel | None:
    """For those who enter data."""
    if not actor.can(Permission.ENTER_DATA):
        return None
    sites = actor.sites(Permission.ENTER_DATA)
    everyone = gather(list(Subject.objects.filter(site__in=sites).select_related("site").order_by("number")))
    due, overdue = worklist.visits(everyone)
    forms = worklist.forms(everyone)
    asked = sum(records.open_queries for records in everyone)
    tasks = [
        Task(_("Visits due now"), len(due), "#due", "due"),
        Task(_("Overdue visits"), len(overdue), "#overdue", "overdue"),
        Task(_("Forms to complete"), len(forms), "#forms", "incomplete"),
        Task(_("Queries to answer"), asked, f"{reverse('query-list')}?state=OPEN", "query"),
    ]
    lists = {"due": due[:SHOWN], "overdue": overdue[:SHOWN], "forms": forms[:SHOWN]}
    counts = {"due": len(due), "overdue": len(overdue), "forms": len(forms)}
    return Panel(tasks, "core/_panel_entering.html", lists | {f"more_{name}": n > SHOWN for name, n in counts.items()})
