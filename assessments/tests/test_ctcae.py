"""CTCAE 5.0 laboratory grades: every row of the published table on both sides of every edge, in each unit it gives.

The expected grades are read off the printed table by hand. A second way of grading walks a literal copy of the table.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.ctcae import Baseline, Case, Graded, grade
from assessments.ctcae_v5 import TERMS
from assessments.tests.ctcae_table import LIMITS, by_table
from core.crf.values import Measured

pytestmark = pytest.mark.req("VAL-04")


def graded(test: str, unit: str, result: str, low: Any = None, high: Any = None, **more: Any) -> Graded:
    low, high = (None if limit is None else Decimal(str(limit)) for limit in (low, high))
    return grade([t for t in TERMS if t.test == test], Case(test, unit, Measured.parse(result), low, high, **more))


def said(*args: Any, **more: Any) -> str:
    """The grade as 2, a proposed one as 2?, none as -."""
    found = graded(*args, **more)
    if found.proposed is not None:
        return f"{found.proposed}?"
    return "-" if found.grade is None else str(found.grade)


def test_it_works() -> None:
    assert graded("NEUT", "10^9/L", "0.49", "1.8", "6.3") == Graded("NEUT_LOW", 4, None)
    assert graded("NEUT", "10^9/L", "1.8", "1.8", "6.3") == Graded("", 0, None)


# Test, unit, lower limit, upper limit: then result and grade, both sides of each edge.
EDGES = """
NEUT   10^9/L  1.8  6.3   1.8=0 1.79=1 1.5=1 1.49=2 1.0=2 0.99=3 0.5=3 0.49=4 0=4 6.3=0 6.31=-
NEUT   /uL     1800 6300  1800=0 1799=1 1500=1 1499=2 1000=2 999=3 500=3 499=4
WBC    10^9/L  3.5  9.5   3.5=0 3.49=1 3.0=1 2.99=2 2.0=2 1.99=3 1.0=3 0.99=4
WBC    /uL     3500 9500  3499=1 3000=1 2999=2 2000=2 1999=3 1000=3 999=4
LYM    10^9/L  1.1  3.2   1.1=0 1.09=1 0.8=1 0.79=2 0.5=2 0.49=3 0.2=3 0.19=4 3.2=0 3.21=0 4.0=0 4.01=2 20=2 20.01=3
LYM    /uL     1100 3200  1099=1 800=1 799=2 500=2 499=3 200=3 199=4 4000=0 4001=2 20000=2 20001=3
CD4    /uL     550  1440  550=0 549=1 500=1 499=2 200=2 199=3 50=3 49=4
CD4    10^6/L  550  1440  550=0 549=1 500=1 499=2 200=2 199=3 50=3 49=4
HGB    g/L     130  175   130=0 129=1 100=1 99.9=2 80=2 79.9=3? 40=3?
HGB    g/dL    13   17.5  13=0 12.9=1 10.0=1 9.9=2 8.0=2 7.9=3?
PLAT   10^9/L  125  350   125=0 124=1 75=1 74.9=2 50=2 49.9=3 25=3 24.9=4
PLAT   /uL     125000 350000  124999=1 75000=1 74999=2 50000=2 49999=3 25000=3 24999=4
ALT    U/L     9    50    50=0 50.1=1 150=1 150.1=2 250=2 250.1=3 1000=3 1000.1=4 8=-
AST    U/L     13   35    35=0 35.1=1 105=1 105.1=2 175=2 175.1=3 700=3 700.1=4
ALP    U/L     45   125   125=0 125.1=1 312.5=1 312.6=2 625=2 625.1=3 2500=3 2500.1=4
GGT    U/L     10   60    60=0 60.1=1 150=1 150.1=2 300=2 300.1=3 1200=3 1200.1=4
BILI   umol/L  -    23    23=0 23.1=1 34.5=1 34.6=2 69=2 69.1=3 230=3 230.1=4
BILI   mg/dL   -    1.3   1.3=0 1.31=1 1.95=1 1.96=2 3.9=2 3.91=3 13=3 13.1=4
CREAT  umol/L  57   97    97=0 97.1=1 145.5=1 145.6=2 291=2 291.1=3 582=3 582.1=4
CREAT  mg/dL   0.6  1.1   1.1=0 1.11=1 1.65=1 1.66=2 3.3=2 3.31=3 6.6=3 6.61=4
SODIUM mmol/L  137  147   137=0 136.9=1 130=1 129.9=2? 129.5=2? 125=2? 124.9=3 124.5=3 120=3 119.9=4
SODIUM mEq/L   137  147   147=0 147.1=1 150=1 150.1=2? 155=2? 155.1=3? 160=3? 160.1=4
K      mmol/L  3.5  5.3   3.5=0 3.49=1? 3.0=1? 2.99=3? 2.5=3? 2.49=4 5.3=0
K      mmol/L  3.5  5.3   5.31=1 5.5=1 5.51=2? 6.0=2? 6.01=3? 7.0=3? 7.01=4
CAION  mmol/L  1.1  1.35  1.1=0 1.09=1 1.0=1 0.99=2? 0.9=2? 0.89=3? 0.8=3? 0.79=4
CAION  mmol/L  1.1  1.35  1.35=0 1.36=1 1.5=1 1.51=2? 1.6=2? 1.61=3? 1.8=3? 1.81=4
CA     mmol/L  2.11 2.52  2.11=0 2.1=1 2.0=1 1.99=2? 1.75=2? 1.74=3? 1.5=3? 1.49=4
CA     mmol/L  2.11 2.52  2.52=0 2.53=1 2.9=1 2.91=2? 3.1=2? 3.11=3? 3.4=3? 3.41=4
CA     mg/dL   8.5  10.1  8.5=0 8.49=1 8.0=1 7.99=2? 7.0=2? 6.99=3? 6.0=3? 5.99=4
CA     mg/dL   8.5  10.1  10.1=0 10.2=1 11.5=1 11.51=2? 12.5=2? 12.51=3? 13.5=3? 13.51=4
MG     mmol/L  0.75 1.02  0.75=0 0.74=1 0.5=1 0.49=2 0.4=2 0.39=3 0.3=3
MG     mmol/L  0.75 1.02  0.29=4 1.02=0 1.03=1 1.23=1 1.24=3? 3.30=3? 3.31=4
MG     mg/dL   1.8  2.5   1.79=1 1.2=1 1.19=2 0.9=2 0.89=3 0.7=3 0.69=4 2.51=1 3.0=1 3.01=3? 8.0=3? 8.01=4
GLUC   mmol/L  3.9  6.1   3.9=0 3.89=1 3.0=1 2.99=2 2.2=2 2.19=3 1.7=3 1.69=4 6.1=0 6.11=1?
GLUC   mg/dL   70   110   69=1 55=1 54.9=2 40=2 39.9=3 30=3 29.9=4 111=1?
ALB    g/L     40   55    40=0 39.9=1 30=1 29.9=2 20=2 19.9=3? 55=0 55.1=-
ALB    g/dL    4.0  5.5   3.9=1 3=1 2.99=2 2=2 1.99=3?
FIBRINO g/L    2.0  4.0   2.0=0 1.99=1 1.5=1 1.49=2 1.0=2 0.99=3 0.5=3 0.49=4
FIBRINO mg/dL  200  400   200=0 199=1 150=1 149=2 100=2 99=3 50=3 49=4
FIBRINO mg/dL  150  400   150=0 149=1 112.5=1 112.4=2 75=2 74.9=3 50=3 49.9=4 37.4=4
INR    RATIO   -    1.15  1.15=0 1.16=0 1.2=0 1.21=1 1.5=1 1.51=2 2.5=2 2.51=3
INR    RATIO   -    1.3   1.25=0 1.3=0 1.31=1
INR    RATIO   -    -     1.2=0 1.21=1 1.51=2 2.51=3
APTT   s       25   40    40=0 40.1=1 60=1 60.1=2 100=2 100.1=3
CK     U/L     50   310   310=0 310.1=1 775=1 775.1=2 1550=2 1550.1=3 3100=3 3100.1=4
LDH    U/L     120  250   250=0 250.1=1 5000=1
URATE  umol/L  208  428   428=0 428.1=1? 2000=1?
TRIG   mmol/L  -    1.7   1.7=0 1.70=0 1.71=1 3.42=1 3.43=2 5.7=2 5.71=3 11.4=3 11.41=4
TRIG   mg/dL   -    149   149=0 149.9=0 150=1 300=1 300.1=2 500=2 500.1=3 1000=3 1000.1=4
TRIG   mmol/L  -    -     1.70=0 1.71=1
AMYLASE U/L    30   100   100=0 100.1=1 150=1 150.1=2 200=2 200.1=2? 500=2? 500.1=3?
LIPASE U/L     10   60    60=0 60.1=1 90=1 90.1=2 120=2 120.1=2? 300=2? 300.1=3?
PHOS   mmol/L  0.85 1.51  0.85=0 0.84=1? 1.51=0 1.52=1?
TROPONI ng/L   -    26    26=0 26.1=1?
TROPONT ng/L   -    14    14=0 14.1=1?
"""
ROWS: list[Any] = [
    (test, unit, None if low == "-" else low, None if high == "-" else high, *pair.split("="))
    for test, unit, low, high, *pairs in (line.split() for line in EDGES.strip().splitlines())
    for pair in pairs
]


@pytest.mark.parametrize(("test", "unit", "low", "high", "result", "expected"), ROWS)
def test_each_edge_of_the_printed_table(test: str, unit: str, low: Any, high: Any, result: str, expected: str) -> None:
    assert said(test, unit, result, low, high) == expected


def test_every_term_has_rows_there() -> None:
    found = {graded(test, unit, result, low, high).term for test, unit, low, high, result, _ in ROWS}
    assert found == {"", *(str(term.code) for term in TERMS)}


def against(baseline: str, result: str, indicator: str | None) -> dict[str, Baseline]:
    return {"baseline": Baseline(Measured.parse(baseline), Measured.parse(result), indicator)}


# Where the baseline lay beyond the limit: test, limits, baseline, then result and grade.
ABNORMAL = """
ALT    -   50   HIGH 100   149.9=0 150=1 300=1 300.1=2 500=2 500.1=3 2000=3 2000.1=4 50=0
AST    -   40   HIGH 100   149.9=0 150=1 300=1 300.1=2 500=2 500.1=3 2000=3 2000.1=4
ALP    -   125  HIGH 200   399.9=0 400=1 500=1 500.1=2 1000=2 1000.1=3 4000=3 4000.1=4
GGT    -   60   HIGH 100   199.9=0 200=1 250=1 250.1=2 500=2 500.1=3 2000=3 2000.1=4
BILI   -   23   HIGH 40    40=0 40.1=1 60=1 60.1=2 120=2 120.1=3 400=3 400.1=4 20=0
ALT    9   50   NORMAL 40  50=0 50.1=1 150=1 150.1=2
ALT    9   50   LOW 8      50=0 50.1=1 150=1 150.1=2
FIBRINO 2.0 4.0 LOW 1.6    1.6=0 1.59=1 1.21=1 1.2=2 0.81=2 0.8=3 0.5=3 0.49=4 1.9=0
FIBRINO 2.0 4.0 LOW 4.8    1.9=3 1.21=3 1.2=4
FIBRINO 2.0 4.0 NORMAL 3.0 1.99=1 1.5=1 1.49=2
CREAT  57  97   NORMAL 60  97=0 97.1=2 90=0 180=2 180.1=3 582.1=4
CREAT  57  97   HIGH 120   145.5=1 145.6=2 180=2 180.1=2 360=3 582=3 291=2 291.1=3
CREAT  57  97   LOW 40     97.1=2 120=2 120.1=3
"""
AGAINST: list[Any] = [
    (test, None if low == "-" else low, high, indicator, baseline, *pair.split("="))
    for test, low, high, indicator, baseline, *pairs in (line.split() for line in ABNORMAL.strip().splitlines())
    for pair in pairs
]


@pytest.mark.parametrize(("test", "low", "high", "indicator", "baseline", "result", "expected"), AGAINST)
def test_a_sample_of_after_treatment_is_compared_with_the_baseline(
    test: str, low: Any, high: Any, indicator: str, baseline: str, result: str, expected: str
) -> None:
    unit = {"BILI": "umol/L", "CREAT": "umol/L", "FIBRINO": "g/L"}.get(test, "U/L")
    assert said(test, unit, result, low, high, **against(baseline, result, indicator)) == expected


@pytest.mark.parametrize(
    ("baseline", "result", "expected"),
    [("2.0", "2.0", "0"), ("2.0", "2.01", "1?"), ("2.0", "3.0", "1?"), ("2.0", "3.01", "2?"), ("2.0", "5.0", "2?"),
     ("2.0", "5.01", "3?"), ("2.0", "1.1", "0")],
)  # fmt: skip
def test_on_an_anticoagulant_the_inr_is_compared_with_the_baseline_and_only_proposed(
    baseline: str, result: str, expected: str
) -> None:
    more: dict[str, Any] = against(baseline, result, "HIGH")
    assert said("INR", "RATIO", result, None, "1.15", treated=True, **more) == expected


def test_where_it_is_not_known_whether_an_anticoagulant_was_taken_the_inr_is_only_proposed() -> None:
    assert said("INR", "RATIO", "1.6", None, "1.15", doubtful=True) == "2?"


def test_without_a_baseline_on_record_a_later_sample_is_graded_by_the_limit_and_only_proposed() -> None:
    assert said("ALT", "U/L", "300", "9", "50", baseline=Baseline()) == "3?"
    assert said("ALT", "U/L", "50", "9", "50", baseline=Baseline()) == "0"
    assert said("CREAT", "umol/L", "100", "57", "97", baseline=Baseline()) == "1?"
    assert said("CREAT", "umol/L", "600", "57", "97", baseline=Baseline()) == "4?"
    assert said("NEUT", "10^9/L", "0.4", "1.8", "6.3", baseline=Baseline()) == "4"


def test_a_baseline_without_limits_leaves_the_arm_open_where_the_two_differ() -> None:
    assert said("ALT", "U/L", "300", "9", "50", **against("100", "300", None)) == "1?"
    assert said("ALT", "U/L", "5000", "9", "50", **against("100", "5000", None)) == "4"


def test_a_censored_baseline_has_no_multiples() -> None:
    assert said("ALT", "U/L", "3000", "9", "50", **against(">500", "3000", "HIGH")) == "-"


@pytest.mark.parametrize(
    ("test", "unit", "result", "low", "high", "expected"),
    [
        ("NEUT", "10^9/L", "<0.5", "1.8", "6.3", "4"),
        ("NEUT", "10^9/L", "<=0.5", "1.8", "6.3", "3?"),
        ("NEUT", "10^9/L", "<1.0", "1.8", "6.3", "3?"),
        ("NEUT", "10^9/L", "<=0.4", "1.8", "6.3", "4"),
        ("NEUT", "10^9/L", "<2", "1.8", "6.3", "-"),
        ("NEUT", "10^9/L", ">2", "1.8", "6.3", "-"),
        ("ALT", "U/L", ">1000", "9", "50", "4"),
        ("ALT", "U/L", ">=1000", "9", "50", "3?"),
        ("ALT", "U/L", ">200", "9", "50", "2?"),
        ("ALT", "U/L", "<5", "9", "50", "-"),
        ("BILI", "umol/L", "<2", None, "23", "0"),
        ("BILI", "umol/L", "<30", None, "23", "-"),
        ("PLAT", "10^9/L", "<20", "125", "350", "4"),
        ("LDH", "U/L", ">500", "120", "250", "1"),
    ],
)
def test_a_censored_result_is_graded_only_where_that_is_certain(
    test: str, unit: str, result: str, low: Any, high: Any, expected: str
) -> None:
    assert said(test, unit, result, low, high) == expected


def test_without_the_limit_a_grade_by_figures_is_only_proposed() -> None:
    assert said("NEUT", "10^9/L", "0.4") == "4?"
    assert said("NEUT", "10^9/L", "2.0") == "-"
    assert said("ALT", "U/L", "400") == "-"


def test_a_result_inside_the_limits_has_no_toxicity_whatever_the_figures() -> None:
    """First whether the value is outside the normal range at all, then the grade (reference pack, section 8.5)."""
    assert said("K", "mmol/L", "5.6", "3.5", "5.7") == "0"
    assert said("PLAT", "10^9/L", "74", "70", "350") == "0"


def test_a_test_without_a_term_has_no_grade() -> None:
    assert said("UREA", "mmol/L", "30", "3", "8") == "-"


@pytest.mark.parametrize(("test", "unit"), sorted({(row[0], row[1]) for row in ROWS}))
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_literal_copy_of_the_table_read_another_way_agrees(test: str, unit: str, data: st.DataObject) -> None:
    low, high = LIMITS[test, unit]
    edges = sorted({Decimal(row[4]) for row in ROWS if row[:2] == (test, unit)})
    figure = data.draw(st.one_of(st.sampled_from(edges), st.decimals(0, edges[-1] * 2, places=2)))
    found = graded(test, unit, f"{figure:f}", low, high)
    assert by_table(test, unit, figure, low, high) == (found.grade if found.proposed is None else found.proposed)


@pytest.mark.parametrize(("test", "unit"), sorted({(row[0], row[1]) for row in ROWS}))
@pytest.mark.parametrize("baseline", [None, "HIGH", "LOW", "NORMAL"])
def test_the_further_from_the_limits_the_higher_the_grade(test: str, unit: str, baseline: str | None) -> None:
    low, high = LIMITS[test, unit]
    was = {"HIGH": high and high * 2, "LOW": low and low / 2, "NORMAL": high or low, None: None}[baseline]
    middle = high or low or Decimal(1)

    def worst(figure: Decimal) -> int:
        now = Measured(figure)
        more: dict[str, Any] = {} if was is None else {"baseline": Baseline(Measured(was), now, baseline)}
        found = graded(test, unit, f"{figure:f}", low, high, **more)
        return found.proposed if found.proposed is not None else found.grade or 0

    upwards = [worst(middle * n / 20) for n in range(20, 800)]
    downwards = [worst(middle * n / 200) for n in range(200, -1, -1)]
    assert upwards == sorted(upwards)
    if low is not None:
        downwards = [worst(low * n / 200) for n in range(200, -1, -1)]
        assert downwards == sorted(downwards)
