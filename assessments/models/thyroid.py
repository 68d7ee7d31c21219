"""THY: thyroid function, at screening."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models.laboratory_panel import LabResult, LabSample, start, test_item, unit_item
from core.crf.declare import RowsSpec, Spec


class Analyte(models.TextChoices):
    """LBTESTCD: thyroid function (clinical reference pack, section 5)."""

    TSH = "TSH", _("Thyrotropin (TSH)")
    FT3 = "FT3", _("Triiodothyronine, free (FT3)")
    FT4 = "FT4", _("Thyroxine, free (FT4)")


class Thyroid(LabSample):
    """THY: one sample and the laboratory's report of it."""

    crf = Spec("THY", _("Thyroid function"), version=1, domain="LB")


class ThyroidResult(LabResult):
    """One result."""

    rows = RowsSpec(Thyroid, "results", _("Results"), start=start(tuple(Analyte)))

    lbtestcd = test_item(Analyte)
    lborresu = unit_item(Analyte)
