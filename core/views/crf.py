"""The form page: read, enter, change, void."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.permissions import Permission
from core.actions import after_lock
from core.actions import crf as acts
from core.actions import draft as journal
from core.actions import file as files
from core.actions.errors import Conflict, Refused
from core.actions.trail import Where
from core.asof import log_lines, rows_at
from core.crf import forms, read
from core.crf.items import Kind
from core.holds import held_of
from core.models import FormStatus
from core.moment import BadMoment, asked_for, keep
from core.places import LOG, NEW, Place, find_place, find_subject_at, place_of, visit_of
from core.records import applies
from core.views.crf_page import may_enter, page
from core.views.posted import token, whole
from core.views.queries import because


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
    typed = journal.pending(place, by=request.actor) if may_enter(request, place) else {}
    rows = rows_at(place)
    laid_over = forms.restored(place, rows, typed) if typed else None
    form = forms.CrfForm(place, rows, laid_over, after_lock=_is_after_lock(place))
    differing = None
    if laid_over is not None and journal.is_older(place, by=request.actor):
        mine = {name: laid_over.getlist(name) for name in laid_over}
        differing = forms.compare(form, forms.posted(place, rows), mine)
    return page(request, place, form, restored=bool(typed), differing=differing)


def _save(request: AuthenticatedRequest, place: Place) -> HttpResponse:
    posted = request.POST.copy()
    past_hold = _is_after_lock(place)
    form = forms.CrfForm(place, rows_at(place), posted, after_lock=past_hold)
    _keep_files(request, place, form, posted)
    if not form.is_valid():
        return page(request, place, form, status=400)
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
    return page(request, place, form, status=400)


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
    return page(request, current, form, status=409, differing=differing)


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
