"""Rules about enrolment and leukapheresis, across forms and across subjects."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.crf.rules import Context, Strength, trial_rule
from enrollment.models.enrolment import Enrolment


@trial_rule(
    "ENR-10",
    _("Another subject already has this place in this cohort. Please check level, cohort and place with the sponsor."),
    form="ENR",
    item="enrslot",
)
def place_is_free(context: Context) -> bool | None:
    """Over all sites; which subject it is, is not said."""
    record = context.record
    if record.enrslot is None or record.cohort is None or record.doselvl is None:
        return None
    same = {"doselvl": record.doselvl, "cohort": record.cohort, "enrslot": record.enrslot}
    return not Enrolment.objects.filter(voided=False, **same).exclude(subject=context.subject).exists()


@trial_rule(
    "LEUK-20",
    _("Leukapheresis was done without a decision to enrol on or before the day."),
    form="LEUK",
    item="prstdtc",
    forms=("ENR",),
    strength=Strength.DEVIATION,
)
def enrolment_precedes(context: Context) -> bool | None:
    """ENT-04: the first procedure after eligibility waits for the decision to enrol."""
    start = context.record.prstdtc
    if start is None:
        return None
    return any(form.enrdat is not None and form.enrdat <= start.date() for form in context.records("ENR"))


@trial_rule(
    "LEUK-21",
    _("Leukapheresis was done without an informed consent signed before it."),
    form="LEUK",
    item="prstdtc",
    forms=("ICF",),
    strength=Strength.DEVIATION,
)
def consent_precedes(context: Context) -> bool | None:
    """Consent precedes every procedure (ICH E6(R3) 2.8)."""
    start = context.record.prstdtc
    if start is None:
        return None
    return any(form.rficdtc < start for form in context.records("ICF") if form.rficdtc is not None)
