"""Above the daily record: the days so far with their grades, and the episodes they make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core import asof
from core.crf import read
from safety.toxicity import reading

if TYPE_CHECKING:
    from datetime import date

    from core.places import Place


def panel(place: Place, rows: Mapping[str, Any]) -> dict[str, Any]:
    """Days and episodes, as of now or of the place's moment."""
    records = [record for record in records_at(place, "CRS") if reading.visit_day(record) is not None]
    infusion = place.subject.infusion_on
    days = [_line(record, infusion, place) for record in sorted(records, key=lambda record: record.visit.visit_on)]
    courses = [(name, reading.episodes_of(records, item)) for name, item in (("CRS", "crsgr"), ("ICANS", "icansgr"))]
    found = [(name, episode) for name, episodes in courses for episode in episodes]
    return {"template": "safety/_daily_panel.html", "days": days, "episodes": found}


def records_at(place: Place, code: str) -> list[Any]:
    """The subject's records of a form that are not void, each with its visit; as of the place's moment."""
    model, moment = read.form_models()[code], place.moment
    if moment is None:
        return list(model.objects.filter(subject=place.subject, voided=False).select_related("visit").order_by("id"))
    visits = {visit.pk: visit for visit in asof.visits_then([place.subject.pk], moment.at)}
    lines = asof.latest(model, moment.at, subject=place.subject)
    return [asof.as_it_was(line, visit=visits.get(line.visit_id)) for line in lines if not line.voided]


def _line(record: Any, infusion: date | None, place: Place) -> dict[str, Any]:
    on = record.visit.visit_on
    names = ("crstmax", "crsgr", "crsgri", "icansice", "icansgr", "icansgri")
    is_here = place.record is not None and record.pk == place.record.pk
    return {name: getattr(record, name) for name in names} | {
        "on": on,
        "day": None if infusion is None else (on - infusion).days,
        "is_here": is_here,
    }
