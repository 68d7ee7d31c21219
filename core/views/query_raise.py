"""Ask about a visit, a form or one item: what has been asked there already, and a new question. Page or side panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import AuthenticatedRequest, requires
from accounts.permissions import Permission
from core.actions import query as acts
from core.actions.errors import Refused
from core.actions.query import AlreadyAsked
from core.asking import Spot, asking_role, events_of
from core.crf.items import Item
from core.places import Place, VisitPlace, find_place, find_visit
from core.views.queries import TextForm
from core.wording import threads
from core.wording.fields import naming_item, row_title, rows_of, say


@dataclass(frozen=True)
class Page:
    """Where one asks, in the words of the page."""

    spot: Spot
    place: Place | None
    visit: VisitPlace
    label: str

    @property
    def back(self) -> str:
        """The page that is asked about."""
        if self.place is None:
            return self.visit.url
        prefix = f"{self.spot.group}-{self.spot.row_key}-" if self.spot.group else ""
        return f"{self.place.url}#item-{prefix}{self.spot.item}" if self.spot.item else self.place.url

    @property
    def raise_url(self) -> str:
        """Where the question is sent."""
        if self.place is None:
            return reverse("query-visit-raise", args=[self.spot.subject.number, self.visit.name])
        if not self.spot.item:
            return self.place.url_of("query-form-raise")
        row = f"?row={self.spot.group}-{self.spot.row_key}" if self.spot.group else ""
        return reverse("query-item-raise", args=[*self.place.url_args, self.spot.item]) + row


@vary_on_headers("HX-Request")
@require_safe
@requires(Permission.VIEW_CLINICAL)
def show(
    request: AuthenticatedRequest, number: str, visit: str, code: str = "", field: str = "", key: int | None = None
) -> HttpResponse:
    """What was asked here, and the form to ask; `?row=results-3` names a row of a repeating group."""
    return _render(request, _find(request, Permission.VIEW_CLINICAL, number, visit, code, field, key), TextForm())


@require_POST
@requires(Permission.RAISE_QUERY)
def raise_(
    request: AuthenticatedRequest, number: str, visit: str, code: str = "", field: str = "", key: int | None = None
) -> HttpResponse:
    """Ask. What the same side is asking already is offered instead."""
    page = _find(request, Permission.RAISE_QUERY, number, visit, code, field, key)
    form = TextForm(request.POST)
    if not form.is_valid():
        return _render(request, page, form, status=400)
    try:
        acts.raise_(page.spot, form.cleaned_data["text"], by=request.actor)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        other = refusal.query if isinstance(refusal, AlreadyAsked) else None
        return _render(request, page, form, other=other, status=409)
    if request.htmx:
        return _render(request, page, TextForm(), done=_("The query is raised."))
    messages.success(request, _("The query is raised."))
    return redirect(page.back)


def _render(
    request: AuthenticatedRequest, page: Page, form: TextForm, *, status: int = 200, **extra: Any
) -> HttpResponse:
    queries = list(page.spot.queries.select_related("subject__site", "site").order_by("-id"))
    told = threads.tell(queries, events_of(queries) if queries else {})
    entered = page.place is None or page.place.record is not None
    context = {
        "at": page,
        "subject": page.spot.subject,
        "site": page.spot.subject.site,
        "asked_here": [(asked, threads.steps(asked, asked.events)) for asked in told],
        "may_raise": entered and asking_role(request.actor, page.spot.subject.site) is not None,
        "form": form,
    }
    template = "core/_query_place.html" if request.htmx else "core/query_place.html"
    return render(request, template, context | extra, status=status)


def _find(
    request: AuthenticatedRequest,
    permission: Permission,
    number: str,
    visit: str,
    code: str,
    name: str,
    key: int | None,
) -> Page:
    """The fetch is the access check; Http404 where no such item is asked, or no such row is there."""
    if not code:
        at = find_visit(request.actor, number, visit, permission)
        if at.is_log:
            raise Http404
        return Page(Spot.of(at), None, at, _("The whole visit"))
    place = find_place(request.actor, number, visit, code, key, permission)
    row = request.GET.get("row", "")
    if row:
        return _in_row(place, name, row)
    label = str(_item(place.form.items, name).label) if name else _("The whole form")
    return Page(Spot.of(place, name), place, place.at, label)


def _in_row(place: Place, name: str, row: str) -> Page:
    group_name, _dash, key = row.rstrip("-").rpartition("-")
    group = next((group for group in place.form.rows if group.name == group_name), None)
    if group is None or not name or not key.isdecimal() or len(key) > 9:
        raise Http404
    item = _item(group.items, name)
    found = rows_of(group.model).filter(parent=place.record, key=int(key)).first() if place.record else None
    if found is None:
        raise Http404
    naming = naming_item(group.model)
    value = getattr(found, naming.name) if naming else None
    called = "" if naming is None or value is None else str(say(group.model._meta.db_table, naming, value))
    words = {"row": row_title(group.label, int(key), called), "item": item.label}
    return Page(Spot.of(place, name, group_name, int(key)), place, place.at, _("%(row)s: %(item)s") % words)


def _item(items: tuple[Item, ...], name: str) -> Item:
    found = next((item for item in items if item.name == name), None)
    if found is None:
        raise Http404
    return found
