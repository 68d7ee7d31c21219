"""CTCAE version 5.0, laboratory terms that have figures: data only (NCI 2017; clinical reference pack, section 4.5).

A semicolon between criteria of the printed table means "or". Where one of them is clinical (symptoms, an intervention,
admission to hospital), the grade is only proposed: `judged`. Grades without any figure are the investigator's own.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from assessments.ctcae import Basis, Direction, Edge, Step, Term, Toxicity
from assessments.laboratory import Unit

VERSION: Final = "5.0"
LOW, HIGH = Direction.LOW, Direction.HIGH
BASELINE = Basis.BASELINE


T = Toxicity


def _step(grade: int, *edges: Edge, judged: bool = False) -> Step:
    return Step(grade, edges, judged)


def _figure(sign: str, **units: str) -> Edge:
    return Edge(sign, Basis.FIGURE, figures={Unit[name].value: Decimal(figure) for name, figure in units.items()})


def _lln(times: str = "1") -> Edge:
    return Edge("<", Basis.LLN, Decimal(times))


def _uln(times: str = "1") -> Edge:
    return Edge(">", Basis.ULN, Decimal(times))


def _base(times: str, sign: str = ">") -> Edge:
    return Edge(sign, BASELINE, Decimal(times))


def _counted(code: Toxicity, test: str, unit: str, *figures: str) -> Term:
    """Below the limit, then below each of the figures, the severest first."""
    steps = [_step(4 - place, _figure("<", **{unit: figure})) for place, figure in enumerate(figures)]
    return Term(code, test, LOW, (*steps, _step(1, _lln())))


def _multiples(code: Toxicity, test: str, second: str, third: str, abnormal_from: Edge, fourth: str = "20.0") -> Term:
    """Multiples of the upper limit; of the baseline where that was above it. Grade 4 beyond `fourth`."""
    times = ((4, fourth), (3, third), (2, second))
    return Term(
        code,
        test,
        HIGH,
        (*(_step(grade, _uln(each)) for grade, each in times), _step(1, _uln())),
        (*(_step(grade, _base(each)) for grade, each in times), _step(1, abnormal_from)),
    )


def _enzyme(code: Toxicity, test: str) -> Term:
    """Pancreatic enzymes: beyond 2.0 and 5.0 times the limit the grade goes by signs and symptoms."""
    steps = (_step(3, _uln("5.0"), judged=True), _step(2, _uln("2.0"), judged=True), _step(2, _uln("1.5")))
    return Term(code, test, HIGH, (*steps, _step(1, _uln())))


def _beyond(code: Toxicity, test: str, direction: Direction) -> Term:
    """Beyond the limit is at least grade 1; more goes by treatment and symptoms alone."""
    return Term(code, test, direction, (_step(1, _lln() if direction is LOW else _uln(), judged=True),))


BLOOD: Final = (
    _counted(T.NEUT_LOW, "NEUT", "GIGA_L", "0.5", "1.0", "1.5"),
    _counted(T.WBC_LOW, "WBC", "GIGA_L", "1.0", "2.0", "3.0"),
    _counted(T.LYM_LOW, "LYM", "GIGA_L", "0.2", "0.5", "0.8"),
    Term(T.LYM_HIGH, "LYM", HIGH, (_step(3, _figure(">", GIGA_L="20")), _step(2, _figure(">", GIGA_L="4")))),
    _counted(T.CD4_LOW, "CD4", "PER_UL", "50", "200", "500"),
    _counted(T.PLAT_LOW, "PLAT", "GIGA_L", "25.0", "50.0", "75.0"),
    # Grade 4 has no figure: below 80 g/L the least is proposed.
    Term(
        T.ANEMIA,
        "HGB",
        LOW,
        (
            _step(3, _figure("<", G_L="80", G_DL="8.0"), judged=True),
            _step(2, _figure("<", G_L="100", G_DL="10.0")),
            _step(1, _lln()),
        ),
    ),
)

LIVER_AND_KIDNEY: Final = (
    _multiples(T.ALT_HIGH, "ALT", "3.0", "5.0", _base("1.5", ">=")),
    _multiples(T.AST_HIGH, "AST", "3.0", "5.0", _base("1.5", ">=")),
    _multiples(T.ALP_HIGH, "ALP", "2.5", "5.0", _base("2.0", ">=")),
    _multiples(T.GGT_HIGH, "GGT", "2.5", "5.0", _base("2.0", ">=")),
    _multiples(T.BILI_HIGH, "BILI", "1.5", "3.0", _base("1.0"), fourth="10.0"),
    # Here both columns hold whatever the baseline was.
    Term(
        T.CREAT_HIGH,
        "CREAT",
        HIGH,
        (
            _step(4, _uln("6.0")),
            _step(3, _uln("3.0"), _base("3.0")),
            _step(2, _uln("1.5"), _base("1.5")),
            _step(1, _uln()),
        ),
    ),
    Term(T.CK_HIGH, "CK", HIGH, (_step(4, _uln("10")), _step(3, _uln("5")), _step(2, _uln("2.5")), _step(1, _uln()))),
    Term(T.LDH_HIGH, "LDH", HIGH, (_step(1, _uln()),)),
    _enzyme(T.AMYLASE_HIGH, "AMYLASE"),
    _enzyme(T.LIPASE_HIGH, "LIPASE"),
    # Below 20 g/L the least is proposed: grade 4 is clinical.
    Term(
        T.HYPOALBUMINEMIA,
        "ALB",
        LOW,
        (
            _step(3, _figure("<", G_L="20", G_DL="2"), judged=True),
            _step(2, _figure("<", G_L="30", G_DL="3")),
            _step(1, _lln()),
        ),
    ),
)


def _electrolyte(code: Toxicity, test: str, side: Direction, figures: tuple[str, ...], judged: tuple[int, ...]) -> Term:
    """Grade 1 beyond the limit, then beyond each figure in mmol/L: the severest first, the last one begins grade 2."""
    steps = [
        _step(4 - place, _figure(side, MMOL_L=figure), judged=4 - place in judged)
        for place, figure in enumerate(figures)
    ]
    return Term(code, test, side, (*steps, _step(1, _lln() if side is LOW else _uln(), judged=1 in judged)))


def _calcium(code: Toxicity, test: str, side: Direction, *figures: tuple[str, str] | tuple[str]) -> Term:
    """Grades 2 and 3 may be called for by symptoms and admission."""
    names = ("MMOL_L", "MG_DL")
    steps = [
        _step(4 - place, _figure(side, **dict(zip(names, figure, strict=False))), judged=place > 0)
        for place, figure in enumerate(figures)
    ]
    return Term(code, test, side, (*steps, _step(1, _lln() if side is LOW else _uln())))


MINERALS: Final = (
    # Printed as 125-129 and 120-124: read as below 130 and below 125, so that 129.5 and 124.5 have a grade.
    _electrolyte(T.HYPONATREMIA, "SODIUM", LOW, ("120", "125", "130"), judged=(2,)),
    _electrolyte(T.HYPERNATREMIA, "SODIUM", HIGH, ("160", "155", "150"), judged=(2, 3)),
    # Grade 2 has the figures of grade 1 with symptoms, so the least is proposed.
    Term(
        T.HYPOKALEMIA,
        "K",
        LOW,
        (
            _step(4, _figure("<", MMOL_L="2.5")),
            _step(3, _figure("<", MMOL_L="3.0"), judged=True),
            _step(1, _lln(), judged=True),
        ),
    ),
    _electrolyte(T.HYPERKALEMIA, "K", HIGH, ("7.0", "6.0", "5.5"), judged=(2, 3)),
    _calcium(T.HYPOCALCEMIA, "CA", LOW, ("1.5", "6.0"), ("1.75", "7.0"), ("2.0", "8.0")),
    _calcium(T.HYPERCALCEMIA, "CA", HIGH, ("3.4", "13.5"), ("3.1", "12.5"), ("2.9", "11.5")),
    _calcium(T.HYPOCALCEMIA, "CAION", LOW, ("0.8",), ("0.9",), ("1.0",)),
    _calcium(T.HYPERCALCEMIA, "CAION", HIGH, ("1.8",), ("1.6",), ("1.5",)),
    Term(
        T.HYPOMAGNESEMIA,
        "MG",
        LOW,
        (
            _step(4, _figure("<", MMOL_L="0.3", MG_DL="0.7")),
            _step(3, _figure("<", MMOL_L="0.4", MG_DL="0.9")),
            _step(2, _figure("<", MMOL_L="0.5", MG_DL="1.2")),
            _step(1, _lln()),
        ),
    ),
    # No grade 2: a small rise is grade 3 at once, so that is only proposed.
    Term(
        T.HYPERMAGNESEMIA,
        "MG",
        HIGH,
        (
            _step(4, _figure(">", MMOL_L="3.30", MG_DL="8.0")),
            _step(3, _figure(">", MMOL_L="1.23", MG_DL="3.0"), judged=True),
            _step(1, _uln()),
        ),
    ),
    _beyond(T.HYPOPHOSPHATEMIA, "PHOS", LOW),
    _beyond(T.HYPERPHOSPHATEMIA, "PHOS", HIGH),
)

METABOLISM: Final = (
    Term(
        T.HYPOGLYCEMIA,
        "GLUC",
        LOW,
        (
            _step(4, _figure("<", MMOL_L="1.7", MG_DL="30")),
            _step(3, _figure("<", MMOL_L="2.2", MG_DL="40")),
            _step(2, _figure("<", MMOL_L="3.0", MG_DL="55")),
            _step(1, _lln()),
        ),
    ),
    _beyond(T.HYPERGLYCEMIA, "GLUC", HIGH),
    _beyond(T.HYPERURICEMIA, "URATE", HIGH),
    Term(
        T.HYPERTRIGLYCERIDEMIA,
        "TRIG",
        HIGH,
        (
            _step(4, _figure(">", MMOL_L="11.4", MG_DL="1000")),
            _step(3, _figure(">", MMOL_L="5.7", MG_DL="500")),
            _step(2, _figure(">", MMOL_L="3.42", MG_DL="300")),
            _step(1, _figure(">=", MMOL_L="1.71", MG_DL="150")),
        ),
    ),
)

CLOTTING: Final = (
    Term(
        T.FIBRINO_LOW,
        "FIBRINO",
        LOW,
        (
            _step(4, _lln("0.25"), _figure("<", G_L="0.5", MG_DL="50")),
            _step(3, _lln("0.5")),
            _step(2, _lln("0.75")),
            _step(1, _lln()),
        ),
        (
            _step(4, _base("0.25", "<="), _figure("<", G_L="0.5", MG_DL="50")),
            _step(3, _base("0.5", "<=")),
            _step(2, _base("0.75", "<=")),
            _step(1, _base("1", "<")),
        ),
    ),
    Term(
        T.INR_HIGH,
        "INR",
        HIGH,
        (
            _step(3, _figure(">", RATIO="2.5")),
            _step(2, _figure(">", RATIO="1.5")),
            _step(1, _figure(">", RATIO="1.2")),
        ),
        treated=(
            _step(3, _base("2.5"), judged=True),
            _step(2, _base("1.5"), judged=True),
            _step(1, _base("1"), judged=True),
        ),
    ),
    Term(T.APTT_LONG, "APTT", HIGH, (_step(3, _uln("2.5")), _step(2, _uln("1.5")), _step(1, _uln()))),
)

HEART: Final = (
    _beyond(T.TROPONIN_I_HIGH, "TROPONI", HIGH),
    _beyond(T.TROPONIN_T_HIGH, "TROPONT", HIGH),
)

TERMS: Final = (*BLOOD, *LIVER_AND_KIDNEY, *MINERALS, *METABOLISM, *CLOTTING, *HEART)
