"""Rules about samples and tests, across forms."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from assessments import rules_laboratory, rules_medication, rules_scales, rules_tests  # noqa: F401  declares their rules
from core.crf.rules import Context, trial_rule


@trial_rule(
    "UPT-10",
    _("A pregnancy test is recorded for a man. Please check test and sex."),
    form="UPT",
    item="lbperf",
    forms=("DM",),
)
def tested_subject_is_female(context: Context) -> bool | None:
    """Inclusion 8 asks women only. A test recorded as not done is right."""
    sex = context.newest("DM", "sex")
    if context.record.lbperf is None or sex is None:
        return None
    return bool(context.record.lbperf == "N" or sex == "F")


@trial_rule(
    "UPT-11", _("The test was done before informed consent. Please check both dates."), form="UPT", item="lbdtc"
)
def test_follows_consent(context: Context) -> bool | None:
    """No procedure of the trial precedes consent; the visit's own date is checked by SV-01."""
    done, consent = context.record.lbdtc, context.subject.consent_on
    return None if done is None or consent is None else bool(done.date() >= consent)
