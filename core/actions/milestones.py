"""A subject's milestones and status follow from forms and visits; the trail names the rule that wrote them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from core.actions.trail import Touched
from core.crf.items import FormDef
from core.models import Crf, Subject, Visit
from core.schedule import Anchor, Milestone, VisitDef

AUTHOR = "SUBJECT-MILESTONES v1"
COLUMNS: dict[str, str] = {
    Anchor.CONSENT: "consent_on",
    Anchor.LEUKAPHERESIS: "leukapheresis_on",
    Anchor.LYMPHODEPLETION: "lymphodepletion_on",
    Anchor.INFUSION: "infusion_on",
    Anchor.SECOND_INFUSION: "second_infusion_on",
    Milestone.ENROLMENT: "enrolled_on",
    Milestone.SCREEN_FAILURE: "screen_failed_on",
    Milestone.WITHDRAWAL: "withdrawn_on",
    Milestone.LOSS: "lost_on",
    Milestone.COMPLETION: "completed_on",
    Milestone.DEATH: "died_on",
}


def follow(subject: Subject, dates: Iterable[tuple[str, date | None]]) -> Touched | None:
    """Set the milestones that these dates fix, and the status that follows. None where they fix none."""
    found = dict(dates)
    if not found:
        return None
    touched = Touched.existing(subject)
    for anchor, on in found.items():
        setattr(subject, COLUMNS[anchor], on)
    subject.status = subject.status_by_milestones()
    touched.authors = dict.fromkeys([*COLUMNS.values(), "status"], AUTHOR)
    return touched


def moved(touched: Touched | None) -> bool:
    """Did a milestone change, so that every visit must be looked at anew?"""
    return touched is not None and bool(touched.items())


def of_form(form: FormDef, record: Crf, before: Mapping[str, Any] | None = None) -> Iterator[tuple[str, date | None]]:
    """The milestones a record fixes, of the lines of a log the earliest; none of them once it is void.

    One that it leaves open and left open `before` as well may be another form's to fix: it is not touched.
    """
    for anchor, name in form.anchors.items():
        value = None if record.voided else getattr(record, name)
        if value is None and before is not None and name not in before:
            continue
        values = [value, *_beside(form, record, name)] if form.log else [value]
        dates = [each.date() if isinstance(each, datetime) else each for each in values if each is not None]
        yield anchor, min(dates, default=None)


def _beside(form: FormDef, record: Crf, name: str) -> list[Any]:
    """What the other lines of a log say. One statement."""
    others = form.model.objects.filter(subject=record.subject, voided=False).exclude(key=record.key)
    return list(others.values_list(name, flat=True))


def of_visit(plan: VisitDef, day: Touched | None) -> Iterator[tuple[str, date | None]]:
    """The milestone a visit's date fixes."""
    if plan.sets and day is not None and isinstance(day.row, Visit):
        yield plan.sets, day.row.visit_on
