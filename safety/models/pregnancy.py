"""PREG: pregnancy of a participant or a participant's partner, to its outcome and the infant's first year (SAF-07)."""

from __future__ import annotations

from datetime import date as day
from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import protocol, schedule
from core.crf.codes import NoYes
from core.crf.declare import (
    RowsSpec,
    Spec,
    coded,
    date,
    decimal,
    derive,
    integer,
    moment,
    partial_date,
    refuse,
    rule,
    text,
)
from core.crf.rules import Context
from core.crf.values import PartialDate
from core.models import Crf, CrfRow, Subject
from safety import clocks

# What may be asked of the pregnant woman: of a partner only with her own consent.
KNOWN = ("prwho", ("PARTICIPANT", "PARTNER"))
OVER = ("prout", ("LIVE BIRTH", "STILLBIRTH", "SPONTANEOUS ABORTION", "ELECTIVE TERMINATION", "ECTOPIC", "UNKNOWN"))
CONSENTED = ("incons", "Y")
NEEDS_CONSENT = _("Data of a partner are collected only with her own consent. Enter when she consented.")
SUPP = "SUPPRP.QVAL where QNAM = "


class Who(models.TextChoices):
    """Who is pregnant, and whether anything more may be collected."""

    PARTICIPANT = "PARTICIPANT", _("The participant")
    PARTNER = "PARTNER", _("His partner, who has consented herself")
    UNASKED = "PARTNER WITHOUT CONSENT", _("His partner, without her own consent yet")


class Outcome(models.TextChoices):
    """How it ended."""

    ONGOING = "ONGOING", _("Still pregnant")
    BIRTH = "LIVE BIRTH", _("Live birth")
    STILLBIRTH = "STILLBIRTH", _("Stillbirth")
    ABORTION = "SPONTANEOUS ABORTION", _("Spontaneous abortion")
    TERMINATION = "ELECTIVE TERMINATION", _("Elective termination")
    ECTOPIC = "ECTOPIC", _("Ectopic pregnancy")
    UNKNOWN = "UNKNOWN", _("Unknown: lost from sight")


# Clinical reference pack, 8.5; a stillbirth is the death of a child.
SERIOUS = (Outcome.ABORTION, Outcome.ECTOPIC, Outcome.STILLBIRTH)


class Delivery(models.TextChoices):
    """DLVRMODE."""

    VAGINAL = "VAGINAL", _("Vaginal")
    ASSISTED = "ASSISTED", _("Vaginal, with forceps or vacuum")
    CAESAREAN = "CAESAREAN", _("Caesarean section")


class Sex(models.TextChoices):
    """SEX."""

    FEMALE = "F", _("Female")
    MALE = "M", _("Male")
    UNKNOWN = "U", _("Unknown")


class Pregnancy(Crf):
    """PREG: one pregnancy under exposure."""

    crf = Spec(
        "PREG", _("Pregnancy"), version=1, domain="RP", log=True, safety=True, after_lock=True,
        summary=("prwho", "prout"), panel="safety.panels.of_pregnancy",
        note=_("Of a partner nothing more than her pregnancy is entered until she has consented herself."),
    )  # fmt: skip

    prwho = coded(_("Who is pregnant?"), Who, sdtm=SUPP + "PREGWHO")
    prconsdt = date(_("When the partner consented"), asked_if=("prwho", "PARTNER"), sdtm=SUPP + "PARTCONS")
    praware = moment(
        _("When the site first knew of it"), heading=_("To the sponsor"), sdtm=SUPP + "PREGAWAR",
        help=_("The clock to the sponsor runs from here."),
    )  # fmt: skip
    prdue = moment(_("To be sent to the sponsor by"), sdtm=SUPP + "PREGDUE")
    prsent = moment(
        _("When it was sent to the sponsor"), optional=True, help=_("Empty until it is done."), sdtm=SUPP + "PREGSENT"
    )
    prlate = coded(_("Sent to the sponsor late?"), NoYes, sdtm=SUPP + "PREGLATE")
    lmpstdat = partial_date(
        _("First day of the last menstrual period"), asked_if=KNOWN, heading=_("The pregnancy"),
        sdtm="RPORRES where RPTESTCD = LMPSTDTC",
    )  # fmt: skip
    edcdat = date(_("Expected date of delivery"), asked_if=KNOWN, ahead=True, sdtm="RPORRES where RPTESTCD = EDCDTC")
    prurdat = date(_("Urine test positive on"), asked_if=KNOWN, optional=True, sdtm="LBDTC where LBTESTCD = HCG")
    prhcgdat = date(_("Serum hCG on"), asked_if=KNOWN, sdtm="LBDTC where LBTESTCD = HCG")
    prhcg = decimal(
        _("Serum hCG"), unit="IU/L", digits=9, places=1, asked_if=KNOWN, sdtm="LBORRES where LBTESTCD = HCG"
    )
    prusdat = date(_("Ultrasound on"), asked_if=KNOWN, sdtm="PRSTDTC where PRTRT = ULTRASOUND")
    prusres = text(
        _("What the ultrasound showed"), length=500, asked_if=KNOWN, sdtm="SUPPPR.QVAL where QNAM = USRESULT",
        help=_("Weeks of gestation, number of fetuses, heart action, findings."),
    )  # fmt: skip
    prhist = text(
        _("Earlier pregnancies, risks, medicines since conception"), length=1000, asked_if=KNOWN, sdtm=SUPP + "PREGHIST"
    )
    prout = coded(_("Outcome"), Outcome, asked_if=KNOWN, heading=_("Outcome"), sdtm="RPORRES where RPTESTCD = PRGOUT")
    proutdat = date(_("Date of the outcome"), asked_if=OVER, sdtm="RPORRES where RPTESTCD = PRGENDTC")
    prgest = integer(
        _("Completed weeks of gestation"), unit="wk", limits=(0, 45), asked_if=OVER,
        sdtm="RPORRES where RPTESTCD = EGESTAGE",
    )  # fmt: skip
    prmode = coded(
        _("Mode of delivery"), Delivery, asked_if=("prout", ("LIVE BIRTH", "STILLBIRTH")),
        sdtm="RPORRES where RPTESTCD = DLVRMODE",
    )  # fmt: skip
    prcompl = coded(
        _("Was there a complication for the woman?"), NoYes, asked_if=OVER, sdtm=SUPP + "PREGCOMP",
        help=_("Of an elective termination only its complications are adverse events."),
    )  # fmt: skip
    prsaeno = integer(
        _("Line of the SAE log"), limits=(1, 9999), asked_if=OVER, optional=True, sdtm="RELREC",
        help=_("Of a spontaneous abortion, ectopic pregnancy, stillbirth, anomaly or serious complication."),
    )  # fmt: skip

    @derive("prdue", "PREG-DUE")
    def due_at_the_sponsor(praware: datetime) -> datetime:
        """Within 24 hours of awareness (clinical reference pack, section 7)."""
        return clocks.due_within(praware, protocol.hours("pregnancy_to_sponsor"))

    @derive("prlate", "PREG-LATE")
    def late_at_the_sponsor(prdue: datetime, prsent: datetime) -> str:
        return NoYes.YES if clocks.is_late(prsent, prdue) else NoYes.NO

    @refuse("PREG-01", NEEDS_CONSENT)
    def partner_consented(prconsdt: day | None = None, *, prwho: str) -> bool:
        return prwho != Who.PARTNER or prconsdt is not None

    @refuse("PREG-13", NEEDS_CONSENT)
    def consent_stays(prwho: str, prconsdt: day | None = None) -> bool:
        return prwho != Who.PARTNER or prconsdt is not None

    @rule("PREG-02", _("Infants are entered, and their mother is said not to have consented. Please check both."))
    def infant_after_consent(rows: dict[str, list[Infant]], prwho: str) -> bool:
        return prwho != Who.UNASKED or not rows["infants"]

    @rule(
        "PREG-03", _("The time to report to the sponsor has run out. Send the report now and enter when it was sent.")
    )
    def sent_to_the_sponsor(prdue: datetime, prsent: datetime | None = None) -> bool:
        return prsent is not None or not clocks.is_late(timezone.now(), prdue)

    @rule("PREG-04", _("It was sent before the site knew of it. Please check both times."))
    def sent_after_it_was_known(praware: datetime, prsent: datetime) -> bool:
        return prsent >= praware

    @rule("PREG-05", _("This outcome is a serious adverse event. Enter it in the SAE log and give its line here."))
    def serious_outcome_is_reported(prout: str, prsaeno: int | None = None) -> bool:
        """Clinical reference pack, 8.5: spontaneous abortion and ectopic pregnancy; here a stillbirth as well."""
        return prout not in SERIOUS or prsaeno is not None

    @rule(
        "PREG-06",
        _(
            "A congenital anomaly, or the death of an infant, is a serious adverse event. Enter it in the SAE log and "
            "give its line here."
        ),
    )
    def harmed_infant_is_reported(rows: dict[str, list[Infant]], prsaeno: int | None = None) -> bool:
        """ICH E2A: a congenital anomaly is serious."""
        harmed = any(NoYes.YES in (infant.inanom, infant.indied) for infant in rows["infants"])
        return not harmed or prsaeno is not None

    @rule("PREG-07", _("There is no such line in the SAE log. Please check the number."), forms=("SAE",))
    def report_is_there(context: Context, prsaeno: int) -> bool:
        return any(report.key == prsaeno for report in context.records("SAE"))

    @rule("PREG-08", _("A participant of male sex cannot be pregnant. Is it his partner? Please check."), forms=("DM",))
    def participant_is_a_woman(context: Context, prwho: str) -> bool:
        return prwho != Who.PARTICIPANT or context.newest("DM", "sex") != "M"

    @rule("PREG-09", _("A live birth has at least one infant. Please add a row for each."))
    def infants_are_there(rows: dict[str, list[Infant]], prout: str) -> bool:
        return prout != Outcome.BIRTH or bool(rows["infants"])

    @rule(
        "PREG-10", _("The infant's first year is over. Please enter how the infant was then, or why it is not known.")
    )
    def first_year_is_followed(subject: Subject, rows: dict[str, list[Infant]], prout: str, proutdat: day) -> bool:
        """China: an infant is followed for 12 months (clinical reference pack, section 7)."""
        until = schedule.add_months(proutdat, protocol.months("infant_follow_up"))
        waiting = any(infant.incons == NoYes.YES and not infant.is_followed for infant in rows["infants"])
        return prout != Outcome.BIRTH or subject.site.today() <= until or not waiting

    @rule("PREG-11", _("The outcome lies before the last menstrual period. Please check both dates."))
    def outcome_after_conception(lmpstdat: PartialDate, proutdat: day) -> bool:
        return proutdat >= lmpstdat.earliest


class Infant(CrfRow):
    """A child of this pregnancy, to the age of 12 months."""

    rows = RowsSpec(Pregnancy, "infants", _("Infants"))

    incons = coded(_("Has the mother consented to data of this infant?"), NoYes, sdtm=SUPP + "INCONS")
    insex = coded(_("Sex"), Sex, asked_if=CONSENTED, sdtm=SUPP + "INSEX")
    inweight = integer(
        _("Birth weight"), unit="g", asked_if=CONSENTED, limits=(100, 9000), expect=(1500, 4500), sdtm=SUPP + "INWEIGHT"
    )
    inapgar = integer(
        _("Apgar score at 5 minutes"), asked_if=CONSENTED, limits=(0, 10), expect=(7, None), sdtm=SUPP + "INAPGAR5"
    )
    inanom = coded(_("Congenital anomaly?"), NoYes, asked_if=CONSENTED, sdtm="RPORRES where RPTESTCD = CABNIND")
    inanomsp = text(_("Which anomaly"), asked_if=("inanom", "Y"), sdtm=SUPP + "INANOMSP")
    inmg = coded(_("Neonatal myasthenia?"), NoYes, asked_if=CONSENTED, sdtm=SUPP + "INNEOMG")
    inigg = coded(_("Low immunoglobulins or B cells?"), NoYes, asked_if=CONSENTED, sdtm=SUPP + "INLOWIG")
    indied = coded(_("Died?"), NoYes, asked_if=CONSENTED, sdtm=SUPP + "INDIED")
    infudat = date(
        _("Followed up at 12 months on"), asked_if=("indied", "N"), optional=True, help=_("Empty until it is due."),
        sdtm=SUPP + "INFUDAT",
    )  # fmt: skip
    infures = text(
        _("Health and development at 12 months"), length=500, asked_if=("indied", "N"), optional=True,
        sdtm=SUPP + "INFURES",
    )  # fmt: skip

    @property
    def is_followed(self) -> bool:
        """Is it known how the first year went, or why it is not?"""
        return self.indied == NoYes.YES or self.infudat is not None or "infudat" in self.missing
