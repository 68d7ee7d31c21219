"""MGC: the MG Composite; ten weighted items from examination and history (Burns 2010)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from assessments import administration, scoring
from assessments.administration import DONE, Examination
from assessments.baseline import change
from assessments.models.mg_adl import Breathing, Chewing, Speech, Swallowing
from assessments.scale_tests import Eye, counted, how, points, reading, scorer, seconds, summed, why_not
from core.crf.declare import Spec, coded, derive, integer, rule, text
from core.crf.fields import Coded, Whole
from core.crf.rules import Context

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Short names and levels of our own: the wording of the scale is under licence.
PTOSIS, DIPLOPIA, CLOSURE = _("Drooping lid on looking up"), _("Double vision on looking aside"), _("Eye closure")
TALKING, CHEWING, SWALLOWING, BREATHING = _("Talking"), _("Chewing"), _("Swallowing"), _("Breathing")
NECK, SHOULDER, HIP = _("Neck, the weaker direction"), _("Raising the arms sideways"), _("Bending the hip")
ITEMS = tuple(f"mgc{number:02}" for number in range(1, 11))


class Seconds(models.TextChoices):
    """The category that follows from the seconds of items 1 and 2."""

    LONG = "0", _("More than 45 s")
    MEDIUM = "1", _("11 to 45 s")
    SHORT = "2", _("1 to 10 s")
    AT_ONCE = "3", _("At once")


class Closure(models.TextChoices):
    """Levels of item 3."""

    NORMAL = "0", _("Normal")
    MILD = "1", _("Mild: opened with effort")
    MODERATE = "2", _("Moderate: opened easily")
    SEVERE = "3", _("Severe: does not stay closed")


class Strength(models.TextChoices):
    """Levels of items 8 to 10. Moderate is about half of normal strength, 15 % either way."""

    NORMAL = "0", _("Normal")
    MILD = "1", _("Mild")
    MODERATE = "2", _("Moderate")
    SEVERE = "3", _("Severe")


def _category(label: StrOrPromise, levels: type[models.TextChoices], number: int, **options: Any) -> Coded:
    target = f"RSORRES where RSTESTCD = MGC{number:02}"
    return coded(label, levels, score=True, sdtm=target, **options)


def _by_time(test: StrOrPromise, number: int, **options: Any) -> Coded:
    label = format_lazy(_("{test}: category"), test=test)
    return coded(label, Seconds, sdtm=f"RSSTRESC where RSTESTCD = MGC{number:02}", **options)


def _points(test: StrOrPromise, number: int) -> Whole:
    return points(test, f"MGC{number:02}", highest=scoring.WEIGHTS[number][3])


def _weighed(number: int) -> Any:
    """The derivation of an item's points from its category."""

    def weigh(**given: str) -> int:
        return scoring.weight(number, *given.values())

    return derive(f"mgc{number:02}", f"MGC-POINTS-{number:02}")(reading(weigh, needed=(f"mgc{number:02}c",)))


class MgComposite(Examination):
    """MGC: categories as observed and told, and apart from them the points they weigh; a higher total is worse."""

    crf = Spec("MGC", _("MG Composite"), version=1, domain="RS", licensed=True)

    mgc01how = how(PTOSIS, "MGC01", Eye, heading=_("Eyes"))
    mgc01sec = seconds(PTOSIS, "MGC01", "mgc01how", stop=61)
    mgc01nt = why_not(PTOSIS, "MGC01", "mgc01how")
    mgc02how = how(DIPLOPIA, "MGC02", Eye)
    mgc02sec = seconds(DIPLOPIA, "MGC02", "mgc02how", stop=61)
    mgc02nt = why_not(DIPLOPIA, "MGC02", "mgc02how")
    mgc03c = _category(CLOSURE, Closure, 3, asked_if=DONE)
    mgc04c = _category(TALKING, Speech, 4, asked_if=DONE, heading=_("As the subject tells"))
    mgc05c = _category(CHEWING, Chewing, 5, asked_if=DONE)
    mgc06c = _category(SWALLOWING, Swallowing, 6, asked_if=DONE)
    mgc07c = _category(BREATHING, Breathing, 7, asked_if=DONE, help=_("As far as it is thought to come from MG."))
    mgc08c = _category(
        NECK,
        Strength,
        8,
        asked_if=DONE,
        heading=_("Strength"),
        help=_("Forwards or backwards, whichever is weaker. Moderate is about half of normal strength."),
    )
    mgc09c = _category(SHOULDER, Strength, 9, asked_if=DONE)
    mgc10c = _category(HIP, Strength, 10, asked_if=DONE)
    rscom = text(_("Remark"), length=500, asked_if=DONE, optional=True, sdtm="CO.COVAL")
    mgcpap = administration.on_paper(50, asked_if=DONE, sdtm="SUPPRS.QVAL where QNAM = MGCPAPER")

    mgc01c = _by_time(PTOSIS, 1, heading=_("Points"))
    mgc02c = _by_time(DIPLOPIA, 2)
    mgc01 = _points(PTOSIS, 1)
    mgc02 = _points(DIPLOPIA, 2)
    mgc03 = _points(CLOSURE, 3)
    mgc04 = _points(TALKING, 4)
    mgc05 = _points(CHEWING, 5)
    mgc06 = _points(SWALLOWING, 6)
    mgc07 = _points(BREATHING, 7)
    mgc08 = _points(NECK, 8)
    mgc09 = _points(SHOULDER, 9)
    mgc10 = _points(HIP, 10)
    mgcn = administration.answered(10, sdtm="SUPPRS.QVAL where QNAM = MGCN")
    mgctot = integer(
        _("Total"), limits=(0, 50), help=_("Only when all ten items have points."),
        sdtm="RSSTRESN where RSTESTCD = MGCTOT",
    )  # fmt: skip
    mgcchg = integer(
        _("Change from baseline"), limits=(-50, 50), help=_("Above 0 is worse."), sdtm="SUPPRS.QVAL where QNAM = MGCCHG"
    )

    ptosis_by_time = derive("mgc01c", "MGC-TIME-01")(scorer("mgc01how", "mgc01sec", scoring.EYE_COMPOSITE))
    diplopia_by_time = derive("mgc02c", "MGC-TIME-02")(scorer("mgc02how", "mgc02sec", scoring.EYE_COMPOSITE))
    ptosis, diplopia, closure = _weighed(1), _weighed(2), _weighed(3)
    talking, chewing, swallowing, breathing = _weighed(4), _weighed(5), _weighed(6), _weighed(7)
    neck, shoulder, hip = _weighed(8), _weighed(9), _weighed(10)
    items_with_points = derive("mgcn", "MGC-COUNT")(counted("rsperf", ITEMS))
    total = derive("mgctot", "MGC-TOTAL")(summed(ITEMS))

    @derive("mgcchg", "MGC-CHANGE", forms=("MGC",))
    def change_from_baseline(context: Context, mgctot: int) -> int | None:
        return change(context, "mgctot", mgctot)

    @rule("MGC-01", _("The total on the paper form is not the one that follows from the items. Please check both."))
    def paper_agrees(mgctot: int, mgcpap: int) -> bool:
        return mgctot == mgcpap

    @rule("MGC-02", _("Chewing and swallowing: tube feeding is marked on one of them only. Please check both."))
    def tube_feeding_concerns_both(mgc05c: str, mgc06c: str) -> bool:
        """Whoever is fed by tube has the highest category on both (clinical reference pack, 3.1 and 3.8)."""
        return (mgc05c == Chewing.SEVERE) == (mgc06c == Swallowing.SEVERE)
