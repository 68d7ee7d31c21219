"""Lymphodepletion: surface, doses against the plan, kidney function from the newest creatinine, what is asked about."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.testing.forms import filled, firings, stand_in

DAY = "2025-02-23"
GIVEN: dict[str, Any] = {
    "explan": "A", "exoccur": "Y", "exheight": "160", "exweight": "90",
    "flugiven": "Y", "fludose": "60", "flustdtc": f"{DAY}T09:00+08:00", "fluendtc": f"{DAY}T09:30+08:00",
    "cygiven": "Y", "cydose": "600", "cystdtc": f"{DAY}T10:00+08:00", "cyendtc": f"{DAY}T11:00+08:00",
}  # fmt: skip
SIGNED = filled("ICF", icyn="Y", rficdtc="2025-01-05T09:00+08:00")
ELIGIBLE = stand_in("IE2", ied="ELIGIBLE", ieddat=date(2025, 2, 22), signature_id=7)
MAN = filled("DM", sex="M", brthdat="1985-02-01")
WOMAN = filled("DM", sex="F", brthdat="1985-02-01")


def chem(on: str, *results: tuple[str, str], at: str | None = None) -> Any:
    rows = [{"lbtestcd": "CREAT", "lborres": figure, "lborresu": unit} for figure, unit in results]
    return filled("CHEM", lbperf="Y", lbdat=on, lbtim=at, rows={"results": rows})


KIDNEYS = chem("2025-02-22", ("88.4", "umol/L"))
CLEAR = (SIGNED, ELIGIBLE, KIDNEYS)


def dose(*others: Any, who: Any = MAN, **answers: Any) -> Any:
    return filled("LD", others=[who, *others], **GIVEN | answers)


def asks(*others: Any, who: Any = MAN, **answers: Any) -> dict[str, str]:
    """Check id -> kind, for a subject who signed, was found eligible and has this kidney function."""
    known = [who, *CLEAR, *others]
    record = filled("LD", others=known, **GIVEN | answers)
    return {firing.check_id: firing.kind for firing in firings(record, others=known)}


@pytest.mark.req("VAL-04")
def test_it_works() -> None:
    record = dose(KIDNEYS)
    assert (record.exbsa, record.fludosm2, record.cydosm2) == (Decimal("2.00"), Decimal("30.0"), Decimal("300.0"))
    # 40 years, 90 kg, 1 mg/dL: 100 x 90 / 72
    assert (record.excreat, record.excreatdat, record.excrcl) == (Decimal("88.4"), date(2025, 2, 22), Decimal("125.0"))
    assert record.ldstdtc == record.flustdtc
    assert record.ldendtc == record.cyendtc
    assert asks() == {}


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("height", "weight", "surface", "fludarabine"),
    [
        ("170", "70", "1.82", "33.0"),  # root of 3.30556: 1.81812; 60 / 1.81812 = 33.0011
        ("162.5", "58.3", "1.62", "37.0"),  # root of 2.63160: 1.62222; 60 / 1.62222 = 36.9864
        ("180", "80", "2.00", "30.0"),
        ("150", "45", "1.37", "43.8"),  # root of 1.875: 1.36931; 60 / 1.36931 = 43.8178
    ],
)
def test_surface_and_dose_per_surface(height: str, weight: str, surface: str, fludarabine: str) -> None:
    record = dose(exheight=height, exweight=weight)
    assert (str(record.exbsa), str(record.fludosm2)) == (surface, fludarabine)


def test_a_height_or_weight_of_0_is_asked_about_and_derives_no_dose_per_surface() -> None:
    record = dose(exheight="0")
    assert (record.exbsa, record.fludosm2) == (Decimal("0.00"), None)
    assert "LD-01" in asks(exheight="0")
    assert dose(KIDNEYS, exweight="0").excrcl is None


@pytest.mark.parametrize("name", ["exheight", "exweight"])
def test_nothing_is_derived_while_a_figure_is_missing(name: str) -> None:
    record = dose(KIDNEYS, **{name: None})
    assert (record.exbsa, record.fludosm2, record.cydosm2) == (None, None, None)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("plan", "flu", "cy", "expected"),
    [
        ("A", "66", "660", set()),  # exactly 10 % above 30 and 300 mg/m2 at 2 m2
        ("A", "66.1", "660.1", {"LD-05", "LD-06"}),
        ("A", "54", "540", set()),
        ("A", "53.9", "539.9", {"LD-05", "LD-06"}),
        ("B", "60", "1000", set()),
        ("B", "60", "600", {"LD-06"}),
        ("C", "50", "2000", set()),
        ("C", "60", "2000", {"LD-05"}),
        ("D", "60", "450", set()),  # exactly 10 % below 250
        ("D", "60", "449.9", {"LD-06"}),
        ("D", "60", "550", set()),
        ("D", "60", "660", set()),  # exactly 10 % above 300
        ("D", "60", "660.1", {"LD-06"}),
        ("E", "60", "600", {"LD-07"}),
    ],
)
def test_a_dose_more_than_10_percent_off_the_plan_is_asked_about(
    plan: str, flu: str, cy: str, expected: set[str]
) -> None:
    assert set(asks(explan=plan, fludose=flu, cydose=cy)) == expected


def test_a_drug_that_the_plan_gives_and_was_not_given_is_asked_about() -> None:
    no_flu: dict[str, Any] = {"flugiven": "N", "flureasnd": "CrCl", "fludose": None, "flustdtc": None, "fluendtc": None}
    no_cy: dict[str, Any] = {"cygiven": "N", "cyreasnd": "Cystitis", "cydose": None, "cystdtc": None, "cyendtc": None}
    assert set(asks(**no_flu)) == {"LD-08"}
    assert set(asks(**no_cy)) == {"LD-09"}
    assert set(asks(explan="C", fludose="50", **no_cy)) == set()  # on one of its days only


def test_the_first_and_the_last_dose_of_the_day() -> None:
    record = dose(cystdtc=f"{DAY}T08:00+08:00", cyendtc=f"{DAY}T08:45+08:00")
    assert (record.ldstdtc, record.ldendtc) == (record.cystdtc, record.fluendtc)
    assert dose(fluendtc=None, cyendtc=None).ldendtc == record.flustdtc.replace(hour=10)
    nothing = filled("LD", explan="E", exoccur="N", exreasnd="Regimen E")
    assert (nothing.ldstdtc, nothing.ldendtc, nothing.excreat) == (None, None, None)


@pytest.mark.parametrize(
    ("item", "value", "rule"),
    [("fluendtc", f"{DAY}T09:00+08:00", "LD-02"), ("cyendtc", f"{DAY}T10:00+08:00", "LD-03")],
)
def test_a_drug_ends_after_it_starts(item: str, value: str, rule: str) -> None:
    assert rule in asks(**{item: value})


def test_another_day_than_the_visit_s_is_asked_about() -> None:
    for day, said in ((23, False), (24, True)):
        record = filled("LD", visit_on=date(2025, 2, day), others=[MAN, *CLEAR], **GIVEN)
        assert ("LD-04" in {f.check_id for f in firings(record, others=[MAN, *CLEAR])}) is said


# Kidney function


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("weight", "creatinine", "expected"),
    [
        # a man of 40: 100 x kg / (72 x mg/dL)
        ("54", "2.5", {"LD-22"}),  # 100 x 54 / 180 = 30 exactly: caution, no more
        ("53.9", "2.5", {"LD-21"}),  # 29.94
        ("54", "2.501", {"LD-21"}),  # 29.988, shown as 30.0
        ("50.4", "1", set()),  # 70 exactly
        ("50.3", "1", {"LD-22"}),  # 69.86
        ("54", "2.5001", {"LD-21"}),
    ],
)
def test_a_low_clearance_is_said_before_rounding(weight: str, creatinine: str, expected: set[str]) -> None:
    kidneys = chem("2025-02-23", (creatinine, "mg/dL"), at="08:00")
    assert set(asks(kidneys, exweight=weight)) & {"LD-21", "LD-22", "LD-23"} == expected


def test_the_figure_shown_is_rounded_and_the_check_is_not() -> None:
    kidneys = chem("2025-02-23", ("2.501", "mg/dL"), at="08:00")
    assert dose(kidneys, exweight="54").excrcl == Decimal("30.0")
    assert "LD-21" in asks(kidneys, exweight="54")


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("samples", "creatinine"),
    [
        ([("2025-02-21", "60", None), ("2025-02-22", "70", None)], "70.0"),
        ([("2025-02-22", "70", None), ("2025-02-21", "60", None)], "70.0"),
        ([("2025-02-22", "70", None), ("2025-02-23", "80", "08:59")], "80.0"),
        ([("2025-02-22", "70", None), ("2025-02-23", "80", "09:00")], "70.0"),  # at the very start: not before it
        ([("2025-02-22", "70", None), ("2025-02-23", "80", None)], "80.0"),  # that day, time not known
        ([("2025-02-23", "80", None), ("2025-02-23", "90", "07:00")], "90.0"),
        ([("2025-02-22", "70", None), ("2025-02-24", "80", "07:00")], "70.0"),
        ([("2025-02-24", "80", None)], None),
    ],
)
def test_the_newest_creatinine_before_the_first_dose_counts(
    samples: list[tuple[str, str, str | None]], creatinine: str | None
) -> None:
    record = dose(*(chem(on, (figure, "umol/L"), at=at) for on, figure, at in samples))
    assert record.excreat == (None if creatinine is None else Decimal(creatinine))


def test_with_no_dose_yet_the_samples_up_to_the_day_of_the_visit_count() -> None:
    none: dict[str, Any] = {"explan": "A", "exoccur": "Y", "exweight": "90"}
    later, earlier = chem("2025-02-24", ("80", "umol/L")), chem("2025-02-23", ("70", "umol/L"), at="07:00")
    record = filled("LD", others=[MAN, later, earlier], visit_on=date(2025, 2, 23), **none)
    assert record.excreat == Decimal("70.0")


def test_a_creatinine_that_is_no_figure_gives_no_clearance_and_is_asked_about() -> None:
    vague = chem("2025-02-23", ("<20", "umol/L"), at="08:00")
    record = dose(KIDNEYS, vague)
    assert (record.excreat, record.excreatdat, record.excrcl) == (None, date(2025, 2, 23), None)
    assert "LD-23" in asks(vague)


@pytest.mark.parametrize("who", [filled("DM", sex="M"), filled("DM", brthdat="1985"), filled("DM")])
def test_without_birth_date_or_sex_there_is_no_clearance(who: Any) -> None:
    assert dose(KIDNEYS, who=who).excrcl is None
    assert "LD-23" in asks(who=who)


def test_a_woman_has_85_hundredths() -> None:
    assert dose(KIDNEYS, who=WOMAN).excrcl == Decimal("106.3")  # 106.25, half up


# Over the days and across forms


@pytest.mark.req("ENT-04")
@pytest.mark.parametrize(
    ("decision", "deviates"),
    [
        ({"ied": "ELIGIBLE", "ieddat": date(2025, 2, 23), "signature_id": 7}, False),
        ({"ied": "ELIGIBLE", "ieddat": date(2025, 2, 24), "signature_id": 7}, True),
        ({"ied": "ELIGIBLE", "ieddat": date(2025, 2, 22), "signature_id": None}, True),
        ({"ied": "NOT_ELIGIBLE", "ieddat": date(2025, 2, 22), "signature_id": 7}, True),
        ({"ied": "ELIGIBLE", "ieddat": None, "signature_id": 7}, True),
    ],
)
def test_a_dose_without_signed_eligibility_on_or_before_the_day_is_a_deviation(
    decision: dict[str, Any], deviates: bool
) -> None:
    others = [MAN, SIGNED, KIDNEYS, stand_in("IE2", **decision)]
    record = filled("LD", others=others, **GIVEN)
    kinds = {firing.check_id: firing.kind for firing in firings(record, others=others)}
    assert kinds == ({"LD-20": "DEVIATION"} if deviates else {})


@pytest.mark.req("ENT-04")
def test_a_dose_without_consent_before_it_is_a_deviation() -> None:
    for signed, said in (("2025-02-23T08:59+08:00", False), ("2025-02-23T09:00+08:00", True)):
        others = [MAN, ELIGIBLE, KIDNEYS, filled("ICF", icyn="Y", rficdtc=signed)]
        record = filled("LD", others=others, **GIVEN)
        assert ("LD-27" in {f.check_id for f in firings(record, others=others)}) is said


def test_one_regimen_over_the_days_of_a_course() -> None:
    other_plan = dose(explan="B", flustdtc="2025-02-24T09:00+08:00", cystdtc="2025-02-24T10:00+08:00")
    long_ago = dose(explan="B", flustdtc="2024-02-24T09:00+08:00", cystdtc="2024-02-24T10:00+08:00")
    assert "LD-24" in asks(other_plan)
    assert "LD-24" not in asks(long_ago)


def test_regimen_c_gives_cyclophosphamide_once() -> None:
    c: dict[str, Any] = {"explan": "C", "fludose": "50", "cydose": "2000"}
    again = dose(**c, flustdtc="2025-02-24T09:00+08:00", cystdtc="2025-02-24T10:00+08:00")
    assert "LD-25" in asks(again, **c)
    assert "LD-25" not in asks(**c)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("tested", "said"),
    [
        ("2025-02-20T08:59+08:00", True),  # 72 h 1 min
        ("2025-02-20T09:00+08:00", False),  # exactly 72 h
        ("2025-02-23T09:00+08:00", False),
        ("2025-02-23T09:01+08:00", True),  # after the dose
    ],
)
def test_a_woman_needs_a_negative_test_in_the_72_hours_before_the_first_dose(tested: str, said: bool) -> None:
    test = filled("UPT", lbperf="Y", lbdtc=tested, lborres="NEG")
    assert ("LD-26" in asks(test, who=WOMAN)) is said
    assert "LD-26" not in asks(who=MAN)
    assert "LD-26" not in asks(stand_in("RP", childpot="N"), who=WOMAN)


def test_the_test_is_asked_for_before_the_first_dose_of_a_course_alone() -> None:
    earlier = dose(flustdtc="2025-02-22T09:00+08:00", cystdtc="2025-02-22T10:00+08:00")
    assert "LD-26" in asks(who=WOMAN)
    assert "LD-26" not in asks(earlier, who=WOMAN)


def test_a_positive_or_older_negative_test_before_the_dose_is_asked_about() -> None:
    negative = filled("UPT", lbperf="Y", lbdtc="2025-02-22T08:00+08:00", lborres="NEG")
    positive = filled("UPT", lbperf="Y", lbdtc="2025-02-22T20:00+08:00", lborres="POS")
    assert "LD-26" in asks(negative, positive, who=WOMAN)
