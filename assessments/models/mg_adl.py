"""MGADL: the MG-ADL scale; total and ocular share feed eligibility (I4) and the efficacy endpoints."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from datetime import time as ClockTime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments import administration
from assessments.baseline import change
from assessments.scale_tests import counted, summed
from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, decimal, derive, integer, rule, text, time
from core.crf.fields import Coded
from core.crf.rules import Context
from core.models import Crf, Subject

# The wording is our own short description of each level: the instrument's text is under licence.
DONE = ("qsperf", "Y")
MOST = "3"
ITEMS = tuple(f"mgadl{number:02}" for number in range(1, 9))


class Mode(models.TextChoices):
    """How the answers were obtained."""

    INTERVIEW = "INTERVIEW", _("Interview by a rater")
    SELF = "SELF", _("Filled in by the subject")


class Speech(models.TextChoices):
    """Levels of item 1."""

    NORMAL = "0", _("Normal")
    MILD = "1", _("Slurred or nasal now and then")
    MODERATE = "2", _("Slurred or nasal all the time, still clear")
    SEVERE = "3", _("Hard for others to follow")


class Chewing(models.TextChoices):
    """Levels of item 2."""

    NORMAL = "0", _("Normal")
    MILD = "1", _("Tires on solid food")
    MODERATE = "2", _("Tires on soft food")
    SEVERE = "3", _("Fed by tube")


class Swallowing(models.TextChoices):
    """Levels of item 3."""

    NORMAL = "0", _("Normal")
    MILD = "1", _("Chokes, but seldom")
    MODERATE = "2", _("Chokes often and eats differently because of it")
    SEVERE = "3", _("Fed by tube")


class Breathing(models.TextChoices):
    """Levels of item 4."""

    NORMAL = "0", _("Normal")
    MILD = "1", _("Breathless on effort")
    MODERATE = "2", _("Breathless while resting")
    SEVERE = "3", _("Needs a ventilator")


class Grooming(models.TextChoices):
    """Levels of item 5."""

    NORMAL = "0", _("No difficulty")
    MILD = "1", _("Harder than before, without pauses")
    MODERATE = "2", _("Has to pause")
    SEVERE = "3", _("One of the two is impossible")


class Rising(models.TextChoices):
    """Levels of item 6."""

    NORMAL = "0", _("No difficulty")
    MILD = "1", _("Slight, pushes with the arms at times")
    MODERATE = "2", _("Clear, pushes with the arms each time")
    SEVERE = "3", _("Needs another person")


class Frequency(models.TextChoices):
    """Levels of items 7 and 8."""

    NONE = "0", _("Never")
    SOME_DAYS = "1", _("On some days")
    EVERY_DAY = "2", _("Every day, part of the day")
    ALWAYS = "3", _("All the time")


def _score(label: Any, levels: type[models.TextChoices], number: int, **options: Any) -> Coded:
    target = f"QSORRES where QSTESTCD = MGADL{number:02}"
    return coded(label, levels, score=True, asked_if=DONE, sdtm=target, **options)


class MgAdl(Crf):
    """MGADL: eight activities of daily living, 0 to 3 each, over the past week; a higher total is worse."""

    crf = Spec("MGADL", _("MG-ADL"), version=1, domain="QS", licensed=True)

    qsperf = coded(_("Was the MG-ADL done?"), NoYes, sdtm="QSSTAT")
    qsreasnd = text(_("Reason not done"), asked_if=("qsperf", "N"), sdtm="QSREASND")
    qstim = time(_("Time"), asked_if=DONE, sdtm="QSDTC")
    qsmethod = coded(_("How were the answers obtained?"), Mode, asked_if=DONE, sdtm="QSMETHOD")
    qsrater = administration.rater(asked_if=("qsmethod", "INTERVIEW"), sdtm="SUPPQS.QVAL where QNAM = RATERID")
    qscert = administration.certified(asked_if=("qsmethod", "INTERVIEW"), sdtm="SUPPQS.QVAL where QNAM = RATERCRT")
    qslang = administration.language(asked_if=DONE, sdtm="SUPPQS.QVAL where QNAM = QSLANG")
    qschei = administration.takes_inhibitor(asked_if=DONE, sdtm="SUPPQS.QVAL where QNAM = CHEIYN")
    qscheidtc = administration.last_dose(asked_if=("qschei", "Y"), sdtm="SUPPQS.QVAL where QNAM = CHEIDTC")
    qscheihr = administration.hours_held(sdtm="SUPPQS.QVAL where QNAM = CHEIHR")

    mgadl01 = _score(_("Talking"), Speech, 1, heading=_("The past 7 days"))
    mgadl02 = _score(_("Chewing"), Chewing, 2)
    mgadl03 = _score(_("Swallowing"), Swallowing, 3)
    mgadl04 = _score(_("Breathing"), Breathing, 4)
    mgadl05 = _score(_("Brushing teeth or combing hair"), Grooming, 5)
    mgadl06 = _score(_("Getting up from a chair"), Rising, 6)
    mgadl07 = _score(_("Double vision"), Frequency, 7)
    mgadl08 = _score(_("Drooping eyelid"), Frequency, 8)
    mgadlpap = administration.on_paper(24, asked_if=DONE, sdtm="SUPPQS.QVAL where QNAM = MGADLPAP")

    mgadltot = integer(
        _("Total"), limits=(0, 24), heading=_("Scores"), help=_("Only when all eight items are answered."),
        sdtm="QSORRES where QSTESTCD = MGADLTOT",
    )  # fmt: skip
    mgadloc = integer(_("Ocular part (items 7 and 8)"), limits=(0, 6), sdtm="QSORRES where QSTESTCD = MGADLOC")
    mgadlocp = decimal(
        _("Ocular share of the total"), unit="%", digits=4, places=1, limits=(0, 100),
        help=_("For display. Eligibility is decided on the unrounded scores."),
        sdtm="QSORRES where QSTESTCD = MGADLOCP",
    )  # fmt: skip
    mgadlbul = integer(
        _("Bulbar part (items 1 to 3)"), limits=(0, 9), sdtm="QSORRES where QSTESTCD = MGADLBUL"
    )  # fmt: skip
    mgadlres = integer(_("Respiratory part (item 4)"), limits=(0, 3), sdtm="QSORRES where QSTESTCD = MGADLRES")
    mgadllim = integer(_("Limb part (items 5 and 6)"), limits=(0, 6), sdtm="QSORRES where QSTESTCD = MGADLLIM")
    mgadln = administration.answered(8, sdtm="SUPPQS.QVAL where QNAM = MGADLN")
    mgadlchg = integer(
        _("Change from baseline"), limits=(-24, 24), help=_("Above 0 is worse."),
        sdtm="SUPPQS.QVAL where QNAM = MGADLCHG",
    )  # fmt: skip

    @derive("qscheihr", "CHEI-HELD")
    def held(visit_on: date, subject: Subject, qstim: ClockTime, qscheidtc: datetime) -> Decimal | None:
        return administration.in_hours(administration.since(qscheidtc, visit_on, qstim, subject))

    total = derive("mgadltot", "MGADL-TOTAL")(summed(ITEMS))
    ocular = derive("mgadloc", "MGADL-OCULAR")(summed(ITEMS[6:]))
    bulbar = derive("mgadlbul", "MGADL-BULBAR")(summed(ITEMS[:3]))
    respiratory = derive("mgadlres", "MGADL-RESPIRATORY")(summed(ITEMS[3:4]))
    limb = derive("mgadllim", "MGADL-LIMB")(summed(ITEMS[4:6]))
    answered = derive("mgadln", "MGADL-COUNT")(counted("qsperf", ITEMS))

    @derive("mgadlocp", "MGADL-OCULAR-SHARE")
    def ocular_share(mgadltot: int, mgadloc: int) -> Decimal | None:
        """In percent. A total of 0 has no share."""
        if mgadltot == 0:
            return None
        return (Decimal(100 * mgadloc) / mgadltot).quantize(Decimal("0.1"), ROUND_HALF_UP)

    @derive("mgadlchg", "MGADL-CHANGE", forms=("MGADL",))
    def change_from_baseline(context: Context, mgadltot: int) -> int | None:
        return change(context, "mgadltot", mgadltot)

    @rule("MGADL-01", _("Chewing and swallowing: tube feeding is marked on one of them only. Please check both."))
    def tube_feeding_concerns_both(mgadl02: str, mgadl03: str) -> bool:
        """A subject fed by tube scores 3 on both (clinical reference pack, 3.1 and 3.8)."""
        return (mgadl02 == MOST) == (mgadl03 == MOST)

    @rule("MGADL-02", _("Breathing is marked as needing a ventilator. Please check, and record the adverse event."))
    def ventilation_is_confirmed(mgadl04: str) -> bool:
        """A score of 3 means MGFA class V unless ventilation is non-invasive (clinical reference pack, 3.1)."""
        return mgadl04 != MOST

    @rule("MGADL-03", _("The total on the paper form is not the sum of the answers. Please check both."))
    def paper_agrees(mgadltot: int, mgadlpap: int) -> bool:
        return mgadltot == mgadlpap

    @rule(
        "MGADL-04",
        _("The last dose of the cholinesterase inhibitor lies after the interview. Please check both times."),
    )
    def dose_precedes_interview(visit_on: date, subject: Subject, qstim: ClockTime, qscheidtc: datetime) -> bool:
        return administration.since(qscheidtc, visit_on, qstim, subject) >= timedelta()
