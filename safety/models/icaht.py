"""ICAHT: haematotoxicity after CAR-T cells, from the counts of the haematology forms."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.declare import RowsSpec, Spec, coded, derive, integer, rule, text
from core.crf.declare import date as day
from core.crf.rules import Context
from core.models import Crf, CrfRow
from safety.toxicity import blood, icaht

FROM_COUNTS = ("HEM",)


class IcahtGrade(models.TextChoices):
    """Grades of ICAHT; it has no grade 5."""

    NONE = "0", _("0: none")
    ONE = "1", _("Grade 1")
    TWO = "2", _("Grade 2")
    THREE = "3", _("Grade 3")
    FOUR = "4", _("Grade 4")


class Support(models.TextChoices):
    """What changes counts."""

    GCSF = "GCSF", _("G-CSF")
    PLATELETS = "PLATELETS", _("Platelet transfusion")
    RED_CELLS = "RED CELLS", _("Red cell transfusion")
    TPO = "TPO", _("Thrombopoietin or its agonist")
    STEM_CELLS = "STEM CELLS", _("Stem cell boost")


def _finding(code: str) -> str:
    return f"FAORRES where FATESTCD = {code} and FAOBJ = ICAHT"


class Haematotoxicity(Crf):
    """ICAHT: early to day 30, late to day 100; neutrophils and platelets graded apart."""

    crf = Spec("ICAHT", _("Haematotoxicity (ICAHT)"), version=1, domain="FA", safety=True)

    icahtdat = day(_("Counts up to"), help=_("The date of the visit."), sdtm="FADTC")
    icneuval = text(
        _("Neutrophils used, 10⁹/L"), length=2000, heading=_("Neutrophils"), sdtm=_finding("NEUTUSED"),
        help=_("The lowest of each day, by days after infusion, from the haematology forms."),
    )  # fmt: skip
    icneu500 = integer(_("Days at or below 500/µL, days 0 to 30"), unit="d", sdtm=_finding("NEUT500"))
    icneu100 = integer(_("Days at or below 100/µL, days 0 to 30"), unit="d", sdtm=_finding("NEUT100"))
    icneugap = integer(
        _("Days 0 to 30 for which no count stands"), unit="d", sdtm=_finding("NEUTGAP"),
        help=_("A count stands for its day and the days after it, as long as the protocol allows."),
    )  # fmt: skip
    icneuear = coded(_("Early grade, neutrophils"), IcahtGrade, sdtm=_finding("NEUTEARL"))
    icneulat = coded(_("Late grade, neutrophils"), IcahtGrade, sdtm=_finding("NEUTLATE"))

    icplaval = text(_("Platelets used, 10⁹/L"), length=2000, heading=_("Platelets"), sdtm=_finding("PLATUSED"))
    icpla50 = integer(_("Days below 50, days 0 to 30"), unit="d", sdtm=_finding("PLAT50"))
    icpla20 = integer(_("Days below 20, days 0 to 30"), unit="d", sdtm=_finding("PLAT20"))
    icplaear = coded(_("Early grade, platelets"), IcahtGrade, sdtm=_finding("PLATEARL"))
    icplalat = coded(_("Late grade, platelets"), IcahtGrade, sdtm=_finding("PLATLATE"))
    icplarec = day(
        _("Platelets recovered on"), sdtm=_finding("PLATREC"),
        help=_("First of 3 days in a row at 20 or more, without a platelet transfusion in the 7 days before."),
    )  # fmt: skip

    icahtgr = coded(_("Highest grade by these counts"), IcahtGrade, heading=_("Grade"), sdtm=_finding("TOXGRC"))
    icahtgri = coded(_("Your grade"), IcahtGrade, score=True, sdtm=_finding("TOXGR"))
    icahtcom = text(_("Comment"), length=500, optional=True, sdtm="COVAL where RDOMAIN = FA")

    @derive("icahtdat", "ICAHT-DAY")
    def counted_to(visit_on: date) -> date:
        return visit_on

    @derive("icneuval", "ICAHT-NEUT", forms=FROM_COUNTS)
    def neutrophils(visit_on: date, context: Context) -> str | None:
        return icaht.as_text(blood.counts(context, blood.NEUTROPHILS, visit_on)) or None

    @derive("icneu500", "ICAHT-NEUT-500", forms=FROM_COUNTS)
    def days_500(visit_on: date, context: Context) -> int | None:
        found = blood.early(context, blood.NEUTROPHILS, visit_on)
        return icaht.neutropenia(found, is_closed=False).days_500 if found else None

    @derive("icneu100", "ICAHT-NEUT-100", forms=FROM_COUNTS)
    def days_100(visit_on: date, context: Context) -> int | None:
        found = blood.early(context, blood.NEUTROPHILS, visit_on)
        return icaht.neutropenia(found, is_closed=False).days_100 if found else None

    @derive("icneugap", "ICAHT-NEUT-GAP", forms=FROM_COUNTS)
    def days_without_count(visit_on: date, context: Context) -> int | None:
        found = blood.early(context, blood.NEUTROPHILS, visit_on)
        return icaht.unmeasured(found) if found else None

    @derive("icneuear", "ICAHT-NEUT-EARLY", forms=FROM_COUNTS)
    def early_neutropenia(visit_on: date, context: Context) -> str | None:
        """Rejeski et al. 2023; cumulative days, so far while day 30 has not come."""
        found = blood.early(context, blood.NEUTROPHILS, visit_on)
        if not found:
            return None
        is_closed = blood.early_is_closed(context, visit_on)
        return str(icaht.early_neutropenia_grade(icaht.neutropenia(found, is_closed=is_closed)))

    @derive("icneulat", "ICAHT-NEUT-LATE", forms=FROM_COUNTS)
    def late_neutropenia(visit_on: date, context: Context) -> str | None:
        """Rejeski et al. 2023; measured so on two days or more."""
        found = blood.late_counts(context, blood.NEUTROPHILS, visit_on)
        return str(icaht.late_neutropenia_grade(found)) if found else None

    @derive("icplaval", "ICAHT-PLAT", forms=FROM_COUNTS)
    def platelets(visit_on: date, context: Context) -> str | None:
        return icaht.as_text(blood.counts(context, blood.PLATELETS, visit_on)) or None

    @derive("icpla50", "ICAHT-PLAT-50", forms=FROM_COUNTS)
    def days_50(visit_on: date, context: Context) -> int | None:
        found = blood.early(context, blood.PLATELETS, visit_on)
        return icaht.days_below(found, icaht.PLATELETS_50) if found else None

    @derive("icpla20", "ICAHT-PLAT-20", forms=FROM_COUNTS)
    def days_20(visit_on: date, context: Context) -> int | None:
        found = blood.early(context, blood.PLATELETS, visit_on)
        return icaht.days_below(found, icaht.PLATELETS_20) if found else None

    @derive("icplaear", "ICAHT-PLAT-EARLY", forms=FROM_COUNTS)
    def early_thrombocytopenia(visit_on: date, context: Context) -> str | None:
        found = blood.early(context, blood.PLATELETS, visit_on)
        return str(icaht.early_platelets_grade(found)) if found else None

    @derive("icplalat", "ICAHT-PLAT-LATE", forms=FROM_COUNTS)
    def late_thrombocytopenia(visit_on: date, context: Context) -> str | None:
        found = blood.late(context, blood.PLATELETS, visit_on)
        return str(icaht.late_platelets_grade(found)) if found else None

    @derive("icplarec", "ICAHT-PLAT-RECOVERY", forms=FROM_COUNTS)
    def recovery(visit_on: date, context: Context, rows: Any) -> date | None:
        """Only after platelets were below 20 at all."""
        given = [row.icsupdat for row in rows["supports"] if row.icsup == Support.PLATELETS and row.icsupdat]
        return blood.platelets_recovered_on(context, visit_on, given)

    @derive("icahtgr", "ICAHT-GRADE")
    def highest(
        icneuear: str | None = None,
        icneulat: str | None = None,
        icplaear: str | None = None,
        icplalat: str | None = None,
    ) -> str | None:
        return max((grade for grade in (icneuear, icneulat, icplaear, icplalat) if grade is not None), default=None)

    @rule("ICAHT-01", _("Your grade differs from the one these counts give. Check the counts, or confirm it."))
    def grade_agrees(icahtgr: str, icahtgri: str) -> bool:
        return icahtgr == icahtgri

    @rule(
        "ICAHT-02",
        _("For some of the days 0 to 30 so far no count stands. Enter counts of other laboratories as unscheduled."),
    )
    def counts_are_close(icneugap: int) -> bool:
        """Twice a week to day 28 (clinical reference pack, 4.3)."""
        return icneugap == 0


class SupportRow(CrfRow):
    """One day of growth factor or transfusion."""

    rows = RowsSpec(Haematotoxicity, "supports", _("Growth factors and transfusions since the infusion"))

    icsup = coded(_("Given"), Support, sdtm="CMTRT")
    icsupdat = day(_("Date"), sdtm="CMSTDTC")
