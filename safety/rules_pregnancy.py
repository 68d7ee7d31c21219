"""A pregnancy test that is positive after consent opens a line of the pregnancy log (SAF-07)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.crf.rules import Context, trial_rule
from safety.models.pregnancy import Who

TEXT = _(
    "The pregnancy test is positive, and the pregnancy log has no line of the participant. Open one now: the sponsor "
    "must know within 24 hours. If a later test proved it wrong, say so in the answer."
)


@trial_rule("PREG-20", TEXT, form="UPT", item="lborres", forms=("PREG",))
def urine_test_opens_a_line(context: Context) -> bool | None:
    """Clinical reference pack, section 7."""
    return is_followed(context)


@trial_rule("PREG-21", TEXT, form="HCG", item="lborres", forms=("PREG",))
def serum_test_opens_a_line(context: Context) -> bool | None:
    """Clinical reference pack, section 7."""
    return is_followed(context)


def is_followed(context: Context) -> bool | None:
    """A positive test after consent has its line; one before consent is no exposure."""
    test, consent = context.record, context.subject.consent_on
    if test.lborres != "POS" or test.lbdtc is None or consent is None or test.lbdtc.date() < consent:
        return None
    return any(line.prwho == Who.PARTICIPANT for line in context.records("PREG"))
