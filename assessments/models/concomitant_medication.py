"""CM: medicines and blood purification from consent on; a line for each medicine and each change of its dose."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from assessments import mg_risk, steroids
from assessments.exact import half_up
from assessments.medication import (
    LOCAL,
    Cholinesterase,
    DoseUnit,
    DrugClass,
    Frequency,
    Reason,
    Route,
    Steroid,
    is_steroid_by_name,
)
from assessments.mg_risk import Risk
from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, decimal, derive, integer, partial_date, rule, text
from core.crf.values import PartialDate
from core.models import Crf

# What can be given for a worsening of MG; the rest of the classes is never rescue.
MAY_RESCUE = frozenset(
    {
        DrugClass.STEROID, DrugClass.NSIST, DrugClass.RTX, DrugClass.IVIG, DrugClass.PLEX, DrugClass.FCRN,
        DrugClass.COMPL, DrugClass.CHEI, DrugClass.BIOLOGIC, DrugClass.OTHER,
    }
)  # fmt: skip
UNCOUNTED = ("PRN", "CONTINUOUS", "OTHER")


class ConcomitantMedication(Crf):
    """CM: one medicine in one dose for one reason."""

    crf = Spec("CM", _("Concomitant medication"), version=1, domain="CM", log=True, summary=("cmtrt", "cmstdat"))

    cmtrt = text(_("Medicine or treatment"), help=_("The generic name, one line for each."), sdtm="CMTRT")
    cmclas = coded(_("Class"), DrugClass, sdtm="CMCLAS")
    cmster = coded(_("Which corticosteroid"), Steroid, asked_if=("cmclas", "STEROID"), sdtm="CMDECOD")
    cmchei = coded(
        _("Which cholinesterase inhibitor"), Cholinesterase, asked_if=("cmclas", "CHEI"), sdtm="CMDECOD"
    )  # fmt: skip
    cmmgrisk = coded(_("Does it belong to a group that may worsen MG?"), Risk, sdtm="SUPPCM.QVAL where QNAM = CMMGRISK")
    cmindc = coded(
        _("Why was it given?"), Reason, heading=_("Reason"), sdtm="CMINDC, CMCAT",
        help=_("Immunoglobulin for low immunoglobulins, and treatment of CRS or ICANS, are not rescue."),
    )  # fmt: skip
    cmindcsp = text(_("For which disease or reason"), asked_if=("cmindc", ("AE", "MH", "OTHER")), sdtm="CMINDC")
    cmaeno = integer(
        _("Line number of the adverse event"), limits=(1, 9999),
        asked_if=("cmindc", ("CRS", "ICANS", "INFECTION", "AE")), sdtm="RELREC",
    )  # fmt: skip
    cmdose = decimal(_("Single dose"), digits=10, places=3, heading=_("Dose"), sdtm="CMDOSE")
    cmdosu = coded(_("Unit"), DoseUnit, sdtm="CMDOSU")
    cmdosfrq = coded(_("How often"), Frequency, sdtm="CMDOSFRQ")
    cmdostot = decimal(
        _("Amount a day in all, on average"), digits=10, places=3, asked_if=("cmdosfrq", UNCOUNTED), sdtm="CMDOSTOT",
        help=_("In the unit above."),
    )  # fmt: skip
    cmroute = coded(_("Route"), Route, sdtm="CMROUTE")
    cmdosrgm = text(
        _("Regimen as prescribed"), optional=True, help=_("For example 20 mg and 10 mg on alternate days."),
        sdtm="CMDOSRGM",
    )  # fmt: skip
    cmstdat = partial_date(_("Start date"), heading=_("Time"), sdtm="CMSTDTC")
    cmongo = coded(_("Is it still taken?"), NoYes, sdtm="CMENRTPT")
    cmendat = partial_date(_("End date"), asked_if=("cmongo", "N"), sdtm="CMENDTC")
    cmsyst = coded(
        _("Systemic corticosteroid"), NoYes, heading=_("Follows from the above"),
        help=_("Inhaled, nasal, on the skin, in the eye and into a joint is not systemic."),
        sdtm="SUPPCM.QVAL where QNAM = CMSYST",
    )  # fmt: skip
    cmpred = decimal(
        _("Prednisone-equivalent"), unit="mg/d", digits=18, places=4, sdtm="SUPPCM.QVAL where QNAM = CMPRED",
        help=_("Of a single dose: on its day."),
    )  # fmt: skip
    cmpyri = decimal(
        _("Pyridostigmine in all"), unit="mg/d", digits=18, places=4, sdtm="SUPPCM.QVAL where QNAM = CMPYRI"
    )
    cmresc = coded(_("Rescue treatment of MG"), NoYes, sdtm="SUPPCM.QVAL where QNAM = CMRESC")

    @derive("cmsyst", "CM-SYSTEMIC-STEROID")
    def systemic_steroid(cmclas: str, cmroute: str | None = None) -> str | None:
        """Every route but the exempt ones counts (exclusion 7); unknown while the route is."""
        if cmclas != DrugClass.STEROID:
            return NoYes.NO
        return None if cmroute is None else NoYes.NO if cmroute in LOCAL else NoYes.YES

    @derive("cmpred", "CM-PREDNISONE")
    def prednisone(
        cmsyst: str, cmster: str, cmdosu: str, cmdosfrq: str, cmdose: Decimal | None = None,
        cmdostot: Decimal | None = None,
    ) -> Decimal | None:  # fmt: skip
        """Systemic steroids in mg a day (clinical reference pack, section 6). None of one that has no factor."""
        a_day = steroids.milligrams_a_day(cmdose, cmdosu, cmdosfrq, cmdostot)
        worth = steroids.prednisone_a_day(cmster, a_day) if cmsyst == NoYes.YES else None
        return None if worth is None else half_up(worth, 4)

    @derive("cmpyri", "CM-PYRIDOSTIGMINE")
    def pyridostigmine(
        cmchei: str, cmdosu: str, cmdosfrq: str, cmdose: Decimal | None = None, cmdostot: Decimal | None = None
    ) -> Decimal | None:
        """Milligrams a day of this line; MGFA MM-2 asks for less than 120."""
        a_day = steroids.milligrams_a_day(cmdose, cmdosu, cmdosfrq, cmdostot)
        return half_up(a_day, 4) if a_day is not None and cmchei == Cholinesterase.PYRIDOSTIGMINE else None

    @derive("cmresc", "CM-RESCUE")
    def rescue(cmclas: str, cmindc: str) -> str:
        """What was given for a worsening of MG. By class and reason, so that no other reason can be rescue."""
        return NoYes.YES if cmindc == Reason.RESCUE and cmclas in MAY_RESCUE else NoYes.NO

    @rule("CM-01", _("It ended before it started. Please check both dates."))
    def ends_after_start(cmstdat: PartialDate, cmendat: PartialDate) -> bool:
        """Only what is certain: even the latest possible end lies before the earliest possible start."""
        return cmendat.latest >= cmstdat.earliest

    @rule("CM-02", _("Enter the dose of a corticosteroid in mg as it was given, not per kilogram."))
    def steroid_in_weight(cmsyst: str, cmdosu: str) -> bool:
        """Without a weight there is no prednisone-equivalent; the dose given is what the source shows."""
        return cmsyst != NoYes.YES or cmdosu in steroids.MILLIGRAMS

    @rule(
        "CM-03",
        _("This medicine may worsen myasthenia gravis. Check with the investigator that it is meant to be given."),
    )
    def spares_mg(cmmgrisk: str) -> bool:
        """A soft alert (clinical reference pack, section 6): there may be no better choice."""
        return cmmgrisk == Risk.NONE

    @rule(
        "CM-04",
        _(
            "By its name this medicine belongs to a group that may worsen myasthenia gravis. Check with the "
            "investigator, and choose the group."
        ),
    )
    def risk_is_named(cmtrt: str, cmroute: str | None = None, cmmgrisk: str | None = None) -> bool:
        return cmmgrisk not in (None, Risk.NONE) or mg_risk.by_name(cmtrt, cmroute) is None

    @rule("CM-05", _("This class of medicine is no rescue treatment of MG. Please check class and reason."))
    def rescue_fits_class(cmclas: str, cmindc: str) -> bool:
        """Tocilizumab and other treatment of CRS or ICANS is never rescue (clinical reference pack, section 6)."""
        return cmindc != Reason.RESCUE or cmclas in MAY_RESCUE

    @rule("CM-06", _("Immunoglobulin replacement is given as immunoglobulin. Please check class and reason."))
    def replacement_is_immunoglobulin(cmclas: str, cmindc: str) -> bool:
        """Subcutaneous immunoglobulin has no class of its own."""
        return cmindc != Reason.IGREPL or cmclas in (DrugClass.IVIG, DrugClass.OTHER)

    @rule("CM-07", _("By its name this is a corticosteroid, but another class is chosen. Please check the class."))
    def steroid_is_classed(cmtrt: str, cmclas: str) -> bool:
        """Exclusion 7 and the steroid endpoint read the class."""
        return cmclas == DrugClass.STEROID or not is_steroid_by_name(cmtrt)
