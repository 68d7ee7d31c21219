"""COI: one product, from the cells collected to the last bag: states, checks of identity, bags.

A line of the running records, since it lives longer than a visit; a second product is a second line.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.declare import RowsSpec, Spec, coded, decimal, derive, integer, moment, rule, text
from core.crf.declare import date as day
from core.models import Crf, CrfRow
from enrollment.product import (
    FINAL,
    Fate,
    Identity,
    Point,
    State,
    identity,
    in_time,
    is_possible,
    newest,
)

OUT = ("prstate", ("OOS", "FAILED"))
VAPOUR_AT_MOST = Decimal(-120)  # °C


class Use(models.TextChoices):
    """What was decided about a product that failed or is out of specification."""

    USE = "USE", _("Use it by way of exception")
    REJECT = "REJECT", _("Do not use it")
    AGAIN = "AGAIN", _("Manufacture or collect again")


class Storage(models.TextChoices):
    """How bags are kept."""

    VAPOUR = "VAPOUR", _("Vapour of liquid nitrogen")
    DEEP_FROZEN = "DEEP_FROZEN", _("Deep freezer")
    CHILLED = "CHILLED", _("Refrigerated")
    ROOM = "ROOM", _("Room temperature, fresh")


class Product(Crf):
    """COI: codes of one product, its present state, and what became of its bags."""

    crf = Spec("COI", _("Product and chain of identity"), version=1, domain="BE", log=True, summary=("coilot",))

    coicode = text(
        _("Chain-of-identity code"), length=50, help=_("As assigned at collection; it goes with the cells throughout."),
        sdtm="BEREFID",
    )  # fmt: skip
    coidin = text(_("Donation identification number (DIN)"), length=50, sdtm="SUPPBE.QVAL where QNAM = DIN")
    coilot = text(_("Batch number of the product"), length=50, sdtm="SUPPBE.QVAL where QNAM = LOT")
    prstat = coded(_("State of the product"), State, heading=_("Where it stands"), sdtm="BETERM")
    coichain = coded(
        _("Checks of the chain of identity"), Identity, sdtm="SUPPBE.QVAL where QNAM = COICHAIN",
        help=_("The worst of the checks below. Without agreement nothing is cleared for infusion."),
    )  # fmt: skip
    bagsrec = integer(
        _("Bags received, by the delivery note"), limits=(0, 99), heading=_("Account of the bags"), sdtm="DASTRESN"
    )
    bagsinf = integer(_("Bags infused"), sdtm="DASTRESN where DATESTCD = DISPAMT")
    bagsnot = integer(_("Bags not infused: kept or returned"), sdtm="DASTRESN where DATESTCD = RETAMT")
    bagsdes = integer(_("Bags destroyed"), sdtm="DASTRESN where DATESTCD = DESTAMT")
    coicom = text(_("Comment"), length=500, optional=True, sdtm="COVAL where RDOMAIN = BE")

    @derive("prstat", "COI-STATE")
    def present_state(rows: dict[str, list[Any]]) -> str | None:
        """The newest of the states below."""
        return newest(rows["states"])

    @derive("coichain", "COI-CHAIN")
    def worst_check(rows: dict[str, list[Any]]) -> str | None:
        """Codes that differ before one person only before agreement; nothing before a check is complete."""
        found = {check.coimatch for check in rows["checks"]}
        return next((one for one in (Identity.MISMATCH, Identity.ONE_PERSON, Identity.MATCH) if one in found), None)

    @derive("bagsinf", "COI-INFUSED")
    def infused(rows: dict[str, list[Any]]) -> int | None:
        """Counted from the bags below; nothing before there is a bag."""
        return _count(rows, Fate.INFUSED)

    @derive("bagsnot", "COI-NOT-INFUSED")
    def not_infused(rows: dict[str, list[Any]]) -> int | None:
        """Counted from the bags below."""
        return _count(rows, Fate.KEPT, Fate.RETURNED)

    @derive("bagsdes", "COI-DESTROYED")
    def destroyed(rows: dict[str, list[Any]]) -> int | None:
        """Counted from the bags below."""
        return _count(rows, Fate.DESTROYED)

    @rule(
        "COI-01",
        _("The states of the product do not follow from one another. Please check the states and their times."),
    )
    def states_follow(rows: dict[str, list[Any]], prstat: str) -> bool:
        return is_possible(rows["states"])

    @rule(
        "COI-02",
        _("The product was released after it was out of specification, without investigator and sponsor deciding so."),
    )
    def exception_is_decided(rows: dict[str, list[Any]], prstat: str) -> bool:
        """Of each state out of specification that a release follows."""
        states = in_time(rows["states"])
        pairs = zip(states, states[1:], strict=False)
        return all(
            one.prmed == one.prspon == Use.USE
            for one, then in pairs
            if one.prstate == State.OOS and then.prstate == State.RELEASED
        )

    @rule("COI-03", _("Another number of bags is listed than was received. Please check the bags against the note."))
    def every_bag_is_listed(rows: dict[str, list[Any]], bagsrec: int) -> bool:
        return len(rows["bags"]) == bagsrec

    @rule(
        "COI-04",
        _("Received bags do not equal those infused, not infused and destroyed. Say for each bag what became of it."),
    )
    def bags_are_accounted_for(rows: dict[str, list[Any]], prstat: str, bagsrec: int) -> bool:
        """Asked once the product is infused or not infused."""
        return prstat not in FINAL or sum(bag.dafate is not None for bag in rows["bags"]) == bagsrec

    @rule("COI-05", _("The product counts as infused, but no bag does. Please check states and bags."))
    def infused_bags_fit_state(prstat: str, bagsinf: int) -> bool:
        return (prstat == State.INFUSED) == (bagsinf > 0) or prstat not in FINAL

    @rule("COI-06", _("The same bag is listed twice. Please check the numbers of the bags."))
    def bags_differ(rows: dict[str, list[Any]], bagsrec: int | None = None) -> bool:
        numbers = [bag.dabagid for bag in rows["bags"] if bag.dabagid]
        return len(numbers) == len(set(numbers))


class ProductState(CrfRow):
    """One step of the product."""

    rows = RowsSpec(Product, "states", _("States, in the order in which they were reached"))

    prstate = coded(_("State"), State, sdtm="BETERM")
    prstdtc = moment(_("When"), sdtm="BESTDTC")
    prstby = text(_("Confirmed by"), length=50, help=_("Code in the delegation log, or firm."), sdtm="BEPARTY")
    prreas = text(_("Reason"), length=500, asked_if=("prstate", ("OOS", "FAILED", "NOT_INFUSED")), sdtm="BEREASND")
    prmed = coded(_("Decided by the investigator"), Use, asked_if=OUT, sdtm="SUPPBE.QVAL where QNAM = PRMED")
    prmeddat = day(_("Date of the investigator's decision"), asked_if=OUT, sdtm="SUPPBE.QVAL where QNAM = PRMEDDTC")
    prspon = coded(_("Decided by the sponsor"), Use, asked_if=OUT, sdtm="SUPPBE.QVAL where QNAM = PRSPON")
    prspondat = day(_("Date of the sponsor's decision"), asked_if=OUT, sdtm="SUPPBE.QVAL where QNAM = PRSPODTC")

    @rule("COI-10", _("Investigator and sponsor decided differently. Please settle it and enter the decision."))
    def decisions_agree(prmed: str, prspon: str) -> bool:
        return prmed == prspon

    @rule("COI-11", _("A product whose manufacture failed cannot be used. Please check state and decision."))
    def what_failed_is_not_used(prstate: str, prmed: str) -> bool:
        return prstate != State.FAILED or prmed != Use.USE


class IdentityCheck(CrfRow):
    """Two people read the code, each for themselves."""

    rows = RowsSpec(
        Product,
        "checks",
        _("Chain of identity: two people read the code"),
        start=tuple({"coipoint": point.value} for point in Point),
    )

    coipoint = coded(_("Where"), Point, sdtm="SUPPBE.QVAL where QNAM = COIPOINT")
    coimatch = coded(_("Identity"), Identity, sdtm="SUPPBE.QVAL where QNAM = COIMATCH")
    coiread1 = text(_("Code, as the first person read it"), length=50, sdtm="SUPPBE.QVAL where QNAM = COIREAD1")
    coiby1 = text(_("First person"), length=10, sdtm="SUPPBE.QVAL where QNAM = COIBY1")
    coidtc1 = moment(_("When"), sdtm="BEDTC")
    coiread2 = text(_("Code, as the second person read it"), length=50, sdtm="SUPPBE.QVAL where QNAM = COIREAD2")
    coiby2 = text(_("Second person"), length=10, sdtm="SUPPBE.QVAL where QNAM = COIBY2")
    coidtc2 = moment(_("When"), sdtm="BEDTC")

    @derive("coimatch", "COI-IDENTITY")
    def identity_of(parent: Any, coiread1: str, coiby1: str, coiread2: str, coiby2: str) -> str | None:
        """Nothing while the product has no code to compare with."""
        return identity(parent.coicode, coiread1, coiread2, coiby1, coiby2) if parent.coicode else None

    @rule("COI-20", _("The codes differ. Stop: the product is not released to infusion before this is cleared up."))
    def codes_agree(coimatch: str, coiread2: str) -> bool:
        return coimatch != Identity.MISMATCH

    @rule("COI-21", _("The same person is named twice. The identity is checked by two different people."))
    def two_people(coimatch: str, coiby2: str) -> bool:
        return coimatch != Identity.ONE_PERSON


class Bag(CrfRow):
    """One bag: what is in it, how it came and was kept, what became of it."""

    rows = RowsSpec(Product, "bags", _("Bags"))

    dabagid = text(_("Number of the bag"), length=50, sdtm="DAREFID")
    davol = decimal(_("Volume"), unit="mL", digits=6, places=1, sdtm="BSORRES where BSTESTCD = VOLUME")
    dacells = decimal(_("Viable CAR-positive T cells"), unit="×10⁶", digits=8, places=2, sdtm="DAORRES")
    daviab = decimal(
        _("Viability"), unit="%", digits=4, places=1, limits=(0, 100), expect=(70, 100),
        sdtm="BSORRES where BSTESTCD = VBLSPCT",
    )  # fmt: skip
    dastor = coded(_("Storage"), Storage, sdtm="SUPPDA.QVAL where QNAM = DASTOR")
    darecdtc = moment(_("Received"), sdtm="DADTC where DATESTCD = RECAMT")
    datemp = decimal(
        _("Temperature on receipt"), unit="°C", digits=4, places=1, limits=(-273, None),
        sdtm="SUPPDA.QVAL where QNAM = DATEMP",
    )  # fmt: skip
    daexpdat = day(_("Expires at the end of"), ahead=True, sdtm="SUPPDA.QVAL where QNAM = DAEXPDTC")
    dathaw = moment(_("Thawing began"), optional=True, sdtm="SUPPDA.QVAL where QNAM = DATHAW")
    dafate = coded(_("What became of it"), Fate, sdtm="DATESTCD")
    dafatdat = day(
        _("Date on which it was kept, destroyed or returned"),
        asked_if=("dafate", ("KEPT", "DESTROYED", "RETURNED")),
        sdtm="DADTC",
    )

    @rule("COI-30", _("The bag had expired when it was received. Please check the dates, tell the manufacturer."))
    def received_before_expiry(darecdtc: datetime, daexpdat: date) -> bool:
        """The last day itself is in time."""
        return darecdtc.date() <= daexpdat

    @rule("COI-31", _("Thawing began before the bag was received. Please check both times."))
    def thawed_after_receipt(darecdtc: datetime, dathaw: datetime) -> bool:
        return darecdtc <= dathaw

    @rule("COI-32", _("The bag came too warm for how it is stored. Please check, and ask the manufacturer."))
    def came_cold(dastor: str, datemp: Decimal) -> bool:
        """Frozen cells keep only below the glass transition of their medium; bags in vapour travel below -120 °C."""
        return dastor != Storage.VAPOUR or datemp <= VAPOUR_AT_MOST


def _count(rows: dict[str, list[Any]], *fates: str) -> int | None:
    return sum(bag.dafate in fates for bag in rows["bags"]) if rows["bags"] else None
