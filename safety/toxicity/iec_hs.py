"""IEC-HS by ASTCT 2023 (Hines et al., Transplant Cell Ther 2023;29:438): the required criterion."""

from __future__ import annotations

from decimal import Decimal

TIMES = 2


def ferritin_is_high(
    ferritin: Decimal, upper: Decimal | None, baseline: Decimal | None, rises: bool | None
) -> bool | None:
    """More than twice the upper limit or the baseline, or rising rapidly. None while that still hangs on an answer."""
    limits = (upper, baseline)
    if rises or any(limit is not None and ferritin > TIMES * limit for limit in limits):
        return True
    return None if rises is None or None in limits else False
