"""CLR: go or no-go before infusion. Each point is judged by the investigator, found by the system, or both."""

from __future__ import annotations

from datetime import date as Date
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, date, derive, moment, refuse, rule, text
from core.crf.rules import Context
from core.models import Crf, Subject
from dosing import escalation, findings
from dosing.findings import FULFILLED, Finding

NO_GO = ("clrdec", "NO_GO")


class Decision(models.TextChoices):
    """What was decided."""

    GO = "GO", _("Go: the product may be infused")
    NO_GO = "NO_GO", _("No-go: not now")


class Clearance(Crf):
    """CLR: the checklist before infusion and the decision."""

    crf = Spec("CLR", _("Pre-infusion clearance"), version=1, domain="DS", panel="dosing.escalation.panel")

    clrdtc = moment(_("Date and time of the clearance"), sdtm="DSSTDTC")
    clrplan = moment(
        _("Planned start of the infusion"), ahead=True, sdtm="SUPPDS.QVAL where QNAM = CLRPLAN",
        help=_("Hours since the last dose and since the pregnancy test are counted to this moment."),
    )  # fmt: skip
    clrfev = coded(
        _("No fever in the last 24 hours?"),
        NoYes,
        heading=_("Judged by the investigator"),
        sdtm="SUPPDS.QVAL where QNAM = CLRFEV",
    )
    clrinf = coded(_("No active infection?"), NoYes, sdtm="SUPPDS.QVAL where QNAM = CLRINF")
    clroxy = coded(_("Enough oxygen without support?"), NoYes, sdtm="SUPPDS.QVAL where QNAM = CLROXY")
    clrhem = coded(_("Circulation stable without vasopressors?"), NoYes, sdtm="SUPPDS.QVAL where QNAM = CLRHEM")
    clrmg = coded(_("No myasthenic crisis, and none threatening?"), NoYes, sdtm="SUPPDS.QVAL where QNAM = CLRMG")
    evfev = coded(
        _("Temperature below 38.0 °C, that day and the day before"), Finding, heading=_("Found by the system"),
        sdtm="SUPPDS.QVAL where QNAM = EVFEV",
    )  # fmt: skip
    evinf = coded(_("Infection check since lymphodepletion"), Finding, sdtm="SUPPDS.QVAL where QNAM = EVINF")
    evoxy = coded(_("Oxygen saturation, that day and the day before"), Finding, sdtm="SUPPDS.QVAL where QNAM = EVOXY")
    evhem = coded(_("Systolic pressure, that day and the day before"), Finding, sdtm="SUPPDS.QVAL where QNAM = EVHEM")
    evpreg = coded(_("Negative pregnancy test in time"), Finding, sdtm="SUPPDS.QVAL where QNAM = EVPREG")
    evprod = coded(_("Product released"), Finding, sdtm="SUPPDS.QVAL where QNAM = EVPROD")
    evid = coded(_("Chain of identity at collection and receipt"), Finding, sdtm="SUPPDS.QVAL where QNAM = EVID")
    evcrcl = coded(_("Creatinine clearance"), Finding, sdtm="SUPPDS.QVAL where QNAM = EVCRCL")
    evrest = coded(_("Time since the last lymphodepletion dose"), Finding, sdtm="SUPPDS.QVAL where QNAM = EVREST")
    evice = coded(_("ICE score before infusion"), Finding, sdtm="SUPPDS.QVAL where QNAM = EVICE")
    evcons = coded(_("Informed consent valid"), Finding, sdtm="SUPPDS.QVAL where QNAM = EVCONS")

    clrdec = coded(
        _("Decision"), Decision, heading=_("Decision"), sdtm="DSDECOD where DSCAT = OTHER EVENT",
        help=_("Go is refused while a point is not fulfilled; what lacks is then named here."),
    )  # fmt: skip
    clrby = text(
        _("Decided by"), length=10, help=_("The code in the delegation log, not a name."),
        sdtm="SUPPDS.QVAL where QNAM = CLRBY",
    )  # fmt: skip
    clrreas = text(_("Reason for no-go"), length=500, asked_if=NO_GO, sdtm="DSTERM")
    clrpost = coded(_("Is the infusion postponed?"), NoYes, asked_if=NO_GO, sdtm="SUPPDS.QVAL where QNAM = CLRPOST")
    clrnew = date(_("New planned date"), asked_if=("clrpost", "Y"), ahead=True, sdtm="SUPPDS.QVAL where QNAM = CLRNEW")

    @derive("evfev", "CLR-FEVER", forms=("VS",))
    def fever_found(context: Context, clrdtc: datetime) -> str:
        return findings.no_fever(context, clrdtc)

    @derive("evinf", "CLR-INFECTION", forms=("INFC",))
    def infection_found(context: Context, clrdtc: datetime) -> str:
        return findings.no_infection(context, clrdtc)

    @derive("evoxy", "CLR-OXYGEN", forms=("VS",))
    def oxygen_found(context: Context, clrdtc: datetime) -> str:
        return findings.oxygen(context, clrdtc)

    @derive("evhem", "CLR-CIRCULATION", forms=("VS",))
    def circulation_found(context: Context, clrdtc: datetime) -> str:
        return findings.circulation(context, clrdtc)

    @derive("evpreg", "CLR-PREGNANCY", forms=("DM", "RP", "UPT", "HCG"))
    def pregnancy_found(context: Context, clrdtc: datetime, clrplan: datetime | None = None) -> str:
        return findings.pregnancy(context, clrplan)

    @derive("evprod", "CLR-PRODUCT", forms=("COI",))
    def product_found(context: Context, clrdtc: datetime) -> str:
        return findings.released(context, clrdtc)

    @derive("evid", "CLR-IDENTITY", forms=("COI",))
    def identity_found(context: Context, clrdtc: datetime) -> str:
        return findings.identity(context, clrdtc)

    @derive("evcrcl", "CLR-CLEARANCE", forms=("DM", "CHEM", "LD"))
    def clearance_found(context: Context, clrdtc: datetime) -> str:
        return findings.kidneys(context, clrdtc)

    @derive("evrest", "CLR-REST", forms=("LD",))
    def rest_found(context: Context, clrdtc: datetime, clrplan: datetime | None = None) -> str:
        return findings.rest(context, clrplan)

    @derive("evice", "CLR-ICE", forms=("ICE",))
    def ice_found(context: Context, clrdtc: datetime) -> str:
        return findings.ice(context, clrdtc)

    @derive("evcons", "CLR-CONSENT", forms=("ICF",))
    def consent_found(context: Context, clrdtc: datetime) -> str:
        return findings.consent(context, clrdtc)

    @refuse("CLR-01", _("Go is not possible: enter when the clearance was made and when the infusion is planned."))
    def times_are_known(
        clrdtc: datetime | None = None, clrplan: datetime | None = None, clrdec: str | None = None
    ) -> bool:
        return clrdec != Decision.GO or (clrdtc is not None and clrplan is not None)

    @refuse("CLR-02", _("Go is not possible: fever, or no temperature of that day or the day before."))
    def fever_allows(clrfev: str | None = None, evfev: str | None = None, clrdec: str | None = None) -> bool:
        return _allows(clrdec, evfev, clrfev)

    @refuse("CLR-03", _("Go is not possible: infection, or no infection check since lymphodepletion."))
    def infection_allows(clrinf: str | None = None, evinf: str | None = None, clrdec: str | None = None) -> bool:
        return _allows(clrdec, evinf, clrinf)

    @refuse("CLR-04", _("Go is not possible: too little oxygen, or no saturation of that day or the day before."))
    def oxygen_allows(clroxy: str | None = None, evoxy: str | None = None, clrdec: str | None = None) -> bool:
        return _allows(clrdec, evoxy, clroxy)

    @refuse("CLR-05", _("Go is not possible: circulation not stable, or no pressure of that day or the day before."))
    def circulation_allows(clrhem: str | None = None, evhem: str | None = None, clrdec: str | None = None) -> bool:
        return _allows(clrdec, evhem, clrhem)

    @refuse("CLR-06", _("Go is not possible: myasthenic crisis present, threatening, or not judged."))
    def strength_allows(clrmg: str | None = None, clrdec: str | None = None) -> bool:
        return _allows(clrdec, Finding.MET, clrmg)

    @refuse("CLR-07", _("Go is not possible: no negative pregnancy test within the time before the planned infusion."))
    def pregnancy_allows(evpreg: str | None = None, clrdec: str | None = None) -> bool:
        return _allows(clrdec, evpreg)

    @refuse("CLR-08", _("Go is not possible: the product is not released."))
    def product_allows(evprod: str | None = None, clrdec: str | None = None) -> bool:
        return _allows(clrdec, evprod)

    @refuse("CLR-09", _("Go is not possible: the chain of identity does not agree, or two people have not checked it."))
    def identity_allows(evid: str | None = None, clrdec: str | None = None) -> bool:
        """ENT-04: the hard stop."""
        return _allows(clrdec, evid)

    @refuse("CLR-10", _("Go is not possible: the creatinine clearance is too low or cannot be reckoned."))
    def clearance_allows(evcrcl: str | None = None, clrdec: str | None = None) -> bool:
        return _allows(clrdec, evcrcl)

    @refuse("CLR-11", _("Go is not possible: the last lymphodepletion dose is too recent, or not entered."))
    def rest_allows(evrest: str | None = None, clrdec: str | None = None) -> bool:
        return _allows(clrdec, evrest)

    @refuse("CLR-12", _("Go is not possible: there is no ICE score to compare later ones with."))
    def ice_allows(evice: str | None = None, clrdec: str | None = None) -> bool:
        return _allows(clrdec, evice)

    @refuse("CLR-13", _("Go is not possible: no informed consent before the clearance, or the subject has left."))
    def consent_allows(evcons: str | None = None, clrdec: str | None = None) -> bool:
        return _allows(clrdec, evcons)

    @refuse(
        "CLR-14",
        _("Go is not possible: on the planned day the time between two subjects of one dose level has not passed."),
        forms=("ENR",),
    )
    def stagger_allows(
        subject: Subject, context: Context, clrplan: datetime | None = None, clrdec: str | None = None
    ) -> bool:
        """`stagger_days`; until when to wait is said above the form. A second infusion does not wait for others."""
        level = context.newest("ENR", "doselvl")
        if clrdec != Decision.GO or clrplan is None or level is None or subject.infusion_on is not None:
            return True
        return not escalation.too_early(clrplan.date(), escalation.others_infused(subject, level))

    @rule(
        "CLR-19",
        _("The decision is go, but a point is no longer fulfilled. Please look at the points again, and decide again."),
    )
    def go_still_stands(
        evfev: str, evinf: str, evoxy: str, evhem: str, evpreg: str, evprod: str, evid: str,
        evcrcl: str, evrest: str, evice: str, evcons: str, clrdec: str,
    ) -> bool:  # fmt: skip
        points = (evfev, evinf, evoxy, evhem, evpreg, evprod, evid, evcrcl, evrest, evice, evcons)
        return clrdec != Decision.GO or all(found in FULFILLED for found in points)

    @rule("CLR-20", _("The infusion is planned before the clearance. Please check both times."))
    def planned_after_clearance(clrdtc: datetime, clrplan: datetime) -> bool:
        return clrdtc <= clrplan

    @rule("CLR-21", _("The new date is not after the clearance. Please check both dates."))
    def postponed_to_later(clrdtc: datetime, clrnew: Date) -> bool:
        return clrdtc.date() < clrnew


def _allows(decision: str | None, found: str | None, judged: str | None = NoYes.YES) -> bool:
    """Only Go asks for anything: what the system found is fulfilled, and so is what the investigator judged."""
    return decision != Decision.GO or (found in FULFILLED and judged == NoYes.YES)
