"""DV: protocol deviations, written by hand or raised by a rule and then completed by the site."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.declare import Spec, coded, partial_date, rule, text
from core.crf.values import PartialDate
from core.models import Crf

RAISED = ("dvsource", "RULE")


class Category(models.TextChoices):
    """What the deviation concerns."""

    CONSENT = "CONSENT", _("Informed consent")
    ELIGIBILITY = "ELIGIBILITY", _("Eligibility")
    VISIT = "VISIT", _("Visit or its timing")
    PROCEDURE = "PROCEDURE", _("Procedure or sample")
    DOSING = "DOSING", _("Lymphodepletion or infusion")
    PREGNANCY = "PREGNANCY", _("Pregnancy test or contraception")
    MEDICATION = "MEDICATION", _("Other medication")
    SAFETY = "SAFETY", _("Safety reporting")
    OTHER = "OTHER", _("Another matter")


class Source(models.TextChoices):
    """Who found it."""

    HAND = "HAND", _("A person")
    RULE = "RULE", _("A check of this system")


class Impact(models.TextChoices):
    """How much it matters for the subject's safety and rights or the trial's results."""

    MINOR = "MINOR", _("Minor")
    MAJOR = "MAJOR", _("Major")


class Deviation(Crf):
    """DV: one departure from the protocol."""

    crf = Spec("DV", _("Protocol deviation"), version=1, domain="DV", log=True, summary=("dvterm",))

    dvterm = text(_("What happened"), length=1000, sdtm="DVTERM")
    dvcat = coded(_("It concerns"), Category, sdtm="DVCAT")
    dvstdat = partial_date(_("When it happened"), sdtm="DVSTDTC")
    dvfounddtc = partial_date(_("When it was found"), sdtm="SUPPDV.QVAL where QNAM = DVFNDDTC")
    dvsource = coded(_("Found by"), Source, heading=_("Origin"), sdtm="SUPPDV.QVAL where QNAM = DVSOURCE")
    dvrule = text(_("Check"), length=40, asked_if=RAISED, optional=True, sdtm="SUPPDV.QVAL where QNAM = DVRULE")
    dvplace = text(
        _("Where it was found"), length=60, asked_if=RAISED, optional=True, help=_("Visit, form and line."),
        sdtm="SUPPDV.QVAL where QNAM = DVPLACE",
    )  # fmt: skip
    dvimpact = coded(_("Importance"), Impact, heading=_("Assessment"), sdtm="DVSCAT")
    dvaction = text(_("Action taken"), length=1000, sdtm="SUPPDV.QVAL where QNAM = DVACTION")

    @rule("DV-01", _("It was found before it happened. Please check both dates."))
    def found_after_it_happened(dvstdat: PartialDate, dvfounddtc: PartialDate) -> bool:
        """Only what is certain: even the latest possible finding lies before the earliest possible day."""
        return dvfounddtc.latest >= dvstdat.earliest
