"""TEAE: are the adverse events complete to the end of their time (day 90)? With what the log holds, counted."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from core import protocol
from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, date, derive, integer, rule, text
from core.crf.fields import Whole
from core.crf.rules import Context
from core.models import Crf
from safety.toxicity import emergent

NOT_YET = ("teaeconf", "N")
FROM_LOG = ("AE",)


def _count(label: Any, code: str, help: Any = "") -> Whole:
    return integer(label, sdtm=f"FAORRES where FATESTCD = {code} and FAOBJ = TEAE", help=help)


class Reconciliation(Crf):
    """TEAE: the log of adverse events reconciled to day 90."""

    crf = Spec("TEAE", _("Treatment-emergent AE reconciliation"), version=1, domain="FA", safety=True)

    teaen = _count(_("Treatment-emergent events"), "TEAEN", _("Begun from the infusion to the last day, for certain."))
    teaeunc = _count(_("Events whose start date is too vague to say"), "TEAEUNC")
    teaegr3 = _count(_("Of grade 3 or higher"), "TEAEGR3")
    teaeser = _count(_("Serious"), "TEAESER")
    teaerel = _count(_("Related to the CAR-T cells, possibly too"), "TEAEREL")
    teaeong = _count(_("Still going on"), "TEAEONG")
    teaelack = _count(_("Without grade, seriousness, cause, outcome or whether over"), "TEAELACK")

    teaesrc = date(
        _("Hospital records, medication and laboratory reports were gone through up to"), heading=_("Reconciliation"),
        sdtm="FADTC",
    )  # fmt: skip
    teaeconf = coded(_("Is the list of adverse events complete?"), NoYes, sdtm="FAORRES where FATESTCD = TEAECONF")
    teaewhy = text(_("What is lacking?"), length=500, asked_if=NOT_YET, sdtm="COVAL where RDOMAIN = FA")

    @derive("teaen", "TEAE-COUNT", forms=FROM_LOG)
    def count_all(context: Context) -> int:
        return emergent.count(context, emergent.is_emergent)

    @derive("teaeunc", "TEAE-VAGUE", forms=FROM_LOG)
    def count_vague(context: Context) -> int:
        return emergent.count(context, emergent.is_vague)

    @derive("teaegr3", "TEAE-SEVERE", forms=FROM_LOG)
    def count_severe(context: Context) -> int:
        return emergent.count(context, emergent.is_emergent, emergent.is_severe)

    @derive("teaeser", "TEAE-SERIOUS", forms=FROM_LOG)
    def count_serious(context: Context) -> int:
        return emergent.count(context, emergent.is_emergent, emergent.is_serious)

    @derive("teaerel", "TEAE-RELATED", forms=FROM_LOG)
    def count_related(context: Context) -> int:
        return emergent.count(context, emergent.is_emergent, emergent.is_related)

    @derive("teaeong", "TEAE-ONGOING", forms=FROM_LOG)
    def count_ongoing(context: Context) -> int:
        return emergent.count(context, emergent.is_emergent, emergent.is_ongoing)

    @derive("teaelack", "TEAE-LACKING", forms=FROM_LOG)
    def count_lacking(context: Context) -> int:
        return emergent.count(context, emergent.is_emergent, emergent.lacks_answers)

    @rule("TEAE-01", _("The list is called complete, but the records were not gone through to the last day."))
    def records_reach_the_end(context: Context, teaesrc: datetime.date, teaeconf: str) -> bool:
        """Day 90 after infusion (parameter; registry entry)."""
        infusion = context.subject.infusion_on
        days = datetime.timedelta(days=protocol.days("teae_window"))
        return teaeconf == NoYes.NO or infusion is None or teaesrc >= infusion + days

    @rule(
        "TEAE-02", _("The list is called complete, but events have vague start dates or lack answers. Complete them.")
    )
    def events_are_complete(teaeunc: int, teaelack: int, teaeconf: str) -> bool:
        return teaeconf == NoYes.NO or not (teaeunc or teaelack)

    @rule("TEAE-03", _("No treatment-emergent event at all: after CAR-T cells that is unlikely. Check, or confirm."))
    def some_are_expected(teaen: int, teaeconf: str) -> bool:
        return teaen > 0 or teaeconf == NoYes.NO
