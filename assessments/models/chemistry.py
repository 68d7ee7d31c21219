"""CHEM: serum chemistry, each result in the unit and with the limits of the laboratory that reported it."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.laboratory import Condition, Unit, is_outside
from core.crf.codes import NoYes
from core.crf.declare import RowsSpec, Spec, coded, date, decimal, file, measured, rule, text, time
from core.crf.values import Measured
from core.models import Crf, CrfRow

DONE = ("lbperf", "Y")


class Analyte(models.TextChoices):
    """LBTESTCD: the serum chemistry panel (clinical reference pack, section 5)."""

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


# The first is the unit laboratories in China report. Urea in mg/dL is left out: that figure is mostly urea nitrogen,
# which is another test and converts by another factor.
ENZYME = (Unit.U_L,)
SMALL = (Unit.UMOL_L, Unit.MG_DL)
LARGE = (Unit.MMOL_L, Unit.MG_DL)
ION = (Unit.MMOL_L,)
PROTEIN = (Unit.G_L, Unit.G_DL)
UNITS: dict[str, tuple[Unit, ...]] = {
    "ALT": ENZYME, "AST": ENZYME, "ALP": ENZYME, "GGT": ENZYME, "CK": ENZYME, "LDH": ENZYME,
    "BILI": SMALL, "BILDIR": SMALL, "CREAT": SMALL, "URATE": SMALL,
    "ALB": PROTEIN, "PROT": PROTEIN, "GLUC": LARGE, "UREA": ION,
    "SODIUM": ION, "K": ION, "CL": ION, "CA": LARGE, "MG": LARGE, "PHOS": LARGE,
}  # fmt: skip


class Chemistry(Crf):
    """CHEM: one serum sample and the laboratory's report of it."""

    crf = Spec("CHEM", _("Serum chemistry"), version=1, domain="LB")

    lbperf = coded(_("Was blood taken for chemistry?"), NoYes, sdtm="LBSTAT")
    lbreasnd = text(_("Reason not taken"), asked_if=("lbperf", "N"), sdtm="LBREASND")
    lbdat = date(_("Date of the sample"), asked_if=DONE, heading=_("Sample"), sdtm="LBDTC")
    lbtim = time(_("Time of the sample"), asked_if=DONE, sdtm="LBDTC")
    lbfast = coded(_("Was the subject fasting?"), NoYes, asked_if=DONE, sdtm="LBFAST")
    lbspccnd = coded(_("Condition of the sample"), Condition, asked_if=DONE, optional=True, sdtm="LBSPCCND")
    lbnam = text(_("Laboratory"), asked_if=DONE, sdtm="LBNAM")
    lbreport = file(
        _("Laboratory report"), asked_if=DONE, optional=True,
        help=_("PDF, PNG or JPEG, up to 10 MB. Cover the subject's name and hospital numbers first."),
    )  # fmt: skip


class ChemistryResult(CrfRow):
    """One analyte: result, unit and the laboratory's own limits."""

    rows = RowsSpec(
        Chemistry,
        "results",
        _("Results"),
        start=tuple({"lbtestcd": analyte.value, "lborresu": UNITS[analyte.value][0].value} for analyte in Analyte),
    )

    lbtestcd = coded(_("Test"), Analyte, sdtm="LBTESTCD")
    lborres = measured(_("Result"), help=_("As reported, for example 5.1 or <0.5."), sdtm="LBORRES")
    lborresu = coded(_("Unit"), Unit, sdtm="LBORRESU")
    lbornrlo = decimal(_("Lower limit"), digits=12, places=4, optional=True, sdtm="LBORNRLO")
    lbornrhi = decimal(_("Upper limit"), digits=12, places=4, optional=True, sdtm="LBORNRHI")
    lbclsig = coded(_("Clinically significant?"), NoYes, optional=True, sdtm="LBCLSIG")

    @rule("CHEM-01", _("This unit is unusual for this test. Please check the unit on the report."))
    def unit_fits_test(lbtestcd: str, lborresu: str) -> bool:
        return lborresu in UNITS[lbtestcd]

    @rule("CHEM-02", _("The lower limit should be below the upper limit."))
    def limits_in_order(lbornrlo: Decimal, lbornrhi: Decimal) -> bool:
        return lbornrlo < lbornrhi

    @rule("CHEM-03", _("The result is outside the laboratory's limits. Say whether it is clinically significant."))
    def outside_is_judged(
        lborres: Measured,
        lbornrlo: Decimal | None = None,
        lbornrhi: Decimal | None = None,
        lbclsig: str | None = None,
    ) -> bool:
        return lbclsig is not None or not is_outside(lborres, lbornrlo, lbornrhi)

    @rule("CHEM-04", _("Enter the upper limit of the laboratory that reported this result."))
    def result_has_upper_limit(lborres: Measured, lbornrhi: Decimal | None = None) -> bool:
        """Exclusion 10 and the CTCAE grades compare with the upper limit that goes with the result."""
        return lbornrhi is not None
