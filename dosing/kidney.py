"""The newest creatinine before a dose, and the clearance that follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

from core import protocol
from core.crf.rules import Context
from dosing import formulas

READS = ("CHEM", "DM")


@dataclass(frozen=True)
class Creatinine:
    """A creatinine result: when the sample was taken, and umol/L where the report gives a figure."""

    on: date
    at: time | None
    micromoles: Fraction | None


def creatinine(context: Context, before: datetime | date) -> Creatinine | None:
    """The newest result of a sample taken before that moment; a sample of the same day without a time counts.

    With a date alone all samples of that day count.
    """
    found = [result for sample in context.records("CHEM") for result in _results(context, sample)]
    earlier = [result for result in found if _is_before(result, before)]
    return max(earlier, key=lambda result: (result.on, result.at or time.min), default=None)


def clearance(context: Context, before: datetime | date | None, weight: Decimal | None) -> Fraction | None:
    """Creatinine clearance in mL/min before a dose, exact; None while birth, sex, weight or a creatinine is missing."""
    if before is None or not weight:
        return None
    born, sex, newest = context.newest("DM", "brthdat"), context.newest("DM", "sex"), creatinine(context, before)
    if born is None or sex is None or newest is None or newest.micromoles is None:
        return None
    day = before.date() if isinstance(before, datetime) else before
    return formulas.clearance(formulas.oldest_age(born, day), weight, sex, newest.micromoles)


def is_contraindicated(cleared: Fraction) -> bool:
    """Too low for fludarabine; exactly the limit is not."""
    return cleared < Fraction(protocol.number("clearance_contraindicated"))


def needs_caution(cleared: Fraction) -> bool:
    """Low, but not too low."""
    return not is_contraindicated(cleared) and cleared < Fraction(protocol.number("clearance_caution"))


def _results(context: Context, sample: Any) -> list[Creatinine]:
    if sample.lbdat is None:
        return []
    rows = [row for row in context.rows(sample, "results") if row.lbtestcd == "CREAT" and row.lborres is not None]
    return [
        Creatinine(sample.lbdat, sample.lbtim, formulas.micromoles(row.lborres, row.lborresu or "")) for row in rows
    ]


def _is_before(result: Creatinine, before: datetime | date) -> bool:
    if not isinstance(before, datetime):
        return result.on <= before
    clock = before.time().replace(tzinfo=None)
    return result.on < before.date() or (result.on == before.date() and (result.at is None or result.at < clock))
