"""Reference intervals of adults in China, to begin with: WS/T 404 and WS/T 405 (clinical reference pack, section 5).

Defaults only: from the day a laboratory states its own range, that one is entered and this one ended.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, NamedTuple

CELLS: Final = "WS/T 405 (blood cells), default"
SERUM: Final = "WS/T 404 (clinical chemistry), default"


class Default(NamedTuple):
    """One range in the standard unit of its test; sex empty for both."""

    test: str
    sex: str
    age_from: int | None
    age_to: int | None
    low: Decimal
    high: Decimal
    source: str


def _of(
    source: str, test: str, low: str, high: str, sex: str = "", ages: tuple[int | None, int | None] = (None, None)
) -> Default:
    return Default(test, sex, *ages, Decimal(low), Decimal(high), source)


UNDER_60: Final = (None, 59)
FROM_60: Final = (60, None)
DEFAULTS: Final = (
    _of(CELLS, "WBC", "3.5", "9.5"),
    _of(CELLS, "NEUT", "1.8", "6.3"),
    _of(CELLS, "LYM", "1.1", "3.2"),
    _of(CELLS, "HGB", "130", "175", "M"),
    _of(CELLS, "HGB", "115", "150", "F"),
    _of(CELLS, "PLAT", "125", "350"),
    _of(SERUM, "ALT", "9", "50", "M"),
    _of(SERUM, "ALT", "7", "40", "F"),
    _of(SERUM, "AST", "15", "40", "M"),
    _of(SERUM, "AST", "13", "35", "F"),
    _of(SERUM, "GGT", "10", "60", "M"),
    _of(SERUM, "GGT", "7", "45", "F"),
    _of(SERUM, "ALB", "40", "55"),
    _of(SERUM, "CREAT", "57", "97", "M", UNDER_60),
    _of(SERUM, "CREAT", "57", "111", "M", FROM_60),
    _of(SERUM, "CREAT", "41", "73", "F", UNDER_60),
    _of(SERUM, "CREAT", "41", "81", "F", FROM_60),
    _of(SERUM, "SODIUM", "137", "147"),
    _of(SERUM, "K", "3.5", "5.3"),
    _of(SERUM, "CL", "99", "110"),
    _of(SERUM, "CA", "2.11", "2.52"),
    _of(SERUM, "PHOS", "0.85", "1.51"),
    _of(SERUM, "MG", "0.75", "1.02"),
    _of(SERUM, "GLUC", "3.9", "6.1"),
)
