"""CARD: cardiac markers at baseline and when the heart is in question."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models.laboratory_panel import LabResult, LabSample, start, test_item, unit_item
from core.crf.declare import RowsSpec, Spec


class Analyte(models.TextChoices):
    """LBTESTCD: the cardiac markers (clinical reference pack, section 5); a laboratory reports one of the troponins."""

    TROPONI = "TROPONI", _("Troponin I")
    TROPONT = "TROPONT", _("Troponin T")
    CKMB = "CKMB", _("Creatine kinase MB, mass")
    CKMBACT = "CKMBACT", _("Creatine kinase MB, activity")
    BNPPRO = "BNPPRO", _("NT-proBNP")


USUAL = (Analyte.TROPONI, Analyte.CKMB, Analyte.BNPPRO)


class CardiacMarkers(LabSample):
    """CARD: one sample and the laboratory's report of it."""

    crf = Spec("CARD", _("Cardiac markers"), version=1, domain="LB")


class CardiacMarkersResult(LabResult):
    """One marker; of troponin the unit tells the high-sensitivity assay (ng/L) from the older ones."""

    rows = RowsSpec(CardiacMarkers, "results", _("Results"), start=start(USUAL))

    lbtestcd = test_item(Analyte)
    lborresu = unit_item(Analyte)
