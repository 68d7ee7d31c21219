"""Exact arithmetic for derived values: fractions in, a decimal out, rounded once; change against a first value."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from core.crf.values import Measured


def half_up(value: Fraction, places: int) -> Decimal:
    """A fraction as a decimal of so many places; a half is rounded away from zero."""
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return (Decimal(whole) if value >= 0 else -Decimal(whole)).scaleb(-places)


def change_percent(now: Decimal, first: Decimal) -> Fraction | None:
    """Change in percent of the first value, unrounded. None where the first value is 0."""
    return Fraction(100 * (now - first)) / Fraction(first) if first else None


def change_of_results(now: Measured, first: Measured) -> Fraction | None:
    """Change of two results in percent. None where either is censored (`<0.5`) or the first is 0."""
    return None if now.operator or first.operator else change_percent(now.value, first.value)


def fits_limit(result: Measured, lloq: Decimal) -> bool:
    """Can an assay with this lower limit of quantification have reported this result?

    A figure lies at or above the limit. Below it the laboratory reports `<` with the limit, or with the smaller limit
    of detection.
    """
    return result.value <= lloq if result.operator in ("<", "<=") else result.value >= lloq


def is_above(result: Measured, limit: Decimal) -> bool | None:
    """Is what was measured above the limit? None where an operator leaves it open: `<10` may be above 5 or not."""
    if result.operator in ("<", "<="):
        return False if result.value <= limit else None
    if result.operator:
        return True if result.value > limit or (result.operator == ">" and result.value == limit) else None
    return result.value > limit
