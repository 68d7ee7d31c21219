"""The change list: who did what, when and why, at the sites a person may see; on a page, and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from accounts import events
from accounts.access import AuthenticatedRequest, requires
from accounts.models import Event, EventKind, Site
from accounts.permissions import Permission
from core.models import ChangeItem
from core.views.change_export import Export, as_csv, as_xlsx
from core.views.change_filters import ChangeFilters
from core.views.change_pages import ChangePage, page_of
from core.wording import events as event_words
from core.wording import trail
from core.wording.events import ToldEvent
from core.wording.trail import Told

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@requires(Permission.VIEW_TRAIL)
def index(request: AuthenticatedRequest) -> HttpResponse:
    """Changes and events as sentences, newest first."""
    asked = ChangeFilters(request.actor, request.GET)
    if not asked.is_valid():
        return _mend(request, asked)
    page = page_of(asked.search(), asked.events(), request.GET)
    context = {"filters": asked, "page": page, "entries": _tell(page, asked), "query": asked.address}
    return render(request, "core/change_list.html", context)


def _mend(request: AuthenticatedRequest, asked: ChangeFilters) -> HttpResponse:
    return render(request, "core/change_list.html", {"filters": asked}, status=400)


def _tell(page: ChangePage, asked: ChangeFilters) -> list[Told | ToldEvent]:
    """In words, in the order of the page. A constant number of statements."""
    changes = page.changes
    items: Any = ChangeItem.objects.filter(asked.lines(), change__in=changes).order_by("id") if changes else ()
    told = {each.change.pk: each for each in trail.tell(changes, items)}
    seen = [row for row in page.rows if isinstance(row, Event)]
    said = {each.event.pk: each for each in event_words.tell(seen, _sites(seen))}
    return [said[row.pk] if isinstance(row, Event) else told[row.pk] for row in page.rows]


def _sites(seen: Sequence[Event]) -> dict[int, Site]:
    return Site.objects.in_bulk({event.site_id for event in seen if event.site_id}) if seen else {}


@require_GET
@requires(Permission.VIEW_TRAIL)
def export_csv(request: AuthenticatedRequest) -> HttpResponseBase:
    """All lines that fit the filters, streamed."""
    asked = ChangeFilters(request.actor, request.GET)
    if not asked.is_valid():
        return _mend(request, asked)
    found = _recorded(request, asked, "changes.csv")
    answer = StreamingHttpResponse(as_csv(found.rows()), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{_file_name("csv")}"'
    return answer


@require_GET
@requires(Permission.VIEW_TRAIL)
def export_xlsx(request: AuthenticatedRequest) -> HttpResponseBase:
    """The same as a workbook."""
    asked = ChangeFilters(request.actor, request.GET)
    if not asked.is_valid():
        return _mend(request, asked)
    found = _recorded(request, asked, "changes.xlsx")
    return FileResponse(as_xlsx(found.rows()), as_attachment=True, filename=_file_name("xlsx"), content_type=XLSX)


def _recorded(request: AuthenticatedRequest, asked: ChangeFilters, what: str) -> Export:
    """On record with its filters and the number of its lines before the first of them leaves (AUD-07)."""
    found = Export.of(asked)
    detail = {"filters": asked.given, "rows": found.count()}
    events.record(EventKind.EXPORT, request=request, site=asked.cleaned_data["site"], what=what, detail=detail)
    return found


def _file_name(ending: str) -> str:
    return f"changes-{timezone.now():%Y%m%dT%H%M%SZ}.{ending}"
