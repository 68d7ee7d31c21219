"""DV: protocol deviations, written by hand or raised by a rule and then completed by the site."""

from __future__ import annotations

import datetime
from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import protocol
from core.crf.declare import Spec, coded, date, partial_date, rule, text
from core.crf.values import PartialDate
from core.models import Crf, Subject

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
        _("Where it was found"), length=60, optional=True,
        help=_("Visit, form and line, as in the address of the form's page: D28/VS/1."),
        sdtm="SUPPDV.QVAL where QNAM = DVPLACE",
    )  # fmt: skip
    dvimpact = coded(_("Importance"), Impact, heading=_("Assessment"), sdtm="DVSCAT")
    dvaction = text(_("Action taken"), length=1000, sdtm="SUPPDV.QVAL where QNAM = DVACTION")

    dvspndtc = date(
        _("When the sponsor was notified"), heading=_("Notification"), optional=True,
        help=_("Empty until it is done."), sdtm="SUPPDV.QVAL where QNAM = DVSPNDTC",
    )  # fmt: skip
    dvecdtc = date(
        _("When the ethics committee was notified"), optional=True,
        help=_("Empty until it is done."), sdtm="SUPPDV.QVAL where QNAM = DVECDTC",
    )  # fmt: skip

    @rule("DV-01", _("It was found before it happened. Please check both dates."))
    def found_after_it_happened(dvstdat: PartialDate, dvfounddtc: PartialDate) -> bool:
        """Only what is certain: even the latest possible finding lies before the earliest possible day."""
        return dvfounddtc.latest >= dvstdat.earliest

    @rule("DV-02", _("A major deviation of which the sponsor was not notified in time. Please notify, enter the date."))
    def sponsor_is_notified_in_time(
        subject: Subject, dvimpact: str, dvfounddtc: PartialDate, dvspndtc: datetime.date | None = None
    ) -> bool:
        """The protocol sets the days."""
        return dvspndtc is not None or not _is_late(subject, dvimpact, dvfounddtc, "deviation_sponsor")

    @rule(
        "DV-03",
        _("A major deviation of which the ethics committee was not notified in time. Please notify, enter the date."),
    )
    def ethics_committee_is_notified_in_time(
        subject: Subject, dvimpact: str, dvfounddtc: PartialDate, dvecdtc: datetime.date | None = None
    ) -> bool:
        """The protocol sets the days."""
        return dvecdtc is not None or not _is_late(subject, dvimpact, dvfounddtc, "deviation_ethics")

    @rule("DV-04", _("The sponsor was notified before the deviation was found. Please check both dates."))
    def sponsor_is_notified_after_it_is_found(dvfounddtc: PartialDate, dvspndtc: datetime.date) -> bool:
        """Only what is certain."""
        return dvspndtc >= dvfounddtc.earliest

    @rule("DV-05", _("The ethics committee was notified before the deviation was found. Please check both dates."))
    def ethics_committee_is_notified_after_it_is_found(dvfounddtc: PartialDate, dvecdtc: datetime.date) -> bool:
        """Only what is certain."""
        return dvecdtc >= dvfounddtc.earliest


def _is_late(subject: Subject, impact: str, found: PartialDate, parameter: str) -> bool:
    """A major one, certainly found more than so many days ago on the site's calendar."""
    within = timedelta(days=protocol.days(parameter))
    return impact == Impact.MAJOR and found.latest + within < subject.site.today()
