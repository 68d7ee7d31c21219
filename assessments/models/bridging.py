"""BRG: whether bridging treatment was given between leukapheresis and infusion, and why; its drugs are lines of CM."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, rule, several, text
from core.models import Crf

GIVEN = ("brgyn", "Y")


class BridgingReason(models.TextChoices):
    """Why treatment could not wait."""

    WORSENING = "WORSENING", _("MG became worse")
    RISK = "RISK", _("To prevent a crisis after other treatment was stopped")
    DELAY = "DELAY", _("The product took longer than planned")
    OTHER = "OTHER", _("Another reason")


class BridgingResponse(models.TextChoices):
    """How MG went on until baseline."""

    BETTER = "BETTER", _("Better")
    SAME = "SAME", _("Unchanged")
    WORSE = "WORSE", _("Worse")


class Bridging(Crf):
    """BRG: the decision for bridging. Each drug is entered once, as concomitant medication with this reason."""

    crf = Spec("BRG", _("Bridging therapy"), version=1, domain="CM")

    brgyn = coded(
        _("Was bridging treatment given?"), NoYes, sdtm="CMOCCUR where CMCAT = BRIDGING",
        help=_("Enter each drug in the concomitant medication, with bridging as its reason."),
    )  # fmt: skip
    brgreas = several(_("Why?"), BridgingReason, asked_if=GIVEN, sdtm="CMINDC where CMCAT = BRIDGING")
    brgoth = text(_("Which other reason"), asked_if=("brgreas", "OTHER"), sdtm="CMINDC where CMCAT = BRIDGING")
    brgresp = coded(
        _("MG after bridging"), BridgingResponse, asked_if=GIVEN, sdtm="FAORRES where FAOBJ = BRIDGING THERAPY"
    )
    brgcom = text(_("Comment"), length=500, optional=True, sdtm="COVAL where RDOMAIN = CM")

    @rule("BRG-01", _("MG became worse after bridging. Tell the investigator: is the subject still fit for treatment?"))
    def not_worse(brgresp: str) -> bool:
        return brgresp != BridgingResponse.WORSE
