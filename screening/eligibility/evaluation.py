"""All criteria of one subject at one stage, now or as of a moment. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.models import Subject
from core.moment import Moment
from screening.eligibility.answers import Finding, Overall, overall
from screening.eligibility.criteria import CRITERIA
from screening.eligibility.facts import DECIDED, PLANNED, Facts, Source
from screening.eligibility.sources import Past, Present
from screening.eligibility.stages import STAGE_1, STAGE_2, Stage


@dataclass(frozen=True)
class Evaluation:
    """The computed answers, by criterion, and what they say together."""

    facts: Facts
    findings: Mapping[str, Finding]

    @property
    def overall(self) -> Overall:
        """Eligible, not eligible, or not evaluable."""
        return overall((each.kind, self.findings[each.key].answer) for each in CRITERIA)


def evaluate(facts: Facts) -> Evaluation:
    """Every criterion, in the protocol's order."""
    return Evaluation(facts, {criterion.key: criterion.judge(facts) for criterion in CRITERIA})


def evaluate_subject(subject: Subject, stage: Stage, moment: Moment | None = None) -> Evaluation:
    """A subject at a stage as it stands now, or (the subject as it then was) stood at a moment."""
    source = Past(subject, moment.at) if moment else Present.of(subject)
    return evaluate(Facts(subject, stage, source, source.visit_on(stage.visit), said(_own(source, stage))))


def stage_in_force(subject: Subject) -> Stage:
    """Once leukapheresis is done, or lymphodepletion has begun, the next decision is that of stage 2."""
    begun = subject.leukapheresis_on is not None or subject.lymphodepletion_on is not None
    return STAGE_2 if begun else STAGE_1


def said(record: Any) -> dict[str, Any]:
    """What the stage's own form says: the investigator's answers, the plan, the day of the decision."""
    names = {criterion.item for criterion in CRITERIA} | {PLANNED, DECIDED}
    return {name: getattr(record, name, None) for name in names}


def _own(source: Source, stage: Stage) -> Any:
    records = source.records(stage.form)
    return records[-1] if records else None
