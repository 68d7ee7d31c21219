"""ICE: the 10 points of the immune effector cell encephalopathy score, once a visit or morning and evening."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.declare import Spec, coded, derive, integer, rule, several
from core.crf.declare import time as clock
from core.crf.fields import Coded
from core.crf.rules import Context
from core.models import Crf, Subject
from safety.toxicity import reading


class Taken(models.TextChoices):
    """Could it be taken? Who cannot be woken scores 0."""

    DONE = "DONE", _("Yes")
    UNAROUSABLE = "UNAROUSABLE", _("No, cannot be woken (scores 0)")
    NOT_DONE = "ND", _("Not done, or sedated")


class UpToFour(models.TextChoices):
    """Points of orientation."""

    P0, P1, P2, P3, P4 = (("0", "0"), ("1", "1"), ("2", "2"), ("3", "3"), ("4", "4"))


class UpToThree(models.TextChoices):
    """Points of naming."""

    P0, P1, P2, P3 = (("0", "0"), ("1", "1"), ("2", "2"), ("3", "3"))


class UpToOne(models.TextChoices):
    """Points of a single task."""

    P0, P1 = (("0", "0"), ("1", "1"))


class Task(models.TextChoices):
    """The tasks in which weakness of speech, hand or breath shows."""

    ORIENTATION = "ORIENTATION", _("Orientation")
    NAMING = "NAMING", _("Naming")
    COMMAND = "COMMAND", _("Command")
    WRITING = "WRITING", _("Writing")
    ATTENTION = "ATTENTION", _("Attention")


def _points(turn: int, name: str, label: Any, points: type[models.TextChoices], number: int) -> Coded:
    target = f"FTORRES where FTTESTCD = ICE{number:02} and FTTPTNUM = {turn}"
    return coded(label, points, score=True, asked_if=(f"ice{turn}stat", "DONE"), sdtm=target)


class IceScore(Crf):
    """ICE: orientation 4, naming 3, command, writing and attention 1 each; a lower total is worse."""

    crf = Spec("ICE", _("ICE score"), version=1, domain="FT", safety=True)

    ice1stat = coded(_("Was it taken?"), Taken, heading=_("First of the day"), sdtm="FTSTAT where FTTPTNUM = 1")
    ice1tim = clock(_("Time"), asked_if=("ice1stat", ("DONE", "UNAROUSABLE")), sdtm="FTDTC where FTTPTNUM = 1")
    ice1ori = _points(1, "ori", _("Orientation: year, month, city, hospital"), UpToFour, 1)
    ice1nam = _points(1, "nam", _("Naming three objects"), UpToThree, 2)
    ice1com = _points(1, "com", _("Following a command"), UpToOne, 3)
    ice1wri = _points(1, "wri", _("Writing a sentence"), UpToOne, 4)
    ice1att = _points(1, "att", _("Counting back from 100 by tens"), UpToOne, 5)
    ice1tot = integer(_("Points"), limits=(0, 10), sdtm="FTORRES where FTTESTCD = ICETOT and FTTPTNUM = 1")

    ice2stat = coded(
        _("Was it taken again?"), Taken, optional=True, heading=_("Second of the day"),
        help=_("Every 12 hours up to day 10. Leave empty where once a day is planned."),
        sdtm="FTSTAT where FTTPTNUM = 2",
    )  # fmt: skip
    ice2tim = clock(_("Time"), asked_if=("ice2stat", ("DONE", "UNAROUSABLE")), sdtm="FTDTC where FTTPTNUM = 2")
    ice2ori = _points(2, "ori", _("Orientation: year, month, city, hospital"), UpToFour, 1)
    ice2nam = _points(2, "nam", _("Naming three objects"), UpToThree, 2)
    ice2com = _points(2, "com", _("Following a command"), UpToOne, 3)
    ice2wri = _points(2, "wri", _("Writing a sentence"), UpToOne, 4)
    ice2att = _points(2, "att", _("Counting back from 100 by tens"), UpToOne, 5)
    ice2tot = integer(_("Points"), limits=(0, 10), sdtm="FTORRES where FTTESTCD = ICETOT and FTTPTNUM = 2")

    icelim = several(
        _("Which tasks did myasthenic weakness limit?"), Task, optional=True, heading=_("The day"),
        help=_("Score what you saw all the same. Leave empty if none."),
        sdtm="SUPPFT.QVAL where QNAM = ICELIM",
    )  # fmt: skip
    icetot = integer(
        _("Lowest score of the day"), limits=(0, 10), sdtm="FTORRES where FTTESTCD = ICETOT",
        help=_("0 where the subject could not be woken."),
    )  # fmt: skip
    icechg = integer(
        _("Change since before the infusion"), limits=(-10, 10), sdtm="FTCHG where FTTESTCD = ICETOT",
        help=_("Against the last score up to the day of infusion, taken before the cells."),
    )  # fmt: skip

    @derive("ice1tot", "ICE-FIRST")
    def first_total(ice1ori: str, ice1nam: str, ice1com: str, ice1wri: str, ice1att: str) -> int:
        return sum(map(int, (ice1ori, ice1nam, ice1com, ice1wri, ice1att)))

    @derive("ice2tot", "ICE-SECOND")
    def second_total(ice2ori: str, ice2nam: str, ice2com: str, ice2wri: str, ice2att: str) -> int:
        return sum(map(int, (ice2ori, ice2nam, ice2com, ice2wri, ice2att)))

    @derive("icetot", "ICE-LOWEST")
    def lowest(
        ice1stat: str, ice1tot: int | None = None, ice2stat: str | None = None, ice2tot: int | None = None
    ) -> int | None:
        """Clinical reference pack, 4.2. Empty while one that was taken is not complete."""
        totals = [_score(stat, total) for stat, total in ((ice1stat, ice1tot), (ice2stat, ice2tot)) if _counts(stat)]
        known = [total for total in totals if total is not None]
        return min(known) if totals and len(known) == len(totals) else None

    @derive("icechg", "ICE-CHANGE", forms=("ICE",))
    def change(icetot: int, visit_on: date, subject: Subject, context: Context) -> int | None:
        """Negative is worse. Up to the infusion the score is itself the baseline."""
        baseline = reading.ice_baseline(context)
        is_after = subject.infusion_on is not None and visit_on > subject.infusion_on
        return icetot - baseline if is_after and baseline is not None else None

    @rule("ICE-01", _("The second score was taken before the first. Please check both times."))
    def taken_in_order(ice1tim: time, ice2tim: time) -> bool:
        return ice1tim < ice2tim

    @rule(
        "ICE-02",
        _("The score fell by 3 points or more since before the infusion. Check it, and record ICANS that day."),
    )
    def fall_is_looked_at(icechg: int) -> bool:
        """Such a loss is the 7 to 9 points of grade 1 left behind: grade 2 or more by ICE alone (ASTCT 2019)."""
        return icechg > -3


def _counts(stat: str | None) -> bool:
    return stat in (Taken.DONE, Taken.UNAROUSABLE)


def _score(stat: str | None, total: int | None) -> int | None:
    return 0 if stat == Taken.UNAROUSABLE else total
