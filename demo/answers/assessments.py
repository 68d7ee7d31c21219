"""Laboratory panels, virology, antibodies, CAR copies, and the examinations."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from demo import panels
from demo.answers import scales
from demo.answers.scene import Filled, Scene
from demo.course import Curve, at

HEAD: Final = {"lbperf": "Y", "lbnam": panels.LABORATORY}
# Natural logarithm of the copies per microgram of DNA, by day since infusion.
COPIES: Final[Curve] = (
    (1, 5.3),
    (4, 8.6),
    (7, 11.0),
    (10, 11.4),
    (14, 10.1),
    (21, 8.3),
    (28, 6.8),
    (90, 4.3),
    (180, 3.0),
)
LLOQ: Final = 50
ANTIBODY_LEFT: Final[Curve] = ((0, 1.0), (7, 0.95), (14, 0.85), (28, 0.65), (90, 0.35), (180, 0.3))
OF_PANEL: Final[Mapping[str, dict[str, str]]] = {
    "HEM": {"gcsf": "N", "transf": "N"},
    "COAG": {"anticoag": "N"},
    "IMM": {"ivig4wk": "N"},
}
SYSTEMS: Final = ("GENERAL", "SKIN", "HEAD", "NECK", "NODES", "LUNGS", "HEART", "ABDOMEN", "LIMBS")
NERVOUS: Final = ("MENTAL", "REFLEXES", "SENSATION", "COORDINATION", "GAIT")
WEAK: Final = (("EYES", 0), ("FACE", 2), ("BULBAR", 4), ("NECK", 10), ("ARMS", 5), ("LEGS", 11))


def panel(scene: Scene, code: str) -> Filled:
    """A panel of the laboratory, of the blood taken before breakfast."""
    chance = scene.course.chance(code, scene.day)
    head = HEAD | {"lbdat": scene.on.isoformat(), "lbtim": f"06:{chance.randrange(0, 60, 5):02}"}
    return Filled(head | OF_PANEL.get(code, {}), {"results": panels.results(scene.course, scene.day, code)})


def virology(scene: Scene) -> Filled:
    """Immune after vaccination, nothing active."""
    clear = dict.fromkeys(("hbsag", "hbeag", "hbeab", "hbcab", "hcvab", "tpab", "tbigra"), "NEG")
    seen = {"hbsab": "POS", "hivscr": "NR", "cmvigg": "POS", "ebvigg": "POS", "cmvdna": "<100", "ebvdna": "<100"}
    return Filled(HEAD | {"lbdat": scene.on.isoformat(), "lbtim": "06:30"} | clear | seen)


def antibody(scene: Scene) -> Filled:
    """AChR antibody by radioimmunoassay; it falls more slowly than the symptoms."""
    before = scene.course.chance("ACHR").uniform(6, 18)
    titre = before * at(ANTIBODY_LEFT, scene.day) * scene.course.chance("ACHR", scene.day).uniform(0.97, 1.03)
    kit = {"achrmeth": "RIA", "achrkit": "RSR", "achrunit": "nmol/L", "achruln": "0.45"}
    head = HEAD | {"lbdat": scene.on.isoformat(), "lbtim": "06:30", "achr": f"{titre:.2f}", "achrres": "POS"}
    return Filled(head | kit)


def copies(scene: Scene) -> Filled:
    """CAR copies by digital PCR."""
    pre = scene.day <= 0
    found = 0.0 if pre else math.exp(at(COPIES, scene.day) + scene.course.chance("CAR", scene.day).uniform(-0.2, 0.2))
    said = f"{found:.0f}" if found >= LLOQ else f"<{LLOQ}"
    head = {"lbperf": "Y", "cardat": scene.on.isoformat(), "cartim": "06:30", "lbnam": "Central laboratory"}
    return Filled(head | {"carpt": "PRE" if pre else "POST", "carmeth": "DDPCR", "carcopy": said, "carlloq": str(LLOQ)})


def lentivirus(scene: Scene) -> Filled:
    """Never found."""
    told = {"rcltest": "Y", "rclmeth": "VSVG_PCR", "lbnam": "Central laboratory", "rclres": "NEG"}
    return Filled({"lbperf": "Y", "rcldat": scene.on.isoformat()} | told)


def serum_test(scene: Scene) -> Filled | None:
    """Serum hCG of women."""
    if not scene.patient.is_woman:
        return None
    said = {"lborres": "NEG", "lbqres": "<1.2", "lbqresu": "IU/L", "lbornrhi": "5.3"}
    return Filled(HEAD | {"lbdtc": scene.at("06:40")} | said)


def urine(scene: Scene) -> Filled:
    """Nothing found."""
    clear = ("uaprot", "uagluc", "uaketo", "uabld", "uawbcs", "uanitr", "uabili", "uauro")
    head = HEAD | {"lbdat": scene.on.isoformat(), "lbtim": "06:50", "uasg": "1.015", "uaph": "6.0", "uaclsig": "N"}
    return Filled(head | dict.fromkeys(clear, "NEG"))


def electrocardiogram(scene: Scene) -> Filled:
    """Three tracings, sinus rhythm."""
    rate, chance = scene.patient.pulse - 4, scene.course.chance("ECG", scene.day)
    rows = []
    for number in (1, 2, 3):
        rr = round(60000 / (rate + chance.randint(-2, 2)))
        rows.append({"egnum": str(number), "egqt": str(round(408 * (rr / 1000) ** (1 / 3)) + chance.randint(-4, 4))})
        rows[-1]["egrr"] = str(rr)
    said = {"egrhythm": "SINUS", "egbbb": "NONE", "egtdp": "N", "egintp": "NORMAL"}
    return Filled({"egperf": "Y", "egtim": "08:20"} | said, {"tracings": rows})


def echocardiogram(scene: Scene) -> Filled:
    """A healthy heart."""
    said = {"lvef": "64.0", "cvmeth": "BIPLANE", "cvwall": "N", "cveff": "N", "cvvalve": "N", "cvintp": "NORMAL"}
    return Filled({"cvperf": "Y", "cvdat": scene.on.isoformat()} | said)


def lungs(scene: Scene) -> Filled:
    """Vital capacity that agrees with the QMG of the same day."""
    percent = scales.CAPACITY[scales.qmg_levels(scene)[7]]
    normal = 3.2 if scene.patient.is_woman else 4.4
    said = {"repos": "SITTING", "reseal": "MOUTHPIECE", "fvc": f"{normal * float(percent) / 100:.2f}", "fvcpp": percent}
    return Filled({"reperf": "Y", "retim": "08:50", "repred": "GLI2012"} | said)


def examination(scene: Scene) -> Filled:
    """Weakness where the scales find it, the rest normal."""
    now = scales.qmg_levels(scene)
    body = [{"pesys": system, "peres": "NORMAL"} for system in SYSTEMS]
    nervous: list[dict[str, Any]] = [{"nesys": system, "peres": "NORMAL"} for system in NERVOUS]
    for system, place in WEAK:
        weak = {"peres": "ABNORMAL", "pedesc": "Fatigable weakness", "necause": "MG", "peclsig": "N"}
        nervous.append({"nesys": system} | (weak if now[place] else {"peres": "NORMAL"}))
    return Filled({"peperf": "Y", "petim": "08:35", "peeval": "R01"}, {"systems": body, "nervous": nervous})


ANSWERS: Final[Mapping[str, Callable[[Scene], Filled | None]]] = {
    **scales.ANSWERS,
    **{code: partial(panel, code=code) for code in panels.PANELS},
    "VIR": virology,
    "AB": antibody,
    "CART": copies,
    "RCL": lentivirus,
    "HCG": serum_test,
    "UA": urine,
    "ECG": electrocardiogram,
    "ECHO": echocardiogram,
    "PFT": lungs,
    "PE": examination,
}
