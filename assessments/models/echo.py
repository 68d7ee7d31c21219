"""ECHO: echocardiogram at screening (exclusion 3, severe heart disease)."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import protocol
from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, date, decimal, file, integer, rule, text
from core.models import Crf

DONE = ("cvperf", "Y")


class EjectionMethod(models.TextChoices):
    """How the ejection fraction was measured."""

    BIPLANE = "BIPLANE", _("Biplane (Simpson)")
    TEICHHOLZ = "TEICHHOLZ", _("M-mode (Teichholz)")
    THREE_D = "3D", _("Three-dimensional")
    VISUAL = "VISUAL", _("By eye")


class EchoJudgement(models.TextChoices):
    """The investigator's judgement."""

    NORMAL = "NORMAL", _("Normal")
    NOT_SIGNIFICANT = "NCS", _("Abnormal, not clinically significant")
    SIGNIFICANT = "CS", _("Abnormal, clinically significant")


class Echo(Crf):
    """ECHO: a transthoracic echocardiogram."""

    crf = Spec("ECHO", _("Echocardiogram"), version=1, domain="CV")

    cvperf = coded(_("Was an echocardiogram done?"), NoYes, sdtm="CVSTAT")
    cvreasnd = text(_("Reason not done"), asked_if=("cvperf", "N"), sdtm="CVREASND")
    cvdat = date(_("Date of the examination"), asked_if=DONE, sdtm="CVDTC")
    lvef = decimal(
        _("Left ventricular ejection fraction"), unit="%", digits=4, places=1, limits=(0, 100), expect=(None, 80),
        asked_if=DONE, heading=_("Left ventricle"), sdtm="CVORRES where CVTESTCD = LVEF",
    )  # fmt: skip
    cvmeth = coded(_("Method"), EjectionMethod, asked_if=DONE, sdtm="CVMETHOD")
    lvedd = integer(
        _("Diameter at the end of diastole"), unit="mm", limits=(1, 150), expect=(35, 60), asked_if=DONE, optional=True,
        sdtm="CVORRES where CVTESTCD = LVEDD",
    )  # fmt: skip
    cvwall = coded(_("Abnormal wall motion"), NoYes, asked_if=DONE, sdtm="CVORRES where CVTESTCD = WALLMOT")
    cveff = coded(
        _("Pericardial effusion"), NoYes, asked_if=DONE, heading=_("Other findings"),
        sdtm="CVORRES where CVTESTCD = PERIEFF",
    )  # fmt: skip
    cvvalve = coded(_("Moderate or severe valve disease"), NoYes, asked_if=DONE, sdtm="CVORRES where CVTESTCD = VALVE")
    cvpasp = integer(
        _("Systolic pulmonary artery pressure"), unit="mmHg", limits=(0, 200), expect=(None, 40), asked_if=DONE,
        optional=True, sdtm="CVORRES where CVTESTCD = PASP",
    )  # fmt: skip
    cvintp = coded(_("Judgement"), EchoJudgement, asked_if=DONE, sdtm="CVORRES where CVTESTCD = INTP")
    cvabn = text(_("What is abnormal"), asked_if=("cvintp", ("NCS", "CS")), length=500, sdtm="CVORRES")
    cvreport = file(
        _("Report"), asked_if=DONE, optional=True,
        help=_("PDF, PNG or JPEG, up to 10 MB. Cover the subject's name and hospital numbers first."),
    )  # fmt: skip

    @rule("ECHO-01", _("The ejection fraction is low. Tell the investigator: is it severe heart disease?"))
    def ejects_enough(lvef: Decimal) -> bool:
        """Exclusion 3 names no figure; the limit is a parameter."""
        return lvef >= protocol.number("lvef_alert")

    @rule("ECHO-02", _("A finding is marked, yet the judgement is “normal”. Please check."))
    def judgement_fits(cvwall: str, cveff: str, cvvalve: str, cvintp: str) -> bool:
        return cvintp != EchoJudgement.NORMAL or NoYes.YES not in (cvwall, cveff, cvvalve)
