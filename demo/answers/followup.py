"""Relapse, long-term follow-up and end of study of an invented subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from demo.answers import scales
from demo.answers.scene import Filled, Scene

NOTHING: Final = ("ltfmgtx", "ltfmal", "ltfneuro", "ltfauto", "ltfhaem", "ltfinf", "ltfpreg", "ltfcart")


def long_term(scene: Scene) -> Filled:
    """Well, and nothing new."""
    return Filled({"ltfmode": "VISIT", "ltfalive": "ALIVE", "ltfmg": "MINIMAL"} | dict.fromkeys(NOTHING, "N"))


def end_of_study(scene: Scene) -> Filled:
    """The main study is over, long-term follow-up goes on."""
    said = {"dsdecod": "COMPLETED", "dsstdat": scene.on.isoformat(), "dsltfu": "Y", "dslast": scene.on.isoformat()}
    return Filled(said)


def rescue(scene: Scene) -> Filled:
    """Prednisone, for a relapse: worse than before for weeks, though not worse than at the start."""
    levels = scales.qmg_levels(scene)
    total = sum(int(points) for name, points in scene.course.mgadl(scene.day).items() if name.startswith("mgadl"))
    said = {"rscyn": "Y", "rscdat": scene.on.isoformat(), "rsctrig": ["OTHER"]}
    said |= {"rscoth": "Double vision and ptosis back after three good months", "rscadl": str(total)}
    measured = {"rscqmg": str(sum(levels)), "rscfvc": scales.CAPACITY[levels[7]]}
    return Filled(said | measured | {"rsctrt": ["STEROID"]}, by_investigator=True)


ANSWERS: Final[Mapping[str, Callable[[Scene], Filled | None]]] = {
    "LTFU": long_term,
    "DS": end_of_study,
    "RSC": rescue,
}
