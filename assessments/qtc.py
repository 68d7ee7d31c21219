"""QT corrected for the heart rate after Fridericia, and the CTCAE grade of a long QTc. Nothing is rounded here."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Final

PRECISION: Final = 50  # significant figures of every step; a root that is rational comes out exact
DIGITS: Final = 40  # figures of a cube root after the point


def rr_seconds(rate: int | None, rr: int | None) -> Fraction | None:
    """RR interval in seconds, from the interval in ms where it was read, else from the heart rate per minute."""
    if rr is not None:
        return Fraction(rr, 1000)
    return Fraction(60, rate) if rate else None


def fridericia(qt: int, rr: Fraction) -> Decimal:
    """QTcF = QT / RR^(1/3), in ms, of QT in ms and RR in seconds (Fridericia 1920; clinical reference pack, 5a).

    The root of p/q is the root of p*q*q divided by q, so that it is taken of a whole number: QT 450 at 60 per minute
    gives 450 and not a neighbour that a strict limit would tell apart.
    """
    root = cube_root(rr.numerator * rr.denominator**2)
    with localcontext() as context:
        context.prec = PRECISION
        return Decimal(qt * rr.denominator) / root


def mean(values: Sequence[Decimal]) -> Decimal | None:
    """The mean of the tracings, unrounded; None of none."""
    with localcontext() as context:
        context.prec = PRECISION
        return sum(values, Decimal(0)) / len(values) if values else None


def cube_root(number: int) -> Decimal:
    """Cube root of a positive whole number, cut off after 40 decimal places; exact where it ends before."""
    digits = _whole_root(number * 10 ** (3 * DIGITS))
    with localcontext() as context:
        context.prec = len(str(digits))
        return Decimal(digits).scaleb(-DIGITS)


def _whole_root(number: int) -> int:
    """The largest whole number whose cube is not above `number` (Newton's method, from above)."""
    guess = 1 << -(-number.bit_length() // 3)
    while (better := (2 * guess + number // guess**2) // 3) < guess:
        guess = better
    return guess


def ctcae_grade(qtc: Decimal, rise: Decimal | None, arrhythmia: bool) -> int:
    """CTCAE 5.0 "Electrocardiogram QT corrected interval prolonged", 0 to 4, of the mean QTc in ms.

    Grade 1 450-480, 2 481-500, 3 from 501 or more than 60 above baseline, 4 torsade de pointes, polymorphic ventricular
    tachycardia or signs of a serious arrhythmia. CTCAE prints whole numbers; what lies between two of them gets the
    higher grade, so that 480.5 and 500.5 have one.
    """
    if arrhythmia:
        return 4
    if qtc > 500 or (rise is not None and rise > 60):
        return 3
    return 2 if qtc > 480 else 1 if qtc >= 450 else 0
