"""Home: what the person has to do now, counted and linked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.actor import Actor
from accounts.models import SITE_STAFF, Membership, Site, User
from accounts.permissions import Permission
from core import worklist
from core.actions import status
from core.crf import read
from core.models import Change, Crf, Query, Subject
from core.places import LOG
from core.records import gather

SHOWN = 20
RECENT = timedelta(days=7)
# The log a safety reviewer follows, and the answer that makes a line of it serious.
EVENTS, SERIOUS = "AE", ("aeser", "Y")


@dataclass(frozen=True)
class Task:
    """A line of the work list: what, how many, where it is done, how urgent it looks."""

    label: str
    count: int
    url: str
    state: str


@require_safe
@requires(Permission.VIEW_HOME)
def home(request: AuthenticatedRequest) -> HttpResponse:
    """The work list of the person's roles."""
    actor = request.actor
    lists: dict[str, Any] = {}
    tasks: list[Task] = []
    if actor.can(Permission.ENTER_DATA):
        tasks, lists = _entering(actor)
    if _reads(actor):
        tasks += _reading(actor)
    if actor.can(Permission.REVIEW_SAFETY):
        events, lists["events"] = _reviewing(actor)
        tasks = [*events, *tasks]
    if actor.can(Permission.MANAGE_ACCOUNTS):
        tasks += _administering()
    context = {"tasks": tasks, "has_role": bool(actor.memberships), "shown": SHOWN, **lists}
    return render(request, "core/home.html", context)


def _entering(actor: Actor) -> tuple[list[Task], dict[str, Any]]:
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
    lists = {"due": due[:SHOWN], "overdue": overdue[:SHOWN], "forms": forms[:SHOWN], "enters": True}
    counts = {"due": len(due), "overdue": len(overdue), "forms": len(forms)}
    return tasks, lists | {f"more_{name}": n > SHOWN for name, n in counts.items()}


def _reads(actor: Actor) -> bool:
    """Does the person follow what others enter? Some enter at one site and monitor at another."""
    if not actor.can(Permission.ENTER_DATA):
        return actor.can(Permission.VIEW_CLINICAL)
    return actor.can(Permission.CLOSE_QUERY) or actor.can(Permission.REVIEW_SAFETY)


def _reading(actor: Actor) -> list[Task]:
    at = _at(actor, Permission.VIEW_CLINICAL)
    states = dict(Query.objects.filter(at).values_list("state").annotate(n=Count("id")).order_by())
    queries = reverse("query-list")
    tasks = []
    if actor.can(Permission.CLOSE_QUERY):
        tasks.append(
            Task(_("Answered queries to close"), states.get("ANSWERED", 0), f"{queries}?state=ANSWERED", "query")
        )
    tasks.append(Task(_("Open queries"), states.get("OPEN", 0), f"{queries}?state=OPEN", "query"))
    if actor.can(Permission.VIEW_TRAIL):
        since = _recent()
        recent = Change.objects.filter(at, at__gte=since).count()
        url = f"{reverse('change-list')}?since={since.date()}"
        tasks.append(Task(_("Changes in the last 7 days"), recent, url, "due"))
    return tasks


def _reviewing(actor: Actor) -> tuple[list[Task], dict[str, Any]]:
    """Adverse events that are new or serious, the newest first."""
    new, serious = Q(entered_at__gte=_recent()), Q(**dict([SERIOUS]))
    at = _at(actor, Permission.REVIEW_SAFETY, "subject__site")
    lines = read.form_models()[EVENTS].objects.filter(at, voided=False)
    count = lines.aggregate(new=Count("pk", new), serious=Count("pk", serious))
    shown = lines.filter(new | serious).select_related("subject__site").order_by("-entered_at", "-pk")
    tasks = [
        Task(_("Serious adverse events"), count["serious"], "#events", "overdue"),
        Task(_("Adverse events entered in the last 7 days"), count["new"], "#events", "incomplete"),
    ]
    found = [_event(record) for record in shown[: SHOWN + 1]]
    return tasks, {"rows": found[:SHOWN], "more": len(found) > SHOWN}


def _event(record: Crf) -> dict[str, Any]:
    item, answer = SERIOUS
    return {
        "record": record,
        "subject": record.subject,
        "title": status.summary(read.form(EVENTS, record.form_version), record),
        "serious": getattr(record, item) == answer,
        "url": reverse("crf-edit", args=[record.subject.number, LOG, EVENTS, record.key]),
    }


def _recent() -> datetime:
    """The first moment of the day a week ago: from there on the change list shows the changes of that day as well."""
    return timezone.localtime(timezone.now() - RECENT).replace(hour=0, minute=0, second=0, microsecond=0)


def _at(actor: Actor, permission: Permission, site: str = "site") -> Q:
    ids = actor.site_ids(permission)
    return Q() if ids is None else Q(**{f"{site}__in": ids})


def _administering() -> list[Task]:
    not_over = Q(to_on=None) | Q(to_on__gte=timezone.localdate())
    lacking = Membership.objects.filter(not_over, Q(trained_on=None) | Q(delegated_on=None), role__in=SITE_STAFF)
    memberships = f"{reverse('admin:accounts_membership_changelist')}?in_force=no"
    people = User.objects.filter(is_active=True, is_system=False).count()
    sites = Site.objects.filter(is_active=True).count()
    active = "?is_active__exact=1"
    return [
        Task(_("Roles without training or delegation"), lacking.count(), memberships, "overdue"),
        Task(_("Active people"), people, reverse("admin:accounts_user_changelist") + active, "complete"),
        Task(_("Active sites"), sites, reverse("admin:accounts_site_changelist") + active, "complete"),
    ]
