"""Rules of the laboratory panels across forms."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from assessments.models.laboratory_panel import PANELS
from core.crf.rules import Context, trial_rule


def sample_follows_consent(context: Context) -> bool | None:
    """No procedure of the trial precedes consent; a result from routine care may be used if the protocol allows it."""
    taken, consent = context.record.lbdat, context.subject.consent_on
    return None if taken is None or consent is None else bool(taken >= consent)


for _code in PANELS:
    trial_rule(
        f"{_code}-10",
        _("The sample was taken before informed consent. Please check both dates."),
        form=_code,
        item="lbdat",
    )(sample_follows_consent)
