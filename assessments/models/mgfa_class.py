"""MGFA: the clinical classification, now and at its worst (Jaretzki 2000)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments import administration
from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, rule, text
from core.models import Crf

DONE = ("rsperf", "Y")


class MgfaClass(models.TextChoices):
    """The classes. Short descriptions of our own: the wording of the MGFA is under licence."""

    I = "I", _("I: eyes only")  # noqa: E741  the class is called so
    IIA = "IIA", _("IIa: mild, mostly limbs or trunk")
    IIB = "IIB", _("IIb: mild, mostly throat or breathing")
    IIIA = "IIIA", _("IIIa: moderate, mostly limbs or trunk")
    IIIB = "IIIB", _("IIIb: moderate, mostly throat or breathing")
    IVA = "IVA", _("IVa: severe, mostly limbs or trunk")
    IVB = "IVB", _("IVb: severe, mostly throat or breathing, or fed by tube")
    V = "V", _("V: intubated, ventilated or not")


class Airway(models.TextChoices):
    """What supports breathing now."""

    NONE = "NONE", _("Nothing")
    NIV = "NIV", _("Ventilation by mask")
    TUBE = "TUBE", _("Intubation or tracheostomy for MG, ventilated or not")
    POSTOP = "POSTOP", _("Intubation as routine after an operation")


SEVERITY = {"I": 1, "IIA": 2, "IIB": 2, "IIIA": 3, "IIIB": 3, "IVA": 4, "IVB": 4, "V": 5}


class MgfaClassification(Crf):
    """MGFA: class now and worst class so far. A description of severity, not a measure of outcome."""

    crf = Spec("MGFA", _("MGFA classification"), version=1, domain="RS", licensed=True)

    rsperf = coded(_("Was the class determined?"), NoYes, sdtm="RSSTAT")
    rsreasnd = text(_("Reason not done"), asked_if=("rsperf", "N"), sdtm="RSREASND")
    rsrater = administration.rater(asked_if=DONE, sdtm="RSEVALID")
    airway = coded(_("Support of breathing now"), Airway, asked_if=DONE, sdtm="SUPPRS.QVAL where QNAM = AIRWAY")
    feedtube = coded(
        _("Is the subject fed by tube now?"), NoYes, asked_if=DONE, sdtm="SUPPRS.QVAL where QNAM = FEEDTUBE"
    )
    mgfacls = coded(
        _("Class now"), MgfaClass, asked_if=DONE,
        help=_("Without any weakness there is no class: give “Not applicable” as the reason."),
        sdtm="RSORRES where RSTESTCD = MGFACLS",
    )  # fmt: skip
    mgfaworst = coded(_("Worst class so far"), MgfaClass, asked_if=DONE, sdtm="RSORRES where RSTESTCD = MGFAWRST")

    @rule("MGFA-01", _("Fed by tube without intubation is class IVb. Please check class and tube."))
    def tube_feeding_is_four_b(airway: str, feedtube: str, mgfacls: str) -> bool:
        """Clinical reference pack, 3.5."""
        return airway == Airway.TUBE or feedtube == "N" or mgfacls == MgfaClass.IVB

    @rule("MGFA-02", _("Intubation for MG and class V belong together. Please check class and support of breathing."))
    def intubation_is_five(airway: str, mgfacls: str) -> bool:
        """Intubation as routine after an operation does not count (clinical reference pack, 3.5)."""
        return (airway == Airway.TUBE) == (mgfacls == MgfaClass.V)

    @rule("MGFA-03", _("The worst class is milder than the class now. Please check both."))
    def worst_is_no_milder(mgfacls: str, mgfaworst: str) -> bool:
        return SEVERITY[mgfaworst] >= SEVERITY[mgfacls]
