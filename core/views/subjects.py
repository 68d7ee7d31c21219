"""The list of subjects, and a new one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.actor import Actor
from accounts.models import Site
from accounts.permissions import Permission
from core import schedule, worklist
from core.actions import subject as acts
from core.actions.errors import Refused
from core.crf.forms import new_token
from core.models import Subject, SubjectStatus
from core.places import find_subject
from core.records import Records, gather
from core.schedule import WindowState
from core.views import posted

SIZE = 50
# What a window's state is called on the pages.
STATES = {WindowState.UPCOMING: "upcoming", WindowState.OPEN: "due", WindowState.CLOSED: "overdue"}


class SubjectFilters(forms.Form):
    """By status, site, and part of the number."""

    status = forms.ChoiceField(label=gettext_lazy("Status"), required=False)
    site = forms.ModelChoiceField(Site.objects.none(), label=gettext_lazy("Site"), required=False)
    number = forms.CharField(label=gettext_lazy("Number"), max_length=8, required=False)

    def __init__(self, actor: Actor, data: Any) -> None:
        super().__init__(data)
        self.fields["status"].choices = [("", ""), *SubjectStatus.choices]  # type: ignore[attr-defined]
        self.fields["site"].queryset = actor.sites(Permission.VIEW_CLINICAL)  # type: ignore[attr-defined]


@require_safe
@requires(Permission.VIEW_CLINICAL)
def index(request: AuthenticatedRequest) -> HttpResponse:
    """The subjects the person may see, with what comes next for each."""
    sites = request.actor.sites(Permission.VIEW_CLINICAL)
    filters = SubjectFilters(request.actor, request.GET)
    asked = filters.cleaned_data if filters.is_valid() else {}
    found = Subject.objects.filter(site__in=sites).select_related("site").order_by("number")
    if asked.get("site"):
        found = found.filter(site=asked["site"])
    if asked.get("number"):
        found = found.filter(number__contains=asked["number"])
    counts = dict(found.order_by().values_list("status").annotate(n=Count("id")))
    if asked.get("status"):
        found = found.filter(status=asked["status"])
    page = Paginator(found, SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [_row(records) for records in gather(list(page.object_list))],
        "filters": filters,
        "chips": _chips(counts, asked.get("status")),
        "total": sum(counts.values()),
        "sites": list(sites),
        "may_add": _sites_to_add_at(request.actor).exists(),
        "may_hold": request.actor.can(Permission.FREEZE),
        "holds_study": request.actor.can(Permission.FREEZE) and request.actor.site_ids(Permission.FREEZE) is None,
    }
    return render(request, "core/subject_list.html", context, status=200 if filters.is_valid() else 400)


def _chips(counts: dict[str | None, int], chosen: str | None) -> list[tuple[str, Any, int]]:
    """Each status somebody has, and the one asked for."""
    return [
        (code, label, counts.get(code, 0))
        for code, label in SubjectStatus.choices
        if counts.get(code) or code == chosen
    ]


def _row(records: Records) -> dict[str, Any]:
    subject = records.subject
    due = next(worklist.pending(records), None)
    day = schedule.infusion_day(records.today, subject.infusion_on) if subject.infusion_on else None
    return {
        "subject": subject,
        "day": day,
        "next": due,
        "state": STATES[due.state] if due else "",
        "queries": records.open_queries,
        "forms": len(worklist.forms([records])),
    }


@requires(Permission.ADD_SUBJECT)
def add(request: AuthenticatedRequest) -> HttpResponse:
    """Add a subject at a site of the person's; the number is drawn by the system."""
    sites = list(_sites_to_add_at(request.actor))
    if not sites:
        raise Http404
    if request.method == "POST":
        chosen = [site for site in sites if str(site.pk) == request.POST.get("site")]
        if not chosen:
            raise Http404
        try:
            subject = acts.add(chosen[0], by=request.actor, token=posted.token(request.POST.get("token")))
        except Refused as refusal:
            context = {"sites": sites, "token": new_token(), "refusal": str(refusal)}
            return render(request, "core/subject_add.html", context, status=409)
        messages.success(request, _("Added: subject %(number)s.") % {"number": subject.number})
        return redirect("subject-detail", subject.number)
    return render(request, "core/subject_add.html", {"sites": sites, "token": new_token()})


@requires(Permission.ADD_SUBJECT)
def screen_again(request: AuthenticatedRequest, number: str) -> HttpResponse:
    """A person who left before treatment is screened again under a new number; both casebooks name each other."""
    subject = find_subject(request.actor, number, Permission.ADD_SUBJECT)
    refusal, reason = "", request.POST.get("reason", "")
    if request.method == "POST":
        try:
            token = posted.token(request.POST.get("token"))
            again = acts.add(subject.site, by=request.actor, token=token, previous=subject, reason=reason)
        except Refused as refused:
            refusal = str(refused)
        else:
            said = {"number": again.number, "before": subject.number}
            messages.success(request, _("Added: subject %(number)s, screened before as %(before)s.") % said)
            return redirect("subject-detail", again.number)
    context = {"subject": subject, "token": new_token(), "refusal": refusal, "reason": reason}
    return render(request, "core/subject_again.html", context, status=409 if refusal else 200)


def _sites_to_add_at(actor: Actor) -> QuerySet[Site]:
    """A site that is closed takes no subject."""
    return actor.sites(Permission.ADD_SUBJECT).filter(is_active=True)
