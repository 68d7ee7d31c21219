"""Rules about eligibility, across forms: steps taken without a signed decision, and criteria found failing too late.

There is no waiver: what went against the criteria is recorded as it happened, and is a deviation.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.crf.rules import VISIT, Context, Strength, trial_rule
from screening.eligibility.criteria import CRITERIA
from screening.eligibility.criterion import Criterion
from screening.eligibility.decision import signed_eligible
from screening.eligibility.evaluation import said
from screening.eligibility.facts import Facts
from screening.eligibility.members import name_of
from screening.eligibility.sources import Present
from screening.eligibility.stages import STAGE_1, STAGE_2, STAGES, Stage

CATEGORY = "ELIGIBILITY"


@trial_rule(
    "IE-01",
    _("Leukapheresis took place without a signed decision before it that the subject is eligible (stage 1)."),
    form=VISIT,
    item="visit_on",
    forms=(STAGE_1.form,),
    strength=Strength.DEVIATION,
    category=CATEGORY,
)
def leukapheresis_follows_stage_1(context: Context) -> bool | None:
    """Signed eligibility precedes the step it decides on (clinical reference pack, 2.0a and 8.4)."""
    return _is_decided(context, "LEUK", STAGE_1, context.visit_on)


@trial_rule(
    "IE-02",
    _("Lymphodepletion began without a signed decision before it that the subject is eligible (stage 2)."),
    form=VISIT,
    item="visit_on",
    forms=(STAGE_2.form, "LD"),
    strength=Strength.DEVIATION,
    category=CATEGORY,
)
def lymphodepletion_follows_stage_2(context: Context) -> bool | None:
    """To the minute once the first dose is recorded, by the day until then."""
    doses = Facts(context.subject, STAGE_2, Present(context)).doses() if _is_at(context, "LD1") else []
    return _is_decided(context, "LD1", STAGE_2, min(doses) if doses else context.visit_on)


def _is_at(context: Context, visit: str) -> bool:
    return context.visit is not None and context.visit.name == visit and context.visit_on is not None


def _is_decided(context: Context, visit: str, stage: Stage, step: date | datetime | None) -> bool | None:
    if step is None or not _is_at(context, visit):
        return None
    signed = signed_eligible(context.records(stage.form), stage)
    return any(each.precedes(step, context.subject) for each in signed)


def _found_late(criterion: Criterion, stage: Stage) -> Callable[[Context], bool | None]:
    """Once treatment has begun, a criterion that fails by either answer is a deviation."""

    def holds(context: Context) -> bool | None:
        """Clinical reference pack, 2.0a: found after the fact, it is an eligibility deviation."""
        record: Any = context.record
        facts = Facts(context.subject, stage, Present(context), context.visit_on, said(record))
        if not facts.is_dosed:
            return None
        answers = (getattr(record, criterion.item), criterion.judge(facts).answer)
        return not any(criterion.fails(answer) for answer in answers)

    return holds


for _stage in STAGES.values():
    for _criterion in CRITERIA:
        if _criterion.is_asked(_stage.number):
            trial_rule(
                f"{_stage.form}-{_criterion.key}-LATE",
                format_lazy(
                    _(
                        "{criterion}: found not to be satisfied after treatment had begun. Complete the deviation, "
                        "and notify the sponsor and the ethics committee."
                    ),
                    criterion=name_of(_criterion),
                ),
                form=_stage.form,
                item=_criterion.computed_item,
                forms=_criterion.forms,
                strength=Strength.DEVIATION,
                category=CATEGORY,
            )(_found_late(_criterion, _stage))
