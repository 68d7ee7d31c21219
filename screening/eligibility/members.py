"""What the two eligibility forms say of each criterion: the investigator's own answer and the computed one.

A form calls this in its class body, so that the items are declared fields like any others, in the order of the page.
"""

from __future__ import annotations

from datetime import date as Date
from typing import TYPE_CHECKING, Any, Final

from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.crf.declare import coded, derive, refuse, rule, text
from core.crf.rules import Context
from core.models import Subject
from screening.eligibility.answers import Answer, Decision, Kind
from screening.eligibility.criteria import CRITERIA
from screening.eligibility.criterion import Criterion
from screening.eligibility.facts import PLANNED, Facts
from screening.eligibility.sources import Present
from screening.eligibility.stages import STAGE_2, Stage

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

HEADINGS: Final = {Kind.INCLUSION: _("Inclusion criteria"), Kind.EXCLUSION: _("Exclusion criteria: met means excluded")}


class OwnAnswer(models.TextChoices):
    """The investigator's own answer."""

    MET = "MET", _("Met")
    NOT_MET = "NOT_MET", _("Not met")
    NOT_APPLICABLE = "NOT_APPLICABLE", _("Not applicable")
    NOT_EVALUABLE = "NOT_EVALUABLE", _("Not evaluable")


def criteria(stage: Stage) -> dict[str, Any]:
    """Items, derivations and checks of all criteria at a stage."""
    members: dict[str, Any] = {}
    kinds: set[Kind] = set()
    for criterion in CRITERIA:
        heading = "" if criterion.kind in kinds else HEADINGS[criterion.kind]
        kinds.add(criterion.kind)
        asked = criterion.is_asked(stage.number)
        members |= _asked(criterion, stage, heading) if asked else {}
        members |= _computed(criterion, stage, "" if asked else heading)
    return members


def name_of(criterion: Criterion) -> StrOrPromise:
    """`I5. QMG above 11`, as the newest protocol names it."""
    return format_lazy("{key}. {name}", key=criterion.key, name=criterion.wordings[-1].name)


def _asked(criterion: Criterion, stage: Stage, heading: StrOrPromise) -> dict[str, Any]:
    """The investigator's own answer, and the query where it differs."""
    wording, key = criterion.wordings[-1], criterion.key
    sdtm = f"IEORRES where IETESTCD = {'INCL' if criterion.kind is Kind.INCLUSION else 'EXCL'}{int(key[1:]):02}"
    return {
        criterion.item: coded(name_of(criterion), OwnAnswer, heading=heading, help=wording.text, sdtm=sdtm),
        **_reason(criterion),
        f"{criterion.item}_differs": _differs(criterion, stage),
    }


def _reason(criterion: Criterion) -> dict[str, Any]:
    """Of the investigator's opinion the protocol wants the words as well."""
    if criterion.key != "E13":
        return {}
    asked = (criterion.item, OwnAnswer.MET.value)
    return {"iee13why": text(_("Why"), length=500, asked_if=asked, sdtm="SUPPIE.QVAL where QNAM = EXCL13WH")}


def _computed(criterion: Criterion, stage: Stage, heading: StrOrPromise) -> dict[str, Any]:
    label = format_lazy(_("{key}: computed answer"), key=criterion.key)
    target = f"SUPPIE.QVAL where QNAM = {criterion.computed_item.upper()}"
    field = coded(label, Answer, heading=heading, sdtm=target)
    return {
        criterion.computed_item: field,
        f"{criterion.computed_item}_answer": _answer(criterion, stage),
        f"{criterion.item}_refused": _refused(criterion, stage),
    }


def _answer(criterion: Criterion, stage: Stage) -> Any:
    own_items = tuple(name for name in criterion.own if name != PLANNED or stage == STAGE_2)

    @derive(
        criterion.computed_item,
        f"IE-{criterion.key}",
        forms=criterion.forms,
        reads=("context", "subject", "visit_on", *own_items),
    )
    def answer(context: Context, subject: Subject, visit_on: Date | None, **own: Any) -> str:
        facts = Facts(subject, stage, Present(context), visit_on, own)
        return criterion.judge(facts).answer.value

    return answer


def _differs(criterion: Criterion, stage: Stage) -> Any:
    own, computed = criterion.item, criterion.computed_item

    @rule(
        f"{stage.form}-{criterion.key}",
        format_lazy(
            _(
                "{criterion}: your answer is not the computed one. Check the values it was computed from, shown above, "
                "and correct them or your answer."
            ),
            criterion=name_of(criterion),
        ),
        reads=(computed, own),
    )
    def agrees(**answers: Any) -> bool:
        return answers[own] is None or answers[own] == answers[computed]

    return agrees


def _refused(criterion: Criterion, stage: Stage) -> Any:
    items = (
        (criterion.item, criterion.computed_item) if criterion.is_asked(stage.number) else (criterion.computed_item,)
    )

    @refuse(
        f"{stage.form}-{criterion.key}-R",
        format_lazy(
            _(
                "{criterion}: by your answer or the computed one this is not satisfied, or cannot be said yet. The "
                "subject cannot be eligible with it; there is no waiver."
            ),
            criterion=name_of(criterion),
        ),
        reads=(*items, "ied"),
    )
    def holds(**answers: Any) -> bool:
        """What is not answered is not satisfied."""
        passed = all(criterion.passes(answers[name]) for name in items)
        return passed or answers["ied"] != Decision.ELIGIBLE

    return holds
