"""TCELL: expansion of T cells after stimulation of CD3 and CD28 (exclusion 9)."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, date, decimal, derive, integer, rule, text
from core.models import Crf

DONE = ("lbperf", "Y")
LEAST_FOLD: Final = 5  # exclusion 9 of the registry entry: less than 5-fold excludes


class ExpansionAssay(models.TextChoices):
    """What was counted."""

    COUNT = "COUNT", _("Count of living cells")
    CFSE = "CFSE", _("Dye dilution (CFSE)")
    OTHER = "OTHER", _("Another assay")


class TCellExpansion(Crf):
    """TCELL: cells counted before and after culture."""

    crf = Spec("TCELL", _("T-cell expansion"), version=1, domain="IS")

    lbperf = coded(_("Was T-cell expansion tested?"), NoYes, sdtm="ISSTAT where ISTESTCD = TLYMPIDX")
    lbreasnd = text(_("Reason not tested"), asked_if=("lbperf", "N"), sdtm="ISREASND")
    tcdat = date(_("Date of the sample"), asked_if=DONE, sdtm="ISDTC")
    tcassay = coded(_("Assay"), ExpansionAssay, asked_if=DONE, sdtm="ISMETHOD")
    lbnam = text(_("Laboratory"), asked_if=DONE, sdtm="ISNAM")
    tcday = integer(
        _("Day of culture on which cells were counted"), limits=(0, 30), expect=(3, 14), asked_if=DONE,
        sdtm="SUPPIS.QVAL where QNAM = TCDAY",
    )  # fmt: skip
    tcstart = decimal(
        _("Cells put into culture"), unit="×10⁶", digits=8, places=3, asked_if=DONE, heading=_("Cells"),
        sdtm="SUPPIS.QVAL where QNAM = TCSTART",
    )  # fmt: skip
    tcend = decimal(
        _("Cells on that day"), unit="×10⁶", digits=8, places=3, asked_if=DONE, sdtm="SUPPIS.QVAL where QNAM = TCEND"
    )
    tcrep = decimal(
        _("Expansion as the laboratory reports it"), unit="fold", digits=8, places=3, asked_if=DONE, optional=True,
        help=_("Where it reports no cell numbers."), sdtm="SUPPIS.QVAL where QNAM = TCREP",
    )  # fmt: skip
    tcfold = decimal(_("Expansion"), unit="fold", digits=14, places=4, sdtm="ISORRES where ISTESTCD = TLYMPIDX")

    @derive("tcfold", "TCELL-FOLD")
    def fold(
        tcstart: Decimal | None = None, tcend: Decimal | None = None, tcrep: Decimal | None = None
    ) -> Decimal | None:
        """Cells after over cells before; the laboratory's own figure where it gives no cells.

        Cut off and not rounded after four decimals, so that 4.99999 never turns into the 5 that exclusion 9 asks for.
        """
        if tcstart is None or tcend is None:
            return tcrep
        return Decimal(int(tcend * 10000 // tcstart)).scaleb(-4) if tcstart else None

    @rule("TCELL-01", _("T cells expanded less than 5-fold, which excludes the subject (exclusion 9). Please check."))
    def expands_enough(
        tcstart: Decimal | None = None, tcend: Decimal | None = None, tcrep: Decimal | None = None,
        tcfold: Decimal | None = None,
    ) -> bool:  # fmt: skip
        """Exclusion 9: strictly below 5-fold; compared without dividing where cells were counted."""
        if tcstart is not None and tcend is not None:
            return tcend >= LEAST_FOLD * tcstart
        return tcrep is None or tcrep >= LEAST_FOLD

    @rule("TCELL-02", _("The reported expansion differs from that of the cell numbers. Please check all three."))
    def report_agrees(tcstart: Decimal, tcend: Decimal, tcrep: Decimal) -> bool:
        """Within a tenth of the reported figure, which laboratories round."""
        return abs(tcend - tcrep * tcstart) * 10 <= tcrep * tcstart
