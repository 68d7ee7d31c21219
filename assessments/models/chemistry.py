"""CHEM: serum chemistry, each result in the unit and with the limits of the laboratory that reported it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.lab_case import corrected_in_standard
from assessments.models.laboratory_panel import LabResult, LabSample, start, test_item, unit_item
from core.crf.declare import RowsSpec, Spec, decimal, derive, rule


class Analyte(models.TextChoices):
    """LBTESTCD: the serum chemistry panel (clinical reference pack, section 5); the last six on request."""

    ALT = "ALT", _("Alanine aminotransferase (ALT)")
    AST = "AST", _("Aspartate aminotransferase (AST)")
    ALP = "ALP", _("Alkaline phosphatase (ALP)")
    GGT = "GGT", _("Gamma-glutamyl transferase (GGT)")
    BILI = "BILI", _("Bilirubin, total")
    BILDIR = "BILDIR", _("Bilirubin, direct")
    CREAT = "CREAT", _("Creatinine")
    UREA = "UREA", _("Urea")
    URATE = "URATE", _("Urate")
    ALB = "ALB", _("Albumin")
    PROT = "PROT", _("Protein, total")
    GLUC = "GLUC", _("Glucose")
    SODIUM = "SODIUM", _("Sodium")
    K = "K", _("Potassium")
    CL = "CL", _("Chloride")
    CA = "CA", _("Calcium, total")
    MG = "MG", _("Magnesium")
    PHOS = "PHOS", _("Phosphate")
    CK = "CK", _("Creatine kinase (CK)")
    LDH = "LDH", _("Lactate dehydrogenase (LDH)")
    UREAN = "UREAN", _("Urea nitrogen (BUN)")
    CHOL = "CHOL", _("Cholesterol, total")
    TRIG = "TRIG", _("Triglycerides")
    AMYLASE = "AMYLASE", _("Amylase")
    LIPASE = "LIPASE", _("Lipase")
    CAION = "CAION", _("Calcium, ionised")


USUAL = tuple(Analyte)[:20]
FASTING = ("GLUC", "TRIG")


class Chemistry(LabSample):
    """CHEM: one serum sample and the laboratory's report of it."""

    crf = Spec("CHEM", _("Serum chemistry"), version=1, domain="LB")

    cacorr = decimal(
        _("Calcium corrected for albumin"), unit="mmol/L", digits=6, places=3, heading=_("Computed from the results"),
        sdtm="LBSTRESN where LBTESTCD = CACR",
    )  # fmt: skip

    @derive("cacorr", "CHEM-CALCIUM")
    def corrected(rows: Any) -> Decimal | None:
        """Calcium + 0.02 mmol/L for each g/L of albumin below 40 (clinical reference pack, section 5a)."""
        return corrected_in_standard(rows["results"])

    @rule(
        "CHEM-05",
        _("Glucose or triglycerides were measured. Say whether the subject was fasting: they are judged by it."),
    )
    def fasting_is_said(lbperf: str, rows: Any, lbfast: str | None = None) -> bool:
        measured = any(row.lbtestcd in FASTING and row.lborres is not None for row in rows["results"])
        return lbfast is not None or not measured


class ChemistryResult(LabResult):
    """One analyte of serum."""

    rows = RowsSpec(Chemistry, "results", _("Results"), start=start(USUAL))

    lbtestcd = test_item(Analyte)
    lborresu = unit_item(Analyte)
