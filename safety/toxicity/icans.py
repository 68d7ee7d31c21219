"""ICANS by ASTCT 2019 (Lee et al., Biol Blood Marrow Transplant 2019;25:625): the ICE score and the grade of a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from safety.toxicity.crs import DEATH, worst

ICE_MOST: Final = 10


@dataclass(frozen=True)
class Ice:
    """The lowest ICE score of a day, 0 to 10.

    `limited`: myasthenic weakness limited an item. `baseline`: the score before infusion.
    """

    score: int
    unarousable: bool = False
    limited: bool = False
    baseline: int | None = None


def ice_grade(ice: Ice | None) -> int | None:
    """10: none; 7 to 9: 1; 3 to 6: 2; 0 to 2: 3, and 4 where the subject cannot be woken. None without a score.

    Where weakness limited an item, the loss since baseline decides, and without a baseline nothing can be said
    (clinical reference pack, 8.5).
    """
    if ice is None:
        return None
    if ice.unarousable:
        return 4
    if not ice.limited:
        return _grade(ice.score)
    return None if ice.baseline is None else _grade(ICE_MOST - max(0, ice.baseline - ice.score))


def _grade(score: int) -> int:
    return next(grade for grade, least in enumerate((ICE_MOST, 7, 3, 0)) if score >= least)


def icans_grade(ice: int | None, others: Iterable[int | None], *, died: bool = False) -> int | None:
    """The most severe of ICE, consciousness, seizure, motor signs and pressure; 5 for death due to ICANS."""
    return DEATH if died else worst((ice, *others))
