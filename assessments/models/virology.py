"""VIR: hepatitis B and C, HIV, syphilis, CMV, EBV and tuberculosis (exclusions 6 and 12)."""

from __future__ import annotations

from datetime import date as Date
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.exact import fits_limit
from assessments.findings import Finding
from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, date, decimal, measured, rule, text, time
from core.crf.values import Measured
from core.models import Crf, Subject

DONE = ("lbperf", "Y")
AS_REPORTED = _("As reported. Not found: < and the limit that is reported.")
MISFIT = _(
    "The result does not fit the limit of quantification: below it a laboratory reports < and a limit. "
    "Please check both."
)


class Serology(models.TextChoices):
    """A coded result."""

    NEGATIVE = "NEG", _("Negative")
    POSITIVE = "POS", _("Positive")


class Screen(models.TextChoices):
    """HIV antigen and antibody test."""

    NONREACTIVE = "NR", _("Not reactive")
    REACTIVE = "R", _("Reactive")


class Confirmation(models.TextChoices):
    """The confirming test of a reactive screen."""

    NEGATIVE = "NEG", _("Negative")
    POSITIVE = "POS", _("Positive")
    INDETERMINATE = "IND", _("Indeterminate")
    PENDING = "PEND", _("Still to come")


def _serology(label: Any, target: str, codes: type[models.TextChoices] = Serology, **options: Any) -> Any:
    return coded(label, codes, asked_if=DONE, sdtm=target, **options)


def _load(label: Any, code: str) -> Any:
    """Amount of virus, with the operator where it is censored; wanted where a rule says so."""
    return measured(
        label, unit="IU/mL", asked_if=DONE, optional=True, help=AS_REPORTED, sdtm=f"MBORRES where MBTESTCD = {code}"
    )


def _lloq(label: Any, code: str) -> Any:
    target = f"SUPPMB.QVAL where QNAM = LLOQ and MBTESTCD = {code}"
    return decimal(label, unit="IU/mL", digits=10, places=3, asked_if=DONE, optional=True, sdtm=target)


class Virology(Crf):
    """VIR: one sample for the infections that bear on treatment."""

    crf = Spec("VIR", _("Virology"), version=1, domain="MB")

    lbperf = coded(_("Was blood taken for virology?"), NoYes, sdtm="MBSTAT")
    lbreasnd = text(_("Reason not taken"), asked_if=("lbperf", "N"), sdtm="MBREASND")
    lbdat = date(_("Date of the sample"), asked_if=DONE, heading=_("Sample"), sdtm="MBDTC")
    lbtim = time(_("Time of the sample"), asked_if=DONE, sdtm="MBDTC")
    lbnam = text(_("Laboratory"), asked_if=DONE, sdtm="MBNAM")

    hbsag = _serology(_("HBsAg"), "MBORRES where MBTESTCD = HBSAG", heading=_("Hepatitis B"))
    hbsab = _serology(_("Anti-HBs"), "ISORRES where ISTESTCD = MBAB and ISBDAGNT = HBSAG")
    hbeag = _serology(_("HBeAg"), "MBORRES where MBTESTCD = HBEAG")
    hbeab = _serology(_("Anti-HBe"), "ISORRES where ISTESTCD = MBAB and ISBDAGNT = HBEAG")
    hbcab = _serology(_("Anti-HBc, total"), "ISORRES where ISTESTCD = MBAB and ISBDAGNT = HBCAG")
    hbvdna = _load(_("HBV DNA"), "HBDNA")
    hbvlloq = _lloq(_("HBV DNA: lower limit of quantification"), "HBDNA")
    hcvab = _serology(_("Anti-HCV"), "ISORRES where ISTESTCD = MBAB and ISBDAGNT = HCV", heading=_("Hepatitis C"))
    hcvrna = _load(_("HCV RNA"), "HCRNA")
    hcvlloq = _lloq(_("HCV RNA: lower limit of quantification"), "HCRNA")
    hivscr = _serology(
        _("HIV antigen and antibody, screening"), "MBORRES where MBTESTCD = HIVAGAB", Screen, heading=_("HIV")
    )
    hivconf = coded(
        _("HIV confirmation"), Confirmation, asked_if=("hivscr", "R"), sdtm="SUPPMB.QVAL where QNAM = HIVCONF"
    )
    hivnat = _serology(
        _("HIV nucleic acid test"), "MBORRES where MBTESTCD = HIVRNA", optional=True, help=_("If it was done.")
    )
    tpab = _serology(
        _("Treponema pallidum antibody"), "ISORRES where ISTESTCD = MBAB and ISBDAGNT = TREPONEMA PALLIDUM",
        heading=_("Other infections"),
    )  # fmt: skip
    tprpr = coded(
        _("RPR or TRUST"), Serology, asked_if=("tpab", "POS"), sdtm="ISORRES where ISTESTCD = MBAB and ISMETHOD = RPR"
    )
    cmvigg = _serology(_("CMV IgG"), "ISORRES where ISTESTCD = MBAB and ISBDAGNT = CMV")
    cmvdna = _load(_("CMV DNA"), "CMVDNA")
    ebvigg = _serology(_("EBV VCA IgG"), "ISORRES where ISTESTCD = MBAB and ISBDAGNT = EBV")
    ebvdna = _load(_("EBV DNA"), "EBVDNA")
    tbigra = _serology(_("Tuberculosis, interferon gamma release"), "ISORRES where ISTESTCD = TBIGRA", Finding)

    @rule("VIR-01", _("HBV DNA is needed, since HBsAg or anti-HBc is positive. Enter it, or have it tested."))
    def hbv_dna_where_exposed(
        hbsag: str | None = None, hbcab: str | None = None, hbvdna: Measured | None = None
    ) -> bool:
        """Anti-HBc alone is not active, provided that DNA is below the limit (clinical reference pack, 2.2, E6)."""
        return hbvdna is not None or Serology.POSITIVE not in (hbsag, hbcab)

    @rule("VIR-02", _("HCV RNA is needed, since anti-HCV is positive. Enter it, or have it tested."))
    def hcv_rna_where_antibody(hcvab: str, hcvrna: Measured | None = None) -> bool:
        """Antibody without RNA is past infection (clinical reference pack, 2.2, E6)."""
        return hcvrna is not None or hcvab == Serology.NEGATIVE

    @rule("VIR-03", _("The HIV screening test is reactive. Have it confirmed and enter the result."))
    def hiv_is_confirmed(hivscr: str, hivconf: str | None = None) -> bool:
        """Exclusion 12 is decided by the confirmation, which must not stay pending or indeterminate."""
        return hivscr != Screen.REACTIVE or hivconf in (Confirmation.NEGATIVE, Confirmation.POSITIVE)

    @rule("VIR-04", _("Enter the lower limit of quantification that goes with HBV DNA."))
    def hbv_dna_has_limit(hbvdna: Measured, hbvlloq: Decimal | None = None) -> bool:
        return hbvlloq is not None

    @rule("VIR-05", _("Enter the lower limit of quantification that goes with HCV RNA."))
    def hcv_rna_has_limit(hcvrna: Measured, hcvlloq: Decimal | None = None) -> bool:
        return hcvlloq is not None

    @rule("VIR-06", MISFIT)
    def hbv_dna_fits_limit(hbvlloq: Decimal, hbvdna: Measured) -> bool:
        return fits_limit(hbvdna, hbvlloq)

    @rule("VIR-07", MISFIT)
    def hcv_rna_fits_limit(hcvlloq: Decimal, hcvrna: Measured) -> bool:
        return fits_limit(hcvrna, hcvlloq)

    @rule(
        "VIR-08",
        _(
            "After infusion an HIV nucleic acid test may find the vector and be falsely positive. Ask the laboratory "
            "for a test of antigen and antibody, and look at the sample taken before treatment."
        ),
    )
    def nucleic_acid_before_infusion(subject: Subject, lbdat: Date, hivnat: str) -> bool:
        """Lentiviral vectors hold HIV sequences (clinical reference pack, 2.2, E12). On the day itself it may be."""
        return hivnat == Serology.NEGATIVE or subject.infusion_on is None or lbdat < subject.infusion_on
