"""COAG: coagulation, with whether the subject takes an anticoagulant: the INR is graded by it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models.laboratory_panel import DONE, LabResult, LabSample, start, test_item, unit_item
from core.crf.codes import NoYes
from core.crf.declare import RowsSpec, Spec, coded


class Analyte(models.TextChoices):
    """LBTESTCD: the coagulation panel (clinical reference pack, section 5)."""

    PT = "PT", _("Prothrombin time (PT)")
    INR = "INR", _("Prothrombin time, INR")
    APTT = "APTT", _("Activated partial thromboplastin time (APTT)")
    FIBRINO = "FIBRINO", _("Fibrinogen")
    DDIMER = "DDIMER", _("D-dimer")


class Coagulation(LabSample):
    """COAG: one sample and the laboratory's report of it."""

    crf = Spec("COAG", _("Coagulation"), version=1, domain="LB")

    anticoag = coded(
        _("Was the subject on an anticoagulant?"), NoYes, asked_if=DONE,
        help=_("The INR is then compared with the subject's own baseline."),
        sdtm="SUPPLB.QVAL where QNAM = ANTICOAG",
    )  # fmt: skip


class CoagulationResult(LabResult):
    """One result; of D-dimer the unit says whether it counts FEU or DDU."""

    rows = RowsSpec(Coagulation, "results", _("Results"), start=start(tuple(Analyte)))

    lbtestcd = test_item(Analyte)
    lborresu = unit_item(Analyte)
