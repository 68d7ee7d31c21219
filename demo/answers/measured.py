"""Vital signs, MG-ADL, chemistry and the urine pregnancy test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from demo import laboratory
from demo.answers.scene import Filled, Scene


def vital_signs(scene: Scene) -> Filled:
    """As the ward reads them."""
    return Filled(scene.course.vitals(scene.day))


def mg_adl(scene: Scene) -> Filled:
    """As the rater asks."""
    return Filled(scene.course.mgadl(scene.day))


def chemistry(scene: Scene) -> Filled:
    """A few analytes each day in the ward, else the whole panel."""
    analytes = laboratory.DAILY if -6 < scene.day < 15 else tuple(laboratory.ANALYTES)
    rows = {"results": laboratory.results(scene.course, scene.day, analytes)}
    return Filled(laboratory.sample(scene.course, scene.day, scene.on.isoformat()), rows)


def pregnancy_test(scene: Scene, result: str = "NEG") -> Filled | None:
    """Women are tested."""
    if not scene.patient.is_woman:
        return None
    taken = {"lbdtc": scene.at("07:30"), "lborres": result, "lbllod": "25.0", "lblot": "HCG2506-11"}
    return Filled({"lbperf": "Y"} | taken)


ANSWERS: Final[Mapping[str, Callable[[Scene], Filled | None]]] = {
    "VS": vital_signs,
    "MGADL": mg_adl,
    "CHEM": chemistry,
    "UPT": pregnancy_test,
}
