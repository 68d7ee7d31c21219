"""What the MG scales share: who assessed, the last cholinesterase inhibitor, the total on paper, what was answered."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from datetime import time as ClockTime
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import protocol
from core.crf.codes import NoYes
from core.crf.declare import coded, decimal, derive, integer, moment, rule, text, time
from core.crf.fields import Coded, Moment, Number, Text, Whole
from core.models import Crf, Subject

HOUR = timedelta(hours=1)
DONE = ("rsperf", "Y")


class Language(models.TextChoices):
    """The language in which the questions were put."""

    ZH = "ZH", _("Chinese")
    EN = "EN", _("English")
    OTHER = "OTHER", _("Another")


def rater(**options: Any) -> Text:
    """Who assessed, by code."""
    return text(_("Rater"), length=10, help=_("The code in the delegation log, not a name."), **options)


def certified(**options: Any) -> Coded:
    """Is the rater certified for this scale?"""
    return coded(_("Is the rater certified for this scale?"), NoYes, **options)


def language(**options: Any) -> Coded:
    """The language of the questions."""
    return coded(_("Language"), Language, **options)


def takes_inhibitor(**options: Any) -> Coded:
    """Is there a dose that could act on the result?"""
    return coded(_("Does the subject take a cholinesterase inhibitor?"), NoYes, **options)


def last_dose(**options: Any) -> Moment:
    """When the last one was taken."""
    return moment(_("Last dose of the cholinesterase inhibitor"), **options)


def hours_held(**options: Any) -> Number:
    """How long before the assessment that was."""
    return decimal(_("Time since that dose"), unit="h", digits=8, places=1, **options)


def on_paper(highest: int, **options: Any) -> Whole:
    """The total somebody added up on paper: it is compared and never used."""
    return integer(
        _("Total on the paper form, if it has one"), limits=(0, highest), optional=True,
        help=_("Only compared with the total computed here."), **options,
    )  # fmt: skip


def answered(highest: int, **options: Any) -> Whole:
    """How many items have points."""
    return integer(_("Items answered"), limits=(0, highest), **options)


def since(last: datetime, visit_on: date, clock: ClockTime, subject: Subject) -> timedelta:
    """From the last dose to the assessment, whose time is that of the site's clock on the day of the visit."""
    return datetime.combine(visit_on, clock, tzinfo=subject.site.clock) - last


def in_hours(span: timedelta) -> Decimal | None:
    """In hours, rounded down to a tenth, so that it never shows more than was held. None for a dose taken later."""
    if span < timedelta():
        return None
    return (Decimal(span // timedelta(seconds=1)) / 3600).quantize(Decimal("0.1"), ROUND_DOWN)


def is_held(span: timedelta, hours: int) -> bool:
    """Was the inhibitor held for so many hours? Exactly so many are enough; a dose taken later is another matter."""
    return span < timedelta() or span >= hours * HOUR


class Examination(Crf):
    """What QMG and MG Composite begin with: whether, when, by whom, and the last cholinesterase inhibitor."""

    rsperf = coded(_("Was the assessment done?"), NoYes, sdtm="RSSTAT")
    rsreasnd = text(_("Reason not done"), asked_if=("rsperf", "N"), sdtm="RSREASND")
    rstim = time(_("Time"), asked_if=DONE, sdtm="RSDTC")
    rsrater = rater(asked_if=DONE, sdtm="RSEVALID")
    rscert = certified(asked_if=DONE, sdtm="SUPPRS.QVAL where QNAM = RATERCRT")
    rschei = takes_inhibitor(asked_if=DONE, sdtm="SUPPRS.QVAL where QNAM = CHEIYN")
    rscheidtc = last_dose(asked_if=("rschei", "Y"), sdtm="SUPPRS.QVAL where QNAM = CHEIDTC")
    rscheihr = hours_held(sdtm="SUPPRS.QVAL where QNAM = CHEIHR")

    class Meta(Crf.Meta):
        abstract = True

    @derive("rscheihr", "CHEI-HELD")
    def held(visit_on: date, subject: Subject, rstim: ClockTime, rscheidtc: datetime) -> Decimal | None:
        return in_hours(since(rscheidtc, visit_on, rstim, subject))

    @rule(
        "RS-01", _("The last dose of the cholinesterase inhibitor lies after the assessment. Please check both times.")
    )
    def dose_precedes_assessment(visit_on: date, subject: Subject, rstim: ClockTime, rscheidtc: datetime) -> bool:
        return since(rscheidtc, visit_on, rstim, subject) >= timedelta()

    @rule(
        "RS-02",
        _(
            "The cholinesterase inhibitor was held for a shorter time than the protocol asks for. "
            "Please check both times; where they are right, confirm them."
        ),
    )
    def inhibitor_was_held(visit_on: date, subject: Subject, rstim: ClockTime, rscheidtc: datetime) -> bool:
        """12 hours unless the protocol says otherwise (clinical reference pack, section 3, general rules)."""
        return is_held(since(rscheidtc, visit_on, rstim, subject), protocol.hours("chei_hold"))
