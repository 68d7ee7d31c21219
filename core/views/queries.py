"""A query: its thread as a page or beside the form, and the steps that may be taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import AuthenticatedRequest, requires, safe_next
from accounts.actor import Actor
from accounts.permissions import Permission
from core.actions import query as acts
from core.actions.errors import Refused
from core.actions.query import AlreadyAsked
from core.asking import STEPS, events_of, objection, role_for
from core.holds import held_of
from core.models import OVER, Query
from core.places import Place, find_query
from core.views.posted import whole
from core.wording import threads
from core.wording.threads import Asked

MAX_TEXT = 2000


class TextForm(forms.Form):
    """What a person says of a query; kept as written."""

    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write what you found or decided. It is kept in the thread.")},
    )

    def clean_text(self) -> str:
        """Signs alone say nothing."""
        text: str = self.cleaned_data["text"]
        if not any(sign.isalnum() for sign in text):
            raise forms.ValidationError(self.fields["text"].error_messages["required"])
        return text


class StepForm(TextForm):
    """What is said in a step of the thread."""

    confirmed = forms.BooleanField(required=False)


class Taken(Protocol):
    """An act on a query."""

    def __call__(self, query: Query, text: str, *, by: Actor, seen: int | None = None) -> Query: ...


@vary_on_headers("HX-Request")
@require_safe
@requires(Permission.VIEW_CLINICAL)
def detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """A thread, with what the item says now."""
    return _page(request, find_query(request.actor, pk, Permission.VIEW_CLINICAL))


@require_POST
@requires(Permission.ANSWER_QUERY)
def answer(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The site answers; it may confirm that the value is as it was observed."""
    query = find_query(request.actor, pk, Permission.ANSWER_QUERY)

    def act(query: Query, text: str, *, by: Actor, seen: int | None = None) -> Query:
        return acts.answer(query, text, by=by, seen=seen, confirmed="confirmed" in request.POST)

    return _step(request, query, "answer", act, _("Your answer is kept."))


@require_POST
@requires(Permission.CLOSE_QUERY)
def close(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The side that asked is satisfied. The answering site cannot close (QRY-01)."""
    query = find_query(request.actor, pk, Permission.CLOSE_QUERY)
    return _step(request, query, "close", acts.close, _("The query is closed."))


@require_POST
@requires(Permission.RAISE_QUERY)
def reopen(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The answer does not settle it: the site is asked again."""
    query = find_query(request.actor, pk, Permission.RAISE_QUERY)
    return _step(request, query, "reopen", acts.reopen, _("The site is asked again."))


@require_POST
@requires(Permission.CLOSE_QUERY)
def cancel(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """It should not have been asked, and nobody has answered yet."""
    query = find_query(request.actor, pk, Permission.CLOSE_QUERY)
    return _step(request, query, "cancel", acts.cancel, _("The query is cancelled."))


def because(request: AuthenticatedRequest, place: Place) -> Query | None:
    """The query on account of which a form is opened or saved; None for one of another record, or that is over."""
    pk = whole(request.POST.get("query") or request.GET.get("query"))
    about = {"visit_name": place.at.name, "form_code": place.form.code, "record_key": place.key}
    asked = Query.objects.filter(subject=place.subject, **about).exclude(state__in=OVER)
    return asked.filter(pk=pk).first() if pk else None


def _step(request: AuthenticatedRequest, query: Query, name: str, act: Taken, done: str) -> HttpResponse:
    """Take a step on the thread as the page showed it; what was typed and refused stays on the page."""
    form = StepForm(request.POST)
    if not form.is_valid():
        return _page(request, query, {name: form}, status=400)
    try:
        act(query, form.cleaned_data["text"], by=request.actor, seen=whole(request.POST.get("seen")))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        present = find_query(request.actor, query.pk, Permission.VIEW_CLINICAL)
        return _page(request, present, {name: form}, refusal=refusal, status=409)
    if request.htmx:
        present = find_query(request.actor, query.pk, Permission.VIEW_CLINICAL)
        return _page(request, present, done=done)
    messages.success(request, done)
    return redirect(safe_next(request, reverse("query-detail", args=[query.pk])))


def _page(
    request: AuthenticatedRequest,
    query: Query,
    tried: Mapping[str, StepForm] | None = None,
    *,
    refusal: Refused | None = None,
    done: str = "",
    status: int = 200,
) -> HttpResponse:
    """What was tried and refused stays on the page, also where it can be done no more."""
    asked = threads.tell([query], events_of([query]))[0]
    context = {
        "asked": asked,
        "query": query,
        "seen": asked.events[-1].pk,
        "steps": threads.thread(asked),
        "now": threads.value_now(query),
        "forms": _possible(asked, request.actor) | dict(tried or {}),
        "may_answer": request.actor.can(Permission.ANSWER_QUERY, query.subject.site),
        "other": refusal.query if isinstance(refusal, AlreadyAsked) else None,
        "done": done,
        "flag": "flag" in request.POST or "flag" in request.GET,  # its flag stands on the page and follows
        "next": request.POST.get("next") or request.GET.get("next", ""),
    }
    template = "core/_query_thread.html" if request.htmx else "core/query_detail.html"
    return render(request, template, context, status=status)


def _possible(asked: Asked, by: Actor) -> dict[str, StepForm]:
    """A form for each step this person may take now."""
    query, events = asked.query, asked.events
    held = held_of(query.subject)
    return {
        step.name: StepForm(auto_id=f"id_{step.name}_%s")
        for step in STEPS
        if role_for(step, query, by) and not objection(step, query, events, held)
    }
