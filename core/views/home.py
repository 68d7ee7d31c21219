"""Home: what the person has to do now, counted and linked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
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
from core.models import Change, FormStatus, Query, Subject
from core.models.crf import FormState
from core.records import gather
from core.schedule import WindowState

SHOWN = 20
RECENT = timedelta(days=7)


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
    elif actor.can(Permission.VIEW_CLINICAL):
        tasks = _reading(actor)
    if actor.can(Permission.MANAGE_ACCOUNTS):
        tasks += _administering()
    context = {"tasks": tasks, "has_role": bool(actor.memberships), "shown": SHOWN, **lists}
    return render(request, "core/home.html", context)


def _entering(actor: Actor) -> tuple[list[Task], dict[str, Any]]:
    sites = actor.sites(Permission.ENTER_DATA)
    everyone = gather(list(Subject.objects.filter(site__in=sites).select_related("site").order_by("number")))
    due, overdue = worklist.visits(everyone, WindowState.OPEN), worklist.visits(everyone, WindowState.CLOSED)
    forms = worklist.forms(everyone)
    asked = sum(records.open_queries for records in everyone)
    tasks = [
        Task(_("Visits due now"), len(due), "#due", "due"),
        Task(_("Overdue visits"), len(overdue), "#overdue", "overdue"),
        Task(_("Forms to complete"), len(forms), "#forms", "incomplete"),
        Task(_("Queries to answer"), asked, f"{reverse('query-list')}?state=OPEN", "query"),
    ]
    lists = {"due": due[:SHOWN], "overdue": overdue[:SHOWN], "forms": forms[:SHOWN], "enters": True}
    return tasks, lists | {"more_overdue": len(overdue) > SHOWN, "more_forms": len(forms) > SHOWN}


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
    if actor.can(Permission.REVIEW_SAFETY):
        tasks.append(Task(_("Adverse events on record"), _events(actor), reverse("subject-list"), "incomplete"))
    if actor.can(Permission.VIEW_TRAIL):
        since = timezone.now() - RECENT
        day = timezone.localdate(since).isoformat()
        recent = Change.objects.filter(at, at__gte=since).count()
        tasks.append(Task(_("Changes in the last 7 days"), recent, f"{reverse('change-list')}?since={day}", "due"))
    return tasks


def _events(actor: Actor) -> int:
    lines = FormStatus.objects.filter(form_code="AE").exclude(state=FormState.VOIDED)
    ids = actor.site_ids(Permission.REVIEW_SAFETY)
    return (lines if ids is None else lines.filter(subject__site__in=ids)).count()


def _at(actor: Actor, permission: Permission) -> Q:
    ids = actor.site_ids(permission)
    return Q() if ids is None else Q(site__in=ids)


def _administering() -> list[Task]:
    lacking = Membership.objects.filter(role__in=SITE_STAFF).filter(Q(trained_on=None) | Q(delegated_on=None))
    people = User.objects.filter(is_active=True, is_system=False)
    return [
        Task(
            _("Roles without training or delegation"),
            lacking.count(),
            reverse("admin:accounts_membership_changelist"),
            "overdue",
        ),
        Task(_("Active people"), people.count(), reverse("admin:accounts_user_changelist"), "complete"),
        Task(
            _("Active sites"),
            Site.objects.filter(is_active=True).count(),
            reverse("admin:accounts_site_changelist"),
            "complete",
        ),
    ]
