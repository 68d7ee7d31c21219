"""LEUK: the collection of the cells the product is made from, and what it yielded."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import protocol
from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, decimal, derive, moment, rule, several, text
from core.crf.declare import date as day
from core.models import Crf

DONE = ("prperf", "Y")
HUNDREDTH = Decimal("0.01")


class Access(models.TextChoices):
    """How the blood was drawn and returned."""

    PERIPHERAL = "PERIPHERAL", _("Peripheral veins")
    FEMORAL = "FEMORAL", _("Femoral catheter")
    JUGULAR = "JUGULAR", _("Jugular catheter")
    OTHER = "OTHER", _("Another access")


class Anticoagulant(models.TextChoices):
    """What kept the blood from clotting."""

    ACD_A = "ACD_A", _("Citrate (ACD-A)")
    HEPARIN = "HEPARIN", _("Heparin")
    BOTH = "BOTH", _("Citrate and heparin")


class Complication(models.TextChoices):
    """What went wrong during or after collection."""

    NONE = "NONE", _("None")
    CITRATE = "CITRATE", _("Signs of low calcium (citrate)")
    HYPOTENSION = "HYPOTENSION", _("Low blood pressure")
    ACCESS = "ACCESS", _("Trouble with the access, haematoma")
    BLEEDING = "BLEEDING", _("Bleeding")
    INFECTION = "INFECTION", _("Infection of the access")
    WEAKNESS = "WEAKNESS", _("Worsening of myasthenia gravis")
    OTHER = "OTHER", _("Another")


class Leukapheresis(Crf):
    """LEUK: procedure, volume, cells and viability of one collection."""

    crf = Spec("LEUK", _("Leukapheresis"), version=1, domain="PR")

    prperf = coded(_("Was leukapheresis done?"), NoYes, sdtm="PROCCUR")
    prreasnd = text(_("Reason not done"), asked_if=("prperf", "N"), sdtm="PRREASOC")
    leukalc = decimal(
        _("Lymphocytes before collection"), unit="×10⁹/L", digits=6, places=2, expect=(None, 10), asked_if=DONE,
        heading=_("Before collection"), sdtm="LBORRES where LBTESTCD = LYM",
    )  # fmt: skip
    leukalcdat = day(_("Date of that blood count"), asked_if=DONE, sdtm="LBDTC where LBTESTCD = LYM")
    leukwt = decimal(
        _("Weight"), unit="kg", digits=4, places=1, expect=(35, 130), asked_if=DONE,
        sdtm="VSORRES where VSTESTCD = WEIGHT",
    )  # fmt: skip
    prstdtc = moment(_("Start of collection"), asked_if=DONE, heading=_("Procedure"), sdtm="PRSTDTC")
    prendtc = moment(_("End of collection"), asked_if=DONE, sdtm="PRENDTC")
    leukdat = day(_("Date of collection"), sdtm="PRSTDTC")
    leukdev = text(_("Machine and programme"), length=100, asked_if=DONE, sdtm="SUPPPR.QVAL where QNAM = PRDEVICE")
    leukaccs = coded(_("Venous access"), Access, asked_if=DONE, sdtm="SUPPPR.QVAL where QNAM = PRACCESS")
    leukaccoth = text(
        _("Which other access"), length=100, asked_if=("leukaccs", "OTHER"), sdtm="SUPPPR.QVAL where QNAM = PRACCOTH"
    )
    leukac = coded(_("Anticoagulant"), Anticoagulant, asked_if=DONE, sdtm="SUPPPR.QVAL where QNAM = PRANTCO")
    leukbv = decimal(
        _("Blood processed"), unit="L", digits=4, places=1, expect=(3, 20), asked_if=DONE,
        sdtm="SUPPPR.QVAL where QNAM = PRBLVOL",
    )  # fmt: skip
    leukcomp = several(
        _("Complications"), Complication, asked_if=DONE, help=_("Each is entered as an adverse event as well."),
        sdtm="SUPPPR.QVAL where QNAM = PRCOMPL",
    )  # fmt: skip
    leukvol = decimal(
        _("Volume collected"), unit="mL", digits=6, places=1, expect=(30, 500), asked_if=DONE,
        heading=_("What was collected"), sdtm="BSORRES where BSTESTCD = VOLUME",
    )  # fmt: skip
    leukwbc = decimal(
        _("White cells in the collection"), unit="×10⁹/L", digits=7, places=2, asked_if=DONE,
        sdtm="BSORRES where BSTESTCD = WBC",
    )  # fmt: skip
    leukmnc = decimal(
        _("Mononuclear cells, of the white cells"), unit="%", digits=4, places=1, limits=(0, 100), asked_if=DONE,
        sdtm="BSORRES where BSTESTCD = MNC",
    )  # fmt: skip
    leukcd3 = decimal(
        _("CD3-positive cells, of the white cells"), unit="%", digits=4, places=1, limits=(0, 100), asked_if=DONE,
        sdtm="BSORRES where BSTESTCD = CD3",
    )  # fmt: skip
    leukviab = decimal(
        _("Viability"), unit="%", digits=4, places=1, limits=(0, 100), expect=(80, 100), asked_if=DONE,
        sdtm="BSORRES where BSTESTCD = VBLSPCT",
    )  # fmt: skip
    leukwbct = decimal(_("White cells, total"), unit="×10⁹", digits=14, places=2, sdtm="BSORRES where BSTESTCD = WBCT")
    leukmnct = decimal(
        _("Mononuclear cells, total"), unit="×10⁹", digits=14, places=2, sdtm="BSORRES where BSTESTCD = MNCT"
    )
    leukcd3t = decimal(
        _("CD3-positive cells, total"), unit="×10⁹", digits=14, places=2, sdtm="BSORRES where BSTESTCD = CD3T"
    )
    leukcd3kg = decimal(
        _("CD3-positive cells per body weight"), unit="×10⁶/kg", digits=18, places=2,
        sdtm="SUPPBS.QVAL where QNAM = CD3KG",
    )  # fmt: skip
    prcom = text(_("Comment"), length=500, asked_if=DONE, optional=True, sdtm="COVAL where RDOMAIN = PR")

    @derive("leukdat", "LEUK-DATE")
    def date_of_collection(prstdtc: datetime) -> date:
        """The day on which it began, on the clock of the site."""
        return prstdtc.date()

    @derive("leukwbct", "LEUK-WBC")
    def white_cells(leukvol: Decimal, leukwbc: Decimal) -> Decimal:
        """mL times 10^9/L over 1000."""
        return _rounded(_total(leukvol, leukwbc))

    @derive("leukmnct", "LEUK-MNC")
    def mononuclear_cells(leukvol: Decimal, leukwbc: Decimal, leukmnc: Decimal) -> Decimal:
        """The share of all white cells, from unrounded figures."""
        return _rounded(_total(leukvol, leukwbc) * leukmnc / 100)

    @derive("leukcd3t", "LEUK-CD3")
    def t_cells(leukvol: Decimal, leukwbc: Decimal, leukcd3: Decimal) -> Decimal:
        """The share of all white cells, from unrounded figures."""
        return _rounded(_total(leukvol, leukwbc) * leukcd3 / 100)

    @derive("leukcd3kg", "LEUK-CD3-KG")
    def t_cells_per_weight(leukvol: Decimal, leukwbc: Decimal, leukcd3: Decimal, leukwt: Decimal) -> Decimal | None:
        """10^9 is 1000 times 10^6; nothing for a weight of 0."""
        return _rounded(_total(leukvol, leukwbc) * leukcd3 * 10 / leukwt) if leukwt else None

    @rule("LEUK-01", _("The collection should end after its start. Please check both times."))
    def ends_after_start(prstdtc: datetime, prendtc: datetime) -> bool:
        return prstdtc < prendtc

    @rule("LEUK-02", _("The collection began on another day than that of the visit. Please check both dates."))
    def began_at_the_visit(visit_on: date, prstdtc: datetime) -> bool:
        return visit_on == prstdtc.date()

    @rule("LEUK-03", _("CD3-positive cells are mononuclear cells and cannot exceed them. Please check both shares."))
    def t_cells_are_mononuclear(leukmnc: Decimal, leukcd3: Decimal) -> bool:
        return leukcd3 <= leukmnc

    @rule(
        "LEUK-04",
        _("Fewer CD3-positive cells were collected than manufacture asks for. Please check, tell the manufacturer."),
    )
    def enough_t_cells(leukvol: Decimal, leukwbc: Decimal, leukcd3: Decimal) -> bool:
        """Unrounded figures; exactly as many as asked for are enough (`leukapheresis_cd3`)."""
        return _total(leukvol, leukwbc) * leukcd3 >= protocol.number("leukapheresis_cd3") * 100

    @rule("LEUK-05", _("Fewer lymphocytes before collection than the protocol asks for. Please check."))
    def enough_lymphocytes(leukalc: Decimal) -> bool:
        """Exactly as many as asked for are enough (`leukapheresis_lymphocytes`)."""
        return leukalc >= protocol.number("leukapheresis_lymphocytes")

    @rule("LEUK-06", _("The blood count was taken after the collection began. Please check both dates."))
    def counted_before(leukalcdat: date, prstdtc: datetime) -> bool:
        return leukalcdat <= prstdtc.date()

    @rule("LEUK-07", _("“None” is chosen together with a complication. Please check."))
    def none_stands_alone(leukcomp: list[str]) -> bool:
        return Complication.NONE not in leukcomp or len(leukcomp) == 1


def _total(volume: Decimal, per_litre: Decimal) -> Decimal:
    """White cells in 10^9."""
    return volume * per_litre / 1000


def _rounded(figure: Decimal) -> Decimal:
    return figure.quantize(HUNDREDTH, ROUND_HALF_UP)
