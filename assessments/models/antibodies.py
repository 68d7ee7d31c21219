"""AB: acetylcholine receptor antibody, and the others of MG where they were tested."""

from __future__ import annotations

from datetime import date as Date
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.exact import change_of_results, half_up, is_above
from assessments.findings import Finding, contradicts
from assessments.timeline import baseline_for
from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, date, decimal, derive, measured, rule, text, time
from core.crf.rules import Context
from core.crf.values import Measured
from core.models import Crf, Subject

DONE = ("lbperf", "Y")


class Assay(models.TextChoices):
    """How antibodies are measured; results of different assays cannot be compared."""

    RIA = "RIA", _("Radioimmunoassay (RIA)")
    ELISA = "ELISA", _("ELISA")
    CLIA = "CLIA", _("Chemiluminescence")
    CBA = "CBA", _("Cell-based assay (CBA)")
    OTHER = "OTHER", _("Another assay")


class AntibodyUnit(models.TextChoices):
    """UNIT: as the laboratory reports it; nothing is converted."""

    NMOL_L = "nmol/L", "nmol/L"
    U_ML = "U/mL", "U/mL"
    RATIO = "ratio", _("Ratio")
    TITRE = "titre", _("Titre (the figure after 1:)")


def _conclusion(label: Any, agent: str, **options: Any) -> Any:
    return coded(label, Finding, asked_if=DONE, sdtm=f"ISORRES where ISBDAGNT = {agent}", **options)


class Antibodies(Crf):
    """AB: one serum sample; AChR antibody on days 7, 14, 21, 28 and 90 is a registered outcome."""

    crf = Spec("AB", _("AChR antibody"), version=1, domain="IS")

    lbperf = coded(_("Was blood taken for antibodies?"), NoYes, sdtm="ISSTAT")
    lbreasnd = text(_("Reason not taken"), asked_if=("lbperf", "N"), sdtm="ISREASND")
    lbdat = date(_("Date of the sample"), asked_if=DONE, heading=_("Sample"), sdtm="ISDTC")
    lbtim = time(_("Time of the sample"), asked_if=DONE, sdtm="ISDTC")
    lbnam = text(_("Laboratory"), asked_if=DONE, help=_("The same at every visit, if at all possible."), sdtm="ISNAM")
    achrmeth = coded(_("Assay"), Assay, asked_if=DONE, heading=_("AChR antibody"), sdtm="ISMETHOD")
    achrkit = text(_("Kit and lot number"), length=100, asked_if=DONE, sdtm="SUPPIS.QVAL where QNAM = ISKIT")
    achr = measured(
        _("Result"), asked_if=DONE, optional=True, help=_("As reported, for example 5.1 or <0.5."),
        sdtm="ISORRES where ISTESTCD = ATAB and ISBDAGNT = ACETYLCHOLINE RECEPTOR",
    )  # fmt: skip
    achrunit = coded(_("Unit"), AntibodyUnit, asked_if=DONE, optional=True, sdtm="ISORRESU")
    achruln = decimal(
        _("Upper limit of the kit"), digits=12, places=4, asked_if=DONE, optional=True, sdtm="ISORNRHI",
        help=_("Results above it count as positive."),
    )  # fmt: skip
    achrres = _conclusion(_("Conclusion of the laboratory"), "ACETYLCHOLINE RECEPTOR")
    achrchg = decimal(
        _("Change from baseline"), unit="%", digits=24, places=1, limits=(None, None),
        sdtm="SUPPIS.QVAL where QNAM = CHGPCT",
        help=_("Only between two figures of the same assay in the same unit."),
    )  # fmt: skip
    muskres = _conclusion(
        _("MuSK antibody"), "MUSCLE-SPECIFIC KINASE", optional=True, heading=_("Others, if tested")
    )  # fmt: skip
    titinres = _conclusion(_("Titin antibody"), "TITIN", optional=True)

    @derive("achrchg", "AB-CHANGE", forms=("AB",))
    def change(
        subject: Subject, context: Context, lbdat: Date, achr: Measured, achrmeth: str, achrunit: str
    ) -> Decimal | None:
        """Percent of the baseline result. Empty where either is censored, baseline is 0, or assay or unit differ."""
        first = baseline_for(context.records("AB"), subject, lbdat, lambda record: record.lbdat)
        if first is None or first.achr is None or (first.achrmeth, first.achrunit) != (achrmeth, achrunit):
            return None
        percent = change_of_results(achr, first.achr)
        return None if percent is None else half_up(percent, 1)

    @rule("AB-01", _("The conclusion does not fit the result and the limit of the kit. Please check all three."))
    def conclusion_fits(achr: Measured, achruln: Decimal, achrres: str) -> bool:
        """Positive is above the limit of the kit (clinical reference pack, 2.1, I2)."""
        return not contradicts(achrres, is_above(achr, achruln))

    @rule("AB-02", _("Enter the result of the assay as a figure, with its operator if there is one."))
    def assay_gives_figure(achrmeth: str, achr: Measured | None = None) -> bool:
        """A cell-based assay may give a conclusion only."""
        return achr is not None or achrmeth == Assay.CBA

    @rule("AB-03", _("The result needs its unit and the upper limit of the kit. Enter both."))
    def figure_has_unit_and_limit(achr: Measured, achrunit: str | None = None, achruln: Decimal | None = None) -> bool:
        """Positivity depends on the kit (clinical reference pack, 2.1, I2)."""
        return achrunit is not None and achruln is not None
