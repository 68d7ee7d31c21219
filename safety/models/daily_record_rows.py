"""CRS, its repeating rows: vasopressors, and doses given against CRS or ICANS."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from core import protocol
from core.crf.declare import RowsSpec, coded, decimal, moment, rule, text
from core.models import CrfRow
from safety.models.daily_record import DailyRecord
from safety.toxicity.codes import Agent, Pressor, PressorUnit, Purpose


class PressorRow(CrfRow):
    """One vasopressor of the day, at its highest rate."""

    rows = RowsSpec(DailyRecord, "pressors", _("Vasopressors of the day"))

    pressor = coded(_("Vasopressor"), Pressor, sdtm="CMTRT")
    pressoroth = text(_("Which other"), length=60, asked_if=("pressor", "OTHER"), sdtm="CMTRT")
    pressdos = decimal(_("Highest rate"), digits=8, places=3, sdtm="CMDOSE")
    pressdosu = coded(_("Unit"), PressorUnit, sdtm="CMDOSU")

    @rule("CRS-50", _("Vasopressin is given in U/min, the others in µg/kg/min. Please check drug and unit."))
    def unit_fits_drug(pressor: str, pressdosu: str) -> bool:
        return (pressor == Pressor.VASOPRESSIN) == (pressdosu == PressorUnit.U_MIN) or pressor == Pressor.OTHER

    @rule("CRS-51", _("A rate of 0 is no vasopressor. Enter the highest rate of the day, or void the row."))
    def rate_is_real(pressdos: Decimal) -> bool:
        return pressdos > 0


class TreatmentRow(CrfRow):
    """One dose against CRS or ICANS."""

    rows = RowsSpec(DailyRecord, "treatments", _("Doses against CRS or ICANS"))

    agent = coded(_("Drug"), Agent, sdtm="CMTRT")
    agentoth = text(_("Which other"), length=60, asked_if=("agent", "OTHER"), sdtm="CMTRT")
    agentdos = decimal(_("Dose"), unit="mg", digits=8, places=2, sdtm="CMDOSE")
    agentdtc = moment(_("Given at"), sdtm="CMSTDTC")
    agentfor = coded(_("Against"), Purpose, sdtm="CMINDC")

    @rule("CRS-52", _("A dose of tocilizumab is at most what the protocol allows. Please check the dose."))
    def tocilizumab_is_limited(agent: str, agentdos: Decimal) -> bool:
        """8 mg/kg, at most 800 mg (parameter); clinical reference pack, 4.7."""
        return agent != Agent.TOCILIZUMAB or agentdos <= protocol.number("tocilizumab_dose")

    @rule("CRS-53", _("This dose was given on another day than that of the record. Please check its time."))
    def given_on_the_day(visit_on: date, agentdtc: datetime) -> bool:
        return agentdtc.date() == visit_on
