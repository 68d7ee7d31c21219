"""Rules about adverse events, across forms. Of partial dates only what is certain is asked about."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from core.crf.rules import Context, trial_rule
from safety import rules_cartox  # noqa: F401  its rules declare themselves
from safety.codes import Causality

BY_THE_TREATMENT = (Causality.RELATED, Causality.POSSIBLE)


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


def _not_before(context: Context, milestone: date | None) -> bool | None:
    start = context.record.aestdat
    return None if start is None or milestone is None else bool(start.latest >= milestone)
