"""ENR: the decision to enrol, with dose level, cohort and place in it; its date is the milestone of enrolment."""

from __future__ import annotations

from datetime import date as Date
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import protocol
from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, date, decimal, derive, integer, refuse, rule, text
from core.crf.rules import Context
from core.models import Crf
from core.schedule import Milestone

ENROLLED = ("enrdec", "ENROLLED")
OPEN = "OPEN"


class Decision(models.TextChoices):
    """What was decided."""

    ENROLLED = "ENROLLED", _("Enrolled")
    NOT_ENROLLED = "NOT_ENROLLED", _("Not enrolled")


class DoseLevel(models.TextChoices):
    """The dose levels of the protocol; what each means is a parameter (`dose_level_1`)."""

    DL1 = "DL1", _("Dose level 1")
    DL2 = "DL2", _("Dose level 2")
    DL3 = "DL3", _("Dose level 3")


class Enrolment(Crf):
    """ENR: enrolled or not, by whom, at which dose level, in which cohort and place."""

    crf = Spec(
        "ENR", _("Enrolment"), version=1, domain="DS", anchors={Milestone.ENROLMENT: "enrdat"},
        panel="dosing.escalation.panel", applies_if=("IE1", "ied", ("ELIGIBLE",)),
    )  # fmt: skip

    enrdec = coded(_("Decision"), Decision, sdtm="DSDECOD where DSCAT = PROTOCOL MILESTONE")
    enrreasnd = text(_("Reason not enrolled"), asked_if=("enrdec", "NOT_ENROLLED"), sdtm="DSTERM")
    enrby = text(
        _("Decided by"), length=10, help=_("The code in the delegation log, not a name."),
        sdtm="SUPPDS.QVAL where QNAM = ENRBY",
    )  # fmt: skip
    enrdat = date(_("Date of enrolment"), asked_if=ENROLLED, sdtm="DSSTDTC where DSDECOD = ENROLLED")
    doselvl = coded(
        _("Dose level"), DoseLevel, asked_if=ENROLLED, heading=_("Dose level and cohort"),
        help=_("The level that is open. Its dose is shown once the form is saved."),
        sdtm="SUPPDM.QVAL where QNAM = DOSELVL",
    )  # fmt: skip
    enrdose = decimal(
        _("Dose of this level (viable CAR-positive T cells)"), unit="×10⁶/kg", digits=7, places=3,
        sdtm="ECDOSE where ECMOOD = SCHEDULED",
    )  # fmt: skip
    cohort = integer(
        _("Cohort"), limits=(1, 99), asked_if=ENROLLED, help=_("Numbered from 1 within the dose level."),
        sdtm="SUPPDM.QVAL where QNAM = COHORT",
    )  # fmt: skip
    enrslot = integer(
        _("Place in the cohort"), limits=(1, 99), asked_if=ENROLLED, sdtm="SUPPDM.QVAL where QNAM = COHSLOT"
    )
    enrconf = coded(
        _("Was the place confirmed by the sponsor?"), NoYes, asked_if=ENROLLED, sdtm="SUPPDS.QVAL where QNAM = ENRCONF"
    )

    @derive("enrdose", "ENR-DOSE")
    def dose_of_level(doselvl: str) -> Decimal:
        """The parameter of the level as it stood when this was saved."""
        return protocol.number(f"dose_level_{doselvl[-1]}")

    @refuse(
        "ENR-01",
        _("Enrolment needs the eligibility of stage 1, decided as eligible and signed. Complete and sign it first."),
        forms=("IE1",),
    )
    def eligibility_is_signed(context: Context, enrdec: str) -> bool:
        """ENT-04. The newest decision counts; one that was changed since has lost its signature."""
        return enrdec != Decision.ENROLLED or _is_signed(_decided(context))

    @refuse(
        "ENR-02",
        _("This dose level is not open for enrolment. Choose the level that is open, or ask the sponsor."),
    )
    def level_is_open(enrdec: str, doselvl: str) -> bool:
        """The state of each level is a parameter (`dose_level_1_state`)."""
        return enrdec != Decision.ENROLLED or protocol.text(f"dose_level_{doselvl[-1]}_state") == OPEN

    @rule("ENR-03", _("The place is beyond the size of a cohort. Please check place and cohort."))
    def place_is_in_cohort(enrslot: int) -> bool:
        return enrslot <= protocol.number("cohort_size")

    @rule(
        "ENR-04", _("Enrolment is dated before the decision on eligibility. Please check both dates."), forms=("IE1",)
    )
    def enrolled_after_eligibility(context: Context, enrdat: Date) -> bool:
        """The same day is in order."""
        decided = context.newest("IE1", "ieddat")
        return decided is None or enrdat >= decided

    @rule("ENR-05", _("Enrolment is dated before informed consent. Please check both dates."), forms=("ICF",))
    def enrolled_after_consent(context: Context, enrdat: Date) -> bool:
        """No step of the trial precedes consent."""
        signed = [form.rficdtc for form in context.records("ICF") if form.rficdtc is not None]
        return not signed or enrdat >= min(signed).date()

    @rule("ENR-06", _("The sponsor has not confirmed this place. Ask for the confirmation and enter it."))
    def place_is_confirmed(enrconf: str) -> bool:
        return enrconf == NoYes.YES


def _decided(context: Context) -> Any:
    """The newest stage 1 form that holds a decision."""
    return next((form for form in reversed(context.records("IE1")) if form.ied is not None), None)


def _is_signed(decided: Any) -> bool:
    return decided is not None and decided.ied == "ELIGIBLE" and decided.signature_id is not None
