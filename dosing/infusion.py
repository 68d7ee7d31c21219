"""What the first and the second infusion ask alike: the form and its rows, declared once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import protocol
from core.crf.codes import NoYes
from core.crf.declare import coded, decimal, derive, integer, moment, rule, several, text
from core.crf.rules import Context
from core.models import Crf, CrfRow
from dosing import product

GIVEN: Final = ("exoccur", "Y")


class Premedication(models.TextChoices):
    """What was given against infusion reactions."""

    NONE = "NONE", _("None")
    ANTIPYRETIC = "ANTIPYRETIC", _("Antipyretic")
    ANTIHISTAMINE = "ANTIHISTAMINE", _("Antihistamine")
    STEROID = "STEROID", _("Corticosteroid")
    OTHER = "OTHER", _("Another")


class TimePoint(models.TextChoices):
    """VSTPT: when vital signs are taken around infusion (clinical reference pack, 8.2)."""

    PRE = "PRE", _("Before infusion")
    M0 = "M0", _("At the start of infusion")
    M15 = "M15", _("After 15 minutes")
    M30 = "M30", _("After 30 minutes")
    M60 = "M60", _("After 1 hour")
    H2 = "H2", _("After 2 hours")
    H3 = "H3", _("After 3 hours")
    H4 = "H4", _("After 4 hours")
    H5 = "H5", _("After 5 hours")


# Minutes after the start; hourly four times after the first hour
MINUTES: Final = {"M0": 0, "M15": 15, "M30": 30, "M60": 60, "H2": 120, "H3": 180, "H4": 240, "H5": 300}


class InfusionForm(Crf):
    """Planned and actual dose, start and end of one infusion."""

    exoccur = coded(_("Was the CAR-T product infused?"), NoYes, sdtm="ECOCCUR")
    exreasnd = text(_("Reason not infused"), asked_if=("exoccur", "N"), sdtm="ECREASOC")
    exlot = text(_("Batch number of the product"), length=50, asked_if=GIVEN, heading=_("Product"), sdtm="ECLOT")
    exviab = decimal(
        _("Viability"), unit="%", digits=4, places=1, limits=(0, 100), asked_if=GIVEN,
        sdtm="BSORRES where BSTESTCD = VBLSPCT",
    )  # fmt: skip
    exvcn = decimal(
        _("Vector copies per CAR-positive cell (VCN)"), digits=6, places=2, expect=(None, 5), asked_if=GIVEN,
        help=_("From the certificate of the batch."), sdtm="SUPPEC.QVAL where QNAM = EXVCN",
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
    excells = decimal(
        _("All cells given"), unit="×10⁶", digits=9, places=2, asked_if=GIVEN, sdtm="SUPPEC.QVAL where QNAM = EXCELLS"
    )
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
    exintp = coded(
        _("Was the infusion interrupted?"), NoYes, asked_if=GIVEN, help=_("Each interruption is a line below."),
        sdtm="SUPPEC.QVAL where QNAM = EXINTP",
    )  # fmt: skip
    cmprem = several(
        _("Premedication"), Premedication, asked_if=GIVEN, sdtm="CMTRT where CMCAT = PREMEDICATION",
        help=_("Drugs and doses belong in the concomitant medication."),
    )  # fmt: skip
    excom = text(_("Comment"), length=500, asked_if=GIVEN, optional=True, sdtm="COVAL where RDOMAIN = EC")

    class Meta(Crf.Meta):
        abstract = True

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

    @rule("INF-06", _("More CAR-positive cells are entered than cells in all. Please check both figures."))
    def part_of_all_cells(excells: Decimal, exdose: Decimal) -> bool:
        return exdose <= excells

    @rule("INF-07", _("The volume infused differs from the volumes of the bags. Please check both."))
    def volumes_add_up(rows: dict[str, list[Any]], exvamt: Decimal) -> bool:
        """Once every bag listed has its volume."""
        volumes = [bag.bagvol for bag in rows["bags"]]
        return not volumes or None in volumes or sum(volumes) == exvamt

    @rule("INF-08", _("Interruptions and the answer to whether there was one do not agree. Please check."))
    def interruptions_are_listed(rows: dict[str, list[Any]], exintp: str) -> bool:
        return (exintp == NoYes.YES) == bool(rows["stops"])


class GivenBag(CrfRow):
    """A bag that was infused."""

    bagid = text(_("Number of the bag"), length=50, sdtm="ECREFID")
    bagthaw = moment(_("Thawing began"), sdtm="SUPPEC.QVAL where QNAM = BAGTHAW")
    bagstdtc = moment(_("Start of the bag"), sdtm="ECSTDTC")
    bagendtc = moment(_("End of the bag"), sdtm="ECENDTC")
    bagvol = decimal(_("Volume infused"), unit="mL", digits=6, places=1, sdtm="ECVAMT")

    class Meta(CrfRow.Meta):
        abstract = True

    @rule(
        "INF-20",
        _("This bag is not among those received for this subject. Stop and check the number and the product."),
        forms=(product.FORM,),
    )
    def bag_is_of_the_product(context: Context, bagid: str) -> bool:
        """Every bag infused is accounted for on the form of the product."""
        return bagid in product.bags(context)

    @rule("INF-21", _("The bag should end after its start. Please check both times."))
    def bag_ends_after_start(bagstdtc: datetime, bagendtc: datetime) -> bool:
        return bagstdtc < bagendtc

    @rule("INF-22", _("More time passed from thawing to infusion than allowed, or less than none. Please check."))
    def infused_soon_after_thawing(bagthaw: datetime, bagstdtc: datetime) -> bool:
        """Exactly the allowed time is in order (`thaw_minutes`)."""
        return timedelta(0) <= bagstdtc - bagthaw <= timedelta(minutes=int(protocol.number("thaw_minutes")))

    @rule("INF-23", _("The bag lies outside the time of the infusion. Please check the times."))
    def bag_within_infusion(parent: Any, bagstdtc: datetime) -> bool:
        return _is_within(parent, bagstdtc)


class Interruption(CrfRow):
    """A pause of the infusion."""

    stopdtc = moment(_("Stopped"), sdtm="SUPPEC.QVAL where QNAM = STOPDTC")
    resudtc = moment(
        _("Resumed"), optional=True, help=_("Empty where it was not resumed."), sdtm="SUPPEC.QVAL where QNAM = RESUDTC"
    )
    stopreas = text(_("Reason"), length=200, sdtm="ECADJ")

    class Meta(CrfRow.Meta):
        abstract = True

    @rule("INF-30", _("The infusion was resumed before it was stopped. Please check both times."))
    def resumed_after_stop(stopdtc: datetime, resudtc: datetime) -> bool:
        return stopdtc < resudtc

    @rule("INF-31", _("The interruption lies outside the time of the infusion. Please check the times."))
    def stop_within_infusion(parent: Any, stopdtc: datetime) -> bool:
        return _is_within(parent, stopdtc)


class SeriesOfVitals(CrfRow):
    """Vital signs at one point around infusion."""

    vstpt = coded(_("When"), TimePoint, sdtm="VSTPT")
    vsdtc = moment(_("Time taken"), sdtm="VSDTC")
    temp = decimal(_("Temperature"), unit="°C", digits=4, places=1, expect=(35, 37.9), sdtm="VSORRES")
    pulse = integer(_("Pulse rate"), unit="/min", limits=(0, 300), expect=(50, 110), sdtm="VSORRES")
    resp = integer(_("Respiratory rate"), unit="/min", limits=(0, 100), expect=(10, 24), sdtm="VSORRES")
    sysbp = integer(_("Systolic blood pressure"), unit="mmHg", limits=(0, 350), expect=(90, 160), sdtm="VSORRES")
    diabp = integer(_("Diastolic blood pressure"), unit="mmHg", limits=(0, 250), expect=(50, 100), sdtm="VSORRES")
    oxysat = integer(_("Oxygen saturation"), unit="%", limits=(0, 100), expect=(92, 100), sdtm="VSORRES")

    class Meta(CrfRow.Meta):
        abstract = True

    @rule("INF-40", _("Systolic pressure should exceed diastolic pressure."))
    def systolic_exceeds_diastolic(sysbp: int, diabp: int) -> bool:
        return sysbp > diabp

    @rule("INF-41", _("These vital signs were not taken at the time the protocol asks for. Please check the time."))
    def taken_in_time(parent: Any, vstpt: str, vsdtc: datetime) -> bool:
        """Either side of the planned minute (`infusion_vitals_margin`); those before infusion come before its start."""
        start = parent.exstdtc
        if start is None:
            return True
        if vstpt not in MINUTES:
            return bool(vsdtc <= start)
        margin = timedelta(minutes=int(protocol.number("infusion_vitals_margin")))
        return bool(abs(vsdtc - start - timedelta(minutes=MINUTES[vstpt])) <= margin)


TIME_POINTS: Final = tuple({"vstpt": point.value} for point in TimePoint)


def _is_within(parent: Any, at: datetime) -> bool:
    """Between start and end of the infusion, both included, as far as they are known."""
    return not (parent.exstdtc and at < parent.exstdtc) and not (parent.exendtc and at > parent.exendtc)
