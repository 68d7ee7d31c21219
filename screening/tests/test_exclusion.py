"""Exclusion criteria but E4 and E7, both sides of every edge; met means excluded."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from screening.tests.eligibility_facts import BASELINE, SCREENED, answer, finding, partial, record, result, someone

pytestmark = pytest.mark.req("VAL-04")
EXCLUDED, FREE, OPEN = "MET", "NOT_MET", "NOT_EVALUABLE"


def test_it_works() -> None:
    found = finding("E10", {"CHEM": record(results=chemistry(CREAT=("221.1", "umol/L")))})
    assert found.answer == EXCLUDED
    creatinine = found.used[0]
    assert (creatinine.label, creatinine.value) == ("Creatinine", "221.1 µmol/L")
    assert (str(creatinine.on), creatinine.place and creatinine.place.form) == ("2026-03-02", "CHEM")


@pytest.mark.parametrize(
    ("epilepsy", "other", "expected"),
    [("N", "N", FREE), ("Y", "N", EXCLUDED), ("N", "Y", EXCLUDED), ("Y", None, EXCLUDED), ("N", None, OPEN)]
    + [(None, "N", OPEN), (None, None, OPEN)],
)
def test_e1_is_epilepsy_or_another_cns_disease(epilepsy: Any, other: Any, expected: str) -> None:
    assert answer("E1", {"MH": record(mhepil=epilepsy, mhcns=other)}) == expected


def thymus(screened: date = SCREENED, **answers: Any) -> Any:
    given = {"thymect": "N", "thymdat": None, "thymplan": "N", "thymrt": "N"} | answers
    given["thymdat"] = partial(given["thymdat"])
    return answer("E2", {"THYM": record(on=screened, **given)})


@pytest.mark.parametrize(
    ("operated", "screened", "expected"),
    [
        ("2024-03-15", date(2025, 3, 14), EXCLUDED),
        ("2024-03-15", date(2025, 3, 15), FREE),  # the anniversary is 12 months
        ("2024-02-29", date(2025, 2, 27), EXCLUDED),
        ("2024-02-29", date(2025, 2, 28), FREE),  # clamped to the end of the month
        ("2023-02-28", date(2024, 2, 27), EXCLUDED),
        ("2023-02-28", date(2024, 2, 28), FREE),
        ("2023-08-31", date(2024, 8, 30), EXCLUDED),
        ("2023-08-31", date(2024, 8, 31), FREE),
        ("2024-03", date(2025, 3, 31), FREE),
        ("2024-03", date(2025, 3, 30), OPEN),
        ("2024-03", date(2025, 3, 1), OPEN),
        ("2024-03", date(2025, 2, 28), EXCLUDED),
        ("2024", date(2025, 12, 31), FREE),
        ("2024", date(2025, 6, 1), OPEN),
        ("2025", date(2025, 12, 31), EXCLUDED),
        ("2024", date(2024, 12, 31), EXCLUDED),
        (None, date(2025, 3, 15), OPEN),
    ],
)
def test_e2_counts_12_calendar_months_from_thymectomy(operated: str | None, screened: date, expected: str) -> None:
    assert thymus(screened, thymect="Y", thymdat=operated) == expected


def test_e2_agrees_with_counting_months_on_the_calendar() -> None:
    """A second way: the same day a year later, or the last of February."""
    for offset in range(0, 800, 7):
        operated = date(2023, 1, 1) + timedelta(days=offset)
        leap = (operated.month, operated.day) == (2, 29)
        year_later = date(operated.year + 1, 2, 28) if leap else operated.replace(year=operated.year + 1)
        for shift, expected in ((-1, EXCLUDED), (0, FREE)):
            on = year_later + timedelta(days=shift)
            assert thymus(on, thymect="Y", thymdat=operated.isoformat()) == expected


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, FREE),
        ({"thymplan": "Y"}, EXCLUDED),
        ({"thymrt": "Y"}, EXCLUDED),
        ({"thymplan": None}, OPEN),
        ({"thymrt": None}, OPEN),
        ({"thymect": None}, OPEN),
        ({"thymrt": "Y", "thymect": None}, EXCLUDED),
    ],
)
def test_e2_is_also_surgery_planned_or_radiotherapy(answers: dict[str, Any], expected: str) -> None:
    assert thymus(**answers) == expected


@pytest.mark.parametrize(
    ("mean", "sex", "heart", "expected"),
    [
        ("450", "M", "N", FREE),
        ("450.1", "M", "N", EXCLUDED),
        ("470", "F", "N", FREE),
        ("470.1", "F", "N", EXCLUDED),
        ("460", "F", "N", FREE),
        ("460", None, "N", OPEN),
        ("450", None, "N", FREE),
        ("470.1", None, "N", EXCLUDED),
        ("400", "M", "Y", EXCLUDED),
        (None, "M", "Y", EXCLUDED),
        (None, "M", "N", OPEN),
        ("400", "M", None, OPEN),
    ],
)
def test_e3_is_a_long_qtcf_or_heart_disease(mean: str | None, sex: Any, heart: Any, expected: str) -> None:
    ecg = record(egqtcf=None if mean is None else Decimal(mean))
    assert answer("E3", {"ECG": ecg, "DM": record(sex=sex), "MH": record(mhcard=heart)}) == expected


@pytest.mark.parametrize(
    ("active", "grade", "intravenous", "expected"),
    [
        ("N", None, None, FREE),
        ("Y", "2", "N", FREE),
        ("Y", "3", "N", EXCLUDED),
        ("Y", "5", "N", EXCLUDED),
        ("Y", "1", "Y", EXCLUDED),
        ("Y", None, "Y", EXCLUDED),
        ("Y", None, "N", OPEN),
        ("Y", "2", None, OPEN),
        (None, None, None, OPEN),
    ],
)
def test_e5_is_grade_3_or_intravenous(active: Any, grade: Any, intravenous: Any, expected: str) -> None:
    assert answer("E5", {"INFC": record(infcact=active, infcgr=grade, infciv=intravenous)}) == expected


def virology(**answers: Any) -> Any:
    clean = {"hbsag": "NEG", "hbcab": "NEG", "hbvdna": None, "hbvlloq": "20"}
    clean |= {"hcvab": "NEG", "hcvrna": None, "hcvlloq": "15"}
    given: dict[str, Any] = clean | answers
    from core.crf.values import Measured

    for name in ("hbvdna", "hcvrna"):
        given[name] = None if given[name] is None else Measured.parse(given[name])
    for name in ("hbvlloq", "hcvlloq"):
        given[name] = None if given[name] is None else Decimal(given[name])
    return answer("E6", {"VIR": record(**given)})


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, FREE),
        ({"hbsag": "POS"}, EXCLUDED),
        ({"hbsag": None}, OPEN),
        ({"hbsag": "POS", "hbcab": None, "hcvab": None}, EXCLUDED),
        ({"hbcab": "POS"}, OPEN),  # DNA is mandatory now
        ({"hbcab": None}, OPEN),
        ({"hbcab": "POS", "hbvdna": "<20"}, FREE),
        ({"hbcab": "POS", "hbvdna": "19.9"}, FREE),
        ({"hbcab": "POS", "hbvdna": "20"}, EXCLUDED),
        ({"hbcab": "POS", "hbvdna": "0"}, FREE),
        ({"hbcab": "POS", "hbvdna": "0", "hbvlloq": None}, FREE),
        ({"hbcab": "POS", "hbvdna": "<20", "hbvlloq": None}, OPEN),
        ({"hbcab": "POS", "hbvdna": "<50"}, OPEN),  # may lie above the 20
        ({"hbcab": "POS", "hbvdna": ">170000000"}, EXCLUDED),
        ({"hbcab": "POS", "hbvdna": "<=20"}, OPEN),
        ({"hbcab": "POS", "hbvdna": "<=19"}, FREE),
        ({"hbcab": "NEG", "hbvdna": "350"}, EXCLUDED),
        ({"hcvab": "POS"}, OPEN),
        ({"hcvab": "POS", "hcvrna": "<15"}, FREE),
        ({"hcvab": "POS", "hcvrna": "14.99"}, FREE),
        ({"hcvab": "POS", "hcvrna": "15"}, EXCLUDED),
        ({"hcvab": "NEG", "hcvrna": "15"}, EXCLUDED),  # infection before there is antibody
        ({"hcvab": None}, OPEN),
    ],
)
def test_e6_is_hbsag_or_measurable_virus(answers: dict[str, Any], expected: str) -> None:
    assert virology(**answers) == expected


@pytest.mark.parametrize(("before", "expected"), [("Y", EXCLUDED), ("N", FREE), (None, OPEN)])
@pytest.mark.parametrize(("key", "item"), [("E8", "mhgene"), ("E11", "mhuncon")])
def test_e8_and_e11_are_as_the_history_says(key: str, item: str, before: Any, expected: str) -> None:
    assert answer(key, {"MH": record(**{item: before})}) == expected


@pytest.mark.parametrize(("fold", "expected"), [("4.99", EXCLUDED), ("5", FREE), ("5.01", FREE), (None, OPEN)])
def test_e9_is_less_than_5_fold(fold: str | None, expected: str) -> None:
    cells = record(tcfold=None if fold is None else Decimal(fold))
    assert answer("E9", {"TCELL": cells}, stage=2) == expected


def chemistry(**otherwise: tuple[str, ...]) -> list[Any]:
    """Normal results, but for those given as value, unit and upper limit."""
    normal = {
        "CREAT": ("70", "umol/L"),
        "BILI": ("12", "umol/L"),
        "ALT": ("30", "U/L", "50"),
        "AST": ("25", "U/L", "40"),
    }
    return [result(test, *found) for test, found in (normal | otherwise).items() if found]


@pytest.mark.parametrize(
    ("test", "found", "expected"),
    [
        ("CREAT", ("221.0", "umol/L"), FREE),
        ("CREAT", ("221", "umol/L"), FREE),
        ("CREAT", ("221.01", "umol/L"), EXCLUDED),
        ("CREAT", ("2.5", "mg/dL"), FREE),
        ("CREAT", ("2.50", "mg/dL"), FREE),
        ("CREAT", ("2.51", "mg/dL"), EXCLUDED),
        ("CREAT", ("2.501", "mg/dL"), EXCLUDED),  # 221.09 µmol/L: never rounded, never converted
        ("CREAT", ("221.0", "mg/dL"), EXCLUDED),
        ("CREAT", ("2.5", "mmol/L"), OPEN),
        ("CREAT", ("<18", "umol/L"), FREE),
        ("CREAT", ("<=221.0", "umol/L"), FREE),
        ("CREAT", ("<300", "umol/L"), OPEN),
        ("CREAT", (">221.0", "umol/L"), EXCLUDED),
        ("CREAT", (">=221.0", "umol/L"), OPEN),
        ("CREAT", (">200", "umol/L"), OPEN),
        ("CREAT", (), OPEN),
        ("BILI", ("34.2", "umol/L"), FREE),
        ("BILI", ("34.3", "umol/L"), EXCLUDED),
        ("BILI", ("2.0", "mg/dL"), FREE),
        ("BILI", ("2.01", "mg/dL"), EXCLUDED),
        ("BILI", (), OPEN),
        ("ALT", ("150", "U/L", "50"), FREE),
        ("ALT", ("150.1", "U/L", "50"), EXCLUDED),
        ("ALT", ("121", "U/L", "40"), EXCLUDED),  # each row with its own limit
        ("ALT", ("150", "U/L"), OPEN),
        ("ALT", (), OPEN),
        ("AST", ("120", "U/L", "40"), FREE),
        ("AST", ("120.1", "U/L", "40"), EXCLUDED),
        ("AST", (), OPEN),
    ],
)
def test_e10_is_strictly_above_a_limit(test: str, found: tuple[str, ...], expected: str) -> None:
    assert answer("E10", {"CHEM": record(results=chemistry(**{test: found}))}) == expected


def test_e10_one_that_fails_decides_though_another_lacks() -> None:
    rows = chemistry(CREAT=("230", "umol/L"), ALT=())
    assert answer("E10", {"CHEM": record(results=rows)}) == EXCLUDED


def test_e10_compares_with_the_limit_in_force_for_the_row() -> None:
    rows = [*chemistry(ALT=()), result("ALT", "130", "U/L", "50", lbnrhi=Decimal("40"))]
    assert answer("E10", {"CHEM": record(results=rows)}) == EXCLUDED
    rows = [*chemistry(ALT=()), result("ALT", "130", "U/L", "40", lbnrhi=Decimal("50"))]
    assert answer("E10", {"CHEM": record(results=rows)}) == FREE


def test_e10_of_the_enzymes_agrees_with_fractions() -> None:
    for limit in (35, 40, 50):
        for tenths in range(900, 1600, 7):
            found = answer("E10", {"CHEM": record(results=chemistry(ALT=(f"{tenths / 10:.1f}", "U/L", str(limit))))})
            assert (found == EXCLUDED) is (Fraction(tenths, 10 * limit) > 3)


def test_e10_is_judged_on_the_newest_result_of_the_stage() -> None:
    first, again = record(results=chemistry(ALT=("200", "U/L", "50"))), chemistry(ALT=("90", "U/L", "50"))
    repeat = record("UNS-1", on=SCREENED + timedelta(days=6), results=again)
    assert answer("E10", {"CHEM": [first]}) == EXCLUDED
    assert answer("E10", {"CHEM": [first, repeat]}) == FREE
    assert answer("E10", {"CHEM": [repeat, first]}) == FREE  # by date, not by the order of entry
    collected = someone(leukapheresis_on=SCREENED + timedelta(days=5))
    assert answer("E10", {"CHEM": [first, repeat]}, subject=collected) == EXCLUDED  # after the step it is too late


def test_e10_takes_each_test_from_the_newest_sample_that_has_it() -> None:
    repeat = record("UNS-1", on=SCREENED + timedelta(days=6), results=[result("ALT", "90", "U/L", "50")])
    first = record(results=chemistry(ALT=("200", "U/L", "50")))
    assert answer("E10", {"CHEM": [first, repeat]}) == FREE


@pytest.mark.parametrize(("days", "expected"), [(7, FREE), (8, OPEN), (-1, FREE)])
def test_e10_at_stage_2_counts_results_of_the_7_days_before_the_decision(days: int, expected: str) -> None:
    sample = record("BL", on=BASELINE, results=chemistry())
    decided = {"ieddat": BASELINE + timedelta(days=days)}
    assert answer("E10", {"CHEM": sample}, stage=2, form=decided) == expected
    assert answer("E10", {"CHEM": record(results=chemistry())}, form={"ieddat": SCREENED + timedelta(days=20)}) == FREE


def test_e10_at_stage_2_wants_baseline_data() -> None:
    assert answer("E10", {"CHEM": record("SCR", results=chemistry())}, stage=2) == OPEN


@pytest.mark.parametrize(
    ("screen", "confirmed", "expected"),
    [("NR", None, FREE), ("R", "POS", EXCLUDED), ("R", "NEG", FREE), ("R", "IND", OPEN), ("R", "PEND", OPEN)]
    + [("R", None, OPEN), (None, None, OPEN)],
)
def test_e12_is_reactive_and_confirmed(screen: Any, confirmed: Any, expected: str) -> None:
    assert answer("E12", {"VIR": record(hivscr=screen, hivconf=confirmed)}) == expected


def test_a_form_that_is_not_there_leaves_every_criterion_open() -> None:
    for key in ("E1", "E2", "E3", "E5", "E6", "E8", "E10", "E11", "E12", "E13"):
        found = finding(key, {})
        assert (found.answer, bool(found.why)) == (OPEN, True), key
