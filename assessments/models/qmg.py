"""QMG: the Quantitative Myasthenia Gravis score; its total feeds eligibility (I5) and the efficacy endpoints."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments import administration, scoring
from assessments.administration import DONE, Examination
from assessments.baseline import change
from assessments.scale_tests import Counting, Effort, Eye, Hold, counted, how, points, scorer, seconds, summed, why_not
from core.crf.declare import RowsSpec, Spec, coded, decimal, derive, integer, rule, text
from core.crf.fields import Number
from core.crf.rules import Context
from core.models import Crf, CrfRow

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Short names of our own: the wording of the MGFA is under licence.
EYES_ASIDE, EYES_UP = _("Double vision on looking aside"), _("Drooping lid on looking up")
FACE, WATER, COUNT = _("Closing the eyes"), _("Swallowing water"), _("Counting aloud")
ARM_R, ARM_L, BREATH = _("Right arm held out"), _("Left arm held out"), _("Vital capacity")
GRIP_R, GRIP_L, HEAD = _("Right hand grip"), _("Left hand grip"), _("Head lifted")
LEG_R, LEG_L = _("Right leg lifted"), _("Left leg lifted")


class Face(models.TextChoices):
    """Levels of item 3, as the observer sees them."""

    NORMAL = "0", _("Close normally")
    WEAK = "1", _("Close fully, hold against some resistance")
    YIELDING = "2", _("Close fully, hold against none")
    OPEN = "3", _("Do not close fully")


class Water(models.TextChoices):
    """Levels of item 4, as the observer sees them. Not tried for inability is the worst."""

    NORMAL = "0", _("Normal")
    MILD = "1", _("Slight cough or clearing of the throat")
    SEVERE = "2", _("Strong cough, choking, or water through the nose")
    NONE = "3", _("Cannot swallow, or not tried for that reason")


class GripUnit(models.TextChoices):
    """What the dynamometer shows. Only kilograms can be entered: nothing is converted here."""

    KG = "KG", _("Kilograms")
    LB = "LB", _("Pounds")


class Predicted(models.TextChoices):
    """Whose equations gave the predicted vital capacity."""

    GLI = "GLI2012", _("GLI 2012")
    CHINA = "CHINA", _("Chinese reference values")
    OTHER = "OTHER", _("Another source")


class QmgTest(models.TextChoices):
    """The tests by number."""

    T01 = "01", EYES_ASIDE
    T02 = "02", EYES_UP
    T03 = "03", FACE
    T04 = "04", WATER
    T05 = "05", COUNT
    T06 = "06", ARM_R
    T07 = "07", ARM_L
    T08 = "08", BREATH
    T09 = "09", GRIP_R
    T10 = "10", GRIP_L
    T11 = "11", HEAD
    T12 = "12", LEG_R
    T13 = "13", LEG_L


POINTS = tuple(f"qmg{number:02}" for number in range(1, 14))


def _try(label: StrOrPromise, gate: str, side: str, *, optional: bool) -> Number:
    return decimal(
        label, unit="kg", digits=4, places=1, limits=(0, 150), expect=(None, 80), asked_if=(gate, scoring.VALUE),
        optional=optional, sdtm=f"MKORRES where MKTESTCD = GRIPSTR and MKLAT = {side}",
    )  # fmt: skip


def _best(label: StrOrPromise, side: str) -> Number:
    return decimal(label, unit="kg", digits=4, places=1, sdtm=f"MKSTRESN where MKTESTCD = GRIPMAX and MKLAT = {side}")


class Qmg(Examination):
    """QMG: thirteen tests, 0 to 3 points each; a higher total is worse. Points follow from what was observed."""

    crf = Spec("QMG", _("QMG"), version=1, domain="RS", licensed=True)

    qmg01how = how(EYES_ASIDE, "QMG01", Eye, heading=_("Eyes, face, throat and speech"))
    qmg01sec = seconds(EYES_ASIDE, "QMG01", "qmg01how", stop=61)
    qmg01nt = why_not(EYES_ASIDE, "QMG01", "qmg01how")
    qmg02how = how(EYES_UP, "QMG02", Eye)
    qmg02sec = seconds(EYES_UP, "QMG02", "qmg02how", stop=61)
    qmg02nt = why_not(EYES_UP, "QMG02", "qmg02how")
    qmg03c = coded(FACE, Face, score=True, asked_if=DONE, sdtm="RSORRES where RSTESTCD = QMG03")
    qmg04c = coded(WATER, Water, score=True, asked_if=DONE, sdtm="RSORRES where RSTESTCD = QMG04")
    qmg05how = how(COUNT, "QMG05", Counting)
    qmg05cnt = integer(
        _("Counting aloud: number at which speech slurred"), limits=(0, 50), asked_if=("qmg05how", scoring.VALUE),
        sdtm="RSORRES where RSTESTCD = QMG05",
    )  # fmt: skip
    qmg05nt = why_not(COUNT, "QMG05", "qmg05how")

    qmg06how = how(ARM_R, "QMG06", Hold, heading=_("Arms"))
    qmg06sec = seconds(ARM_R, "QMG06", "qmg06how", stop=240)
    qmg06nt = why_not(ARM_R, "QMG06", "qmg06how")
    qmg07how = how(ARM_L, "QMG07", Hold)
    qmg07sec = seconds(ARM_L, "QMG07", "qmg07how", stop=240)
    qmg07nt = why_not(ARM_L, "QMG07", "qmg07how")

    qmg08how = how(BREATH, "QMG08", Effort, heading=_("Vital capacity"))
    qmg08pct = decimal(
        _("Vital capacity, of predicted"), unit="%", digits=4, places=1, limits=(0, 200), expect=(10, 150),
        asked_if=("qmg08how", scoring.VALUE), sdtm="REORRES where RETESTCD = FVCPP",
    )  # fmt: skip
    qmg08ref = coded(
        _("Vital capacity: predicted value from"), Predicted, asked_if=("qmg08how", scoring.VALUE),
        sdtm="SUPPRE.QVAL where QNAM = PREDSRC",
    )  # fmt: skip
    qmg08nt = why_not(BREATH, "QMG08", "qmg08how")

    gripdev = text(
        _("Dynamometer"), length=40, asked_if=DONE, heading=_("Grip"),
        help=_("Make, or the number on its label: the same one at every visit."), sdtm="MKSPID",
    )  # fmt: skip
    gripunit = coded(
        _("Unit shown by the dynamometer"), GripUnit, asked_if=DONE,
        help=_("Grip is entered in kilograms only."), sdtm="MKORRESU",
    )  # fmt: skip
    qmg09how = how(GRIP_R, "QMG09", Effort, asked_if=("gripunit", "KG"))
    qmg09kg1 = _try(_("Right hand grip, first try"), "qmg09how", "RIGHT", optional=False)
    qmg09kg2 = _try(_("Right hand grip, second try"), "qmg09how", "RIGHT", optional=True)
    qmg09kg3 = _try(_("Right hand grip, third try"), "qmg09how", "RIGHT", optional=True)
    qmg09nt = why_not(GRIP_R, "QMG09", "qmg09how")
    qmg10how = how(GRIP_L, "QMG10", Effort, asked_if=("gripunit", "KG"))
    qmg10kg1 = _try(_("Left hand grip, first try"), "qmg10how", "LEFT", optional=False)
    qmg10kg2 = _try(_("Left hand grip, second try"), "qmg10how", "LEFT", optional=True)
    qmg10kg3 = _try(_("Left hand grip, third try"), "qmg10how", "LEFT", optional=True)
    qmg10nt = why_not(GRIP_L, "QMG10", "qmg10how")

    qmg11how = how(HEAD, "QMG11", Hold, heading=_("Head and legs"))
    qmg11sec = seconds(HEAD, "QMG11", "qmg11how", stop=120)
    qmg11nt = why_not(HEAD, "QMG11", "qmg11how")
    qmg12how = how(LEG_R, "QMG12", Hold)
    qmg12sec = seconds(LEG_R, "QMG12", "qmg12how", stop=100)
    qmg12nt = why_not(LEG_R, "QMG12", "qmg12how")
    qmg13how = how(LEG_L, "QMG13", Hold)
    qmg13sec = seconds(LEG_L, "QMG13", "qmg13how", stop=100)
    qmg13nt = why_not(LEG_L, "QMG13", "qmg13how")
    rscom = text(_("Remark"), length=500, asked_if=DONE, optional=True, sdtm="CO.COVAL")
    qmgpap = administration.on_paper(39, asked_if=DONE, sdtm="SUPPRS.QVAL where QNAM = QMGPAPER")

    qmg01 = points(EYES_ASIDE, "QMG01", heading=_("Points"))
    qmg02 = points(EYES_UP, "QMG02")
    qmg03 = points(FACE, "QMG03")
    qmg04 = points(WATER, "QMG04")
    qmg05 = points(COUNT, "QMG05")
    qmg06 = points(ARM_R, "QMG06")
    qmg07 = points(ARM_L, "QMG07")
    qmg08 = points(BREATH, "QMG08")
    qmg09kg = _best(_("Right hand grip, best try"), "RIGHT")
    qmg09 = points(GRIP_R, "QMG09")
    qmg10kg = _best(_("Left hand grip, best try"), "LEFT")
    qmg10 = points(GRIP_L, "QMG10")
    qmg11 = points(HEAD, "QMG11")
    qmg12 = points(LEG_R, "QMG12")
    qmg13 = points(LEG_L, "QMG13")
    qmgn = administration.answered(13, sdtm="SUPPRS.QVAL where QNAM = QMGN")
    qmgtot = integer(
        _("Total"), limits=(0, 39), help=_("Only when all thirteen tests have points."),
        sdtm="RSSTRESN where RSTESTCD = QMGTOT",
    )  # fmt: skip
    qmgchg = integer(
        _("Change from baseline"), limits=(-39, 39), help=_("Above 0 is worse."), sdtm="SUPPRS.QVAL where QNAM = QMGCHG"
    )

    eyes_aside = derive("qmg01", "QMG-POINTS-01")(scorer("qmg01how", "qmg01sec", scoring.EYE))
    eyes_up = derive("qmg02", "QMG-POINTS-02")(scorer("qmg02how", "qmg02sec", scoring.EYE))
    speech = derive("qmg05", "QMG-POINTS-05")(scorer("qmg05how", "qmg05cnt", scoring.SPEECH))
    arm_right = derive("qmg06", "QMG-POINTS-06")(scorer("qmg06how", "qmg06sec", scoring.ARM))
    arm_left = derive("qmg07", "QMG-POINTS-07")(scorer("qmg07how", "qmg07sec", scoring.ARM))
    breath = derive("qmg08", "QMG-POINTS-08")(scorer("qmg08how", "qmg08pct", scoring.VITAL_CAPACITY))
    head = derive("qmg11", "QMG-POINTS-11")(scorer("qmg11how", "qmg11sec", scoring.HEAD))
    leg_right = derive("qmg12", "QMG-POINTS-12")(scorer("qmg12how", "qmg12sec", scoring.LEG))
    leg_left = derive("qmg13", "QMG-POINTS-13")(scorer("qmg13how", "qmg13sec", scoring.LEG))

    @derive("qmg03", "QMG-POINTS-03")
    def face(qmg03c: str) -> int:
        return int(qmg03c)

    @derive("qmg04", "QMG-POINTS-04")
    def water(qmg04c: str) -> int:
        return int(qmg04c)

    @derive("qmg09kg", "QMG-BEST-09")
    def grip_right_best(qmg09kg1: Decimal, qmg09kg2: Decimal | None = None, qmg09kg3: Decimal | None = None) -> Decimal:
        return max(each for each in (qmg09kg1, qmg09kg2, qmg09kg3) if each is not None)

    @derive("qmg10kg", "QMG-BEST-10")
    def grip_left_best(qmg10kg1: Decimal, qmg10kg2: Decimal | None = None, qmg10kg3: Decimal | None = None) -> Decimal:
        return max(each for each in (qmg10kg1, qmg10kg2, qmg10kg3) if each is not None)

    @derive("qmg09", "QMG-POINTS-09", forms=("DM",))
    def grip_right(context: Context, qmg09how: str, qmg09kg: Decimal | None = None) -> int | None:
        return scoring.grip(qmg09how, qmg09kg, context.newest("DM", "sex"), "R")

    @derive("qmg10", "QMG-POINTS-10", forms=("DM",))
    def grip_left(context: Context, qmg10how: str, qmg10kg: Decimal | None = None) -> int | None:
        return scoring.grip(qmg10how, qmg10kg, context.newest("DM", "sex"), "L")

    tests_with_points = derive("qmgn", "QMG-COUNT")(counted("rsperf", POINTS))
    total = derive("qmgtot", "QMG-TOTAL")(summed(POINTS))

    @derive("qmgchg", "QMG-CHANGE", forms=("QMG",))
    def change_from_baseline(context: Context, qmgtot: int) -> int | None:
        return change(context, "qmgtot", qmgtot)

    @rule(
        "QMG-01",
        _(
            "Sex at birth is not entered: the grip has no points until it is. Please fill in demography, "
            "then save this form again."
        ),
        forms=("DM",),
    )
    def sex_is_known(context: Context, qmg09kg: Decimal | None = None, qmg10kg: Decimal | None = None) -> bool:
        return (qmg09kg is None and qmg10kg is None) or context.newest("DM", "sex") is not None

    @rule(
        "QMG-02",
        _(
            "Grip in pounds is not taken. Set the dynamometer to kilograms, or convert on the source document "
            "(1 lb is 0.45359 kg); then choose kilograms and enter the grip."
        ),
    )
    def grip_is_in_kilograms(gripunit: str) -> bool:
        return gripunit == GripUnit.KG

    @rule("QMG-03", _("The total on the paper form is not the one that follows from the tests. Please check both."))
    def paper_agrees(qmgtot: int, qmgpap: int) -> bool:
        return qmgtot == qmgpap


class QmgOnPaper(CrfRow):
    """Points somebody wrote on the paper form: they are compared and never used."""

    rows = RowsSpec(Qmg, "paper", _("Points on the paper form, if it has any"))

    qmgtest = coded(_("Test"), QmgTest, sdtm="RSTESTCD")
    qmgpts = integer(_("Points"), limits=(0, 3), sdtm="SUPPRS.QVAL where QNAM = QMGPAPER")

    @rule("QMG-04", _("The paper form has other points than follow from the test as observed. Please check both."))
    def paper_agrees(parent: Crf, qmgtest: str, qmgpts: int) -> bool:
        return bool(getattr(parent, f"qmg{qmgtest}") == qmgpts)
