"""The scales of an invented subject: each item falls from its level at screening as the treatment works."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from demo.answers.scene import Filled, Scene
from demo.course import at

# A figure within each level, 0 to 3, as the rater writes it down.
EYES: Final = (None, "34.0", "6.5", None)
ARMS: Final = (None, "141.0", "48.0", "6.0")
LEGS: Final = (None, "62.0", "18.0", None)
HEAD: Final = (None, "71.0", "14.0", None)
COUNT: Final = (None, "38", "21", "7")
CAPACITY: Final = ("88.0", "72.0", "57.0", "44.0")
GRIP: Final = {
    ("M", "R"): ("48.0", "31.5", "11.0", "3.0"), ("M", "L"): ("38.5", "26.0", "10.5", "3.0"),
    ("F", "R"): ("32.0", "19.5", "7.5", "3.0"), ("F", "L"): ("27.5", "17.0", "7.0", "3.0"),
}  # fmt: skip
# Levels before treatment: two in three items of the QMG stand at 1 or 2.
QMG_BEFORE: Final = (2, 2, 1, 1, 1, 2, 2, 1, 1, 1, 2, 1, 1)
HELD: Final = {"rschei": "Y"}


def left(scene: Scene) -> float:
    """Share of the symptoms that is left."""
    return at(scene.patient.response, scene.day)


def level(scene: Scene, item: str, before: int) -> int:
    """An item's level on the day; never above what it was."""
    lag = scene.course.chance("LEVEL", item).uniform(0.1, 0.5)
    return min(before, max(0, math.ceil(before * left(scene) - lag)))


def _timed(item: str, raw: tuple[str | None, ...], now: int, worst: str) -> dict[str, str]:
    """Seconds or a count within the level; the whole time where nothing is wrong, `worst` where it cannot be held."""
    if now == 0:
        return {f"{item}how": "MAX"}
    figure = raw[now]
    unit = "cnt" if item == "qmg05" else "sec"
    return {f"{item}how": "VALUE", f"{item}{unit}": figure} if figure else {f"{item}how": worst}


def qmg_levels(scene: Scene) -> list[int]:
    """The thirteen levels of the day."""
    return [level(scene, f"qmg{number:02}", before) for number, before in enumerate(QMG_BEFORE, 1)]


def qmg(scene: Scene) -> Filled:
    """Quantitative MG score: what was measured, not the points."""
    now, sex = qmg_levels(scene), scene.patient.sex
    found: dict[str, Any] = {"rsperf": "Y", "rstim": "09:10", "rsrater": "R03", "rscert": "Y"} | HELD
    found |= {"rscheidtc": scene.at("20:30", days=-1), "gripdev": "Jamar", "gripunit": "KG"}
    for place, raw, worst in ((1, EYES, "SPON"), (2, EYES, "SPON"), (5, COUNT, "WEAK"), (6, ARMS, "WEAK")):
        found |= _timed(f"qmg{place:02}", raw, now[place - 1], worst)
    for place, raw in ((7, ARMS), (11, HEAD), (12, LEGS), (13, LEGS)):
        found |= _timed(f"qmg{place:02}", raw, now[place - 1], "WEAK")
    found |= {"qmg03c": str(now[2]), "qmg04c": str(now[3])}
    found |= {"qmg08how": "VALUE", "qmg08pct": CAPACITY[now[7]], "qmg08ref": "GLI2012"}
    for place, side in ((9, "R"), (10, "L")):
        found |= {f"qmg{place:02}how": "VALUE", f"qmg{place:02}kg1": GRIP[sex, side][now[place - 1]]}
    return Filled(found)


def mg_composite(scene: Scene) -> Filled:
    """MG Composite: its history items say what the MG-ADL says on the same day."""
    now, told = qmg_levels(scene), scene.course.mgadl(scene.day)
    found: dict[str, Any] = {"rsperf": "Y", "rstim": "09:40", "rsrater": "R03", "rscert": "Y"} | HELD
    found |= {"rscheidtc": scene.at("20:30", days=-1)}
    for item, here in (("mgc01", now[1]), ("mgc02", now[0])):
        seconds = ("", "29.0", "6.5", "")[here]
        found |= (
            {f"{item}how": "VALUE", f"{item}sec": seconds} if seconds else {f"{item}how": "SPON" if here else "MAX"}
        )
    found |= {"mgc03c": str(now[2]), "mgc08c": str(min(now[10], 2)), "mgc09c": str(min(now[5], 2))}
    found |= {"mgc10c": str(min(now[11], 2))}
    history = (("mgc04c", "mgadl01"), ("mgc05c", "mgadl02"), ("mgc06c", "mgadl03"), ("mgc07c", "mgadl04"))
    return Filled(found | {item: told[source] for item, source in history})


def quality_of_life(scene: Scene) -> Filled:
    """MG-QOL15r, filled in by the subject."""
    found = {"qsperf": "Y", "qstim": "10:05", "qsver": "15R", "qslang": "ZH", "qsmethod": "SELF"}
    before = [1 + (number % 3 != 0) for number in range(15)]
    items = {f"mgq{n:02}": str(level(scene, f"mgq{n:02}", b)) for n, b in enumerate(before, 1)}
    return Filled(found | items)


def mgfa(scene: Scene) -> Filled:
    """The class falls with the symptoms."""
    share = left(scene)
    now = "IIIA" if share > 0.6 else "IIA" if share > 0.2 else "I"
    said = {"airway": "NONE", "feedtube": "N", "mgfacls": now, "mgfaworst": "IIIB"}
    return Filled({"rsperf": "Y", "rsrater": "R03"} | said)


def status(scene: Scene) -> Filled:
    """Post-intervention status: improved, as yet without remission."""
    better = left(scene) < 0.7
    said = {"pischg": "I" if better else "U", "pissymp": "Y", "pisweak": "SOME", "pis": "NONE"}
    return Filled({"rsperf": "Y", "rsrater": "R03"} | said)


ANSWERS: Final[Mapping[str, Callable[[Scene], Filled | None]]] = {
    "QMG": qmg,
    "MGC": mg_composite,
    "MGQOL": quality_of_life,
    "MGFA": mgfa,
    "PIS": status,
}
