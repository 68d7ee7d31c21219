"""PMC: the monthly pregnancy test and the word on contraception between visits."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import protocol
from core.crf.codes import HIGHLY_EFFECTIVE, Contraception, NoYes, Qualitative
from core.crf.declare import Spec, coded, date, derive, integer, moment, partial_date, rule, several, text
from core.models import Crf, Subject
from core.schedule import infusion_day

DONE = ("pmctest", "Y")


class Where(models.TextChoices):
    """Where the test was done."""

    SITE = "SITE", _("At the site")
    HOME = "HOME", _("At home, result reported by telephone")
    ELSEWHERE = "ELSEWHERE", _("At another hospital")


class MonthlyCheck(Crf):
    """PMC: one monthly check after infusion (clinical reference pack, sections 7 and 8.2)."""

    crf = Spec(
        "PMC", _("Monthly pregnancy and contraception check"), version=1, domain="RP", log=True,
        summary=("pmcmonth", "pmcdat"), applies_if=("DM", "sex", ("F",)), safety=True,
    )  # fmt: skip

    pmcdat = date(_("Date of the contact"), sdtm="RPDTC")
    pmcmonth = integer(_("Month after infusion"), limits=(0, 400), sdtm="VISITNUM")
    pmctest = coded(_("Was a pregnancy test done?"), NoYes, heading=_("Pregnancy test"), sdtm="LBSTAT")
    pmcreasnd = text(_("Reason not done"), asked_if=("pmctest", "N"), sdtm="LBREASND")
    pmcwhere = coded(_("Where"), Where, asked_if=DONE, sdtm="SUPPLB.QVAL where QNAM = LBLOC")
    pmcdtc = moment(_("Date and time of the test"), asked_if=DONE, sdtm="LBDTC where LBTESTCD = HCG")
    pmcres = coded(_("Result"), Qualitative, asked_if=DONE, sdtm="LBORRES where LBTESTCD = HCG")
    pmcmens = coded(_("Was a period missed or late?"), NoYes, sdtm="RPORRES where RPTESTCD = MENMISS")
    pmclmp = partial_date(_("First day of the last period"), optional=True, sdtm="RPORRES where RPTESTCD = LMPSTDTC")
    pmcmeth = several(
        _("Contraception used now"), Contraception, heading=_("Contraception"),
        sdtm="RPORRES where RPTESTCD = BCMETHOD",
    )  # fmt: skip
    pmchigh = coded(_("Highly effective"), NoYes, sdtm="SUPPRP.QVAL where QNAM = BCHIGH")
    pmclapse = coded(_("Was there a lapse since the last check?"), NoYes, sdtm="RPORRES where RPTESTCD = BCLAPSE")
    pmclapsedat = partial_date(_("When"), asked_if=("pmclapse", "Y"), sdtm="SUPPRP.QVAL where QNAM = BCLAPDTC")
    pmcadvice = coded(_("Was the subject advised again?"), NoYes, sdtm="SUPPRP.QVAL where QNAM = BCADVICE")

    @derive("pmcmonth", "PMC-MONTH")
    def month(subject: Subject, pmcdat: datetime.date) -> int | None:
        """The month (30 days each) whose day lies nearest to the contact; of two as near, the earlier one."""
        if subject.infusion_on is None or pmcdat < subject.infusion_on:
            return None
        length = protocol.days("pregnancy_test_interval")
        return (infusion_day(pmcdat, subject.infusion_on) + (length - 1) // 2) // length

    @derive("pmchigh", "PMC-EFFECTIVE")
    def is_highly_effective(pmcmeth: list[str]) -> str:
        """One highly effective method is enough; several others together are not."""
        return NoYes.YES if HIGHLY_EFFECTIVE & set(pmcmeth) else NoYes.NO

    @rule(
        "PMC-01",
        _(
            "The test is not negative. Do a serum hCG test now, tell the investigator and the medical monitor, and "
            "open the pregnancy form if it is confirmed."
        ),
    )
    def negative(pmcres: str) -> bool:
        """Clinical reference pack, section 7."""
        return pmcres == Qualitative.NEGATIVE

    @rule("PMC-02", _("A period was missed: do a pregnancy test, and a serum hCG test if in doubt."))
    def missed_period_is_tested(pmctest: str, pmcmens: str) -> bool:
        """A test whenever a period is missed (clinical reference pack, section 7)."""
        return pmcmens == NoYes.NO or pmctest == NoYes.YES

    @rule("PMC-03", _("No highly effective method is used. Advise the subject and tell the investigator."))
    def contraception_is_effective(pmchigh: str) -> bool:
        """Inclusion 8: effective contraception until the last follow-up."""
        return pmchigh == NoYes.YES

    @rule("PMC-04", _("After a lapse of contraception advise the subject and do a pregnancy test."))
    def lapse_is_followed_up(pmctest: str, pmclapse: str, pmcadvice: str) -> bool:
        return pmclapse == NoYes.NO or (pmctest == NoYes.YES and pmcadvice == NoYes.YES)

    @rule("PMC-05", _("“None” is chosen together with a method. Please check."))
    def none_stands_alone(pmcmeth: list[str]) -> bool:
        return Contraception.NONE not in pmcmeth or len(pmcmeth) == 1
