"""RSC: worsening of MG that needed rescue treatment; it ends the subject's efficacy follow-up (censoring)."""

from __future__ import annotations

from datetime import date as Date

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.timeline import baseline_for
from core import protocol
from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, date, decimal, derive, integer, rule, several, text
from core.crf.rules import Context
from core.models import Crf, Subject

GIVEN = ("rscyn", "Y")


class Trigger(models.TextChoices):
    """What made rescue necessary."""

    MGADL = "MGADL", _("MG-ADL")
    QMG = "QMG", _("QMG")
    FVC = "FVC", _("Vital capacity")
    CRISIS = "CRISIS", _("Myasthenic crisis")
    OTHER = "OTHER", _("Another reason")


class RescueTreatment(models.TextChoices):
    """What was given; all but the last are rescue by definition (clinical reference pack, section 6)."""

    IVIG = "IVIG", _("Intravenous immunoglobulin for MG")
    PLEX = "PLEX", _("Plasma exchange or immunoadsorption for MG")
    STEROID = "STEROID", _("Corticosteroid, new or at least doubled")
    NSIST = "NSIST", _("New immunosuppressant")
    BIOLOGIC = "BIOLOGIC", _("New biologic")
    ICU = "ICU", _("Intensive care or ventilation for MG")
    OTHER = "OTHER", _("Another measure")


def mgadl_rise(context: Context, subject: Subject, on: Date | None, score: int) -> int | None:
    """Points above the baseline MG-ADL."""
    first = baseline_for((one for one in context.records("MGADL") if one.mgadltot is not None), subject, on)
    return None if first is None else score - first.mgadltot


def qmg_rise(context: Context, subject: Subject, on: Date | None, score: int) -> int | None:
    """Points above the baseline QMG."""
    first = baseline_for((one for one in context.records("QMG") if one.qmgtot is not None), subject, on)
    return None if first is None else score - first.qmgtot


class Rescue(Crf):
    """RSC: one relapse after infusion, how bad it was, and what was given."""

    crf = Spec("RSC", _("MG rescue treatment"), version=1, domain="CE")

    rscyn = coded(
        _("Was rescue treatment given?"), NoYes, sdtm="CEOCCUR",
        help=_("Immunoglobulin for low immunoglobulins, and treatment of CRS or ICANS, are not rescue."),
    )  # fmt: skip
    rscdat = date(_("First day of rescue treatment"), asked_if=GIVEN, sdtm="CESTDTC")
    rsctrig = several(_("What made it necessary?"), Trigger, asked_if=GIVEN, heading=_("Trigger"), sdtm="CEPRESP")
    rscoth = text(_("Which other reason"), asked_if=("rsctrig", "OTHER"), sdtm="CETERM")
    rscadl = integer(
        _("MG-ADL at the decision"), limits=(0, 24), asked_if=GIVEN, sdtm="FAORRES where FATESTCD = MGADLTOT"
    )
    rscqmg = integer(_("QMG at the decision"), limits=(0, 39), asked_if=GIVEN, sdtm="FAORRES where FATESTCD = QMGTOT")
    rscfvc = decimal(
        _("FVC at the decision, of the predicted value"), unit="%", digits=5, places=1, limits=(0, 300), asked_if=GIVEN,
        sdtm="FAORRES where FATESTCD = FVCPP",
    )  # fmt: skip
    rscadlch = integer(_("MG-ADL, change from baseline"), limits=(-24, 24), sdtm="SUPPFA.QVAL where QNAM = MGADLCHG")
    rscqmgch = integer(_("QMG, change from baseline"), limits=(-39, 39), sdtm="SUPPFA.QVAL where QNAM = QMGCHG")
    rsctrt = several(
        _("What was given?"), RescueTreatment, asked_if=GIVEN, heading=_("Treatment"),
        help=_("Enter each drug in the concomitant medication as well, with rescue as its reason."),
        sdtm="CMTRT where CMCAT = RESCUE",
    )  # fmt: skip
    rsctrtoth = text(_("Which other measure"), asked_if=("rsctrt", "OTHER"), sdtm="CMTRT where CMCAT = RESCUE")
    rsccens = coded(
        _("Ends the efficacy follow-up"), NoYes, sdtm="SUPPCE.QVAL where QNAM = CENSOR",
        help=_("From the first day of rescue treatment on."),
    )  # fmt: skip

    @derive("rscadlch", "RSC-MGADL-CHANGE", forms=("MGADL",))
    def mgadl_change(context: Context, subject: Subject, visit_on: Date, rscadl: int) -> int | None:
        return mgadl_rise(context, subject, visit_on, rscadl)

    @derive("rscqmgch", "RSC-QMG-CHANGE", forms=("QMG",))
    def qmg_change(context: Context, subject: Subject, visit_on: Date, rscqmg: int) -> int | None:
        return qmg_rise(context, subject, visit_on, rscqmg)

    @derive("rsccens", "RSC-CENSOR")
    def censors(rscyn: str, rsctrt: list[str] | None = None) -> str | None:
        """Each measure of the definition censors; another measure alone does not."""
        if rscyn == NoYes.NO:
            return NoYes.NO
        return None if rsctrt is None else NoYes.YES if set(rsctrt) - {RescueTreatment.OTHER} else NoYes.NO

    @rule("RSC-01", _("The first day lies before the infusion: that is bridging, not rescue. Please check."))
    def follows_infusion(subject: Subject, rscdat: Date) -> bool:
        return subject.infusion_on is not None and rscdat >= subject.infusion_on

    @rule("RSC-02", _("MG-ADL is named as the reason, but it rose by less than the protocol asks. Please check."))
    def mgadl_rose(rscadlch: int, rsctrig: list[str]) -> bool:
        """A rise of 3 is a worsening (clinical reference pack, 4.6; parameter)."""
        return Trigger.MGADL not in rsctrig or rscadlch >= protocol.number("rescue_mgadl_rise")

    @rule("RSC-03", _("QMG is named as the reason, but it rose by less than the protocol asks. Please check."))
    def qmg_rose(rscqmgch: int, rsctrig: list[str]) -> bool:
        """A rise of 3 is a worsening (clinical reference pack, 4.6; parameter)."""
        return Trigger.QMG not in rsctrig or rscqmgch >= protocol.number("rescue_qmg_rise")

    @rule("RSC-04", _("A myasthenic crisis is also an adverse event. Please check that it is recorded."))
    def no_crisis(rsctrig: list[str]) -> bool:
        return Trigger.CRISIS not in rsctrig
