"""MGQOL: the MG-QOL15r; fifteen statements about life with MG, 0 to 2 each, in the subject's own judgement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments import administration
from assessments.baseline import change
from assessments.models.mg_adl import Mode
from assessments.scale_tests import counted, summed
from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, derive, integer, rule, text, time
from core.crf.fields import Coded
from core.crf.rules import Context
from core.models import Crf

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

DONE = ("qsperf", "Y")
ITEMS = tuple(f"mgq{number:02}" for number in range(1, 16))


class Instrument(models.TextChoices):
    """Which questionnaire was used. The older one has other items and levels: its answers are not mixed in."""

    REVISED = "15R", _("MG-QOL15r (revised, answers 0 to 2)")
    OLDER = "15", _("MG-QOL15 (older, answers 0 to 4)")


class Degree(models.TextChoices):
    """How far it is true."""

    NO = "0", _("No")
    PARTLY = "1", _("In part")
    YES = "2", _("Very")


def _statement(label: StrOrPromise, number: int, **options: Any) -> Coded:
    target = f"QSORRES where QSTESTCD = MGQ{number:02}"
    return coded(label, Degree, score=True, asked_if=("qsver", "15R"), sdtm=target, **options)


class MgQol(Crf):
    """MGQOL: fifteen statements over the past few weeks; a higher total is worse."""

    crf = Spec("MGQOL", _("MG-QOL15r"), version=1, domain="QS", licensed=True)

    qsperf = coded(_("Was the questionnaire filled in?"), NoYes, sdtm="QSSTAT")
    qsreasnd = text(_("Reason not done"), asked_if=("qsperf", "N"), sdtm="QSREASND")
    qstim = time(_("Time"), asked_if=DONE, sdtm="QSDTC")
    qsver = coded(_("Questionnaire used"), Instrument, asked_if=DONE, sdtm="QSSCAT")
    qslang = administration.language(asked_if=DONE, sdtm="SUPPQS.QVAL where QNAM = QSLANG")
    qsmethod = coded(_("How were the answers obtained?"), Mode, asked_if=DONE, sdtm="QSMETHOD")
    qsrater = administration.rater(asked_if=("qsmethod", "INTERVIEW"), sdtm="SUPPQS.QVAL where QNAM = RATERID")

    mgq01 = _statement(_("Frustrated with the illness"), 1, heading=_("The past few weeks"))
    mgq02 = _statement(_("Trouble using the eyes"), 2)
    mgq03 = _statement(_("Trouble with meals"), 3)
    mgq04 = _statement(_("Sees people less"), 4)
    mgq05 = _statement(_("Fewer pastimes"), 5)
    mgq06 = _statement(_("Does less for the family"), 6)
    mgq07 = _statement(_("Plans have to allow for the illness"), 7)
    mgq08 = _statement(_("Limited at work or in the household"), 8)
    mgq09 = _statement(_("Trouble talking"), 9)
    mgq10 = _statement(_("Less independent"), 10)
    mgq11 = _statement(_("Low spirits because of the illness"), 11)
    mgq12 = _statement(_("Trouble on foot"), 12)
    mgq13 = _statement(_("Trouble in public places"), 13)
    mgq14 = _statement(_("It is all too much"), 14)
    mgq15 = _statement(_("Trouble with washing and dressing"), 15)
    mgqpap = administration.on_paper(30, asked_if=("qsver", "15R"), sdtm="SUPPQS.QVAL where QNAM = MGQPAPER")

    mgqtot = integer(
        _("Total"), limits=(0, 30), heading=_("Scores"), help=_("Only when all fifteen are answered."),
        sdtm="QSORRES where QSTESTCD = MGQTOT",
    )  # fmt: skip
    mgqn = administration.answered(15, sdtm="SUPPQS.QVAL where QNAM = MGQN")
    mgqchg = integer(
        _("Change from baseline"), limits=(-30, 30), help=_("Above 0 is worse."), sdtm="SUPPQS.QVAL where QNAM = MGQCHG"
    )

    total = derive("mgqtot", "MGQOL-TOTAL")(summed(ITEMS))
    answered = derive("mgqn", "MGQOL-COUNT")(counted("qsperf", ITEMS))

    @derive("mgqchg", "MGQOL-CHANGE", forms=("MGQOL",))
    def change_from_baseline(context: Context, mgqtot: int) -> int | None:
        return change(context, "mgqtot", mgqtot)

    @rule("MGQOL-01", _("The total on the paper form is not the sum of the answers. Please check both."))
    def paper_agrees(mgqtot: int, mgqpap: int) -> bool:
        return mgqtot == mgqpap

    @rule(
        "MGQOL-02",
        _(
            "The older questionnaire cannot be compared with the revised one, so its answers are not entered. "
            "Please have the revised one filled in, or record that it was not done."
        ),
    )
    def revised_one_is_used(qsver: str) -> bool:
        """Items 2, 8 and 10 and the levels differ (clinical reference pack, 3.4)."""
        return qsver == Instrument.REVISED
