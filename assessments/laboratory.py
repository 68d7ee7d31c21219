"""What laboratory forms share: units, the state of the sample, whether a result lies beyond a limit."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.values import Measured


class Unit(models.TextChoices):
    """UNIT: as the laboratory reports it; nothing is converted on entry."""

    U_L = "U/L", "U/L"
    UKAT_L = "ukat/L", "µkat/L"
    UMOL_L = "umol/L", "µmol/L"
    MMOL_L = "mmol/L", "mmol/L"
    MEQ_L = "mEq/L", "mEq/L"
    PMOL_L = "pmol/L", "pmol/L"
    G_L = "g/L", "g/L"
    MG_L = "mg/L", "mg/L"
    UG_L = "ug/L", "µg/L"
    NG_L = "ng/L", "ng/L"
    G_DL = "g/dL", "g/dL"
    MG_DL = "mg/dL", "mg/dL"
    NG_DL = "ng/dL", "ng/dL"
    NG_ML = "ng/mL", "ng/mL"
    PG_ML = "pg/mL", "pg/mL"
    U_ML = "U/mL", "U/mL"
    MIU_L = "mIU/L", "mIU/L"
    UIU_ML = "uIU/mL", "µIU/mL"
    GIGA_L = "10^9/L", "10⁹/L"
    TERA_L = "10^12/L", "10¹²/L"
    THOUSAND_UL = "10^3/uL", "10³/µL"
    MILLION_UL = "10^6/uL", "10⁶/µL"
    MEGA_L = "10^6/L", "10⁶/L"
    PER_UL = "/uL", "/µL"
    L_L = "L/L", "L/L"
    PERCENT = "%", "%"
    SECOND = "s", "s"
    RATIO = "RATIO", _("Ratio")
    MG_L_FEU = "mg/L FEU", "mg/L FEU"
    NG_ML_FEU = "ng/mL FEU", "ng/mL FEU"
    MG_L_DDU = "mg/L DDU", "mg/L DDU"
    NG_ML_DDU = "ng/mL DDU", "ng/mL DDU"


class Condition(models.TextChoices):
    """SPECCOND: what may spoil the result."""

    NORMAL = "NORMAL", _("Normal")
    HAEMOLYSED = "HEMOLYZED", _("Haemolysed")
    LIPAEMIC = "LIPEMIC", _("Lipaemic")
    ICTERIC = "ICTERIC", _("Icteric")


class Indicator(models.TextChoices):
    """NRIND: how a result lies to the limits in force."""

    LOW = "LOW", _("Low")
    NORMAL = "NORMAL", _("Normal")
    HIGH = "HIGH", _("High")


def lies(result: Measured, sign: str, bound: Decimal) -> bool | None:
    """Is the result `<`, `<=`, `>`, `>=` the bound, whatever a censored one really was? None: it may or may not be."""
    if sign in ("<=", ">="):
        opposite = lies(result, ">" if sign == "<=" else "<", bound)
        return None if opposite is None else not opposite
    if not result.operator:
        return result.value < bound if sign == "<" else result.value > bound
    # A censored result is a span: of `<5` all figures below 5, so that all of them are below 5 itself, too.
    ahead = bound - result.value if sign == "<" else result.value - bound
    if result.operator[0] == sign:
        return True if ahead > 0 or (ahead == 0 and result.operator == sign) else None
    return False if ahead <= 0 else None


def is_outside(result: Measured, low: Decimal | None, high: Decimal | None) -> bool:
    """Certainly outside the limits, which themselves are inside: `<5` is below 5, but `<5` may lie above 4."""
    return is_below(result, low) or is_above(result, high)


def is_below(result: Measured, low: Decimal | None) -> bool:
    """Whatever the censored result really was, it is below the limit."""
    return low is not None and lies(result, "<", low) is True


def is_above(result: Measured, high: Decimal | None) -> bool:
    """Whatever the censored result really was, it is above the limit."""
    return high is not None and lies(result, ">", high) is True
