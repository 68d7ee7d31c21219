"""Rules about adverse events, across forms. Of partial dates only what is certain is asked about."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from core.crf.codes import NoYes
from core.crf.rules import Context, Strength, trial_rule
from safety import reconciliation, rules_cartox, rules_pregnancy, rules_special  # noqa: F401  (declare theirs)
from safety.codes import BY_THE_TREATMENT


@trial_rule(
    "AE-10",
    _("The event started before informed consent. Is it medical history? Please check."),
    form="AE",
    item="aestdat",
)
def event_follows_consent(context: Context) -> bool | None:
    """Adverse events are collected from consent on; what was there before is medical history."""
    return _not_before(context, context.subject.consent_on)


@trial_rule(
    "AE-11",
    _("The event started before the CAR-T infusion and cannot come from it. Please check date and cause."),
    form="AE",
    item="aerel",
)
def car_t_precedes_what_it_causes(context: Context) -> bool | None:
    """ICH E2A: a causal relation presupposes exposure."""
    blamed = context.record.aerel in BY_THE_TREATMENT
    return _not_before(context, context.subject.infusion_on) if blamed else None


@trial_rule(
    "AE-12",
    _("The event started before lymphodepletion and cannot come from it. Please check date and cause."),
    form="AE",
    item="aerelld",
)
def lymphodepletion_precedes_what_it_causes(context: Context) -> bool | None:
    """ICH E2A: a causal relation presupposes exposure."""
    blamed = context.record.aerelld in BY_THE_TREATMENT
    return _not_before(context, context.subject.lymphodepletion_on) if blamed else None


@trial_rule(
    "AE-13",
    _(
        "The start date leaves open whether the event is treatment-emergent. Enter month and day as far as they are "
        "known."
    ),
    form="AE",
    item="aestdat",
)
def start_tells_whether_it_is_emergent(context: Context) -> bool | None:
    """Registry entry: treatment-emergent events are a primary outcome."""
    return None if context.record.aestdat is None else context.record.aeteae is not None


@trial_rule(
    "AE-14",
    _("The SAE log has no such line, or that line reports another event. Please check the number."),
    form="AE",
    item="aesaeno",
    forms=("SAE",),
)
def report_is_of_this_event(context: Context) -> bool | None:
    """The two logs name each other."""
    number = context.record.aesaeno
    if number is None:
        return None
    return any(report.key == number and report.saeaeno == context.record.key for report in context.records("SAE"))


@trial_rule(
    "SAE-12",
    _("A serious adverse event was reported to the sponsor later than the protocol allows."),
    form="SAE",
    item="saelate",
    strength=Strength.DEVIATION,
)
def sponsor_is_told_in_time(context: Context) -> bool | None:
    """E6(R3) 2.7.2(b), China GCP 2020: immediately; the protocol sets the hours."""
    return None if context.record.saelate is None else context.record.saelate == NoYes.NO


@trial_rule(
    "PREG-12",
    _("A pregnancy was reported to the sponsor later than the protocol allows."),
    form="PREG",
    item="prlate",
    strength=Strength.DEVIATION,
)
def sponsor_is_told_of_a_pregnancy_in_time(context: Context) -> bool | None:
    """Clinical reference pack, section 7."""
    return None if context.record.prlate is None else context.record.prlate == NoYes.NO


def _not_before(context: Context, milestone: date | None) -> bool | None:
    start = context.record.aestdat
    return None if start is None or milestone is None else bool(start.latest >= milestone)
