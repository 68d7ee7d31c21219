"""Serum chemistry of the invented subjects, within the limits that laboratories in China print on their reports."""

from __future__ import annotations

from dataclasses import dataclass

from demo.course import Answers, Course, Curve, at


@dataclass(frozen=True)
class Limits:
    """One analyte as reported: unit, limits for men and for women, digits."""

    unit: str
    men: tuple[float | None, float]
    women: tuple[float | None, float]
    digits: int = 0

    def of(self, sex: str) -> tuple[float | None, float]:
        """The limits printed for this person."""
        return self.women if sex == "F" else self.men


def both(unit: str, low: float | None, high: float, digits: int = 0) -> Limits:
    return Limits(unit, (low, high), (low, high), digits)


ANALYTES = {
    "ALT": Limits("U/L", (9, 50), (7, 40)),
    "AST": Limits("U/L", (15, 40), (13, 35)),
    "ALP": Limits("U/L", (45, 125), (35, 100)),
    "GGT": Limits("U/L", (10, 60), (7, 45)),
    "BILI": both("umol/L", None, 23, 1),
    "BILDIR": both("umol/L", None, 8, 1),
    "CREAT": Limits("umol/L", (57, 97), (41, 73)),
    "UREA": Limits("mmol/L", (3.1, 8.0), (2.6, 7.5), 2),
    "URATE": Limits("umol/L", (208, 428), (155, 357)),
    "ALB": both("g/L", 40, 55, 1),
    "PROT": both("g/L", 65, 85, 1),
    "GLUC": both("mmol/L", 3.9, 6.1, 2),
    "SODIUM": both("mmol/L", 137, 147, 1),
    "K": both("mmol/L", 3.5, 5.3, 2),
    "CL": both("mmol/L", 99, 110, 1),
    "CA": both("mmol/L", 2.11, 2.52, 2),
    "MG": both("mmol/L", 0.75, 1.02, 2),
    "PHOS": both("mmol/L", 0.85, 1.51, 2),
    "CK": Limits("U/L", (50, 310), (40, 200)),
    "LDH": both("U/L", 120, 250),
}
# In the ward every day; the whole panel at the other visits.
DAILY = ("ALT", "AST", "BILI", "CREAT", "UREA", "K", "SODIUM", "LDH")
# What a degree of fever does, in widths of the normal range, and how many days later.
WITH_FEVER = {"LDH": (0.28, 0), "ALT": (0.38, 3), "AST": (0.34, 2), "ALB": (-0.18, 1), "K": (-0.12, 1), "GGT": (0.2, 4)}
# What the lymphodepletion does, in widths of the normal range.
CONDITIONING: Curve = ((-5, 0.0), (-3, 0.2), (0, 0.15), (5, 0.0))
WITH_CONDITIONING = ("ALT", "URATE")
DETECTED_FROM = 1.7  # direct bilirubin below it is reported as <1.7


def sample(course: Course, day: int, on: str) -> Answers:
    """The head of the report. Blood is taken before breakfast."""
    chance = course.chance("CHEM", day)
    return {
        "lbperf": "Y",
        "lbdat": on,
        "lbtim": f"0{chance.choice((6, 7))}:{chance.randrange(0, 60, 5):02}",
        "lbfast": "Y",
        "lbnam": "Department of Laboratory Medicine",
    }


def results(course: Course, day: int, analytes: tuple[str, ...]) -> list[Answers]:
    """A row for each analyte; one outside the limits is judged, as the investigator would."""
    return [_result(course, day, code, ANALYTES[code]) for code in analytes]


def _result(course: Course, day: int, code: str, limits: Limits) -> Answers:
    low, high = limits.of(course.patient.sex)
    value = round(_value(course, day, code, low or 0, high), limits.digits)
    row = {
        "lbtestcd": code,
        "lborres": f"{value:.{limits.digits}f}",
        "lborresu": limits.unit,
        "lbornrlo": "" if low is None else str(low),
        "lbornrhi": str(high),
    }
    if code == "BILDIR" and value < DETECTED_FROM:
        return row | {"lborres": f"<{DETECTED_FROM}"}
    return row if (low or 0) <= value <= high else row | {"lbclsig": "N"}


def _value(course: Course, day: int, code: str, low: float, high: float) -> float:
    place = course.patient.stands_at.get(code) or course.chance("STANDS", code).uniform(0.25, 0.6)
    share, lag = WITH_FEVER.get(code, (0.0, 0))
    place += share * course.heat(day - lag) + course.chance(code, day).uniform(-0.05, 0.05)
    if code in WITH_CONDITIONING:
        place += at(CONDITIONING, day)
    return low + place * (high - low)
