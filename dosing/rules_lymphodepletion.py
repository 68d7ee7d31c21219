"""Rules about lymphodepletion, across forms and over its days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from core.crf.rules import Context, Strength, trial_rule
from dosing import findings, kidney

COURSE: Final = timedelta(days=10)  # doses further apart belong to another course


@trial_rule(
    "LD-20",
    _("Lymphodepletion was given without eligibility of stage 2, decided on or before the day and signed."),
    form="LD",
    item="ldstdtc",
    forms=("IE2",),
    strength=Strength.DEVIATION,
)
def eligibility_precedes(context: Context) -> bool | None:
    """ENT-04: signed eligibility before lymphodepletion."""
    start = context.record.ldstdtc
    if start is None:
        return None
    return any(
        form.ied == "ELIGIBLE" and form.signature_id is not None and form.ieddat and form.ieddat <= start.date()
        for form in context.records("IE2")
    )


@trial_rule(
    "LD-21",
    _("Fludarabine is contraindicated: the creatinine clearance is too low. Ask the investigator before it is given."),
    form="LD",
    item="excrcl",
    forms=kidney.READS,
)
def clearance_allows_fludarabine(context: Context) -> bool | None:
    """Finding 6 of the reference pack; exactly the limit is allowed (`clearance_contraindicated`). Unrounded."""
    cleared = _cleared(context)
    return None if cleared is None else not kidney.is_contraindicated(cleared)


@trial_rule(
    "LD-22",
    _("Caution: the creatinine clearance is low. Ask the investigator whether less fludarabine is to be given."),
    form="LD",
    item="excrcl",
    forms=kidney.READS,
)
def clearance_needs_no_caution(context: Context) -> bool | None:
    """Below `clearance_caution`, and not below the contraindication, which LD-21 says."""
    cleared = _cleared(context)
    return None if cleared is None else not kidney.needs_caution(cleared)


@trial_rule(
    "LD-23",
    _("Fludarabine was given, but no creatinine clearance can be reckoned: enter creatinine, birth date, sex, weight."),
    form="LD",
    item="flustdtc",
    forms=kidney.READS,
)
def clearance_is_known(context: Context) -> bool | None:
    """A creatinine that is no figure (`<20`) cannot be reckoned with either."""
    return None if context.record.flustdtc is None else _cleared(context) is not None


@trial_rule(
    "LD-24",
    _("The planned regimen differs from that of another day of lymphodepletion. Please check."),
    form="LD",
    item="explan",
    forms=("LD",),
)
def one_regimen(context: Context) -> bool | None:
    """Within one course."""
    plan = context.record.explan
    return None if plan is None else all(day.explan in (None, plan) for day in _course(context))


@trial_rule(
    "LD-25",
    _("Regimen C gives cyclophosphamide on one day only, but another day has it as well. Please check."),
    form="LD",
    item="cystdtc",
    forms=("LD",),
)
def cyclophosphamide_once(context: Context) -> bool | None:
    """Clinical reference pack, 1.3."""
    record = context.record
    if record.cystdtc is None or record.explan != "C":
        return None
    return all(day.cystdtc is None for day in _course(context))


@trial_rule(
    "LD-26",
    _(
        "No negative pregnancy test is recorded in the time before the first dose that the protocol allows. Enter the "
        "test, or say why the subject is not of childbearing potential."
    ),
    form="LD",
    item="ldstdtc",
    forms=("DM", "RP", "UPT", "HCG", "LD"),
)
def woman_was_tested(context: Context) -> bool | None:
    """Before the first dose of a course; hours, both ends included (`pregnancy_test_before_lymphodepletion`)."""
    start = context.record.ldstdtc
    if start is None or context.newest("DM", "sex") is None or any(_before(day, start) for day in _course(context)):
        return None
    found = findings.pregnancy(context, start, "pregnancy_test_before_lymphodepletion")
    return found in findings.FULFILLED


@trial_rule(
    "LD-27",
    _("Lymphodepletion was given without an informed consent signed before it."),
    form="LD",
    item="ldstdtc",
    forms=("ICF",),
    strength=Strength.DEVIATION,
)
def lymphodepletion_follows_consent(context: Context) -> bool | None:
    """Consent precedes every procedure (ICH E6(R3) 2.8)."""
    start = context.record.ldstdtc
    if start is None:
        return None
    return any(form.rficdtc < start for form in context.records("ICF") if form.rficdtc is not None)


def _cleared(context: Context) -> Any:
    """The unrounded clearance before the first dose of the day; None where fludarabine is not given anyway."""
    record = context.record
    if record.flugiven == "N":
        return None
    return kidney.clearance(context, record.ldstdtc or context.visit_on, record.exweight)


def _course(context: Context) -> list[Any]:
    """The other days of the same course."""
    start = context.record.ldstdtc
    others = context.records("LD")
    if start is None:
        return others
    return [day for day in others if day.ldstdtc is None or abs(day.ldstdtc - start) <= COURSE]


def _before(day: Any, start: datetime) -> bool:
    return day.ldstdtc is not None and day.ldstdtc < start
