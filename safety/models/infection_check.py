"""INFC: is there an active infection? Asked before each step that an infection forbids."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, decimal, derive, partial_date, rule, several, text
from core.crf.declare import date as day
from core.crf.values import PartialDate
from core.models import Crf
from safety.codes import Grade

ACTIVE = ("infcact", "Y")
FEVER = Decimal("38.0")


class Site(models.TextChoices):
    """Where the infection is."""

    LUNG = "LUNG", _("Lung, lower airways")
    UPPER = "UPPER AIRWAY", _("Upper airways")
    BLOOD = "BLOOD", _("Blood, catheter")
    URINE = "URINARY", _("Urinary tract")
    GUT = "GUT", _("Gut, abdomen")
    SKIN = "SKIN", _("Skin, soft tissue")
    NERVOUS = "CNS", _("Nervous system")
    OTHER = "OTHER", _("Another site")


class Organism(models.TextChoices):
    """What causes it."""

    BACTERIA = "BACTERIA", _("Bacteria")
    VIRUS = "VIRUS", _("Virus")
    FUNGUS = "FUNGUS", _("Fungus")
    OTHER = "OTHER", _("Another organism")
    UNKNOWN = "NOT FOUND", _("Not found, or not looked for")


def _finding(code: str) -> str:
    return f"FAORRES where FATESTCD = {code} and FAOBJ = INFECTION"


class InfectionCheck(Crf):
    """INFC: active infection, its grade, and whether it needs intravenous treatment."""

    crf = Spec("INFC", _("Infection check"), version=1, domain="FA")

    infctmax = decimal(
        _("Highest temperature of the last 24 hours"), unit="°C", digits=4, places=1, expect=(35, None),
        sdtm="VSORRES where VSTESTCD = TEMP",
    )  # fmt: skip
    infcact = coded(_("Is there an active infection?"), NoYes, sdtm=_finding("OCCUR"))
    infcsite = several(_("Where?"), Site, asked_if=ACTIVE, heading=_("The infection"), sdtm="FALOC")
    infcorg = coded(_("Organism"), Organism, asked_if=ACTIVE, sdtm=_finding("ORGANISM"))
    infcorgt = text(
        _("Which, and how was it found?"), asked_if=("infcorg", ("BACTERIA", "VIRUS", "FUNGUS", "OTHER")),
        sdtm=_finding("ORGNAME"),
    )  # fmt: skip
    infcstdat = partial_date(_("Since"), asked_if=ACTIVE, sdtm="FASTDTC")
    infcgr = coded(_("Grade now (CTCAE 5.0)"), Grade, asked_if=ACTIVE, sdtm=_finding("TOXGR"))
    infciv = coded(
        _("Does it need an antimicrobial by vein?"), NoYes, asked_if=ACTIVE, sdtm=_finding("IVTREAT"),
        help=_("Antibiotic, antiviral or antifungal, to treat and not to prevent."),
    )  # fmt: skip
    infctrt = text(
        _("Treatment"), asked_if=ACTIVE, optional=True, help=_("Drugs and doses belong in the concomitant medication."),
        sdtm=_finding("TREATMT"),
    )  # fmt: skip
    infcdat = day(_("Day of the check"), help=_("The date of the visit."), sdtm="FADTC")

    @derive("infcdat", "INFC-DAY")
    def checked_on(visit_on: date) -> date:
        return visit_on

    @rule("INFC-01", _("An antimicrobial by vein means grade 3 or more. Please check grade and treatment."))
    def grade_fits_treatment(infciv: str, infcgr: str) -> bool:
        """CTCAE 5.0, infections and infestations: intravenous treatment indicated is grade 3."""
        return infciv == NoYes.NO or infcgr >= Grade.SEVERE

    @rule("INFC-02", _("Fever of 38.0 °C or more without an active infection. Say in a query what explains it."))
    def fever_is_explained(infctmax: Decimal, infcact: str) -> bool:
        return infctmax < FEVER or infcact == NoYes.YES

    @rule("INFC-03", _("The infection began after the day of the check. Please check both dates."))
    def began_before(infcdat: date, infcstdat: PartialDate) -> bool:
        return infcstdat.earliest <= infcdat
