"""A visit: its date, its forms, missed or added."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.permissions import Permission
from core import asof, matrix, schedule
from core.actions import visit as acts
from core.actions.errors import Conflict, ReasonRequired, Refused
from core.crf.inputs import TextValue, parse_day
from core.crf.rules import VISIT
from core.models import ChainHead, Change, HoldState, Subject, Visit
from core.models.crf import FormState
from core.moment import asked_for, keep
from core.places import LOG, VisitPlace, find_subject, find_subject_at, find_visit
from core.records import gather
from core.schedule import VisitDef, VisitKind
from core.views.posted import whole
from core.wording.holds import blocked_words
from core.wording.places import visit_title

MAX_REASON = 500  # a visit keeps it as an answer of its own
MISSED_ID = "missed_%s"  # two forms of the page ask for a reason


def _visit_on() -> TextValue:
    return TextValue(
        parse_day,
        label=gettext_lazy("Date on which the visit took place"),
        error_messages={"required": gettext_lazy("Enter the date of the visit.")},
    )


class DateForm(forms.Form):
    """The day the visit took place, and why it is changed where one was saved before."""

    visit_on = _visit_on()
    reason = forms.CharField(label=gettext_lazy("Reason for the change"), max_length=MAX_REASON, required=False)


class MissedForm(forms.Form):
    """Why the visit did not take place."""

    reason = forms.CharField(
        label=gettext_lazy("Why was it missed?"),
        max_length=MAX_REASON,
        error_messages={"required": gettext_lazy("Say why the visit was missed. The reason is kept with it.")},
    )


class AddForm(forms.Form):
    """A visit the schedule did not foresee."""

    code = forms.ChoiceField(
        label=gettext_lazy("Kind of visit"),
        error_messages={"required": gettext_lazy("Choose what kind of visit it was.")},
    )
    visit_on = _visit_on()
    reason = forms.CharField(
        label=gettext_lazy("Why was the visit added?"),
        max_length=MAX_REASON,
        error_messages={"required": gettext_lazy("Say why the visit was added. The reason is kept with it.")},
    )

    def __init__(self, plans: dict[str, VisitDef], data: Any) -> None:
        super().__init__(data)
        field = self.fields["code"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", ""), *((code, plan.label) for code, plan in plans.items())]


@require_safe
@requires(Permission.VIEW_CLINICAL)
def detail(request: AuthenticatedRequest, number: str, visit: str) -> HttpResponse:
    """What is planned, what became of it, and its forms; now or as of a moment. Log lines stand in the casebook."""
    at = asked_for(request.GET)
    if visit == LOG:
        subject, moment = find_subject_at(request.actor, number, at)
        return redirect(keep(moment, reverse("subject-detail", args=[subject.number])))
    return _page(request, _find(request, number, visit, Permission.VIEW_CLINICAL, at), {})


@require_POST
@requires(Permission.MANAGE_VISITS)
def save_date(request: AuthenticatedRequest, number: str, visit: str) -> HttpResponse:
    """Enter or correct the date."""
    place = _find(request, number, visit, Permission.MANAGE_VISITS)
    revision = whole(request.POST.get("revision"))

    def act(said: dict[str, Any]) -> str:
        change = acts.save_date(place, said["visit_on"], by=request.actor, reason=said["reason"], revision=revision)
        return _done(request, place, change, _("The date of the visit is saved."))

    return _step(request, place, "date", DateForm(request.POST), act)


@require_POST
@requires(Permission.MANAGE_VISITS)
def mark_missed(request: AuthenticatedRequest, number: str, visit: str) -> HttpResponse:
    """Record that a visit of the schedule did not take place."""
    place = _find(request, number, visit, Permission.MANAGE_VISITS)
    if place.plan.kind is not VisitKind.SCHEDULED:
        raise Http404
    revision = whole(request.POST.get("revision"))

    def act(said: dict[str, Any]) -> str:
        change = acts.mark_missed(place, by=request.actor, reason=said["reason"], revision=revision)
        return _done(request, place, change, _("The visit is marked as missed."))

    return _step(request, place, "missed", MissedForm(request.POST, auto_id=MISSED_ID), act)


@requires(Permission.MANAGE_VISITS)
def add(request: AuthenticatedRequest, number: str) -> HttpResponse:
    """Add a visit that the schedule did not foresee."""
    subject = find_subject(request.actor, number, Permission.MANAGE_VISITS)
    plans = _addable(subject)
    if request.POST.get("code", "") not in {"", *plans}:
        raise Http404
    before = subject.visits.filter(code__in=plans).order_by("visit_on", "id")

    @transaction.atomic
    def act(said: dict[str, Any]) -> str:
        # The same page sent twice, or by two people at one moment, must not add one visit twice: who comes second waits
        # for the first at the subject's chain, and then finds one visit more than the page showed.
        ChainHead.objects.select_for_update().get(pk=subject.pk)
        if whole(request.POST.get("known")) != before.count():
            raise Conflict(None)
        place = VisitPlace(subject, plans[said["code"]], 0, None)
        added = acts.add_unscheduled(place, said["visit_on"], by=request.actor, reason=said["reason"])
        messages.success(request, _("Added: %(visit)s.") % {"visit": visit_title(added.name, subject.protocol_version)})
        return _url(subject, added)

    form, status = AddForm(plans, request.POST if request.method == "POST" else None), 200
    if form.is_bound:
        address, status = _attempt(form, act, _("A visit was added meanwhile: see below. Is yours another one?"))
        if address:
            return redirect(address)
    listed = [(visit_title(visit.name, subject.protocol_version), visit, _url(subject, visit)) for visit in before]
    context = {"subject": subject, "form": form, "before": listed, **_quick_days(subject.site.today())}
    return render(request, "core/visit_add.html", context, status=status)


def _addable(subject: Subject) -> dict[str, VisitDef]:
    """The visits that come about otherwise than by the schedule, in the subject's version of the protocol."""
    plans = schedule.current().for_version(subject.protocol_version)
    return {plan.code: plan for plan in plans if plan.kind not in (VisitKind.SCHEDULED, VisitKind.LOG)}


def _find(request: AuthenticatedRequest, number: str, name: str, permission: Permission, at: str = "") -> VisitPlace:
    """A visit of the schedule, or one that was added. Http404 for one that is not there before somebody adds it."""
    place = find_visit(request.actor, number, name, permission, at)
    if place.visit is None and place.plan.kind is not VisitKind.SCHEDULED:
        raise Http404
    return place


def _step(
    request: AuthenticatedRequest, place: VisitPlace, name: str, form: forms.Form, act: Callable[[dict[str, Any]], str]
) -> HttpResponse:
    """Do it, or show the page again with what was typed and why it was not done."""
    clash = _("Somebody else changed this visit after you opened the page. Nothing was overwritten.")
    address, status = _attempt(form, act, clash)
    if address:
        return redirect(address)
    return _page(request, place, {name: form}, status=status)


def _attempt(form: forms.Form, act: Callable[[dict[str, Any]], str], clash: str) -> tuple[str, int]:
    """The address to go on to; or none, with the status of the page on which the form says why not."""
    if not form.is_valid():
        return "", 400
    try:
        return act(form.cleaned_data), 302
    except Conflict:
        form.add_error(None, clash)
        return "", 409
    except Refused as refusal:
        form.add_error("reason" if isinstance(refusal, ReasonRequired) else None, str(refusal))
    except ValidationError as error:
        form.add_error(None, error)
    return "", 400


def _done(request: AuthenticatedRequest, place: VisitPlace, change: Change | None, words: str) -> str:
    if change is None:
        messages.info(request, _("Nothing was changed, so nothing was saved."))
    else:
        messages.success(request, words)
    return place.url


def _page(
    request: AuthenticatedRequest, place: VisitPlace, tried: dict[str, forms.Form], *, status: int = 200
) -> HttpResponse:
    """What was tried and refused stays on the page."""
    records = gather([place.subject], place.moment)[0]
    row = matrix.visit_row(records, place.plan, place.ordinal)
    held = asof.held_at(place.subject, place.moment)
    is_open = place.moment is None and held.state(place.name) == HoldState.FREE
    cells = list(matrix.form_cells(records, row))
    began = any(each.status is not None and each.status.state != FormState.VOIDED for _title, each in cells)
    may_be_missed = place.plan.kind is VisitKind.SCHEDULED and not began
    context = {
        "subject": place.subject,
        "moment": place.moment,
        "place": place,
        "row": row,
        "cells": cells,
        "to_come": _to_come(place.plan),
        "queries": asof.queries_at(place, VISIT),
        "date_form": tried.get("date") or DateForm(initial={"visit_on": row.on}),
        "missed_form": tried.get("missed") or (MissedForm(auto_id=MISSED_ID) if may_be_missed else None),
        "last_change": _last_change(place) if status == 409 else None,
        "may_manage": is_open and request.actor.can(Permission.MANAGE_VISITS, place.subject.site),
        "blocked": [] if place.moment else [blocked_words(hold) for hold in held.covering(place.name)],
        "may_answer": place.moment is None and request.actor.can(Permission.ANSWER_QUERY, place.subject.site),
        "may_read_trail": request.actor.can(Permission.VIEW_TRAIL, place.subject.site),
        **_quick_days(records.today),
    }
    return render(request, "core/visit_detail.html", context, status=status)


def _quick_days(today: date) -> dict[str, date]:
    """The days most visits are entered for; a button each."""
    return {"today": today, "yesterday": today - timedelta(days=1)}


def _to_come(plan: VisitDef) -> list[Any]:
    """The titles of the visit's forms that a later release brings."""
    return [title for code, title in schedule.forms_to_come().items() if code in plan.forms]


def _last_change(place: VisitPlace) -> Change | None:
    return Change.objects.filter(subject=place.subject, visit_name=place.name).order_by("-seq").first()


def _url(subject: Subject, visit: Visit) -> str:
    return reverse("visit-detail", args=[subject.number, visit.name])
