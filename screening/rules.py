"""Rules about visits and the subject, across forms."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core import schedule
from core.crf.rules import VISIT, Context, Strength, trial_rule
from screening import rules_consent, rules_eligibility
from screening.models.demography import ADULT

__all__ = ["rules_consent", "rules_eligibility"]


@trial_rule(
    "SV-01",
    _("The visit took place before informed consent."),
    form=VISIT,
    item="visit_on",
    strength=Strength.DEVIATION,
)
def visit_follows_consent(context: Context) -> bool | None:
    """No procedure of the trial precedes consent (ICH E6(R3) 2.8)."""
    consent = context.subject.consent_on
    if consent is None or context.visit_on is None:
        return None
    return bool(context.visit_on >= consent)


@trial_rule(
    "SV-02",
    _("The visit took place outside its window. Please check the date, and say why if it is right."),
    form=VISIT,
    item="visit_on",
)
def visit_in_window(context: Context) -> bool | None:
    """Windows of the schedule, both ends included (clinical reference pack, 8.1 and 8.2)."""
    if context.visit is None or context.visit_on is None:
        return None
    plan = schedule.current()
    definition = plan.visit(context.visit.code, context.subject.protocol_version)
    window = plan.window(definition, context.subject.anchors)
    return None if window is None else window.contains(context.visit_on)


@trial_rule("SV-03", _("The date of the visit lies in the future. Please check."), form=VISIT, item="visit_on")
def visit_has_happened(context: Context) -> bool | None:
    """On the site's own calendar; every other date of a form is checked for this by itself."""
    return None if context.visit_on is None else bool(context.visit_on <= context.subject.site.today())


@trial_rule(
    "DM-10",
    _("By this date of birth the subject was under 18 at informed consent. Please check."),
    form="DM",
    item="brthdat",
)
def adult_at_consent(context: Context) -> bool | None:
    """Inclusion 1. Of a partial date the earliest day counts: only what is certain is asked about."""
    born, consent = context.record.brthdat, context.subject.consent_on
    if born is None or consent is None:
        return None
    return schedule.full_years(born.earliest, consent) >= ADULT


@trial_rule(
    "DM-11",
    _("This date of birth leaves open whether the subject was 18 at informed consent. Find out the month or the day."),
    form="DM",
    item="brthdat",
)
def age_is_decided(context: Context) -> bool | None:
    """Inclusion 1 cannot be evaluated from one end of the date alone (clinical reference pack, 8.5)."""
    if context.record.brthdat is None or context.subject.consent_on is None:
        return None
    return context.record.ageadult is not None
