"""How an invented subject fares: figures that follow from the person and the day, with a little seeded variation."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeAlias

Curve: TypeAlias = tuple[tuple[int, float], ...]  # day since infusion -> figure, straight lines between
Answers: TypeAlias = dict[str, str]

# Share of the symptoms that is left: most improve from the second week on.
GOOD: Curve = ((0, 1.0), (7, 0.9), (14, 0.65), (28, 0.4), (60, 0.25), (90, 0.15), (180, 0.1))
SLOW: Curve = ((0, 1.0), (14, 0.9), (28, 0.7), (60, 0.5), (90, 0.4))
RELAPSE: Curve = ((0, 1.0), (14, 0.6), (28, 0.35), (90, 0.12), (150, 0.2), (165, 0.7), (190, 0.8))
# Degrees above the person's own temperature: the fever of cytokine release.
NO_FEVER: Curve = ((0, 0.0),)
MILD_FEVER: Curve = ((1, 0.0), (2, 1.5), (3, 1.9), (4, 0.7), (5, 0.0))
HIGH_FEVER: Curve = ((1, 0.0), (2, 1.7), (3, 2.6), (4, 2.2), (5, 1.6), (6, 0.5), (7, 0.1), (8, 0.0))
WAVERING = 0.07  # how often an item of the MG-ADL is a point off its course


@dataclass(frozen=True)
class Patient:
    """An invented subject: the person, and how illness and treatment go."""

    sex: str
    born: str
    weight: float
    pressure: tuple[int, int]
    pulse: int
    mgadl: tuple[int, ...]
    response: Curve = GOOD
    fever: Curve = NO_FEVER
    ethnic: str = "HAN"
    stands_at: Mapping[str, float] = field(default_factory=dict)  # analyte -> where between its limits, 0 to 1
    low_pressure: tuple[int, ...] = ()  # days on which CRS lowers the pressure
    confused: tuple[int, ...] = ()  # days on which the ICE score is not full

    @property
    def is_woman(self) -> bool:
        """Pregnancy tests are done."""
        return self.sex == "F"


def at(curve: Curve, day: float) -> float:
    """The curve's figure on a day; before its first and after its last point it stays level."""
    if day <= curve[0][0]:
        return curve[0][1]
    for (start, low), (end, high) in pairwise(curve):
        if day <= end:
            return low + (high - low) * (day - start) / (end - start)
    return curve[-1][1]


@dataclass(frozen=True)
class Course:
    """One patient's course under one seed. The same day always has the same figures, whatever was asked before."""

    patient: Patient
    seed: str

    def chance(self, *what: object) -> random.Random:
        """Variation that belongs to one thing on one day."""
        return random.Random("/".join([self.seed, *map(str, what)]))  # noqa: S311  (no secret hangs on it)

    def heat(self, day: float) -> float:
        """Degrees of fever."""
        return at(self.patient.fever, day)

    def vitals(self, day: int) -> Answers:
        """Vital signs as the ward reads them: with fever pulse and breathing rise, pressure and saturation fall."""
        chance, heat, (systolic, diastolic) = self.chance("VS", day), self.heat(day), self.patient.pressure
        return {
            "vsperf": "Y",
            "vstim": f"{chance.choice((7, 8, 8, 9))}:{chance.randrange(0, 60, 5):02}",
            "vspos": "SUPINE" if -5 <= day <= 14 else "SITTING",
            "temp": f"{36.5 + chance.uniform(-0.2, 0.3) + heat:.1f}",
            "pulse": str(round(self.patient.pulse + chance.randint(-5, 5) + 11 * heat)),
            "resp": str(round(chance.choice((14, 15, 16, 16, 17, 18)) + 2 * heat)),
            "sysbp": str(round(systolic + chance.randint(-7, 7) - 9 * heat)),
            "diabp": str(round(diastolic + chance.randint(-5, 5) - 6 * heat)),
            "oxysat": str(round(chance.choice((97, 98, 98, 99)) - 1.6 * heat)),
            "weight": f"{self.weight(day):.1f}",
        }

    def weight(self, day: int) -> float:
        """Steady over months; some hundred grams from day to day, a little less after a fever."""
        slow = 0.6 * math.sin(day / 40)
        return self.patient.weight + slow + self.chance("WEIGHT", day).uniform(-0.3, 0.3) - 0.4 * self.heat(day - 1)

    def mgadl(self, day: int) -> Answers:
        """Each item falls from its level at screening as the treatment works, some sooner than others."""
        chance = self.chance("MGADL", day)
        answers = {
            "qsperf": "Y",
            "qstim": f"{chance.choice((9, 10, 14))}:{chance.randrange(0, 60, 5):02}",
            "qsmethod": "INTERVIEW",
            "qsrater": "R03",
            "qscert": "Y",
            "qslang": "ZH",
            "qschei": "N",
        }
        return answers | {
            f"mgadl{n:02}": str(self._level(n, level, day)) for n, level in enumerate(self.patient.mgadl, 1)
        }

    def _level(self, number: int, before: int, day: int) -> int:
        """An item is a point better or worse now and then, as with any scale that people are asked about."""
        lag, chance = self.chance("LEVEL", number).uniform(0.15, 0.55), self.chance("LEVEL", number, day)
        wavering = chance.choice((-1, 1)) if before and chance.random() < WAVERING else 0
        return min(2, max(0, math.ceil(before * at(self.patient.response, day) - lag) + wavering))
