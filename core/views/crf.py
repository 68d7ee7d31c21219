"""The form page: read, enter, change, void."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.permissions import Permission
from core import entry_gates, protocol, schedule
from core.actions import after_lock
from core.actions import crf as acts
from core.actions import draft as journal
from core.actions import file as files
from core.actions.errors import Conflict, Refused
from core.actions.trail import Where
from core.asking import asking_role
from core.asof import log_lines, queries_at, rows_at
from core.crf import forms, read
from core.crf.items import Kind
from core.crf.rules import Context
from core.holds import held_of
from core.models import FormStatus
from core.moment import BadMoment, asked_for, keep
from core.places import LOG, NEW, Place, find_place, find_subject_at, place_of, visit_of
from core.records import applies
from core.views.posted import token, whole
from core.views.queries import because
from core.wording import source
from core.wording.standing import Standing, standing


@requires(Permission.VIEW_CLINICAL)
def edit(request: AuthenticatedRequest, number: str, visit: str, code: str, key: int | None = None) -> HttpResponse:
    """A form of a subject, to read, or to enter for those who may; as of a moment, to read only."""
    place = find_place(request.actor, number, visit, code, key, at=asked_for(request.GET))
    if place.key == NEW:
        request.actor.require(Permission.ENTER_DATA, place.subject.site)  # there is nothing to read yet
    if request.method == "POST":
        request.actor.require(Permission.ENTER_DATA, place.subject.site)
        if place.moment is not None:
            raise BadMoment(_("This page shows the past, where nothing can be changed. Go back to now first."))
        return _save(request, place)
    typed = journal.pending(place, by=request.actor) if _may_enter(request, place) else {}
    rows = rows_at(place)
    laid_over = forms.restored(place, rows, typed) if typed else None
    form = forms.CrfForm(place, rows, laid_over, after_lock=_is_after_lock(place))
    differing = None
    if laid_over is not None and journal.is_older(place, by=request.actor):
        mine = {name: laid_over.getlist(name) for name in laid_over}
        differing = forms.compare(form, forms.posted(place, rows), mine)
    return _page(request, place, form, restored=bool(typed), differing=differing)


def _save(request: AuthenticatedRequest, place: Place) -> HttpResponse:
    posted = request.POST.copy()
    past_hold = _is_after_lock(place)
    form = forms.CrfForm(place, rows_at(place), posted, after_lock=past_hold)
    _keep_files(request, place, form, posted)
    if not form.is_valid():
        return _page(request, place, form, status=400)
    try:
        saved = _act(request, place, form, past_hold=past_hold)
    except Conflict as conflict:
        return _conflict(request, place, conflict.current.key if conflict.current else place.key)
    except Refused as refusal:
        form.add_error("reason" if "reason" in form.fields else None, str(refusal))
    except ValidationError as error:
        form.show_errors(error.message_dict)
    else:
        return _saved(request, place, saved)
    return _page(request, place, form, status=400)


def _act(request: AuthenticatedRequest, place: Place, form: forms.CrfForm, *, past_hold: bool) -> acts.Saved:
    said: dict[str, Any] = {
        "reason": form.cleaned_data.get("reason", ""),
        "revision": whole(request.POST.get("revision")),
        "token": token(request.POST.get("token")),
    }
    if past_hold:
        return after_lock.save(place, form.entry(), by=request.actor, **said)
    query = because(request, place)
    return acts.save(place, form.entry(), by=request.actor, query=query.pk if query else None, **said)


def _is_after_lock(place: Place) -> bool:
    """Is what is entered here entered past a freeze or lock? One statement, two where anything holds."""
    if not place.form.after_lock or place.moment is not None:
        return False
    return held_of(place.subject).takes(True, place.at.name, place.form.code, place.key)


def _saved(request: AuthenticatedRequest, place: Place, saved: acts.Saved) -> HttpResponse:
    if saved.change is None:
        messages.info(request, _("Nothing was changed, so nothing was saved."))
    else:
        messages.success(request, _("Saved: %(form)s.") % {"form": place.form.title})
        _say_what_is_lacking(request, place, saved)
    if saved.opened:
        messages.warning(request, _("Please look at the values marked below."))
    if saved.record is None:
        return redirect(place.url)
    if "next" in request.POST and not saved.opened and (following := _next(place)):
        return redirect(following)
    return redirect(place.with_record(saved.record).url)


def _say_what_is_lacking(request: AuthenticatedRequest, place: Place, saved: acts.Saved) -> None:
    """How many answers the saved form still lacks."""
    if saved.record is None:
        return
    at = {"visit": saved.record.visit, "form_code": place.form.code, "key": saved.record.key}
    gaps = FormStatus.objects.get(subject=place.subject, **at).gaps
    if gaps:
        words = ngettext("%(n)s answer is still missing.", "%(n)s answers are still missing.", gaps)
        messages.warning(request, words % {"n": gaps})


def _next(place: Place) -> str:
    """The next form of the visit that is there to be filled in; after the last one, the visit."""
    at = visit_of(place.subject, place.at.name)
    codes = [code for code in at.plan.forms if code in read.form_models()]
    done = set(FormStatus.objects.filter(visit=at.visit, state="COMPLETE").values_list("form_code", flat=True))
    after = codes[codes.index(place.form.code) + 1 :] if place.form.code in codes else []
    return next((place_of(at, code).url for code in after if code not in done and applies(place.subject, code)), at.url)


def _conflict(request: AuthenticatedRequest, place: Place, key: int) -> HttpResponse:
    """Both versions, side by side where they differ; what was typed stands in the form, on the present version."""
    current = place_of(visit_of(place.subject, place.at.name), place.form.code, key)
    form = forms.CrfForm(current, rows_at(current), request.POST.copy(), after_lock=_is_after_lock(current))
    form.is_valid()
    mine = {name: request.POST.getlist(name) for name in request.POST}
    differing = forms.compare(form, forms.posted(current, rows_at(current)), mine)
    return _page(request, current, form, status=409, differing=differing)


def _page(
    request: AuthenticatedRequest,
    place: Place,
    form: forms.CrfForm,
    *,
    status: int = 200,
    restored: bool = False,
    differing: Any = None,
) -> HttpResponse:
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
        "may_enter": _is_writable(request, place, stands) and _may_enter(request, place),
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


def _may_enter(request: AuthenticatedRequest, place: Place) -> bool:
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


def _keep_files(request: AuthenticatedRequest, place: Place, form: forms.CrfForm, posted: QueryDict) -> None:
    """Keep an upload at once: a browser cannot be asked to keep it while another value is mended."""
    where = Where(place.at.name, place.form.code, place.key, place.form.version)
    for item in form.items:
        if item.kind is Kind.FILE and (upload := request.FILES.get(item.name)):
            try:
                stored = files.keep(place.subject, upload, by=request.actor, where=where)
            except ValidationError as error:
                form.add_error(item.name, error)
            except Refused as refusal:
                form.add_error(item.name, str(refusal))
            else:
                posted[item.name + forms.KEPT] = str(stored.pk)


@requires(Permission.VIEW_CLINICAL)
def void(request: AuthenticatedRequest, number: str, visit: str, code: str, key: int | None = None) -> HttpResponse:
    """Void a record, with the reason; the page says what that means."""
    place = find_place(request.actor, number, visit, code, key, Permission.VOID_RECORD)
    if place.record is None:
        raise Http404
    error, status = "", 200
    if request.method == "POST":
        try:
            reason, revision = request.POST.get("reason", ""), whole(request.POST.get("revision"))
            acts.void(place, by=request.actor, reason=reason, revision=revision)
        except Refused as refusal:
            error, status = str(refusal), 409 if isinstance(refusal, Conflict) else 400
        else:
            messages.success(request, _("The record is void. It stays visible with all its former values."))
            return redirect(place.url)
    context = {"place": place, "subject": place.subject, "error": error, "reason": request.POST.get("reason", "")}
    return render(request, "core/crf_void.html", context, status=status)


@require_safe
@requires(Permission.VIEW_CLINICAL)
def log(request: AuthenticatedRequest, number: str, code: str) -> HttpResponse:
    """The lines of a log: adverse events, deviations."""
    subject, moment = find_subject_at(request.actor, number, asked_for(request.GET))
    place = place_of(visit_of(subject, LOG, moment), code, NEW)
    lines = log_lines(subject, code, moment)
    context = {
        "place": place,
        "subject": subject,
        "moment": moment,
        "lines": [(line, keep(moment, place_url(subject.number, code, line.key))) for line in lines],
        "may_enter": moment is None and request.actor.can(Permission.ENTER_DATA, subject.site),
    }
    return render(request, "core/log_list.html", context)


def place_url(number: str, code: str, key: int) -> str:
    """The address of a line of a log."""
    return reverse("crf-edit", args=[number, LOG, code, key])
