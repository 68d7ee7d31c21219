"""RP: reproductive status of women; whether a subject is of childbearing potential follows from it."""

from __future__ import annotations

from datetime import date as Date
from typing import Final

from django.utils.translation import gettext_lazy as _

from core import protocol
from core.crf.codes import Contraception, NoYes
from core.crf.declare import Spec, coded, derive, integer, measured, partial_date, rule, several, text
from core.crf.rules import Context
from core.crf.values import PartialDate
from core.models import Crf
from screening import childbearing
from screening.childbearing import Cause, Menses, Surgery
from screening.partial import certainly_before, months_passed

WITH_MENARCHE = ("rpmenar", "Y")
A_DELAY: Final = 3  # months without menses that make an amenorrhoea (usual definition of secondary amenorrhoea)


class Reproduction(Crf):
    """RP: reproductive status, breastfeeding and contraception (inclusion 8, exclusion 4)."""

    crf = Spec(
        "RP", _("Reproductive status, women"), version=1, domain="RP", applies_if=("DM", "sex", ("F",)),
    )  # fmt: skip

    rpmenar = coded(
        _("Has she ever menstruated?"), NoYes, heading=_("Menstruation"), sdtm="RPORRES where RPTESTCD = MENARCHE"
    )
    rpmenage = integer(
        _("Age at the first menstruation"), unit="a", limits=(0, 60), expect=(8, 18), asked_if=WITH_MENARCHE,
        sdtm="RPORRES where RPTESTCD = MENARAGE",
    )  # fmt: skip
    rpmens = coded(_("Menstruation now"), Menses, asked_if=WITH_MENARCHE, sdtm="RPORRES where RPTESTCD = MENOSTAT")
    rplmpdat = partial_date(
        _("First day of the last menstruation"), asked_if=WITH_MENARCHE, sdtm="RPORRES where RPTESTCD = LMPSTDTC"
    )
    rpamen = several(
        _("Why did it stop?"), Cause, asked_if=("rpmens", "STOPPED"), sdtm="SUPPRP.QVAL where QNAM = RPAMEN",
        help=_("Choose every cause that may play a part."),
    )  # fmt: skip
    rpfsh = measured(
        _("FSH, if it was measured"), unit="IU/L", asked_if=("rpmens", "STOPPED"), optional=True,
        help=_("It supports menopause; alone it does not prove it."), sdtm="LBORRES where LBTESTCD = FSH",
    )  # fmt: skip

    rpsurgyn = coded(
        _("Operation on uterus, tubes or ovaries?"), NoYes, heading=_("Sterilisation"),
        sdtm="RPORRES where RPTESTCD = SRGSTIND",
    )  # fmt: skip
    rpsurg = several(_("Which operation?"), Surgery, asked_if=("rpsurgyn", "Y"), sdtm="SUPPRP.QVAL where QNAM = RPSURG")
    rpsurgdt = partial_date(_("When?"), asked_if=("rpsurgyn", "Y"), sdtm="SUPPRP.QVAL where QNAM = RPSURGDT")

    childpot = coded(
        _("Of childbearing potential?"), NoYes, heading=_("Pregnancy"), sdtm="RPORRES where RPTESTCD = CHILDPOT"
    )
    bfeed = coded(_("Is she breastfeeding?"), NoYes, sdtm="RPORRES where RPTESTCD = BFEED")
    rpcontr = coded(
        _("Agrees to effective contraception until the last follow-up?"), NoYes, optional=True,
        help=_("Asked of women of childbearing potential."), sdtm="SUPPRP.QVAL where QNAM = RPCONTR",
    )  # fmt: skip
    rpmeth = several(
        _("What is used now?"), Contraception, optional=True, help=_("Asked of women of childbearing potential."),
        sdtm="RPORRES where RPTESTCD = BCMETHOD",
    )  # fmt: skip
    rpmethst = partial_date(_("Used since"), optional=True, sdtm="RPSTDTC where RPTESTCD = BCMETHOD")
    rphigh = coded(_("Highly effective?"), NoYes, sdtm="SUPPRP.QVAL where QNAM = RPHIGH")
    rpcom = text(_("Comment"), length=500, optional=True, sdtm="COVAL where RDOMAIN = RP")

    @derive("childpot", "RP-CHILDPOT")
    def of_childbearing_potential(
        visit_on: Date,
        rpmenar: str | None = None,
        rpsurg: list[str] | None = None,
        rpmens: str | None = None,
        rpamen: list[str] | None = None,
        rplmpdat: PartialDate | None = None,
    ) -> str | None:
        return childbearing.may_conceive(
            visit_on, menarche=rpmenar, surgery=rpsurg or (), menses=rpmens, causes=rpamen or (), last_menses=rplmpdat
        )

    @derive("rphigh", "RP-METHOD")
    def method_is_highly_effective(rpmeth: list[str]) -> str:
        return childbearing.highly_effective(rpmeth)

    @rule(
        "RP-01",
        _("The date of the last menstruation leaves open whether 12 months have passed. Find out its month or day."),
    )
    def last_menses_decide(visit_on: Date, childpot: str | None = None, rplmpdat: PartialDate | None = None) -> bool:
        """Asked only where the date alone is to blame."""
        months = protocol.months("amenorrhoea")
        return childpot is not None or rplmpdat is None or months_passed(rplmpdat, months, visit_on) is not None

    @rule("RP-02", _("This is too short a time to call menstruation stopped. Please check both answers."))
    def stopped_for_a_while(visit_on: Date, rpmens: str, rplmpdat: PartialDate) -> bool:
        return rpmens != Menses.STOPPED or months_passed(rplmpdat, A_DELAY, visit_on) is not False

    @rule(
        "RP-03", _("She is of childbearing potential: ask whether she agrees to contraception, and enter the answer.")
    )
    def agreement_is_asked(childpot: str, rpcontr: str | None = None) -> bool:
        return childpot == NoYes.NO or rpcontr is not None

    @rule("RP-04", _("Without this agreement inclusion criterion 8 is not met. Please check."))
    def agrees(childpot: str, rpcontr: str) -> bool:
        return childpot == NoYes.NO or rpcontr == NoYes.YES

    @rule("RP-05", _("None of these methods is highly effective. Ask the investigator to advise her."))
    def method_is_enough(childpot: str, rphigh: str, rpmeth: list[str]) -> bool:
        return childpot == NoYes.NO or rphigh == NoYes.YES

    @rule("RP-06", _("A method is chosen together with “none”. Please check."))
    def none_stands_alone(rpmeth: list[str]) -> bool:
        return Contraception.NONE not in rpmeth or len(rpmeth) == 1

    @rule("RP-07", _("An adult who never menstruated is rare. Please check, and say why in the comment."))
    def menarche_is_usual(rpmenar: str, rpcom: str | None = None) -> bool:
        return rpmenar == NoYes.YES or rpcom is not None

    @rule("RP-08", _("The last menstruation lies before the date of birth. Please check both dates."), forms=("DM",))
    def last_menses_in_life(context: Context, rplmpdat: PartialDate) -> bool:
        return not certainly_before(rplmpdat, context.newest("DM", "brthdat"))

    @rule(
        "RP-09", _("It stopped because of an operation, but no operation that ends it is entered. Please check both.")
    )
    def operation_is_entered(rpamen: list[str], rpsurg: list[str] | None = None) -> bool:
        return Cause.SURGERY not in rpamen or bool(childbearing.STERILE & set(rpsurg or ()))
