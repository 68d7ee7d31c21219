"""HO: every stay in hospital, planned or not, with intensive care and ventilation."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, date, integer, moment, rule, text
from core.crf.rules import Context
from core.models import Crf

STILL_THERE = ("hoongo", "N")
IN_ICU = ("hoicu", "Y")
VENTILATED = ("hovent", ("NIV", "INVASIVE"))


class Reason(models.TextChoices):
    """Why the subject was in hospital: only the second and the third make an event serious."""

    PLANNED = "PLANNED", _("Planned for the study treatment")
    EVENT = "EVENT", _("Because of an adverse event")
    LONGER = "LONGER", _("Planned, and made longer by an adverse event")
    OTHER = "OTHER", _("Planned before consent, or without illness")


class Ventilation(models.TextChoices):
    """The most that was needed."""

    NONE = "NONE", _("None")
    NON_INVASIVE = "NIV", _("Non-invasive")
    INVASIVE = "INVASIVE", _("Invasive")


class HospitalStay(Crf):
    """HO: one stay in hospital."""

    crf = Spec("HO", _("Hospital stay"), version=1, domain="HO", log=True, safety=True, summary=("hostdat", "horeas"))

    hostdat = date(_("Admitted on"), sdtm="HOSTDTC")
    hoongo = coded(_("Still in hospital?"), NoYes, sdtm="HOENRTPT")
    hoendat = date(_("Discharged on"), asked_if=STILL_THERE, sdtm="HOENDTC")
    hoplace = text(_("Hospital and ward"), length=100, sdtm="SUPPHO.QVAL where QNAM = HOPLACE")
    horeas = coded(_("Why"), Reason, sdtm="SUPPHO.QVAL where QNAM = HOREAS")
    hoaeno = integer(
        _("Line of the adverse event log"), limits=(1, 9999), asked_if=("horeas", ("EVENT", "LONGER")), sdtm="RELREC"
    )
    hoicu = coded(_("Intensive care?"), NoYes, heading=_("Intensive care"), sdtm="HOTERM where HOTERM = ICU")
    hoicust = moment(_("Intensive care, from"), asked_if=IN_ICU, sdtm="HOSTDTC where HOTERM = ICU")
    hoicuen = moment(
        _("Intensive care, until"), asked_if=IN_ICU, optional=True, help=_("Empty while it goes on."),
        sdtm="HOENDTC where HOTERM = ICU",
    )  # fmt: skip
    hovent = coded(_("Ventilation"), Ventilation, sdtm="PRTRT")
    hoventre = text(
        _("Why ventilated"), asked_if=VENTILATED, sdtm="PRINDC",
        help=_("Lung, or myasthenic weakness: what is myasthenic is not hypoxia of a CRS."),
    )  # fmt: skip
    hoventst = moment(_("Ventilation, from"), asked_if=VENTILATED, sdtm="PRSTDTC")
    hoventen = moment(
        _("Ventilation, until"), asked_if=VENTILATED, optional=True, help=_("Empty while it goes on."),
        sdtm="PRENDTC",
    )  # fmt: skip

    @rule("HO-01", _("The discharge lies before the admission. Please check both dates."))
    def discharged_after_admission(hostdat: datetime.date, hoendat: datetime.date) -> bool:
        return hoendat >= hostdat

    @rule("HO-02", _("Intensive care lies outside the stay. Please check the times."))
    def intensive_care_within(
        hostdat: datetime.date,
        hoicust: datetime.datetime,
        hoicuen: datetime.datetime | None = None,
        hoendat: datetime.date | None = None,
    ) -> bool:
        return _is_within(hostdat, hoendat, hoicust, hoicuen)

    @rule("HO-03", _("Ventilation lies outside the stay. Please check the times."))
    def ventilation_within(
        hostdat: datetime.date,
        hoventst: datetime.datetime,
        hoventen: datetime.datetime | None = None,
        hoendat: datetime.date | None = None,
    ) -> bool:
        return _is_within(hostdat, hoendat, hoventst, hoventen)

    @rule("HO-04", _("Two stays in hospital overlap. Please check the dates, or void one."), forms=("HO",))
    def apart(context: Context, hostdat: datetime.date, hoendat: datetime.date | None = None) -> bool:
        """A transfer may end and begin a stay on one day."""
        ends = hoendat or datetime.date.max
        others = (other for other in context.records("HO") if other.hostdat)
        return not any(hostdat < (other.hoendat or datetime.date.max) and other.hostdat < ends for other in others)


def _is_within(
    admitted: datetime.date, left: datetime.date | None, start: datetime.datetime, end: datetime.datetime | None
) -> bool:
    """By the day; from start to end forwards, both within the stay as far as it is known."""
    last = end or start
    return admitted <= start.date() and start <= last and (left is None or last.date() <= left)
