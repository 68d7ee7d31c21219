"""Is an antibody above the limit of its kit? Decided on the figure as reported, without rounding."""

from __future__ import annotations

from decimal import Decimal

from core.crf.codes import NoYes
from core.crf.values import Measured


def above_limit(result: Measured, limit: Decimal) -> str | None:
    """`Y` where it certainly is above the limit, `N` where it certainly is not; both in the kit's own unit.

    The limit itself is not above. `<0.5` with a limit of 0.4 could be either: None.
    """
    if result.operator.startswith(">"):
        strict = result.operator == ">"
        return NoYes.YES if result.value > limit or (strict and result.value == limit) else None
    if result.operator:
        return NoYes.NO if result.value <= limit else None
    return NoYes.YES if result.value > limit else NoYes.NO
