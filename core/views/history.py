"""The history of a form and of one of its items: every value, by whom, when and why; what was typed; what was asked."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import AuthenticatedRequest, requires
from accounts.permissions import Permission
from core.crf.items import Item, RowsDef
from core.models import Recorded
from core.places import Place, find_place
from core.wording import timeline
from core.wording.fields import item_of, naming_item, row_title, rows_of, say
from core.wording.timeline import ItemPlace


@vary_on_headers("HX-Request")
@require_safe
@requires(Permission.VIEW_TRAIL)
def record(request: AuthenticatedRequest, number: str, visit: str, code: str, key: int = 1) -> HttpResponse:
    """Everything that happened to a form's record, newest first."""
    place = find_place(request.actor, number, visit, code, key, Permission.VIEW_TRAIL)
    context = _context(place) | {"entries": timeline.of_record(place)}
    template = "core/_change_history.html" if request.htmx else "core/crf_history.html"
    return render(request, template, context)


@vary_on_headers("HX-Request")
@require_safe
@requires(Permission.VIEW_TRAIL)
def field(request: AuthenticatedRequest, number: str, visit: str, code: str, field: str, key: int = 1) -> HttpResponse:
    """Everything that happened to one item, newest first; `?row=lb-3` names the row of a repeating group."""
    place = find_place(request.actor, number, visit, code, key, Permission.VIEW_TRAIL)
    at = _item_place(place, field, request.GET.get("row", ""))
    context = _context(place) | _item_context(at) | {"entries": timeline.of_item(at)}
    template = "core/_change_field.html" if request.htmx else "core/field_history.html"
    return render(request, template, context)


def _context(place: Place) -> dict[str, Any]:
    return {"place": place, "subject": place.subject, "site": place.subject.site}


def _item_context(at: ItemPlace) -> dict[str, Any]:
    item = item_of(at.table, at.name, at.place.form.version)
    if item is None:
        raise Http404
    title = _row_title(at) if at.group else ""
    addresses = {"url": f"{at.place.url}#item-{at.input}", "history_url": at.place.url_of("crf-history")}
    return {"item": item, "row_title": title} | addresses


def _item_place(place: Place, name: str, row: str) -> ItemPlace:
    """Where the item is kept. Http404 where the form asks no such item, or has no such row."""
    if not row:
        return ItemPlace(place, place.record, place.form.model._meta.db_table, name)
    group_name, _dash, key = row.rpartition("-")
    group = next((group for group in place.form.rows if group.name == group_name), None)
    if group is None or not key.isdecimal() or len(key) > 9:
        raise Http404
    found = _row(place, group, int(key))
    return ItemPlace(place, found, group.model._meta.db_table, name, group.name, int(key))


def _row(place: Place, group: RowsDef, key: int) -> Recorded | None:
    """None where what was typed in the row was never saved."""
    return rows_of(group.model).filter(parent=place.record, key=key).first() if place.record else None


def _row_title(at: ItemPlace) -> str:
    group = at.place.form.group(at.group)
    naming = naming_item(group.model)
    return row_title(group.label, at.key, _name(at, naming) if naming else "")


def _name(at: ItemPlace, naming: Item) -> str:
    value = getattr(at.row, naming.name, None)
    return "" if value is None else str(say(at.table, naming, value))
