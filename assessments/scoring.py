"""Points of what was timed or measured for QMG and MG Composite. Nothing is rounded before it is compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

# How a test went: a figure was taken; the full time or number without a sign; the sign was there at once or the
# subject was too weak to begin, which is the worst result and not a missing one; or it could not be tested.
VALUE: Final = "VALUE"
BEST: Final = "MAX"
AT_ONCE: Final = "SPON"
TOO_WEAK: Final = "WEAK"
NOT_TESTED: Final = "NT"
WITHOUT_FIGURE: Final[Mapping[str, int]] = {BEST: 0, AT_ONCE: 3, TOO_WEAK: 3}

Bounds = tuple[int, int, int]

# The least figure for 0, 1 and 2 points; below the last of them it is 3 (clinical reference pack, 3.2).
EYE: Final[Bounds] = (61, 11, 1)  # seconds
SPEECH: Final[Bounds] = (51, 30, 10)  # the number at which speech slurred: at 50 itself it did slur
ARM: Final[Bounds] = (240, 90, 10)  # seconds
HEAD: Final[Bounds] = (120, 30, 1)  # seconds
LEG: Final[Bounds] = (100, 31, 1)  # seconds: 30 s has 2 points
VITAL_CAPACITY: Final[Bounds] = (80, 65, 50)  # percent of predicted
GRIP: Final[Mapping[tuple[str, str], Bounds]] = {  # kilograms, by sex at birth and side
    ("M", "R"): (45, 15, 5),
    ("M", "L"): (35, 15, 5),
    ("F", "R"): (30, 10, 5),
    ("F", "L"): (25, 10, 5),
}
# The MG Composite asks for more than 45 s in full seconds: 45.5 s is not enough (clinical reference pack, 8.5).
EYE_COMPOSITE: Final[Bounds] = (46, 11, 1)

# MG Composite: item -> points of its categories 0 to 3 (Burns 2010; clinical reference pack, 3.3).
WEIGHTS: Final[Mapping[int, Sequence[int]]] = {
    1: (0, 1, 2, 3),
    2: (0, 1, 3, 4),
    3: (0, 0, 1, 2),
    4: (0, 2, 4, 6),
    5: (0, 2, 4, 6),
    6: (0, 2, 5, 6),
    7: (0, 2, 4, 9),
    8: (0, 1, 3, 4),
    9: (0, 2, 4, 5),
    10: (0, 2, 4, 5),
}


def level(figure: Decimal | int, bounds: Bounds) -> int:
    """0 to 3: how many of the bounds the figure does not reach. Parts of a unit do not count: 60.4 s is below 61 s."""
    return sum(figure < bound for bound in bounds)


def scored(how: str, figure: Decimal | int | None, bounds: Bounds) -> int | None:
    """0 to 3 points of a test that went so; None where it was not tested or the figure is not there yet."""
    if how != VALUE:
        return WITHOUT_FIGURE.get(how)
    return None if figure is None else level(figure, bounds)


def grip(how: str, kilograms: Decimal | None, sex: str | None, side: str) -> int | None:
    """0 to 3 points of a hand, by sex at birth and side (right and left, not the stronger hand). None without the sex.

    Too weak to grip needs no sex: it is 3 for everybody.
    """
    if how != VALUE:
        return WITHOUT_FIGURE.get(how)
    return None if sex is None else scored(how, kilograms, GRIP[sex, side])


def weight(item: int, category: str) -> int:
    """The points that a category of an item of the MG Composite weighs."""
    return WEIGHTS[item][int(category)]
