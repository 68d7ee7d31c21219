"""Dose escalation: the levels, who was treated at each, and until when the next subject waits."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.permissions import Permission
from core import protocol
from dosing import escalation


@require_safe
@requires(Permission.VIEW_CLINICAL)
def dose_escalation(request: AuthenticatedRequest) -> HttpResponse:
    """For those who may see every site: the list names subjects of all of them."""
    if request.actor.site_ids(Permission.VIEW_CLINICAL) is not None:
        raise PermissionDenied(_("This page shows subjects of every site. Your role shows you those of your own."))
    figures = {"days": protocol.days("stagger_days"), "size": protocol.number("cohort_size")}
    return render(request, "dosing/dose_escalation.html", {"levels": escalation.levels()} | figures)
