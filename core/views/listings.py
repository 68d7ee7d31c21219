"""Exception listings: an overview with counts, and each with its lines."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.actor import Actor
from accounts.models import Site
from accounts.permissions import Permission
from core.crf.inputs import TextValue, parse_day
from core.listing import ANY
from core.listings.base import MOST, Asked, Line, Listing
from core.listings.exceptions import BY_NAME, LISTINGS
from core.models import Subject
from core.wording.places import Where

PERIOD = timedelta(days=90)


class Period(forms.Form):
    """From which day to which, and where."""

    site: forms.ModelChoiceField[Site] = forms.ModelChoiceField(
        None, label=gettext_lazy("Site"), required=False, empty_label=ANY
    )
    since = TextValue(parse_day, label=gettext_lazy("From day"), required=False)
    until = TextValue(parse_day, label=gettext_lazy("To day"), required=False)

    def __init__(self, actor: Actor, data: Any) -> None:
        today = timezone.localdate()
        super().__init__({"since": str(today - PERIOD), "until": str(today)} | data.dict(), label_suffix="")
        self.ids = actor.site_ids(Permission.VIEW_TRAIL)
        self.fields["site"].queryset = actor.sites(Permission.VIEW_TRAIL)  # type: ignore[attr-defined]  # a choice of rows
        for name, field in self.fields.items():
            field.widget.attrs["class"] = (
                "form-select form-select-sm" if name == "site" else "form-control form-control-sm"
            )

    def clean(self) -> dict[str, Any]:
        """The days in order."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day lies before the first."))
        return self.cleaned_data

    def asked(self) -> Asked:
        """Whole days on the reader's own clock. The form must be valid."""
        said, clock = self.cleaned_data, timezone.get_current_timezone()
        since, until = said["since"] or date(1900, 1, 1), said["until"] or date(9000, 1, 1)
        sites = {said["site"].pk} if said["site"] else self.ids
        return Asked(datetime.combine(since, time.min, clock), datetime.combine(until, time.max, clock), sites)


@require_safe
@requires(Permission.VIEW_TRAIL)
def index(request: AuthenticatedRequest) -> HttpResponse:
    """All listings with their thresholds and how many lines each has."""
    period = Period(request.actor, request.GET)
    found: list[dict[str, Any]] = []
    if period.is_valid():
        asked = period.asked()
        found = [_counted(listing, len(listing.lines(asked)), request.GET.urlencode()) for listing in LISTINGS]
    context = {"filters": period, "listings": found, "may_review": request.actor.can(Permission.REVIEW_TRAIL)}
    return render(request, "core/listing_list.html", context, status=200 if period.is_valid() else 400)


def _counted(listing: Listing, count: int, query: str) -> dict[str, Any]:
    url = reverse("listing-detail", args=[listing.name]) + (f"?{query}" if query else "")
    shown = _("more than %(n)s") % {"n": MOST} if count > MOST else str(count)
    return {"listing": listing, "count": shown, "any": bool(count), "url": url}


@require_safe
@requires(Permission.VIEW_TRAIL)
def detail(request: AuthenticatedRequest, name: str) -> HttpResponse:
    """One listing, the newest line first."""
    if name not in BY_NAME:
        raise Http404
    listing, period = BY_NAME[name], Period(request.actor, request.GET)
    lines = listing.lines(period.asked()) if period.is_valid() else []
    numbers = {line.subject for line in lines[:MOST]}
    subjects = {each.number: each for each in Subject.objects.filter(number__in=numbers).select_related("site")}
    context = {
        "filters": period,
        "listing": listing,
        "rows": [_row(listing, line, subjects[line.subject]) for line in lines[:MOST]],
        "more": len(lines) > MOST,
        "most": MOST,
    }
    return render(request, "core/listing_detail.html", context, status=200 if period.is_valid() else 400)


def _row(listing: Listing, line: Line, subject: Subject) -> dict[str, Any]:
    where = Where(subject, line.visit_name, line.form_code, line.record_key)
    return {"line": line, "subject": subject, "where": where, "words": listing.words(line)}
