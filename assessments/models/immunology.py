"""IMM: immunoglobulins and lymphocyte subsets, with whether immunoglobulin was given: it hides a low IgG."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models.laboratory_panel import DONE, LabResult, LabSample, start, test_item, unit_item
from core.crf.codes import NoYes
from core.crf.declare import RowsSpec, Spec, coded


class Analyte(models.TextChoices):
    """LBTESTCD: immunoglobulins and subsets (clinical reference pack, sections 4.10 and 5)."""

    IGG = "IGG", _("Immunoglobulin G (IgG)")
    IGA = "IGA", _("Immunoglobulin A (IgA)")
    IGM = "IGM", _("Immunoglobulin M (IgM)")
    TLYCE = "TLYCE", _("T cells (CD3+)")
    CD4 = "CD4", _("T helper cells (CD4+)")
    CD8 = "CD8", _("Cytotoxic T cells (CD8+)")
    BLYCE = "BLYCE", _("B cells (CD19+)")
    NKCE = "NKCE", _("NK cells")


class Immunology(LabSample):
    """IMM: one sample and the laboratory's report of it."""

    crf = Spec("IMM", _("Immunoglobulins and lymphocyte subsets"), version=1, domain="LB")

    ivig4wk = coded(
        _("Was immunoglobulin (IVIG) given in the 4 weeks before the sample?"), NoYes, asked_if=DONE,
        sdtm="SUPPLB.QVAL where QNAM = IVIG4WK",
    )  # fmt: skip


class ImmunologyResult(LabResult):
    """One class of immunoglobulin, or one subset counted per microlitre."""

    rows = RowsSpec(Immunology, "results", _("Results"), start=start(tuple(Analyte)))

    lbtestcd = test_item(Analyte)
    lborresu = unit_item(Analyte)
