"""What laboratory forms share: units, the state of the sample, whether a result is outside the laboratory's limits."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.values import Measured


class Unit(models.TextChoices):
    """UNIT: as the laboratory reports it; nothing is converted on entry."""

    U_L = "U/L", "U/L"
    UMOL_L = "umol/L", "µmol/L"
    MMOL_L = "mmol/L", "mmol/L"
    G_L = "g/L", "g/L"
    MG_DL = "mg/dL", "mg/dL"
    G_DL = "g/dL", "g/dL"


class Condition(models.TextChoices):
    """SPECCOND: what may spoil the result."""

    NORMAL = "NORMAL", _("Normal")
    HAEMOLYSED = "HEMOLYZED", _("Haemolysed")
    LIPAEMIC = "LIPEMIC", _("Lipaemic")
    ICTERIC = "ICTERIC", _("Icteric")


def is_outside(result: Measured, low: Decimal | None, high: Decimal | None) -> bool:
    """Certainly outside the limits, which themselves are inside: `<5` is below 5, but `<5` may lie above 4."""
    return is_below(result, low) or is_above(result, high)


def is_below(result: Measured, low: Decimal | None) -> bool:
    """Whatever the censored result really was, it is below the limit."""
    if low is None or result.operator in (">", ">="):
        return False
    return result.value <= low if result.operator == "<" else result.value < low


def is_above(result: Measured, high: Decimal | None) -> bool:
    """Whatever the censored result really was, it is above the limit."""
    if high is None or result.operator in ("<", "<="):
        return False
    return result.value >= high if result.operator == ">" else result.value > high
