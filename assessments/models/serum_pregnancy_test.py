"""HCG: serum pregnancy test, qualitative and quantitative, with its time as the urine test."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.exact import is_above
from assessments.findings import Finding, contradicts
from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, decimal, derive, measured, moment, rule, text
from core.crf.values import Measured
from core.models import Crf

DONE = ("lbperf", "Y")


class HcgUnit(models.TextChoices):
    """UNIT: as the laboratory reports it."""

    IU_L = "IU/L", "IU/L"
    MIU_ML = "mIU/mL", "mIU/mL"


class SerumPregnancyTest(Crf):
    """HCG: human chorionic gonadotropin in serum."""

    crf = Spec("HCG", _("Serum pregnancy test"), version=1, domain="LB", applies_if=("DM", "sex", ("F",)))

    lbperf = coded(_("Was the test done?"), NoYes, sdtm="LBSTAT where LBTESTCD = HCG and LBSPEC = SERUM")
    lbreasnd = text(_("Reason not done"), asked_if=("lbperf", "N"), sdtm="LBREASND")
    lbdtc = moment(_("Date and time of the sample"), asked_if=DONE, sdtm="LBDTC")
    lbnam = text(_("Laboratory"), asked_if=DONE, sdtm="LBNAM")
    lborres = coded(
        _("Result"), Finding, asked_if=DONE, sdtm="LBORRES where LBTESTCD = HCG and LBSPEC = SERUM",
        help=_("As the laboratory judges it by its own limit."),
    )  # fmt: skip
    lbqres = measured(
        _("hCG concentration"), asked_if=DONE, optional=True, heading=_("Concentration"),
        help=_("As reported, for example 1.2 or <0.5."), sdtm="LBORRES",
    )  # fmt: skip
    lbqresu = coded(_("Unit"), HcgUnit, asked_if=DONE, optional=True, sdtm="LBORRESU")
    lbornrhi = decimal(
        _("Upper limit when not pregnant"), digits=8, places=2, asked_if=DONE, optional=True, sdtm="LBORNRHI"
    )
    lbstresn = decimal(
        _("hCG concentration"), unit="IU/L", digits=20, places=8, sdtm="LBSTRESN",
        help=_("Empty where the result has an operator."),
    )  # fmt: skip

    @derive("lbstresn", "HCG-STANDARD")
    def in_standard_unit(lbqres: Measured, lbqresu: str) -> Decimal | None:
        """1 mIU/mL is 1 IU/L (clinical reference pack, section 5)."""
        return None if lbqres.operator else lbqres.value

    @rule(
        "HCG-01",
        _(
            "The test is not negative. Tell the investigator and the medical monitor now. Dosing is not authorised "
            "again until a further serum hCG and ultrasound have settled it."
        ),
    )
    def negative(lborres: str) -> bool:
        """Clinical reference pack, section 7: positive or indeterminate blocks the next authorisation of dosing."""
        return lborres == Finding.NEGATIVE

    @rule("HCG-02", _("The concentration needs its unit. Enter it as on the report."))
    def concentration_has_unit(lbqres: Measured, lbqresu: str | None = None) -> bool:
        return lbqresu is not None

    @rule("HCG-03", _("The result does not fit the concentration and its limit. Please check all three."))
    def result_fits_concentration(lbqres: Measured, lbornrhi: Decimal, lborres: str) -> bool:
        return not contradicts(lborres, is_above(lbqres, lbornrhi))
