"""A visit: its date, its forms, missed or added."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.permissions import Permission
from core import matrix, schedule
from core.actions import visit as acts
from core.actions.errors import Conflict, Refused
from core.crf import read
from core.crf.inputs import parse_day
from core.places import VisitPlace, find_subject, find_visit
from core.records import gather
from core.schedule import VisitKind


@require_safe
@requires(Permission.VIEW_CLINICAL)
def detail(request: AuthenticatedRequest, number: str, visit: str) -> HttpResponse:
    """What is planned, what became of it, and its forms."""
    return _page(request, find_visit(request.actor, number, visit))


@require_POST
@requires(Permission.MANAGE_VISITS)
def save_date(request: AuthenticatedRequest, number: str, visit: str) -> HttpResponse:
    """Enter or correct the date."""
    place = find_visit(request.actor, number, visit, Permission.MANAGE_VISITS)

    def act() -> None:
        day = _day(request.POST.get("visit_on", ""))
        acts.save_date(place, day, by=request.actor, reason=_reason(request), revision=_revision(request))

    return _do(request, place, act, _("The date of the visit is saved."))


@require_POST
@requires(Permission.MANAGE_VISITS)
def mark_missed(request: AuthenticatedRequest, number: str, visit: str) -> HttpResponse:
    """Record that the visit did not take place."""
    place = find_visit(request.actor, number, visit, Permission.MANAGE_VISITS)

    def act() -> None:
        acts.mark_missed(place, by=request.actor, reason=_reason(request), revision=_revision(request))

    return _do(request, place, act, _("The visit is marked as missed."))


@requires(Permission.MANAGE_VISITS)
def add(request: AuthenticatedRequest, number: str) -> HttpResponse:
    """Add a visit that the schedule did not foresee."""
    subject = find_subject(request.actor, number, Permission.MANAGE_VISITS)
    plans = schedule.current().for_version(subject.protocol_version)
    kinds = {plan.code: plan for plan in plans if plan.kind not in (VisitKind.SCHEDULED, VisitKind.LOG)}
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        plan = kinds.get(request.POST.get("code", ""))
        try:
            if plan is None:
                raise ValidationError({"code": [_("Choose what kind of visit it was.")]})
            day = _day(request.POST.get("visit_on", ""))
            place = VisitPlace(subject, plan, 0, None)
            added = acts.add_unscheduled(place, day, by=request.actor, reason=_reason(request))
        except (Refused, ValidationError) as error:
            errors = _errors(error)
        else:
            return redirect("visit-detail", subject.number, added.name)
    context = {"subject": subject, "kinds": kinds.values(), "errors": errors, "today": subject.site.today()}
    context["typed"] = request.POST
    return render(request, "core/visit_add.html", context, status=400 if errors else 200)


def _do(request: AuthenticatedRequest, place: VisitPlace, act: Callable[[], None], done: str) -> HttpResponse:
    if place.is_log:
        raise Http404
    try:
        act()
    except (Refused, ValidationError) as error:
        status = 409 if isinstance(error, Conflict) else 400
        place = find_visit(request.actor, place.subject.number, place.name)
        return _page(request, place, errors=_errors(error), status=status)
    messages.success(request, done)
    return redirect(place.url)


def _page(request: AuthenticatedRequest, place: VisitPlace, *, errors: Any = None, status: int = 200) -> HttpResponse:
    if place.is_log:
        raise Http404
    records = gather([place.subject])[0]
    row = matrix.visit_row(records, place.plan, place.ordinal)
    context = {
        "subject": place.subject,
        "place": place,
        "row": row,
        "cells": [(_title(code), matrix.cell(records, row, code)) for code in _codes(place)],
        "to_come": sum(code not in read.form_models() for code in place.plan.forms),
        "may_manage": request.actor.can(Permission.MANAGE_VISITS, place.subject.site),
        "may_read_trail": request.actor.can(Permission.VIEW_TRAIL, place.subject.site),
        "may_be_missed": place.plan.kind is VisitKind.SCHEDULED and not row.missed and not _begun(records, row),
        "errors": errors or {},
        "typed": request.POST,
        "today": records.today,
    }
    return render(request, "core/visit_detail.html", context, status=status)


def _codes(place: VisitPlace) -> list[str]:
    return [code for code in place.plan.forms if code in read.form_models()]


def _title(code: str) -> Any:
    return read.form(code).title


def _begun(records: Any, row: matrix.VisitRow) -> bool:
    return any(name == row.name and state.state != "VOIDED" for (name, _code), state in records.states.items())


def _day(text: str) -> Any:
    """A date as typed. ValidationError at the date's field."""
    try:
        return parse_day(text) if text.strip() else None
    except ValidationError as error:
        raise ValidationError({"visit_on": error.messages}) from error


def _reason(request: AuthenticatedRequest) -> str:
    return request.POST.get("reason", "")[:500]


def _revision(request: AuthenticatedRequest) -> int:
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _errors(error: Refused | ValidationError) -> dict[str, list[str]]:
    return {"reason": [str(error)]} if isinstance(error, Refused) else error.message_dict
