"""B-cell aplasia after infusion, and recovery (clinical reference pack, 4.10; to be confirmed by the investigator)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.crf.values import Measured


@dataclass(frozen=True)
class Aplasia:
    """First day below the limit, and the first of two results in a row that are not; None: not so far."""

    since: date
    recovered: date | None

    @property
    def days(self) -> int | None:
        """How long it lasted; None while it lasts."""
        return None if self.recovered is None else (self.recovered - self.since).days


def aplasia(counts: Sequence[tuple[date, Measured]], limit: Decimal) -> Aplasia | None:
    """From CD19+ cells per microlitre after infusion, in any order. None where no result is certainly below."""
    ordered = sorted(counts, key=lambda count: count[0])
    start = next((place for place, (_on, count) in enumerate(ordered) if is_low(count, limit)), None)
    if start is None:
        return None
    after = ordered[start + 1 :]
    pairs = zip(after, after[1:], strict=False)
    recovered = next((one[0] for one, other in pairs if _is_back(one[1], limit) and _is_back(other[1], limit)), None)
    return Aplasia(ordered[start][0], recovered)


def is_low(count: Measured, limit: Decimal) -> bool:
    """Certainly below: `<10` is below 10, and `<20` may not be."""
    if count.operator in (">", ">="):
        return False
    return count.value <= limit if count.operator == "<" else count.value < limit


def _is_back(count: Measured, limit: Decimal) -> bool:
    """Certainly at the limit or above."""
    return count.operator not in ("<", "<=") and count.value >= limit
