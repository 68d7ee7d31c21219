"""Ask or close several at once: a preview says what will be done to which and what will not; then all, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.actor import Actor
from accounts.permissions import Permission
from core.actions import query as acts
from core.actions.errors import Refused
from core.asking import CLOSE, SIDES, Spot, asking_role, events_of, held_by, objection, role_for
from core.holds import NOTHING_CHANGES, Held
from core.models import OVER, HoldState, Query, QueryState, Subject
from core.views.posted import whole
from core.views.queries import TextForm
from core.views.query_targets import MOST, Question, Target, TargetFilters, chosen
from core.wording import threads
from core.wording.fields import Value
from core.wording.threads import Asked


@dataclass(frozen=True)
class Line:
    """One line of a preview: where, what, its value; `why` it will not be done; what was asked and answered so far."""

    subject: Subject
    visit: str
    form: str
    what: str
    url: str
    value: Value | None
    token: str
    why: str = ""
    text: str = ""
    answer: str = ""


@require_safe
@requires(Permission.RAISE_QUERY)
def choose(request: AuthenticatedRequest) -> HttpResponse:
    """Choose an item of a form, then the records at which to ask."""
    asked = TargetFilters(request.actor, request.GET)
    context: dict[str, Any] = {"filters": asked, "form": TextForm()}
    if asked.is_bound and not asked.is_valid():
        return render(request, "core/query_raise_many.html", context, status=400)
    if asked.is_bound:
        targets = asked.targets()
        question = asked.question()
        context |= {
            "question": question,
            "lines": [_target_line(question, target) for target in targets[:MOST]],
            "more": len(targets) > MOST,
            "most": MOST,
        }
    return render(request, "core/query_raise_many.html", context)


@require_POST
@requires(Permission.RAISE_QUERY)
def preview_raise(request: AuthenticatedRequest) -> HttpResponse:
    """What will be asked at which record, with its value, and where it will not be."""
    return _show_raise(request, TextForm(request.POST), typed=True)


@require_POST
@requires(Permission.RAISE_QUERY)
def raise_all(request: AuthenticatedRequest) -> HttpResponse:
    """Ask, in one go."""
    form = TextForm(request.POST)
    found = _chosen(request)
    if not form.is_valid() or not found:
        return _show_raise(request, form)
    try:
        spots = [(target.spot, seen) for target, seen in found]
        raised = acts.raise_all(spots, form.cleaned_data["text"], by=request.actor)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _show_raise(request, form, status=409)
    words = ngettext("%(n)s query is raised.", "%(n)s queries are raised.", len(raised))
    messages.success(request, words % {"n": len(raised)})
    return redirect(f"{reverse('query-list')}?waits=&order=newest")


@require_POST
@requires(Permission.CLOSE_QUERY)
def preview_close(request: AuthenticatedRequest) -> HttpResponse:
    """Which queries will be closed, and which will not."""
    return _show_close(request, TextForm(), status=200)


@require_POST
@requires(Permission.CLOSE_QUERY)
def close_all(request: AuthenticatedRequest) -> HttpResponse:
    """Close them, in one go."""
    form = TextForm(request.POST)
    found = _queries(request)
    if not form.is_valid() or not found:
        return _show_close(request, form)
    try:
        closed = acts.close_all(found, form.cleaned_data["text"], by=request.actor)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _show_close(request, form, status=409)
    words = ngettext("%(n)s query is closed.", "%(n)s queries are closed.", len(closed))
    messages.success(request, words % {"n": len(closed)})
    return redirect("query-list")


def _show_raise(
    request: AuthenticatedRequest, form: TextForm, *, typed: bool = False, status: int = 400
) -> HttpResponse:
    """The preview; `typed`: it is the first, so only a text that cannot be kept is a mistake."""
    question, found = _question(request), _chosen(request)
    if typed and found and form.is_valid():
        status = 200
    lines = _raise_lines(question, found, request.actor)
    context = {
        "question": question,
        "action": reverse("query-raise-all"),
        "back": f"{reverse('query-raise-many')}?form={question.form.code}&item={question.name}",
    }
    return _preview(request, form, lines, context, status)


def _show_close(request: AuthenticatedRequest, form: TextForm, *, status: int = 400) -> HttpResponse:
    found = _queries(request)
    context = {"action": reverse("query-close-all"), "back": reverse("query-list")}
    return _preview(request, form, _close_lines(found, request.actor), context, status if found else 400)


def _preview(
    request: AuthenticatedRequest, form: TextForm, lines: Sequence[Line], context: dict[str, Any], status: int
) -> HttpResponse:
    context |= {
        "form": form,
        "doable": [line for line in lines if not line.why],
        "refused": [line for line in lines if line.why],
        "none_chosen": not lines,
        "most": MOST,
    }
    return render(request, "core/query_preview.html", context, status=status)


def _question(request: AuthenticatedRequest) -> Question:
    question = Question.parse(request.POST.get("form", ""), request.POST.get("item", ""))
    if question is None:
        raise Http404
    return question


def _tokens(request: AuthenticatedRequest) -> list[str]:
    """What was ticked; with the button for the whole page, all it listed. More than a preview takes counts as none."""
    tokens = list(dict.fromkeys(request.POST.getlist("listed" if "whole" in request.POST else "chosen")))
    return tokens if len(tokens) <= MOST else []


def _chosen(request: AuthenticatedRequest) -> list[tuple[Target, int]]:
    """The records chosen, with the version each was seen in. Http404 where one is not there for this person."""
    found = chosen(request.actor, _question(request), _tokens(request))
    if found is None:
        raise Http404
    return found


def _queries(request: AuthenticatedRequest) -> list[tuple[Query, int]]:
    """The queries chosen, with the last step each was seen at. Http404 where one is not there for this person."""
    seen = {whole(pk): whole(last) for pk, _dash, last in (token.partition("-") for token in _tokens(request))}
    sites = request.actor.site_ids(Permission.VIEW_CLINICAL)
    visible = Query.objects.select_related("subject__site", "site").filter(pk__in=seen).order_by("opened_at", "id")
    found = list(visible if sites is None else visible.filter(subject__site__in=sites))
    if len(found) < len(seen):
        raise Http404
    return [(query, seen[query.pk]) for query in found]


def _close_lines(found: Sequence[tuple[Query, int]], by: Actor) -> list[Line]:
    """Each query, and why it will not be closed. A constant number of statements."""
    queries = [query for query, _seen in found]
    if not queries:
        return []
    events, held = events_of(queries), held_by(query.subject for query in queries)
    return [
        _close_line(asked, seen, held[query.subject_id], by)
        for asked, (query, seen) in zip(threads.tell(queries, events), found, strict=True)
    ]


def _close_line(asked: Asked, seen: int, held: Held, by: Actor) -> Line:
    query, last = asked.query, asked.events[-1]
    why = objection(CLOSE, query, asked.events, held, seen=seen) if role_for(CLOSE, query, by) else str(acts.NOT_THEIRS)
    said = last.text if last.state == QueryState.ANSWERED else ""
    place = (query.subject, asked.where.visit, asked.where.form, asked.what, asked.url)
    return Line(*place, asked.value, f"{query.pk}-{seen}", why, query.text, said)


def _raise_lines(question: Question, found: Sequence[tuple[Target, int]], by: Actor) -> list[Line]:
    """Each record with its value, and why it will not be asked about. Two statements more, however many."""
    if not found:
        return []
    held = held_by(target.spot.subject for target, _seen in found)
    asked = _asked_already(question, found)
    lines = []
    for target, seen in found:
        why = _why_not(target, seen, held[target.spot.subject.pk], asked, by)
        lines.append(_target_line(question, target, why))
    return lines


def _why_not(target: Target, seen: int, held: Held, asked: set[tuple[Any, ...]], by: Actor) -> str:
    spot = target.spot
    role = asking_role(by, spot.subject.site)
    if role is None:
        return str(acts.NOT_THEIRS)
    if held.state(spot.visit_name, spot.form_code, spot.record_key) == HoldState.LOCKED:
        return str(NOTHING_CHANGES)
    if (SIDES[role], *_key(spot)) in asked:
        return _("Your side is asking about this already.")
    return "" if seen == target.revision else str(acts.CHANGED)


def _key(spot: Spot) -> tuple[Any, ...]:
    return (spot.subject.pk, spot.visit_name, spot.record_key, spot.row_key)


def _asked_already(question: Question, found: Sequence[tuple[Target, int]]) -> set[tuple[Any, ...]]:
    item = question.item.name if question.item else ""
    subjects = {target.spot.subject.pk for target, _seen in found}
    about = {"subject__in": subjects, "form_code": question.form.code, "field": item, "group": question.group}
    open_ones = Query.objects.filter(**about).exclude(state__in=OVER)
    return set(open_ones.values_list("side", "subject_id", "visit_name", "record_key", "row_key"))


def _target_line(question: Question, target: Target, why: str = "") -> Line:
    label = str(question.item.label) if question.item else _("The whole form")
    what = _("%(row)s: %(item)s") % {"row": target.row, "item": label} if target.row else label
    where = target.where
    return Line(where.subject, where.visit, where.form, what, where.url, target.value, target.token, why)
