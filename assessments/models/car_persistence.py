"""CART: CAR transgene copies and CAR T cells in blood (pharmacokinetics)."""

from __future__ import annotations

from datetime import date as Date
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.exact import fits_limit
from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, date, decimal, measured, rule, text, time
from core.crf.values import Measured
from core.models import Crf, Subject

DONE = ("lbperf", "Y")


class Timing(models.TextChoices):
    """Where the sample lies; on the day of infusion the date alone does not tell."""

    PRE = "PRE", _("Before infusion")
    POST = "POST", _("After infusion")


class CopyMethod(models.TextChoices):
    """How copies are counted."""

    QPCR = "QPCR", _("Quantitative PCR")
    DDPCR = "DDPCR", _("Digital PCR")
    OTHER = "OTHER", _("Another method")


class CarPersistence(Crf):
    """CART: one blood sample, by PCR and by flow cytometry."""

    crf = Spec("CART", _("CAR copies and CAR T cells"), version=1, domain="PC")

    lbperf = coded(_("Was blood taken for CAR T cells?"), NoYes, sdtm="PCSTAT")
    lbreasnd = text(_("Reason not taken"), asked_if=("lbperf", "N"), sdtm="PCREASND")
    cardat = date(_("Date of the sample"), asked_if=DONE, heading=_("Sample"), sdtm="PCDTC")
    cartim = time(_("Time of the sample"), asked_if=DONE, sdtm="PCDTC")
    carpt = coded(_("Before or after infusion?"), Timing, asked_if=DONE, sdtm="PCTPT")
    lbnam = text(_("Laboratory"), asked_if=DONE, sdtm="PCNAM")
    carmeth = coded(_("Method"), CopyMethod, asked_if=DONE, heading=_("CAR copies"), sdtm="PCMETHOD")
    carcopy = measured(
        _("CAR copies"), unit="copies/µg", asked_if=DONE, sdtm="PCORRES where PCTESTCD = CARCOPY",
        help=_("Per microgram of genomic DNA, as reported. Not found: < and the limit that is reported."),
    )  # fmt: skip
    carlloq = decimal(
        _("Lower limit of quantification"), unit="copies/µg", digits=10, places=2, asked_if=DONE, sdtm="PCLLOQ"
    )
    carlod = decimal(
        _("Limit of detection"), unit="copies/µg", digits=10, places=2, asked_if=DONE, optional=True,
        sdtm="SUPPPC.QVAL where QNAM = LOD",
    )  # fmt: skip
    carflow = measured(
        _("CAR-positive share of T cells"), unit="%", asked_if=DONE, optional=True, heading=_("Flow cytometry"),
        help=_("As reported, for example 5.1 or <0.5."), sdtm="CPORRES where CPTESTCD = CARTPCT",
    )  # fmt: skip
    carcells = measured(
        _("CAR-positive T cells"), unit="/µL", asked_if=DONE, optional=True,
        sdtm="CPORRES where CPTESTCD = CARTABS",
    )  # fmt: skip

    @rule("CART-01", _("The limit of detection should not exceed the limit of quantification. Please check both."))
    def limits_in_order(carlloq: Decimal, carlod: Decimal) -> bool:
        return carlod <= carlloq

    @rule(
        "CART-02",
        _(
            "The result does not fit the limit of quantification: below it a laboratory reports < and a limit. "
            "Please check both."
        ),
    )
    def copies_fit_limit(carlloq: Decimal, carcopy: Measured) -> bool:
        return fits_limit(carcopy, carlloq)

    @rule("CART-03", _("CAR copies were measured before infusion. Please check the sample and tell the sponsor."))
    def none_before_infusion(carpt: str, carlloq: Decimal, carcopy: Measured) -> bool:
        """What is there before infusion is contamination, a mixed-up sample or an earlier product (exclusion 8)."""
        return carpt != Timing.PRE or carcopy.operator in ("<", "<=") or carcopy.value < carlloq

    @rule("CART-04", _("The share of T cells is above 100 percent. Please check the figure and its unit."))
    def share_is_a_share(carflow: Measured) -> bool:
        return carflow.value <= 100

    @rule("CART-05", _("The date of the sample does not fit “before” or “after infusion”. Please check both."))
    def timing_fits_date(subject: Subject, cardat: Date, carpt: str) -> bool:
        """On the day of infusion both can be; without an infusion there is no “after”."""
        if subject.infusion_on is None:
            return carpt == Timing.PRE
        return bool(cardat <= subject.infusion_on if carpt == Timing.PRE else cardat >= subject.infusion_on)
