"""LTF: attempts to reach a subject who stayed away, and, after enough of them, lost to follow-up."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import protocol
from core.crf.codes import NoYes
from core.crf.declare import RowsSpec, Spec, coded, date, derive, integer, refuse, rule, text, time
from core.models import Crf, CrfRow
from core.schedule import Milestone


class Means(models.TextChoices):
    """How the site tried."""

    PHONE = "PHONE", _("Telephone call")
    MESSAGE = "MESSAGE", _("Text message")
    LETTER = "LETTER", _("Registered letter")
    RELATIVE = "RELATIVE", _("Through a relative")
    DOCTOR = "DOCTOR", _("Through the family doctor or another hospital")


class Reached(models.TextChoices):
    """What came of it."""

    YES = "YES", _("The subject was reached")
    ALIVE = "ALIVE", _("Not reached, but known to be alive")
    NO = "NO", _("Nobody was reached")


class LostContact(Crf):
    """LTF: one stretch of time in which the subject could not be reached."""

    crf = Spec(
        "LTF", _("Lost contact"), version=1, domain="DS", log=True, summary=("ltfmiss",), safety=True,
        anchors={Milestone.LOSS: "ltflostdat"},
    )  # fmt: skip

    ltfmiss = text(_("Which visit or contact was missed"), length=40, sdtm="SUPPDS.QVAL where QNAM = LTFMISS")
    ltfknown = date(_("Last contact with the subject"), sdtm="SUPPDS.QVAL where QNAM = LASTCDTC")
    ltfback = coded(_("Was the subject found again?"), NoYes, sdtm="SUPPDS.QVAL where QNAM = LTFBACK")
    ltfbackdat = date(_("Found again on"), asked_if=("ltfback", "Y"), sdtm="SUPPDS.QVAL where QNAM = LTFBKDTC")
    ltfcount = integer(_("Attempts without an answer"), limits=(0, 300), heading=_("Decision"))
    ltfdat = date(
        _("Declared lost to follow-up on"), asked_if=("ltfback", "N"), optional=True,
        help=_("Empty while the site goes on trying."),
        sdtm="DSSTDTC where DSDECOD = LOST TO FOLLOW-UP",
    )  # fmt: skip
    ltflostdat = date(_("Counts as lost from"), help=_("From this day on nothing more falls due."))

    @derive("ltfcount", "LTF-COUNT")
    def attempts_in_vain(rows: Any) -> int:
        """Attempts in which the subject was not reached."""
        return sum(row.ltfres in (Reached.ALIVE, Reached.NO) for row in rows["attempts"])

    @derive("ltflostdat", "LTF-LOST")
    def lost_from(ltfback: str, ltfdat: datetime.date) -> datetime.date | None:
        """The day of the decision, unless the subject was found again."""
        return ltfdat if ltfback == NoYes.NO else None

    @refuse(
        "LTF-01",
        _(
            "The protocol asks for more attempts, one of them by registered letter, before a subject counts as lost. "
            "Enter all attempts first."
        ),
    )
    def enough_was_tried(rows: Any, ltfcount: int, ltfdat: datetime.date) -> bool:
        """Parameter `lost_attempts`: no source states the number."""
        letter = any(row.ltfmeans == Means.LETTER for row in rows["attempts"])
        return letter and ltfcount >= protocol.number("lost_attempts")

    @rule("LTF-02", _("The subject was declared lost before the last attempt. Please check the dates."))
    def decided_after_the_last_attempt(rows: Any, ltfdat: datetime.date) -> bool:
        tried = [row.ltfon for row in rows["attempts"] if row.ltfon]
        return not tried or max(tried) <= ltfdat

    @rule("LTF-03", _("The subject was found again before the contact was lost. Please check both dates."))
    def found_after_it_was_lost(ltfknown: datetime.date, ltfbackdat: datetime.date) -> bool:
        return ltfbackdat >= ltfknown


class Attempt(CrfRow):
    """One attempt."""

    rows = RowsSpec(LostContact, "attempts", _("Attempts"))

    ltfon = date(_("Date"), sdtm="SUPPDS.QVAL where QNAM = LTFATDTC")
    ltfat = time(_("Time"), optional=True)
    ltfmeans = coded(_("Means"), Means)
    ltfres = coded(_("Result"), Reached)
    ltfby = text(_("By"), length=10, help=_("The code in the delegation log, not a name."))
    ltfnote = text(_("Note"), optional=True)
