"""Above the adjudication of dose-limiting toxicity: the candidates the data propose, each with a link to its source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from core.crf.rules import Context
from safety.models.dlt import Definition, Judgement, Source, Test
from safety.toxicity import dlt, dlt_reading

if TYPE_CHECKING:
    from core.places import Place

FORM_OF = {dlt.CRS: "CRS", dlt.ICANS: "CRS", dlt.HEM: "HEM"}


def panel(place: Place, rows: Mapping[str, Any]) -> dict[str, Any]:
    """The candidates with definition, grade, day and decision. Of the past nothing is shown: they are found anew."""
    judged = [row for row in rows.get("candidates", {}).values() if not row.voided]
    window = dlt_reading.window(place.subject)
    found = {"template": "safety/_dlt_panel.html", "window": window, "past": place.moment is not None}
    if window is None or place.moment is not None:
        return found | {"candidates": []}
    context = Context(place.subject, place.record, place.at.visit)
    decisions = {dlt_reading.key_of(row): row.dltsrcdec for row in judged}
    proposed = dlt_reading.candidates(context, judged)
    return found | {"candidates": [_line(place, context, each, decisions.get(each.key)) for each in proposed]}


def _line(place: Place, context: Context, candidate: dlt.Candidate, decision: str | None) -> dict[str, Any]:
    infusion = place.subject.infusion_on
    return {
        "candidate": candidate,
        "definition": Definition(str(int(candidate.rule))).label,
        "source": Source(candidate.source).label,
        "test": Test(candidate.test).label if candidate.test in Test.values else candidate.test,
        "day": (candidate.on - infusion).days if infusion else None,
        "decision": Judgement(decision).label if decision else "",
        "url": _url(place, context, candidate),
    }


def _url(place: Place, context: Context, candidate: dlt.Candidate) -> str:
    """The page of the adverse event, or of the daily record or count of that day."""
    number = place.subject.number
    if candidate.line is not None:
        return reverse("crf-edit", args=[number, "LOG", "AE", candidate.line])
    form = FORM_OF.get(candidate.source)
    records = context.records(form) if form else []
    there = (record for record in records if record.visit and record.visit.visit_on == candidate.on)
    record = next(there, None)
    return reverse("crf-edit", args=[number, record.visit.name, form]) if record and form else ""
