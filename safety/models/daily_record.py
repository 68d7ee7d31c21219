"""CRS: the daily record of CRS and ICANS at the bedside; grades of ASTCT 2019 follow from what was observed."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from core import protocol
from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, date, decimal, derive, integer, rule, several, text, time
from core.crf.rules import Context
from core.models import Crf
from safety.toxicity import codes, crs, icans, reading
from safety.toxicity.codes import AstctGrade, Oxygen, Sign, Treatment

HYPOTENSIVE = ("crshypo", (Sign.CRS.value, Sign.INFECTION.value, Sign.MG.value, Sign.OTHER.value))
ON_OXYGEN = ("crso2", codes.SUPPORTED)
WITH_CRS = ("crsgri", codes.GRADED)
IF_CRS = _("If CRS contributes, choose CRS.")


def _finding(code: str, of: str = "CRS") -> str:
    return f"FAORRES where FATESTCD = {code} and FAOBJ = {of}"


class DailyRecord(Crf):
    """CRS: the worst of one day, from midnight to midnight."""

    crf = Spec(
        "CRS", _("Daily CRS and ICANS record"), version=1, domain="FA", safety=True, panel="safety.daily_panel.panel"
    )

    crstmax = decimal(
        _("Highest temperature"), unit="°C", digits=4, places=1, expect=(35, 42),
        heading=_("CRS: the worst of the day"), sdtm="VSORRES where VSTESTCD = TEMP",
    )  # fmt: skip
    crsfev = coded(_("Fever of 38.0 °C or more, and its cause"), Sign, help=IF_CRS, sdtm=_finding("FEVER"))
    crssbp = integer(
        _("Lowest systolic blood pressure"), unit="mmHg", limits=(0, 350), expect=(None, 220),
        sdtm="VSORRES where VSTESTCD = SYSBP",
    )  # fmt: skip
    crsdbp = integer(
        _("Diastolic blood pressure with it"), unit="mmHg", limits=(0, 250), expect=(None, 140),
        sdtm="VSORRES where VSTESTCD = DIABP",
    )  # fmt: skip
    crshypo = coded(
        _("Hypotension, and its cause"), Sign, sdtm=_finding("HYPOTENS"),
        help=_("Also where a vasopressor holds the pressure. If CRS contributes, choose CRS."),
    )  # fmt: skip
    crsvaso = coded(
        _("Was a vasopressor needed?"), NoYes, asked_if=HYPOTENSIVE, help=_("Enter each one below."),
        sdtm=_finding("VASOPRES"),
    )  # fmt: skip
    crsspo2 = integer(
        _("Lowest oxygen saturation on room air"), unit="%", limits=(0, 100), expect=(92, 100),
        sdtm="VSORRES where VSTESTCD = OXYSAT",
    )  # fmt: skip
    crso2 = coded(_("Most oxygen or ventilation of the day"), Oxygen, sdtm=_finding("OXYGEN"))
    crso2flow = decimal(
        _("Highest flow"), unit="L/min", digits=4, places=1, expect=(0.5, 60), asked_if=("crso2", codes.WITH_FLOW),
        sdtm=_finding("O2FLOW"),
    )  # fmt: skip
    crsfio2 = integer(
        _("Highest inspired oxygen (FiO₂)"), unit="%", limits=(21, 100), asked_if=("crso2", codes.WITH_FRACTION),
        optional=True, sdtm="VSORRES where VSTESTCD = FIO2",
    )  # fmt: skip
    crso2ca = coded(
        _("Why was it needed?"), codes.OxygenCause, asked_if=ON_OXYGEN, help=IF_CRS, sdtm=_finding("O2CAUSE")
    )
    crstreat = several(
        _("Given against CRS or ICANS today"), Treatment, help=_("Enter the doses below, except of antipyretics."),
        sdtm=_finding("TREATMT"),
    )  # fmt: skip
    crsfatal = coded(
        _("If the subject died today: of what?"), codes.Fatal, optional=True, help=_("Leave empty if alive."),
        sdtm=_finding("DEATH"),
    )  # fmt: skip

    icloc = coded(
        _("Lowest consciousness"), codes.Consciousness, heading=_("ICANS: the worst of the day"),
        sdtm=_finding("CONSCIOU", "ICANS"),
    )  # fmt: skip
    icseiz = coded(_("Seizure"), codes.Seizure, sdtm=_finding("SEIZURE", "ICANS"))
    icmotor = coded(_("New weakness"), codes.Motor, sdtm=_finding("MOTOR", "ICANS"))
    icicp = coded(_("Pressure in the skull, oedema"), codes.Pressure, sdtm=_finding("ICP", "ICANS"))
    icother = several(
        _("Other causes of what was found"), codes.NeuroCause, optional=True, help=_("Leave empty if none."),
        sdtm=_finding("CAUSE", "ICANS"),
    )  # fmt: skip
    crsice = integer(
        _("ICE score, if there is no ICE form of today"), limits=(0, 10), optional=True,
        help=_("0 to 10. Leave empty where the ICE form is filled in."), sdtm=_finding("ICE", "ICANS"),
    )  # fmt: skip

    crsgr = coded(_("CRS by these findings"), AstctGrade, heading=_("Grades (ASTCT 2019)"), sdtm=_finding("TOXGRC"))
    crsgri = coded(_("CRS, your grade"), AstctGrade, score=True, sdtm=_finding("TOXGR"))
    crsfirst = time(
        _("First seen today at"), asked_if=WITH_CRS, optional=True,
        help=_("Leave empty if it went on from the day before."), sdtm="FASTDTC where FAOBJ = CRS",
    )  # fmt: skip
    crslast = time(
        _("Last seen today at"), asked_if=WITH_CRS, optional=True, help=_("Leave empty if it went on past midnight."),
        sdtm="FAENDTC where FAOBJ = CRS",
    )  # fmt: skip
    icansice = integer(_("ICE score used"), limits=(0, 10), sdtm=_finding("ICEUSED", "ICANS"))
    icansgr = coded(_("ICANS by these findings"), AstctGrade, sdtm=_finding("TOXGRC", "ICANS"))
    icansgri = coded(_("ICANS, your grade"), AstctGrade, score=True, sdtm=_finding("TOXGR", "ICANS"))
    crsdat = date(_("Day of the record"), help=_("The date of the visit."), sdtm="FADTC")
    crscom = text(_("Comment"), length=500, optional=True, sdtm="COVAL where RDOMAIN = FA")

    @derive("crsdat", "CRS-DAY")
    def day(visit_on: datetime.date) -> datetime.date:
        return visit_on

    @derive("crsgr", "CRS-GRADE", forms=("CRS",))
    def grade(
        visit_on: datetime.date,
        context: Context,
        rows: Any,
        crstmax: Decimal | None = None,
        crsfev: str | None = None,
        crshypo: str | None = None,
        crsvaso: str | None = None,
        crso2: str | None = None,
        crso2flow: Decimal | None = None,
        crso2ca: str | None = None,
        crstreat: list[str] | None = None,
        crsfatal: str | None = None,
        crsfirst: datetime.time | None = None,
        crslast: datetime.time | None = None,
    ) -> str | None:
        """Lee et al. 2019, in the light of the days before (fever, what hides it). Empty while it cannot be said."""
        found = reading.Findings(
            crstmax, crsfev, crshypo, crsvaso, crso2, crso2flow, crso2ca, crstreat, crsfatal, crsfirst, crslast
        )
        today = found.day(visit_on, rows["pressors"])
        graded = crs.graded([*reading.crs_days(context), today], reading.new_episode_after())
        return _code(next(each.grade for each in graded if each.day is today))

    @derive("icansice", "ICANS-ICE", forms=("ICE",))
    def ice_used(visit_on: datetime.date, context: Context, crsice: int | None = None) -> int | None:
        """That of the ICE form of the day, else the one entered here."""
        ice = reading.ice_of_day(context, visit_on)
        return crsice if ice is None else ice.score

    @derive("icansgr", "ICANS-GRADE", forms=("ICE",))
    def neurotoxicity(
        visit_on: datetime.date,
        context: Context,
        icloc: str,
        icseiz: str,
        icmotor: str,
        icicp: str,
        crsice: int | None = None,
        crsfatal: str | None = None,
    ) -> str | None:
        """Lee et al. 2019. What has another cause does not count, nor ICE while another cause lowers consciousness."""
        ice = reading.ice_of_day(context, visit_on) or (None if crsice is None else icans.Ice(crsice))
        by_ice = 0 if icloc == codes.Consciousness.OTHER else icans.ice_grade(ice)
        others = (
            *(codes.CONSCIOUSNESS[icloc], codes.SEIZURE[icseiz]),
            *(codes.MOTOR[icmotor], codes.PRESSURE[icicp]),
        )
        return _code(icans.icans_grade(by_ice, others, died=crsfatal == codes.Fatal.ICANS))

    @rule("CRS-01", _("The temperature and the answer about fever do not agree. Please check both."))
    def fever_agrees(crstmax: Decimal, crsfev: str) -> bool:
        return (crstmax >= crs.FEVER) == (crsfev != Sign.NONE)

    @rule("CRS-02", _("The lowest pressure and the answer about hypotension do not go together. Check, or confirm."))
    def hypotension_agrees(crssbp: int, crsvaso: str | None = None, crshypo: str | None = None) -> bool:
        """A pressure below the parameter suggests it; one above needs a vasopressor or a fall from the usual one."""
        is_low = crssbp < protocol.number("crs_hypotension")
        return crshypo is None or crsvaso == NoYes.YES or is_low == (crshypo != Sign.NONE)

    @rule("CRS-03", _("Enter each vasopressor below if one was needed, and none if none was."))
    def vasopressors_are_listed(rows: Any, crsvaso: str | None = None, crshypo: str | None = None) -> bool:
        return crshypo is None or bool(reading.pressor_names(rows["pressors"])) == (crsvaso == NoYes.YES)

    @rule("CRS-04", _("“None” is chosen together with a treatment. Please check."))
    def none_stands_alone(crstreat: list[str]) -> bool:
        return Treatment.NONE not in crstreat or len(crstreat) == 1

    @rule("CRS-05", _("Enter each dose of tocilizumab, corticosteroid or anakinra below, with its time."))
    def doses_are_listed(rows: Any, crstreat: list[str]) -> bool:
        listed = {codes.AGENTS[row.agent] for row in rows["treatments"] if row.agent}
        return set(crstreat) & codes.DOSED == listed & codes.DOSED

    @rule("CRS-06", _("Your CRS grade differs from the one these findings give. Check the findings, or confirm it."))
    def grade_agrees(crsgr: str, crsgri: str) -> bool:
        return crsgr == crsgri

    @rule("CRS-07", _("Your ICANS grade differs from the one these findings give. Check the findings, or confirm it."))
    def neurotoxicity_agrees(icansgr: str, icansgri: str) -> bool:
        return icansgr == icansgri

    @rule(
        "CRS-08",
        _(
            "Hypotension or oxygen is put down to CRS, but there was neither fever today nor treatment that hides it "
            "after an earlier fever. By ASTCT this is grade 0: check temperature, treatment and cause."
        ),
    )
    def signs_come_with_fever(crshypo: str, crso2ca: str | None = None, crsgr: str | None = None) -> bool:
        """Clinical reference pack, 8.5: fever gone without treatment while a vasopressor runs."""
        is_claimed = crshypo == Sign.CRS or crso2ca == codes.OxygenCause.CRS
        return not (is_claimed and crsgr == AstctGrade.NONE)

    @rule("CRS-09", _("There is no ICE score of this day. Fill in the ICE form, or enter the score here."))
    def ice_was_taken(icloc: str, icansice: int | None = None, crsice: int | None = None) -> bool:
        """Whose consciousness another cause lowers cannot be asked."""
        return icansice is not None or icloc == codes.Consciousness.OTHER

    @rule("CRS-10", _("The ICE score here differs from the ICE form of this day. Please check both."))
    def ice_agrees(icansice: int, crsice: int) -> bool:
        return icansice == crsice

    @rule("CRS-11", _("Grade 3 or higher without tocilizumab today. Enter it, or confirm that none was given."))
    def severe_is_treated(crsgr: str, crstreat: list[str]) -> bool:
        """Clinical reference pack, 8.4: for information; earlier doses may be enough."""
        return crsgr < AstctGrade.THREE or Treatment.TOCILIZUMAB in crstreat

    @rule("CRS-12", _("Last seen before first seen. Please check both times."))
    def times_in_order(crsfirst: datetime.time, crslast: datetime.time) -> bool:
        return crsfirst <= crslast

    @rule("CRS-13", _("Systolic pressure should exceed diastolic pressure. Please check both."))
    def systolic_exceeds_diastolic(crssbp: int, crsdbp: int) -> bool:
        return crssbp > crsdbp

    @rule("CRS-14", _("The subject could not be woken, but has points in the ICE score. Please check both."))
    def level_agrees(icansice: int, icloc: str) -> bool:
        """Who cannot be woken scores 0."""
        return icloc != codes.Consciousness.NONE or icansice == 0


def _code(grade: int | None) -> str | None:
    return None if grade is None else str(grade)
