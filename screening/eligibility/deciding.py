"""The decision at the end of both eligibility forms: what it rests on, what stands in its way, what follows."""

from __future__ import annotations

from datetime import date as Date
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from core import schedule
from core.crf.declare import coded, date, derive, refuse, rule, text
from core.crf.rules import Context
from core.models import Subject
from screening.eligibility.answers import Answer, Decision
from screening.eligibility.criteria import CRITERIA
from screening.eligibility.criterion import Criterion
from screening.eligibility.evaluation import said
from screening.eligibility.facts import DECIDED
from screening.eligibility.stages import STAGE_1, STAGE_2, Stage

LIST: Final = 120  # characters of a list of criteria


def decision(stage: Stage) -> dict[str, Any]:
    """The decision of a stage, what follows from it, and what stands in its way."""
    return {
        DECIDED: date(_("Date of the decision"), heading=_("Decision"), sdtm="SUPPIE.QVAL where QNAM = IEDDAT"),
        "ied": coded(_("Decision"), Decision, help=DECIDES[stage.number], sdtm="SUPPIE.QVAL where QNAM = IED"),
        "iefail": text(_("Criteria not satisfied"), length=LIST, sdtm="SUPPIE.QVAL where QNAM = IEFAIL"),
        "ieopen": text(_("Criteria still open"), length=LIST, sdtm="SUPPIE.QVAL where QNAM = IEOPEN"),
        "ieprot": text(_("Protocol version of the criteria"), length=20, sdtm="SUPPIE.QVAL where QNAM = IEPROT"),
        "iesfdat": date(_("Date of screen failure"), sdtm="DSSTDTC where DSDECOD = SCREEN FAILURE"),
        "iecom": text(_("Comment"), length=1000, optional=True, sdtm="COVAL"),
        "iefail_list": _failing(stage),
        "ieopen_list": _open(stage),
        "ieprot_name": protocol_version,
        "iesfdat_date": screen_failure,
        "decision_stands": _stands(stage),
        "failure_has_criterion": _has_criterion(stage),
        "decided_at_visit": _in_order(stage),
        **({"stage_1_stands": stage_1_signed} if stage == STAGE_2 else {}),
    }  # fmt: skip


DECIDES: Final = {
    1: _("Eligible: leukapheresis may follow once this form is signed."),
    2: _("Eligible: lymphodepletion may follow once this form is signed."),
}
ITEMS: Final = tuple(name for each in CRITERIA for name in (each.item, each.computed_item))


def _items(stage: Stage) -> tuple[str, ...]:
    carried = {each.item for each in CRITERIA if not each.is_asked(stage.number)}
    return tuple(name for name in ITEMS if name not in carried)


def _failing(stage: Stage) -> Any:
    @derive("iefail", "IE-FAIL", forms=(STAGE_1.form,), reads=("context", *_items(stage)))
    def failing(context: Context, **answers: Any) -> str | None:
        found = answers if stage == STAGE_1 else _of_stage_1(context) | answers
        keys = [each.key for each in CRITERIA if any(each.fails(found.get(n)) for n in (each.item, each.computed_item))]
        return ", ".join(keys) or None

    return failing


def _open(stage: Stage) -> Any:
    @derive("ieopen", "IE-OPEN", reads=_items(stage))
    def unsaid(**answers: Any) -> str | None:
        keys = [
            each.key
            for each in CRITERIA
            if any(answers.get(name) in (None, Answer.NOT_EVALUABLE) for name in _of(each, answers))
        ]
        return ", ".join(keys) or None

    return unsaid


def _of(criterion: Criterion, answers: dict[str, Any]) -> list[str]:
    return [name for name in (criterion.item, criterion.computed_item) if name in answers]


def _of_stage_1(context: Context) -> dict[str, Any]:
    """The investigator's answers at stage 1 stand for what stage 2 does not ask again."""
    records = context.records(STAGE_1.form)
    if not records:
        return {}
    own = said(records[-1])
    return {each.item: own[each.item] for each in CRITERIA if not each.is_asked(STAGE_2.number)}


@derive("ieprot", "IE-PROTOCOL")
def protocol_version(subject: Subject, context: Context) -> str:
    """The version the subject is under, as the schedule names it; once signed, the one it was signed under."""
    kept: str | None = context.record.ieprot
    if kept and context.record.signature_id is not None:
        return kept
    found = next(each for each in schedule.current().versions if each.number == subject.protocol_version)
    return found.name


@derive("iesfdat", "IE-SCREEN-FAILURE")
def screen_failure(subject: Subject, ied: str, ieddat: Date) -> Date | None:
    """Who is not eligible has failed screening; who was dosed all the same is followed, and it is a deviation."""
    dosed = subject.lymphodepletion_on is not None or subject.infusion_on is not None
    return ieddat if ied == Decision.NOT_ELIGIBLE and not dosed else None


def _stands(stage: Stage) -> Any:
    @rule(
        f"{stage.form}-30",
        _("The decision says eligible, but meanwhile a criterion is not satisfied or not answered. Decide again."),
        reads=("iefail", "ieopen", "ied"),
    )
    def stands(iefail: str | None, ieopen: str | None, ied: str | None) -> bool:
        return ied != Decision.ELIGIBLE or not (iefail or ieopen)

    return stands


def _has_criterion(stage: Stage) -> Any:
    @rule(
        f"{stage.form}-31",
        _("The decision says not eligible, but no criterion says why. If it is your own judgement, answer E13."),
        reads=("iefail", "ied"),
    )
    def has_criterion(iefail: str | None, ied: str | None) -> bool:
        return ied != Decision.NOT_ELIGIBLE or bool(iefail)

    return has_criterion


def _in_order(stage: Stage) -> Any:
    @rule(f"{stage.form}-32", _("The decision is dated before the visit. Please check both dates."))
    def in_order(visit_on: Date, ieddat: Date) -> bool:
        return visit_on <= ieddat

    return in_order


@refuse(
    "IE2-STAGE-1",
    _("Stage 1 has no signed decision that the subject is eligible. Complete and sign it first."),
    forms=(STAGE_1.form,),
)
def stage_1_signed(context: Context, ied: str) -> bool:
    """Eligibility is decided in two stages; the second builds on the first."""
    decided = (record for record in context.records(STAGE_1.form) if record.signature_id is not None)
    return ied != Decision.ELIGIBLE or any(record.ied == Decision.ELIGIBLE and not record.iefail for record in decided)
