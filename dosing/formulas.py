"""Body surface and kidney function before lymphodepletion: exact fractions, rounded by whoever shows them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from core.crf.values import Measured, PartialDate
from core.schedule import full_years

UMOL_L_PER_MG_DL: Final = Fraction("88.4")  # creatinine, 113.12 g/mol (clinical reference pack, 5a)
FEMALE_SHARE: Final = Fraction("0.85")


def squared_surface(height: Decimal, weight: Decimal) -> Fraction:
    """The square of the body surface (m4) by Mosteller (NEJM 1987;317:1098): cm times kg over 3600, exact."""
    return Fraction(height) * Fraction(weight) / 3600


def surface(height: Decimal, weight: Decimal) -> Decimal:
    """Body surface in m2 by Mosteller, to 28 figures."""
    return (height * weight / 3600).sqrt()


def differs(dose: Decimal, per_m2: Decimal, squared: Fraction, percent: Decimal) -> int:
    """1 where a dose (mg) is more than `percent` above so many mg/m2, -1 where more than that below, else 0.

    Squares are compared, so that the root of the body surface is never rounded; exactly `percent` is 0.
    """
    given, planned = Fraction(dose) ** 2, Fraction(per_m2) ** 2 * squared
    share = Fraction(percent) / 100
    if given > (1 + share) ** 2 * planned:
        return 1
    return -1 if given < max(1 - share, Fraction(0)) ** 2 * planned else 0


def clearance(age: int, weight: Decimal, sex: str, creatinine: Fraction) -> Fraction | None:
    """Creatinine clearance in mL/min by Cockcroft and Gault (Nephron 1976;16:31), creatinine in umol/L, actual weight.

    (140 - age) x kg x (0.85 in women) / (72 x mg/dL). None where the creatinine is 0 or the age beyond the formula.
    """
    if creatinine <= 0 or age > 140:
        return None
    share = FEMALE_SHARE if sex == "F" else 1
    return (140 - age) * Fraction(weight) * share * UMOL_L_PER_MG_DL / (72 * creatinine)


def micromoles(result: Measured, unit: str) -> Fraction | None:
    """Creatinine in umol/L. None where it is censored (`<20`) or in a unit it is not reported in."""
    factors = {"umol/L": Fraction(1), "mg/dL": UMOL_L_PER_MG_DL}
    if result.operator or unit not in factors:
        return None
    return Fraction(result.value) * factors[unit]


def oldest_age(born: PartialDate, on: date) -> int:
    """Completed years; of a partial date of birth the earliest day counts: an older subject has less clearance."""
    return full_years(born.earliest, on)
