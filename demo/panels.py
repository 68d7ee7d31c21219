"""The other laboratory panels of the invented subjects: blood count, clotting, inflammation, immunity, thyroid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from demo.course import Answers, Course, Curve, at
from demo.laboratory import Limits, both

LABORATORY: Final = "Department of Laboratory Medicine"
PANELS: Final[Mapping[str, Mapping[str, Limits]]] = {
    "HEM": {
        "WBC": both("10^9/L", 3.5, 9.5, 2),
        "NEUT": both("10^9/L", 1.8, 6.3, 2),
        "LYM": both("10^9/L", 1.1, 3.2, 2),
        "MONO": both("10^9/L", 0.1, 0.6, 2),
        "EOS": both("10^9/L", 0.02, 0.52, 2),
        "BASO": both("10^9/L", None, 0.06, 2),
        "RBC": Limits("10^12/L", (4.3, 5.8), (3.8, 5.1), 2),
        "HGB": Limits("g/L", (130, 175), (115, 150)),
        "HCT": Limits("L/L", (0.40, 0.50), (0.35, 0.45), 3),
        "PLAT": both("10^9/L", 125, 350),
    },
    "COAG": {
        "PT": both("s", 10.0, 13.5, 1),
        "INR": both("RATIO", 0.80, 1.20, 2),
        "APTT": both("s", 23.0, 35.0, 1),
        "FIBRINO": both("g/L", 2.0, 4.0, 2),
        "DDIMER": both("mg/L FEU", None, 0.55, 2),
    },
    "INFL": {
        "CRP": both("mg/L", None, 8.0, 1),
        "FERRITIN": Limits("ug/L", (30, 400), (13, 150), 1),
        "PCT": both("ng/mL", None, 0.10, 2),
        "INTLK6": both("pg/mL", None, 7.0, 1),
    },
    "CARD": {"TROPONI": both("ng/L", None, 26.0, 1), "CKMB": both("ng/mL", None, 5.0, 2)}
    | {"BNPPRO": both("pg/mL", None, 125.0)},
    "IMM": {
        "IGG": both("g/L", 7.0, 16.0, 2),
        "IGA": both("g/L", 0.70, 4.00, 2),
        "IGM": both("g/L", 0.40, 2.30, 2),
        "TLYCE": both("/uL", 955, 2860),
        "CD4": both("/uL", 550, 1440),
        "CD8": both("/uL", 320, 1250),
        "BLYCE": both("/uL", 90, 560),
        "NKCE": both("/uL", 150, 1100),
    },
    "THY": {"TSH": both("mIU/L", 0.27, 4.20, 2), "FT3": both("pmol/L", 3.1, 6.8, 2), "FT4": both("pmol/L", 12, 22, 1)},
}
# What the treatment leaves of a figure: lymphodepletion first, then the cells.
MARROW: Final[Curve] = ((-6, 1), (-3, 0.75), (0, 0.45), (4, 0.3), (8, 0.25), (12, 0.5), (21, 0.75), (60, 0.95))
LYMPHOCYTES: Final[Curve] = ((-6, 1), (-3, 0.3), (0, 0.08), (7, 0.15), (14, 0.4), (28, 0.5), (90, 0.7), (365, 0.9))
PLATELETS: Final[Curve] = ((-6, 1), (0, 0.8), (8, 0.6), (14, 0.75), (28, 0.95))
RED: Final[Curve] = ((-6, 1), (0, 0.95), (10, 0.88), (28, 0.95), (60, 1))
B_CELLS: Final[Curve] = ((-6, 1), (0, 0.05), (7, 0.0), (80, 0.0), (120, 0.08), (180, 0.3), (365, 0.6))
IMMUNOGLOBULINS: Final[Curve] = ((0, 1), (28, 0.8), (90, 0.65), (180, 0.7), (365, 0.85))
LEFT: Final[Mapping[str, Curve]] = {
    **dict.fromkeys(("WBC", "NEUT", "MONO", "EOS", "BASO"), MARROW),
    **dict.fromkeys(("LYM", "TLYCE", "CD4", "CD8", "NKCE"), LYMPHOCYTES),
    "PLAT": PLATELETS,
    **dict.fromkeys(("RBC", "HGB", "HCT"), RED),
    "BLYCE": B_CELLS,
    **dict.fromkeys(("IGG", "IGA", "IGM"), IMMUNOGLOBULINS),
}
# What a degree of fever adds, in widths of the normal range, and how many days later.
WITH_FEVER: Final[Mapping[str, tuple[float, int]]] = {
    "CRP": (4.0, 1), "FERRITIN": (1.6, 2), "INTLK6": (9.0, 0), "PCT": (0.5, 1),
    "DDIMER": (0.8, 2), "FIBRINO": (-0.2, 3),
    "APTT": (0.2, 2), "BNPPRO": (0.3, 2), "TROPONI": (0.1, 2),
}  # fmt: skip


def results(course: Course, day: int, panel: str) -> list[Answers]:
    """A row for each test of a panel; one outside the limits is judged, as the investigator would."""
    return [_result(course, day, test, limits) for test, limits in PANELS[panel].items()]


def _result(course: Course, day: int, test: str, limits: Limits) -> Answers:
    low, high = limits.of(course.patient.sex)
    value = round(max(0.0, _value(course, day, test, low or 0, high)), limits.digits)
    row = {
        "lbtestcd": test,
        "lborres": f"{value:.{limits.digits}f}",
        "lborresu": limits.unit,
        "lbornrlo": "" if low is None else str(low),
        "lbornrhi": str(high),
    }
    return row if (low or 0) <= value <= high else row | {"lbclsig": "N"}


def _value(course: Course, day: int, test: str, low: float, high: float) -> float:
    place = course.patient.stands_at.get(test) or course.chance("STANDS", test).uniform(0.3, 0.55)
    steady = low + (place + course.chance(test, day).uniform(-0.04, 0.04)) * (high - low)
    share, lag = WITH_FEVER.get(test, (0.0, 0))
    return steady * at(LEFT.get(test, ((0, 1.0),)), day) + share * course.heat(day - lag) * (high - low)
