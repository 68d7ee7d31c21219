"""DTH: death of a subject, whatever the cause; its date is a milestone after which nothing falls due."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, date, integer, rule, text, time
from core.crf.rules import Context
from core.models import Crf, Subject
from core.schedule import Milestone
from safety.codes import Causality


class Location(models.TextChoices):
    """LOCDTH, as far as it is asked here."""

    SITE = "SITE", _("This hospital")
    HOSPITAL = "HOSPITAL", _("Another hospital")
    HOME = "HOME", _("At home")
    ELSEWHERE = "ELSEWHERE", _("Elsewhere")


class Autopsy(models.TextChoices):
    """AUTOPIND, and what is still to come."""

    DONE = "Y", _("Done")
    PLANNED = "PLANNED", _("Planned")
    NOT_DONE = "N", _("Not done")


class ToDisease(models.TextChoices):
    """MGFA post-intervention status D (clinical reference pack, 3.6), and what is none of it."""

    DISEASE = "MG", _("Myasthenia gravis")
    THERAPY = "MG THERAPY", _("Complication of treatment for myasthenia gravis")
    TREATMENT = "STUDY TREATMENT", _("Complication of the study treatment")
    OTHER = "OTHER", _("Another cause")


class Death(Crf):
    """DTH: the death of the subject."""

    crf = Spec(
        "DTH", _("Death"), version=1, domain="DD", log=True, safety=True, after_lock=True,
        anchors={Milestone.DEATH: "dthdat"}, summary=("dthdat", "dthcaus"),
        note=_("A death is a serious adverse event as well: enter it in those two logs and report it within 24 hours."),
    )  # fmt: skip

    dthdat = date(_("Date of death"), sdtm="DTHDTC")
    dthtim = time(_("Time of death"), optional=True, sdtm="DTHDTC")
    dthloc = coded(_("Where"), Location, sdtm="DDORRES where DDTESTCD = LOCDTH")
    dthcaus = text(_("Cause of death"), length=500, heading=_("Cause"), sdtm="DDORRES where DDTESTCD = PRCDTH")
    dthmg = coded(_("It was due to"), ToDisease, sdtm="SUPPDD.QVAL where QNAM = DTHMG")
    dthaeno = integer(
        _("Line of the adverse event log that led to it"), limits=(1, 9999), optional=True, sdtm="RELREC",
        help=_("Empty only where no adverse event did."),
    )  # fmt: skip
    dthauto = coded(_("Autopsy"), Autopsy, sdtm="DDORRES where DDTESTCD = AUTOPIND")
    dthautof = text(
        _("What the autopsy found"), length=1000, asked_if=("dthauto", "Y"), sdtm="SUPPDD.QVAL where QNAM = AUTOPFND"
    )
    dthautis = coded(
        _("Was tissue kept for tests of the CAR transgene and of persistence?"), NoYes, asked_if=("dthauto", "Y"),
        sdtm="SUPPDD.QVAL where QNAM = AUTOPTIS",
    )  # fmt: skip
    dthrel = coded(_("Related to the CAR-T cells?"), Causality, sdtm="SUPPDD.QVAL where QNAM = DTHREL")
    dthrelld = coded(_("Related to lymphodepletion?"), Causality, sdtm="SUPPDD.QVAL where QNAM = DTHRELLD")

    @rule("DTH-01", _("The death lies before informed consent. Please check the date."))
    def after_consent(subject: Subject, dthdat: datetime.date) -> bool:
        return subject.consent_on is None or dthdat >= subject.consent_on

    @rule("DTH-02", _("There is another line of a death. Void one of the two."), forms=("DTH",))
    def once(context: Context, dthdat: datetime.date) -> bool:
        return not context.records("DTH")

    @rule("DTH-03", _("There is no such line in the adverse event log. Please check the number."), forms=("AE",))
    def event_is_logged(context: Context, dthaeno: int) -> bool:
        return any(event.key == dthaeno for event in context.records("AE"))
