"""Units of each laboratory test: exact factors to the standard unit, and figures that betray a slip of the unit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, TypeAlias

from assessments.laboratory import Unit
from core.crf.values import Measured

Factors: TypeAlias = Mapping[Unit, Decimal]

PLACES: Final = Decimal("1E-8")  # what a result can hold after the point
TOO_LARGE: Final = Decimal("1E12")  # and before it
LIMIT_PLACES: Final = Decimal("1E-6")


def _factors(**of: str) -> Factors:
    """Name of the unit -> factor. The first is the standard unit, so its factor is 1."""
    return {Unit[name]: Decimal(factor) for name, factor in of.items()}


# One microkatal is 60 U exactly. Amounts convert by molar mass; creatinine and bilirubin by the rounded factors that
# laboratories print, so that 2.5 and 2.0 mg/dL are 221.0 and 34.2 umol/L (clinical reference pack, section 5).
_ENZYME = _factors(U_L="1", UKAT_L="60")
_CELLS = _factors(GIGA_L="1", THOUSAND_UL="1", PER_UL="0.001")
_SUBSET = _factors(PER_UL="1", MEGA_L="1")
_BILIRUBIN = _factors(UMOL_L="1", MG_DL="17.1")
_PROTEIN = _factors(G_L="1", G_DL="10")
_IMMUNOGLOBULIN = _factors(G_L="1", MG_DL="0.01")
_ION = _factors(MMOL_L="1", MEQ_L="1")
_TROPONIN = _factors(NG_L="1", PG_ML="1", UG_L="1000", NG_ML="1000")
_CALCIUM = _factors(MMOL_L="1", MG_DL="0.2495")
_CYTOKINE = _factors(PG_ML="1", NG_L="1")
_MASS = _factors(NG_ML="1", UG_L="1")
# Urea in mg/dL is left out: that figure is mostly urea nitrogen, which is a test of its own here (UREAN).
UNITS: Final[Mapping[str, Factors]] = {
    **dict.fromkeys(("WBC", "NEUT", "LYM", "MONO", "EOS", "BASO", "PLAT"), _CELLS),
    "RBC": _factors(TERA_L="1", MILLION_UL="1"),
    "HGB": _PROTEIN,
    "HCT": _factors(L_L="1", PERCENT="0.01"),
    **dict.fromkeys(("ALT", "AST", "ALP", "GGT", "CK", "LDH", "AMYLASE", "LIPASE"), _ENZYME),
    **dict.fromkeys(("BILI", "BILDIR"), _BILIRUBIN),
    "CREAT": _factors(UMOL_L="1", MG_DL="88.4"),
    "UREA": _factors(MMOL_L="1"),
    "UREAN": _factors(MMOL_L="1", MG_DL="0.357"),
    "URATE": _factors(UMOL_L="1", MG_DL="59.48"),
    **dict.fromkeys(("ALB", "PROT"), _PROTEIN),
    "GLUC": _factors(MMOL_L="1", MG_DL="0.05551"),
    "SODIUM": _ION,
    "K": _ION,
    "CL": _ION,
    "CA": _CALCIUM,
    "CAION": _factors(MMOL_L="1"),
    "MG": _factors(MMOL_L="1", MG_DL="0.4114"),
    "PHOS": _factors(MMOL_L="1", MG_DL="0.3229"),
    "CHOL": _factors(MMOL_L="1", MG_DL="0.02586"),
    "TRIG": _factors(MMOL_L="1", MG_DL="0.01129"),
    "PT": _factors(SECOND="1"),
    "INR": _factors(RATIO="1"),
    "APTT": _factors(SECOND="1"),
    "FIBRINO": _IMMUNOGLOBULIN,
    # One unit of D-dimer is two of fibrinogen equivalents.
    "DDIMER": _factors(MG_L_FEU="1", NG_ML_FEU="0.001", MG_L_DDU="2", NG_ML_DDU="0.002"),
    "CRP": _factors(MG_L="1", MG_DL="10"),
    "FERRITIN": _factors(UG_L="1", NG_ML="1"),
    "PCT": _MASS,
    **dict.fromkeys(("INTLK6", "IFNG", "TNF"), _CYTOKINE),
    "SIL2R": _factors(U_ML="1"),
    **dict.fromkeys(("TROPONI", "TROPONT"), _TROPONIN),
    "CKMB": _MASS,
    "CKMBACT": _factors(U_L="1"),
    "BNPPRO": _CYTOKINE,
    **dict.fromkeys(("IGG", "IGA", "IGM"), _IMMUNOGLOBULIN),
    **dict.fromkeys(("TLYCE", "CD4", "CD8", "BLYCE", "NKCE"), _SUBSET),
    "TSH": _factors(MIU_L="1", UIU_ML="1"),
    "FT3": _factors(PMOL_L="1", PG_ML="1.536"),
    "FT4": _factors(PMOL_L="1", NG_DL="12.87", PG_ML="1.287"),
}

# Where nearly every result of a patient lies, in the standard unit: only there do two units of a test part. Our own
# choice from the reference intervals; it raises a question and decides nothing.
USUAL: Final[Mapping[str, tuple[Decimal, Decimal]]] = {
    test: (Decimal(low), Decimal(high))
    for tests, low, high in (
        ("WBC", "0.05", "100"),
        ("NEUT", "0.02", "60"),
        ("LYM MONO EOS BASO", "0.01", "30"),
        ("PLAT", "2", "1500"),
        ("HGB", "30", "230"),
        ("HCT", "0.1", "0.7"),
        ("ALT AST ALP GGT LDH AMYLASE LIPASE", "3", "1500"),
        ("CK", "10", "1500"),
        ("BILI", "2", "170"),
        ("BILDIR", "0.5", "120"),
        ("CREAT", "18", "1200"),
        ("UREAN", "0.8", "40"),
        ("URATE", "50", "1200"),
        ("ALB", "12", "65"),
        ("PROT", "30", "120"),
        ("GLUC", "1.5", "35"),
        ("CA", "1.2", "3.8"),
        ("MG", "0.45", "1.7"),
        ("PHOS", "0.45", "2.6"),
        ("CHOL", "1.2", "15"),
        ("TRIG", "0.25", "12"),
        ("FIBRINO", "0.3", "12"),
        ("DDIMER", "0.03", "80"),
        ("CRP", "0.1", "400"),
        ("TROPONI TROPONT", "0.5", "10000"),
        ("IGG", "0.5", "40"),
        ("IGA IGM", "0.05", "12"),
        ("FT3", "1", "30"),
        ("FT4", "3", "80"),
    )
    for test in tests.split()
}


def standard(test: str) -> Unit:
    """The unit in which results of this test are compared across laboratories, as laboratories in China report it."""
    return next(iter(UNITS[test]))


def factor(test: str, unit: str) -> Decimal | None:
    """What a figure in this unit is multiplied by to stand in the standard unit; None: it is no unit of the test."""
    return UNITS.get(test, {}).get(Unit(unit))


def to_standard(test: str, unit: str, result: Measured) -> Measured | None:
    """The result as reported, in the standard unit, with its operator. Exact, but for what lies past 8 places."""
    by = factor(test, unit)
    if by is None:
        return None
    figure = result.value if by == 1 else result.value * by
    if -int(figure.as_tuple().exponent) > 8:
        figure = figure.quantize(PLACES, ROUND_HALF_UP)
    return Measured(figure, result.operator) if figure < TOO_LARGE else None


def limit_in(test: str, limit: Decimal | None, given: str, wanted: str) -> Decimal | None:
    """A reference limit in another unit of the test, to 6 places: the limit that is shown and compared with."""
    if limit is None or given == wanted:
        return limit
    numerator, denominator = factor(test, given), factor(test, wanted)
    if numerator is None or denominator is None:
        return None
    return (limit * numerator / denominator).quantize(LIMIT_PLACES, ROUND_HALF_UP)


def likely_unit(test: str, unit: str, result: Measured) -> Unit | None:
    """The unit that was probably meant: the figure is hardly possible in the one chosen, but usual in that one."""
    if test not in USUAL or factor(test, unit) is None or _is_usual(test, unit, result.value):
        return None
    return next((other for other in UNITS[test] if _is_usual(test, other, result.value)), None)


def _is_usual(test: str, unit: str, figure: Decimal) -> bool:
    low, high = USUAL[test]
    return low <= figure * (factor(test, unit) or 0) <= high
