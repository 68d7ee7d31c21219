"""The page of what is derived for a subject."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.permissions import Permission
from core.moment import asked_for
from core.places import find_subject_at
from reports.derived import FORMS, derive
from reports.records import context_of


@require_safe
@requires(Permission.VIEW_CLINICAL)
def derived(request: AuthenticatedRequest, number: str) -> HttpResponse:
    """Endpoints, kinetics, times since infusion; now, or as of a moment."""
    subject, moment = find_subject_at(request.actor, number, asked_for(request.GET))
    found = derive(context_of(subject, moment, FORMS))
    return render(request, "reports/subject_derived.html", {"subject": subject, "moment": moment, "derived": found})
