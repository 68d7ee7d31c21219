"""HEM: blood count with differential, and what was given that moves it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models.laboratory_panel import DONE, LabResult, LabSample, start, test_item, unit_item
from core.crf.codes import NoYes
from core.crf.declare import RowsSpec, Spec, coded, several


class Analyte(models.TextChoices):
    """LBTESTCD: the blood count (clinical reference pack, section 5)."""

    WBC = "WBC", _("Leukocytes")
    NEUT = "NEUT", _("Neutrophils")
    LYM = "LYM", _("Lymphocytes")
    MONO = "MONO", _("Monocytes")
    EOS = "EOS", _("Eosinophils")
    BASO = "BASO", _("Basophils")
    RBC = "RBC", _("Erythrocytes")
    HGB = "HGB", _("Haemoglobin")
    HCT = "HCT", _("Haematocrit")
    PLAT = "PLAT", _("Platelets")


class Transfusion(models.TextChoices):
    """What was transfused."""

    RED_CELLS = "RBC", _("Red cells")
    PLATELETS = "PLAT", _("Platelets")


class Haematology(LabSample):
    """HEM: one blood count and the laboratory's report of it."""

    crf = Spec("HEM", _("Haematology"), version=1, domain="LB")

    gcsf = coded(
        _("Was G-CSF given in the 7 days before the sample?"), NoYes, asked_if=DONE,
        heading=_("What moves the count"), help=_("Of pegylated G-CSF: in the 14 days before."),
        sdtm="SUPPLB.QVAL where QNAM = GCSF",
    )  # fmt: skip
    transf = coded(
        _("Were blood cells transfused in the 7 days before the sample?"), NoYes, asked_if=DONE,
        sdtm="SUPPLB.QVAL where QNAM = TRANSF",
    )  # fmt: skip
    transfwh = several(
        _("Which cells?"), Transfusion, asked_if=("transf", "Y"), sdtm="SUPPLB.QVAL where QNAM = TRANSFWH"
    )


class HaematologyResult(LabResult):
    """One line of the blood count."""

    rows = RowsSpec(Haematology, "results", _("Results"), start=start(tuple(Analyte)))

    lbtestcd = test_item(Analyte)
    lborresu = unit_item(Analyte)
