"""What the form page shows: the form itself, what may be done with it, and where else its record is worked on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.access import AuthenticatedRequest
from accounts.permissions import Permission
from core import entry_gates, protocol, schedule
from core.actions import draft as journal
from core.asking import asking_role
from core.asof import queries_at
from core.crf import forms
from core.crf.rules import Context
from core.places import Place
from core.views.queries import because
from core.wording import source
from core.wording.standing import Standing, standing


def page(
    request: AuthenticatedRequest,
    place: Place,
    form: forms.CrfForm,
    *,
    status: int = 200,
    restored: bool = False,
    differing: Any = None,
) -> HttpResponse:
    """The form as given, on its page. `restored`: from the journal; `differing`: where others saved otherwise."""
    may_read_trail = request.actor.can(Permission.VIEW_TRAIL, place.subject.site)
    form.attach(queries_at(place.at, place.form.code, place.key) if place.record else [])
    stands = standing(place, {name: list(rows.values()) for name, rows in form.rows_by_group.items()})
    panel = import_string(place.form.panel)(place, form.rows_by_group) if place.form.panel else None
    context = {
        "panel": panel,
        "place": place,
        "subject": place.subject,
        "site": place.subject.site,
        "form": form,
        "moment": place.moment,
        "standing": stands,
        "links": _links(request, place),
        "may_enter": _is_writable(request, place, stands) and may_enter(request, place),
        "may_void": _is_writable(request, place, stands)
        and _may(request, place, Permission.VOID_RECORD)
        and place.record is not None,
        "may_answer": _may(request, place, Permission.ANSWER_QUERY),
        "because": because(request, place),
        "whole_queries": form.queries.get("", []),
        "queries_url": place.url_of("query-form") if place.record else "",
        "may_raise": place.moment is None and asking_role(request.actor, place.subject.site) is not None,
        "token": request.POST.get("token") or _begun(request, place, restored) or forms.new_token(),
        "restored": restored,
        "differing": differing,
        "draft_url": place.url_of("crf-draft"),
        "discard_url": place.url_of("crf-draft-discard"),
        "void_url": place.url_of("crf-void"),
        "history_url": place.url_of("crf-history") if may_read_trail else "",
        "late_by": _late_by(place),
        "source": source.source(place),
        "source_late": source.late(place),
        "refusals": _refusals(request, place),
        "again_url": _again_url(place),
        "today": place.subject.site.today(),
        "window": _window(place),
    }
    return render(request, "core/crf_edit.html", context, status=status)


def _window(place: Place) -> Any:
    return schedule.current().window(place.at.plan, place.subject.anchors)


def _refusals(request: AuthenticatedRequest, place: Place) -> list[Any]:
    """Why a new form cannot be entered here; said before anything is typed."""
    if place.record is not None or not _may(request, place, Permission.ENTER_DATA):
        return []
    return list(entry_gates.refusals(place.form, Context(place.subject, place.form.model(), place.at.visit)))


def _is_writable(request: AuthenticatedRequest, place: Place, stands: Standing) -> bool:
    """Open, or to be entered past a hold by those who may."""
    return stands.is_open or (stands.after_lock and _may(request, place, Permission.ENTER_AFTER_LOCK))


def may_enter(request: AuthenticatedRequest, place: Place) -> bool:
    """The record is not void, and the person enters data here, now."""
    voided = place.record is not None and place.record.voided
    return not voided and _may(request, place, Permission.ENTER_DATA)


def _may(request: AuthenticatedRequest, place: Place, permission: Permission) -> bool:
    """The past is read, not written."""
    return place.moment is None and request.actor.can(permission, place.subject.site)


def _links(request: AuthenticatedRequest, place: Place) -> list[tuple[str, str, str]]:
    """Where else this record is worked on: address, icon, words."""
    if place.record is None or place.moment is not None:
        return []
    here = f"?visit={place.at.name}&form={place.form.code}&key={place.key}"
    pages = (
        (Permission.VERIFY_SOURCE, "verify", "check-circle", _("Verify")),
        (Permission.SIGN, "subject-sign", "pencil", _("Sign")),
        (Permission.FREEZE, "hold-page", "lock", _("Freeze or lock")),
    )
    return [
        (reverse(name, kwargs={"number": place.subject.number}) + here, icon, words)
        for permission, name, icon, words in pages
        if _may(request, place, permission)
    ]


def _begun(request: AuthenticatedRequest, place: Place, restored: bool) -> UUID | None:
    """The page that a restored new line was begun on."""
    return journal.token_of(place, by=request.actor) if restored else None


def _late_by(place: Place) -> int:
    """How many days after the visit the form was entered, where that is more than the parameter allows (ENT-02)."""
    if place.record is None or place.at.visit is None or place.at.visit.visit_on is None:
        return 0
    entered = timezone.localtime(place.record.entered_at, place.subject.site.clock).date()
    days: int = (entered - place.at.visit.visit_on).days
    return days if days > protocol.days("late_entry") else 0


def _again_url(place: Place) -> str:
    """Where a form of a visit is entered again once its record is void."""
    if place.record is None or not place.record.voided or place.form.log:
        return ""
    return replace(place, key=place.key + 1, record=None).url
