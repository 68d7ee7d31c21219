"""The panel on the page of an eligibility form: every criterion with its computed answer and what that rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from core.crf import read
from core.moment import Moment, keep
from core.places import Place
from screening.eligibility.answers import Answer, Finding, Spot
from screening.eligibility.criteria import CRITERIA
from screening.eligibility.criterion import Criterion, Wording
from screening.eligibility.evaluation import Evaluation, evaluate_subject
from screening.eligibility.stages import STAGES, Stage

TEMPLATE = "screening/_eligibility.html"


@dataclass(frozen=True)
class UsedLine:
    """A value an answer rests on, with the address of the form it came from."""

    label: str
    value: str
    on: date | None
    url: str


@dataclass(frozen=True)
class CriterionLine:
    """A criterion as the panel shows it. `own`: the investigator's answer as saved.

    `stored`: the computed answer as saved, where it is another by now.
    """

    criterion: Criterion
    wording: Wording
    finding: Finding
    used: list[UsedLine]
    carried: bool
    own: str = ""
    stored: str = ""

    @property
    def label(self) -> Any:
        """The computed answer in words."""
        return self.finding.answer.label

    @property
    def state(self) -> str:
        """How it looks: fails, open, or fine."""
        if self.criterion.fails(self.finding.answer):
            return "overdue"
        return "complete" if self.criterion.passes(self.finding.answer) else "query"


def panel(place: Place, rows: Mapping[str, Any]) -> dict[str, Any]:
    """As of now, or of the page's moment."""
    stage = next(stage for stage in STAGES.values() if stage.form == place.form.code)
    found = evaluate_subject(place.subject, stage, place.moment)
    return {
        "template": TEMPLATE,
        "lines": [_line(criterion, found, place) for criterion in CRITERIA],
        "overall": found.overall,
        "state": {"ELIGIBLE": "complete", "NOT_ELIGIBLE": "overdue"}.get(found.overall, "query"),
        "stage": stage.number,
        "at_then": place.moment is not None,
    }


def _line(criterion: Criterion, found: Evaluation, place: Place) -> CriterionLine:
    finding = found.findings[criterion.key]
    stored = getattr(place.record, criterion.computed_item, None)
    return CriterionLine(
        criterion,
        criterion.wording(place.subject.protocol_version),
        finding,
        [
            UsedLine(used.label, used.value, used.on, url_of(used.place, place.subject.number, place.moment))
            for used in finding.used
        ],
        _is_carried(criterion, found.facts.stage),
        _in_words(getattr(place.record, criterion.item, None)),
        _in_words(stored) if stored != finding.answer else "",
    )


def _in_words(answer: str | None) -> str:
    return str(Answer(answer).label) if answer else ""


def _is_carried(criterion: Criterion, stage: Stage) -> bool:
    return not criterion.is_asked(stage.number) and stage.number > min(criterion.stages)


def url_of(spot: Spot | None, number: str, moment: Moment | None = None) -> str:
    """The page of the form a value stands on; empty where it stands on none."""
    if spot is None:
        return ""
    args = [number, spot.visit, spot.form]
    numbered = spot.key != 1 or read.form(spot.form).log
    return keep(moment, reverse("crf-edit", args=[*args, *([spot.key] if numbered else [])]))
