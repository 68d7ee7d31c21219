"""INFL: markers of inflammation, followed through cytokine release."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models.laboratory_panel import LabResult, LabSample, start, test_item, unit_item
from core.crf.declare import RowsSpec, Spec


class Analyte(models.TextChoices):
    """LBTESTCD: the inflammation panel (clinical reference pack, section 5); the last three on request."""

    CRP = "CRP", _("C-reactive protein (CRP)")
    FERRITIN = "FERRITIN", _("Ferritin")
    PCT = "PCT", _("Procalcitonin")
    INTLK6 = "INTLK6", _("Interleukin 6 (IL-6)")
    SIL2R = "SIL2R", _("Soluble interleukin-2 receptor (sIL-2R)")
    IFNG = "IFNG", _("Interferon gamma")
    TNF = "TNF", _("Tumour necrosis factor alpha")


USUAL = tuple(Analyte)[:4]


class Inflammation(LabSample):
    """INFL: one sample and the laboratory's report of it."""

    crf = Spec("INFL", _("Inflammation markers"), version=1, domain="LB")


class InflammationResult(LabResult):
    """One marker."""

    rows = RowsSpec(Inflammation, "results", _("Results"), start=start(USUAL))

    lbtestcd = test_item(Analyte)
    lborresu = unit_item(Analyte)
