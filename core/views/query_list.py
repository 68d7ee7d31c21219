"""The list of queries: what is asked at the person's sites, how long it has waited, and whose step is next."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.actor import Actor
from accounts.permissions import Permission
from core.asking import events_of, waiting_for
from core.crf import read
from core.crf.rules import VISIT
from core.listing import Filters, page_of
from core.models import Query, QueryKind, QueryState, Side
from core.wording import threads

ME, NEWEST = "me", "newest"


class QueryFilters(Filters):
    """By whose step is next, state, side, place and kind; at first, what waits for the reader."""

    waits = forms.ChoiceField(label=gettext_lazy("Waits for"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    form = forms.ChoiceField(label=gettext_lazy("Form"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    side = forms.ChoiceField(label=gettext_lazy("Asked by"), required=False)
    order = forms.ChoiceField(label=gettext_lazy("Order"), required=False)
    field_order = ("waits", "state")

    def __init__(self, actor: Actor, data: QueryDict) -> None:
        asked = data.dict()
        first = {} if asked.keys() & self.base_fields.keys() else {"waits": ME if _has_a_part(actor) else ""}
        super().__init__(actor, Permission.VIEW_CLINICAL, first | asked)
        self.actor = actor
        self.offer("waits", [(ME, _("Me"))])
        self.offer("state", QueryState.choices)
        self.offer("form", [*((form.code, form.title) for form in read.forms()), (VISIT, _("Visit"))])
        self.offer("kind", QueryKind.choices)
        self.offer("side", Side.choices)
        self.fields["order"].choices = [("", _("Oldest first")), (NEWEST, _("Newest first"))]  # type: ignore[attr-defined]  # a drop-down

    @property
    def newest_first(self) -> bool:
        """Which end of the list comes first? The form must be valid."""
        return bool(self.cleaned_data["order"] == NEWEST)

    def queries(self) -> QuerySet[Query]:
        """The queries asked for. The form must be valid."""
        asked = self.cleaned_data
        exact = {name: asked[name] for name in ("state", "subject", "kind", "side")}
        exact |= {"form_code": asked["form"], "subject__site": asked["site"]}
        found = Query.objects.filter(self.of_subject, **{name: value for name, value in exact.items() if value})
        return found.filter(waiting_for(self.actor)) if asked["waits"] == ME else found


def _has_a_part(actor: Actor) -> bool:
    """Does anything ever wait for this person? They answer or close; others read all."""
    return actor.can(Permission.ANSWER_QUERY) or actor.can(Permission.CLOSE_QUERY)


@require_safe
@requires(Permission.VIEW_CLINICAL)
def index(request: AuthenticatedRequest) -> HttpResponse:
    """What is asked at the person's sites, the oldest first."""
    asked = QueryFilters(request.actor, request.GET)
    context: dict[str, Any] = {
        "filters": asked,
        "may_raise": request.actor.can(Permission.RAISE_QUERY),
        "may_close": request.actor.can(Permission.CLOSE_QUERY),
    }
    if not asked.is_valid():
        return render(request, "core/query_list.html", context, status=400)
    queries = asked.queries().select_related("subject__site", "site")
    page = page_of(queries, "opened_at", request.GET, newest_first=asked.newest_first)
    told = threads.tell(page.rows, events_of(page.rows) if page.rows else {})
    context |= {"page": page, "queries": told, "waits": asked.cleaned_data["waits"] == ME}
    return render(request, "core/query_list.html", context)
