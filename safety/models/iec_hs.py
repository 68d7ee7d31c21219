"""IECHS: checklist of the hyperinflammatory syndrome after immune effector cells; a line for each suspicion."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.codes import NoYes
from core.crf.declare import Spec, coded, date, decimal, derive, integer, rule, several, text
from core.crf.fields import Coded, Number
from core.models import Crf
from safety.toxicity.iec_hs import ferritin_is_high


class HsGrade(models.TextChoices):
    """ASTCT 2023: by what the syndrome needs, not by laboratory figures."""

    NONE = "0", _("0: not IEC-HS")
    ONE = "1", _("1: mild or no symptoms, only observed")
    TWO = "2", _("2: needs treatment")
    THREE = "3", _("3: severe, not immediately life-threatening")
    FOUR = "4", _("4: life-threatening")
    FIVE = "5", _("5: death")


class OtherSign(models.TextChoices):
    """Signs that may be there as well."""

    LDH = "LDH", _("LDH raised")
    COAGULATION = "COAGULATION", _("Coagulopathy")
    BILIRUBIN = "BILIRUBIN", _("Direct bilirubin raised")
    SPLEEN = "SPLEEN", _("New or larger spleen")
    FEVER = "FEVER", _("Fever, new or again")
    NEURO = "NEUROTOXICITY", _("Neurotoxicity")
    LUNG = "PULMONARY", _("Lung signs")
    KIDNEY = "RENAL", _("Kidney failure")
    TRIGLYCERIDES = "TRIGLYCERIDES", _("Fasting triglycerides above 265 mg/dL (2.99 mmol/L)")


def _finding(code: str) -> str:
    return f"FAORRES where FATESTCD = {code} and FAOBJ = IEC-HS"


def _ferritin(label: Any, target: str, **options: Any) -> Number:
    return decimal(label, unit="µg/L", digits=9, places=1, sdtm=f"{target} where LBTESTCD = FERRITIN", **options)


def _sign(label: Any, code: str, **options: Any) -> Coded:
    return coded(label, NoYes, sdtm=_finding(code), **options)


class IecHs(Crf):
    """IECHS: required, common and other signs (Hines et al. 2023), and the grade."""

    crf = Spec(
        "IECHS", _("IEC-HS checklist"), version=1, domain="FA", log=True, safety=True, summary=("hsstdat", "hsgrade")
    )

    hsstdat = date(_("First signs on"), sdtm="FASTDTC")
    hsdat = date(_("Day of this assessment"), sdtm="FADTC")
    hsferr = _ferritin(_("Highest ferritin"), "LBORRES", heading=_("Required: ferritin"))
    hsferuln = _ferritin(_("Upper limit of this laboratory"), "LBORNRHI")
    hsferbas = _ferritin(_("Ferritin at baseline"), "LBORRES")
    hsferris = _sign(_("Does it rise rapidly?"), "FERRISE", help=_("As the investigator judges it."))
    hsferyn = _sign(_("Is the required criterion met?"), "FERRMET")

    hsafter = _sign(
        _("Onset while CRS resolved or after it, or worse after getting better"), "AFTERCRS", heading=_("Common signs")
    )
    hstrans = _sign(_("AST or ALT above 5 times the upper limit, or the baseline where that was raised"), "TRANSAM")
    hsfibr = _sign(_("Fibrinogen below 150 mg/dL (1.5 g/L) or the lower limit"), "FIBRIN")
    hsphago = _sign(_("Haemophagocytosis in marrow or tissue"), "HEMOPHAG")
    hscyto = _sign(_("New, worse or refractory cytopenia, at least one of grade 4"), "CYTOPEN")
    hscount = integer(_("Common signs present"), limits=(0, 5), unit="/5", sdtm=_finding("COMMON"))
    hsother = several(
        _("Other signs"), OtherSign, optional=True, help=_("Leave empty if none."), sdtm=_finding("OTHERSGN")
    )

    hsexcl = _sign(
        _("Explained by CRS alone, infection, or a disease of before?"), "EXPLAIN", heading=_("Assessment"),
        help=_("Then it is no IEC-HS."),
    )  # fmt: skip
    hsgrade = coded(_("Grade"), HsGrade, score=True, sdtm=_finding("TOXGR"))
    hstreat = text(
        _("Treatment"), length=500, optional=True, help=_("Drugs and doses belong in the concomitant medication."),
        sdtm=_finding("TREATMT"),
    )  # fmt: skip

    @derive("hsferyn", "IECHS-FERRITIN")
    def required_is_met(
        hsferr: Decimal, hsferuln: Decimal | None = None, hsferbas: Decimal | None = None, hsferris: str | None = None
    ) -> str | None:
        """Hines et al. 2023: more than twice the upper limit or the baseline, or rising rapidly."""
        met = ferritin_is_high(hsferr, hsferuln, hsferbas, None if hsferris is None else hsferris == NoYes.YES)
        return None if met is None else NoYes.YES if met else NoYes.NO

    @derive("hscount", "IECHS-COMMON")
    def common_signs(hsafter: str, hstrans: str, hsfibr: str, hsphago: str, hscyto: str) -> int:
        return [hsafter, hstrans, hsfibr, hsphago, hscyto].count(NoYes.YES)

    @rule("IECHS-01", _("IEC-HS is graded although the required ferritin criterion is not met. Please check both."))
    def grade_needs_ferritin(hsferyn: str, hsgrade: str) -> bool:
        return hsferyn == NoYes.YES or hsgrade == HsGrade.NONE

    @rule("IECHS-02", _("The signs are explained otherwise, and IEC-HS is graded. Please check both."))
    def grade_needs_no_other_cause(hsexcl: str, hsgrade: str) -> bool:
        return hsexcl == NoYes.NO or hsgrade == HsGrade.NONE

    @rule("IECHS-03", _("The assessment is dated before the first signs. Please check both dates."))
    def assessed_after_onset(hsstdat: Any, hsdat: Any) -> bool:
        return bool(hsstdat <= hsdat)

    @rule("IECHS-04", _("Ferritin meets the criterion and several common signs are present: confirm that it is none."))
    def suspicion_is_graded(hsferyn: str, hscount: int, hsexcl: str, hsgrade: str) -> bool:
        """Two or more signs without another cause, graded 0, deserve a second look."""
        is_likely = hsferyn == NoYes.YES and hscount >= 2 and hsexcl == NoYes.NO
        return not (is_likely and hsgrade == HsGrade.NONE)
