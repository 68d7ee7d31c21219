"""What is shown above the questions of the safety forms: lines of other logs, running clocks, frozen reports."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from core.crf import read
from core.models import Report
from core.places import LOG, Place
from core.wording.places import Where
from safety.running import OF_PREGNANCY, OF_SERIOUS_EVENT, clocks_of

TEMPLATE = "safety/_panel.html"
# The logs whose lines name a line of the adverse event log, and the item that does.
NAMING = (("SAE", "saeaeno"), ("HO", "hoaeno"), ("DTH", "dthaeno"))
Panel = dict[str, Any]


def of_event(place: Place, rows: Any) -> Panel:
    """The lines of other logs that name this event. A statement for each log."""
    if _is_not_now(place):
        return {}
    return {"template": TEMPLATE, "links": [link for code, item in NAMING for link in _lines(place, code, item)]}


def of_serious_event(place: Place, rows: Any) -> Panel:
    """Its clocks, the adverse event it reports, and its reports."""
    if _is_not_now(place):
        return {}
    record: Any = place.record
    reports = Report.objects.filter(subject=place.subject, form_code=place.form.code, record_key=place.key)
    return {
        "template": TEMPLATE,
        "clocks": clocks_of(record, OF_SERIOUS_EVENT, timezone.now()),
        "links": _named(place, "AE", record.saeaeno),
        "reports_url": reverse("sae-reports", args=[place.subject.number, place.key]),
        "reports": reports.count(),
    }


def of_pregnancy(place: Place, rows: Any) -> Panel:
    """Its clock, and the serious event it led to."""
    if _is_not_now(place):
        return {}
    record: Any = place.record
    clocks = clocks_of(record, OF_PREGNANCY, timezone.now())
    return {"template": TEMPLATE, "clocks": clocks, "links": _named(place, "SAE", record.prsaeno)}


def _is_not_now(place: Place) -> bool:
    """There is nothing to show of a new line, and nothing true of the past."""
    return place.record is None or place.moment is not None


def _lines(place: Place, code: str, item: str) -> list[Where]:
    model = read.form_models()[code]
    found = model.objects.filter(subject=place.subject, voided=False, **{item: place.key}).order_by("key")
    return [Where(place.subject, LOG, code, line.key) for line in found]


def _named(place: Place, code: str, key: int | None) -> list[Where]:
    """The line that is named, if it is there."""
    model = read.form_models()[code]
    there = key is not None and model.objects.filter(subject=place.subject, key=key).exists()
    return [Where(place.subject, LOG, code, key)] if there else []
