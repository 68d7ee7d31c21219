"""INF: the CAR-T infusion; its start is day 0. What was given is recorded as given, whatever was planned."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import protocol
from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, decimal, derive, moment, rule, several, text
from core.models import Crf
from core.schedule import Anchor

GIVEN = ("exoccur", "Y")


class Premedication(models.TextChoices):
    """What was given against infusion reactions."""

    NONE = "NONE", _("None")
    ANTIPYRETIC = "ANTIPYRETIC", _("Antipyretic")
    ANTIHISTAMINE = "ANTIHISTAMINE", _("Antihistamine")
    STEROID = "STEROID", _("Corticosteroid")
    OTHER = "OTHER", _("Another")


class Infusion(Crf):
    """INF: CD19 CAR-T cells, planned and actual dose, start and end."""

    crf = Spec("INF", _("CAR-T infusion"), version=1, domain="EC", anchors={Anchor.INFUSION: "exstdtc"})

    exoccur = coded(_("Was the CAR-T product infused?"), NoYes, sdtm="ECOCCUR")
    exreasnd = text(_("Reason not infused"), asked_if=("exoccur", "N"), sdtm="ECREASOC")
    exlot = text(_("Batch number of the product"), length=50, asked_if=GIVEN, heading=_("Product"), sdtm="ECLOT")
    exviab = decimal(
        _("Viability"), unit="%", digits=4, places=1, limits=(0, 100), asked_if=GIVEN,
        sdtm="BSORRES where BSTESTCD = VBLSPCT",
    )  # fmt: skip
    # Dose levels of sister trials run from 0.5 to 5; the expected range is wider and catches a wrong power of ten.
    expldos = decimal(
        _("Planned dose level (viable CAR-positive T cells)"), unit="×10⁶/kg", digits=7, places=3, expect=(0.1, 10),
        asked_if=GIVEN, heading=_("Dose"), sdtm="ECDOSE where ECMOOD = SCHEDULED",
    )  # fmt: skip
    exweight = decimal(
        _("Weight the dose was prepared for"), unit="kg", digits=4, places=1, expect=(35, 130), asked_if=GIVEN,
        sdtm="VSORRES where VSTESTCD = WEIGHT",
    )  # fmt: skip
    exdose = decimal(
        _("Viable CAR-positive T cells given"), unit="×10⁶", digits=8, places=2, expect=(3.5, 1300), asked_if=GIVEN,
        sdtm="ECDOSE where ECMOOD = PERFORMED",
    )  # fmt: skip
    exdosekg = decimal(
        _("Dose given per body weight"), unit="×10⁶/kg", digits=11, places=3, sdtm="SUPPEC.QVAL where QNAM = EXDOSEKG"
    )
    exdosepct = decimal(
        _("Dose given, of the planned dose"), unit="%", digits=15, places=1, sdtm="SUPPEC.QVAL where QNAM = EXDOSPCT",
        help=_("For display. The check against the plan uses unrounded figures."),
    )  # fmt: skip
    exstdtc = moment(_("Start of infusion"), asked_if=GIVEN, heading=_("Infusion"), sdtm="ECSTDTC")
    exendtc = moment(_("End of infusion"), asked_if=GIVEN, sdtm="ECENDTC")
    exvamt = decimal(_("Volume infused"), unit="mL", digits=6, places=1, asked_if=GIVEN, sdtm="EXVAMT")
    exintp = coded(_("Was the infusion interrupted?"), NoYes, asked_if=GIVEN, sdtm="SUPPEC.QVAL where QNAM = EXINTP")
    exadj = text(_("Why was it interrupted, and for how long?"), length=500, asked_if=("exintp", "Y"), sdtm="ECADJ")
    cmprem = several(
        _("Premedication"), Premedication, asked_if=GIVEN, sdtm="CMTRT where CMCAT = PREMEDICATION",
        help=_("Drugs and doses belong in the concomitant medication."),
    )  # fmt: skip
    excom = text(_("Comment"), length=500, asked_if=GIVEN, optional=True, sdtm="COVAL where RDOMAIN = EC")

    @derive("exdosekg", "INF-DOSE-KG")
    def dose_per_weight(exdose: Decimal, exweight: Decimal) -> Decimal | None:
        """Cells given over the weight the dose was prepared for."""
        return (exdose / exweight).quantize(Decimal("0.001"), ROUND_HALF_UP) if exweight else None

    @derive("exdosepct", "INF-DOSE-PERCENT")
    def percent_of_plan(exdose: Decimal, exweight: Decimal, expldos: Decimal) -> Decimal | None:
        """From the figures as entered, not from the rounded dose per weight."""
        planned = expldos * exweight
        return (100 * exdose / planned).quantize(Decimal("0.1"), ROUND_HALF_UP) if planned else None

    @rule("INF-01", _("The infusion should end after its start. Please check both times."))
    def ends_after_start(exstdtc: datetime, exendtc: datetime) -> bool:
        return exstdtc < exendtc

    @rule("INF-02", _("A weight of 0 kg cannot be right. Please check."))
    def weight_is_real(exweight: Decimal) -> bool:
        return exweight > 0

    @rule("INF-03", _("The dose differs from the plan by more than the protocol allows. Please check the figures."))
    def dose_near_plan(expldos: Decimal, exweight: Decimal, exdose: Decimal) -> bool:
        """Clinical reference pack, 8.4. Exactly the allowed difference passes; nothing is divided or rounded."""
        planned = expldos * exweight
        return abs(exdose - planned) * 100 <= protocol.number("dose_deviation") * planned

    @rule("INF-04", _("“None” is chosen together with a premedication. Please check."))
    def none_stands_alone(cmprem: list[str]) -> bool:
        return Premedication.NONE not in cmprem or len(cmprem) == 1

    @rule("INF-05", _("The infusion started on another day than that of the visit. Please check both dates."))
    def started_at_the_visit(visit_on: date, exstdtc: datetime) -> bool:
        return visit_on == exstdtc.date()
