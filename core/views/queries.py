"""Queries: the list of what is asked, a thread, and the acts on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import AuthenticatedRequest, requires, safe_next
from accounts.actor import Actor
from accounts.permissions import Permission
from core.actions import query as acts
from core.actions.errors import Refused
from core.crf import read
from core.crf.rules import VISIT
from core.listing import Filters, page_of
from core.models import Query, QueryKind, QueryState
from core.places import find_query
from core.wording import threads

MAX_TEXT = 2000


class QueryFilters(Filters):
    """By state, place and kind; at first, what waits for the reader."""

    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    form = forms.ChoiceField(label=gettext_lazy("Form"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    field_order = ("state",)

    def __init__(self, actor: Actor, data: QueryDict) -> None:
        super().__init__(actor, Permission.VIEW_CLINICAL, {"state": first_state(actor)} | data.dict())
        self.offer("state", QueryState.choices)
        self.offer("form", [*((form.code, form.title) for form in read.forms()), (VISIT, _("Visit"))])
        self.offer("kind", QueryKind.choices)

    def queries(self) -> QuerySet[Query]:
        """The queries asked for. The form must be valid."""
        asked = self.cleaned_data
        exact = {name: asked[name] for name in ("state", "site", "subject", "kind")} | {"form_code": asked["form"]}
        return Query.objects.filter(self.visible, **{name: value for name, value in exact.items() if value})


def first_state(actor: Actor) -> str:
    """What waits for this person: site staff answer what is open, monitors and data managers close what is answered."""
    answers, closes = actor.can(Permission.ANSWER_QUERY), actor.can(Permission.CLOSE_QUERY)
    return QueryState.ANSWERED if closes and not answers else QueryState.OPEN


class StepForm(forms.Form):
    """What is said in a step of the thread."""

    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write what you found or decided. It is kept in the thread.")},
    )
    confirmed = forms.BooleanField(required=False)


@require_safe
@requires(Permission.VIEW_CLINICAL)
def index(request: AuthenticatedRequest) -> HttpResponse:
    """What is asked at the person's sites, the oldest first."""
    asked = QueryFilters(request.actor, request.GET)
    context: dict[str, Any] = {"filters": asked}
    if not asked.is_valid():
        return render(request, "core/query_list.html", context, status=400)
    queries = asked.queries().select_related("subject", "site")
    page = page_of(queries, "opened_at", request.GET, newest_first=False)
    context |= {"page": page, "queries": threads.tell(page.rows)}
    return render(request, "core/query_list.html", context)


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

    def act(said: dict[str, Any]) -> None:
        acts.answer(query, said["text"], by=request.actor, confirmed=said["confirmed"])

    return _step(request, query, "answer", act, _("Your answer is kept."))


@require_POST
@requires(Permission.CLOSE_QUERY)
def close(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """A monitor or data manager is satisfied. The answering site cannot close (QRY-01)."""
    query = find_query(request.actor, pk, Permission.CLOSE_QUERY)

    def act(said: dict[str, Any]) -> None:
        acts.close(query, said["text"], by=request.actor)

    return _step(request, query, "close", act, _("The query is closed."))


@require_POST
@requires(Permission.RAISE_QUERY)
def reopen(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The answer does not settle it: the site is asked again."""
    query = find_query(request.actor, pk, Permission.RAISE_QUERY)

    def act(said: dict[str, Any]) -> None:
        acts.reopen(query, said["text"], by=request.actor)

    return _step(request, query, "reopen", act, _("The site is asked again."))


def _step(
    request: AuthenticatedRequest, query: Query, name: str, act: Callable[[dict[str, Any]], None], done: str
) -> HttpResponse:
    form = StepForm(request.POST)
    if not form.is_valid():
        return _page(request, query, {name: form}, status=400)
    try:
        act(form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, find_query(request.actor, query.pk, Permission.VIEW_CLINICAL), {name: form}, status=409)
    messages.success(request, done)
    return redirect(safe_next(request, reverse("query-detail", args=[query.pk])))


STEPS = {
    "answer": (Permission.ANSWER_QUERY, (QueryState.OPEN,)),
    "close": (Permission.CLOSE_QUERY, (QueryState.ANSWERED, QueryState.OPEN)),
    "reopen": (Permission.RAISE_QUERY, (QueryState.ANSWERED,)),
}


def _page(
    request: AuthenticatedRequest, query: Query, tried: dict[str, StepForm] | None = None, *, status: int = 200
) -> HttpResponse:
    """What was tried and refused stays on the page, also where it can be done no more."""
    possible = {
        name: StepForm(auto_id=f"id_{name}_%s")
        for name, (permission, states) in STEPS.items()
        if query.state in states and request.actor.can(permission, query.site)
    }
    asked = threads.tell([query])[0]
    context = {
        "asked": asked,
        "query": query,
        "steps": threads.steps(asked, query.events.select_related("actor").order_by("id")),
        "now": threads.value_now(query),
        "forms": possible | (tried or {}),
        "next": request.POST.get("next") or request.GET.get("next", ""),
    }
    return render(request, "core/query_detail.html", context, status=status)
