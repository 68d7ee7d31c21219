"""What is derived of a result on its form: standard value, limits in force, grade against the baseline, and alerts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from assessments.models.laboratory_panel import PANELS
from assessments.models.reference_range import ReferenceRange
from core.crf import read
from core.testing.forms import a_subject, filled, fired, firings

pytestmark = pytest.mark.req("VAL-04")

LD1 = date(2026, 3, 10)
LIMITS = {"ALT": ("9", "50"), "CREAT": ("57", "97"), "NEUT": ("1.8", "6.3"), "INR": (None, "1.15"), "K": ("3.5", "5.3")}
UNITS = {"ALT": "U/L", "CREAT": "umol/L", "NEUT": "10^9/L", "INR": "RATIO", "K": "mmol/L"}


def row(test: str, result: str, **answers: Any) -> dict[str, Any]:
    low, high = LIMITS[test]
    typed = {"lbtestcd": test, "lborres": result, "lborresu": UNITS[test], "lbornrlo": low, "lbornrhi": high}
    return typed | answers


def sample(code: str, on: str, *rows: Any, **more: Any) -> Any:
    """A sample of that day, of a subject whose lymphodepletion began on 10 March 2026."""
    options: dict[str, Any] = {"subject": a_subject(lymphodepletion_on=LD1), "visit_on": date.fromisoformat(on)} | more
    return filled(code, lbperf="Y", lbdat=on, rows={"results": list(rows)}, **options)


def first(record: Any) -> Any:
    return record.group_rows["results"][0]


def grade(record: Any) -> tuple[int | None, int | None]:
    return first(record).lbtoxgr, first(record).lbtoxgrp


def test_it_works() -> None:
    found = first(sample("CHEM", "2026-03-02", row("CREAT", "1.5", lborresu="mg/dL", lbornrlo="0.6", lbornrhi="1.1")))
    assert (str(found.lbstresn), found.lbstresu) == ("132.60", "umol/L")
    assert (str(found.lbnrlo), str(found.lbnrhi), found.lbnrind) == ("0.6", "1.1", "HIGH")
    assert (found.lbtox, found.lbtoxgr, found.lbtoxgrp, found.lbtoxv) == ("CREAT_HIGH", 1, None, "CTCAE 5.0")
    assert found.in_short == ["132.60 µmol/L", "0.6–1.1 High", "Creatinine increased: grade 1 (CTCAE 5.0)"]


def test_each_grade_keeps_the_version_it_was_given_by() -> None:
    assert first(sample("CHEM", "2026-03-02", row("ALT", "31"))).lbtoxv == "CTCAE 5.0"
    assert first(sample("CHEM", "2026-03-02", row("K", "2.9"))).lbtoxv == "CTCAE 5.0"
    assert first(sample("CHEM", "2026-03-02", row("ALT", "31", lbornrhi=None))).lbtoxv is None


def test_a_proposed_grade_says_that_it_is() -> None:
    found = first(sample("CHEM", "2026-03-02", row("K", "2.9")))
    assert found.in_short == ["3.5–5.3 Low", "Hypokalemia: proposed grade 3 or more (CTCAE 5.0)"]


@pytest.mark.parametrize(
    ("result", "low", "high", "expected"),
    [
        ("9", "9", "50", "NORMAL"), ("8.9", "9", "50", "LOW"), ("50", "9", "50", "NORMAL"), ("50.1", "9", "50", "HIGH"),
        ("31", None, "50", "NORMAL"), ("31", "9", None, None), ("8", "9", None, "LOW"), ("<10", "9", "50", None),
        ("<9", "9", "50", "LOW"), ("<60", None, "50", None), (">40", "9", "50", None), (">50", "9", "50", "HIGH"),
    ],
)  # fmt: skip
def test_how_a_result_lies_to_its_limits_is_said_where_it_is_certain(
    result: str, low: str | None, high: str | None, expected: str | None
) -> None:
    assert first(sample("CHEM", "2026-03-02", row("ALT", result, lbornrlo=low, lbornrhi=high))).lbnrind == expected


# The baseline ------------------------------------------------------------------------------------------------------

HIGH_AT_BASELINE = row("ALT", "100")


def test_a_later_sample_is_compared_with_an_abnormal_baseline() -> None:
    baseline = sample("CHEM", "2026-03-09", HIGH_AT_BASELINE, visit="BL")
    assert grade(sample("CHEM", "2026-03-15", row("ALT", "149"), others=[baseline])) == (0, None)
    assert grade(sample("CHEM", "2026-03-15", row("ALT", "150"), others=[baseline])) == (1, None)
    assert grade(sample("CHEM", "2026-03-15", row("ALT", "301"), others=[baseline])) == (2, None)


def test_the_baseline_visit_counts_before_any_other_sample() -> None:
    baseline = sample("CHEM", "2026-03-08", HIGH_AT_BASELINE, visit="BL")
    later = sample("CHEM", "2026-03-09", row("ALT", "40"))
    assert grade(sample("CHEM", "2026-03-15", row("ALT", "149"), others=[baseline, later])) == (0, None)


def test_without_it_the_last_sample_before_the_first_dose_counts() -> None:
    early = sample("CHEM", "2026-02-01", row("ALT", "40"))
    last = sample("CHEM", "2026-03-09", HIGH_AT_BASELINE)
    that_day = sample("CHEM", "2026-03-10", row("ALT", "40"))
    now = sample("CHEM", "2026-03-15", row("ALT", "149"), others=[that_day, last, early])
    assert grade(now) == (0, None)


def test_a_baseline_without_this_test_is_passed_over() -> None:
    baseline = sample("CHEM", "2026-03-09", row("CREAT", "80"), visit="BL")
    before = sample("CHEM", "2026-03-01", HIGH_AT_BASELINE)
    assert grade(sample("CHEM", "2026-03-15", row("ALT", "149"), others=[baseline, before])) == (0, None)


def test_a_sample_of_before_treatment_is_graded_by_the_limits() -> None:
    baseline = sample("CHEM", "2026-03-09", HIGH_AT_BASELINE, visit="BL")
    assert grade(sample("CHEM", "2026-03-02", row("ALT", "149"), others=[baseline])) == (1, None)
    assert grade(sample("CHEM", "2026-03-10", row("ALT", "151"), visit="BL")) == (2, None)
    on_the_day = sample("CHEM", "2026-03-10", row("ALT", "149"), others=[baseline])  # before the dose or after it
    assert grade(on_the_day) == (0, None)
    not_dosed = sample("CHEM", "2026-03-15", row("ALT", "149"), others=[baseline], subject=a_subject())
    assert grade(not_dosed) == (1, None)


def test_after_treatment_without_a_baseline_the_grade_is_proposed() -> None:
    assert grade(sample("CHEM", "2026-03-15", row("ALT", "151"))) == (None, 2)
    assert grade(sample("HEM", "2026-03-15", row("NEUT", "0.4"))) == (4, None)


def test_a_baseline_in_another_unit_is_compared_in_the_standard_one() -> None:
    baseline = sample(
        "CHEM", "2026-03-09", row("CREAT", "1.0", lborresu="mg/dL", lbornrlo="0.6", lbornrhi="1.1"), visit="BL"
    )  # 88.4 umol/L: one and a half times are 132.6
    assert grade(sample("CHEM", "2026-03-15", row("CREAT", "132.6"), others=[baseline])) == (1, None)
    assert grade(sample("CHEM", "2026-03-15", row("CREAT", "132.7"), others=[baseline])) == (2, None)


@pytest.mark.parametrize(
    ("answer", "result", "expected"),
    [("Y", "3.0", (None, 1)), ("Y", "3.01", (None, 2)), ("N", "3.0", (3, None)), (None, "3.0", (None, 3))],
)
def test_the_inr_goes_by_whether_an_anticoagulant_was_taken(answer: str | None, result: str, expected: Any) -> None:
    baseline = sample("COAG", "2026-03-09", row("INR", "2.0"), visit="BL", anticoag="Y")
    assert grade(sample("COAG", "2026-03-15", row("INR", result), others=[baseline], anticoag=answer)) == expected


# The investigator's own grade --------------------------------------------------------------------------------------


def asks(test: str, result: str, **answers: Any) -> set[str]:
    code = "HEM" if test == "NEUT" else "CHEM"
    return fired(sample(code, "2026-03-02", row(test, result, lbclsig="N") | answers)) - {"LB-08"}


def test_an_investigators_grade_that_differs_is_asked_about() -> None:
    assert asks("ALT", "151", lbtoxgri=2) == set()
    assert asks("ALT", "151", lbtoxgri=1) == {"LB-06"}
    assert asks("ALT", "151", lbtoxgri=3) == {"LB-06"}
    assert asks("ALT", "31", lbtoxgri=1) == {"LB-06"}


def test_a_proposed_grade_may_be_raised_but_not_lowered_in_silence() -> None:
    assert asks("K", "2.9", lbtoxgri=3) == set()
    assert asks("K", "2.9", lbtoxgri=4) == set()
    assert asks("K", "2.9", lbtoxgri=2) == {"LB-06"}


def test_a_proposed_grade_of_2_or_more_asks_for_the_investigators() -> None:
    assert asks("K", "2.9") == {"LB-07"}
    assert asks("K", "3.2") == set()
    assert asks("K", "3.2", lbclsig="Y") == {"LB-07"}
    assert asks("NEUT", "0.4") == set()


# Alerts ------------------------------------------------------------------------------------------------------------

ALERTS = """
HEM  NEUT     10^9/L 1.8 6.3   0.5 0.49
HEM  NEUT     /uL    1800 6300 500 499
HEM  PLAT     10^9/L 125 350   20 19.9
HEM  HGB      g/L    130 175   70 69.9
HEM  HGB      g/dL   13 17.5   7.0 6.9
COAG FIBRINO  g/L    2 4       1.0 0.99
COAG FIBRINO  mg/dL  200 400   100 99
INFL FERRITIN ug/L   30 400    2000 2001
CHEM ALT      U/L    9 50      250 250.1
CHEM AST      U/L    15 40     200 200.1
CHEM BILI     umol/L - 23      69 69.1
CHEM K        mmol/L 3.5 5.3   3.0 2.99
CHEM K        mmol/L 3.5 5.3   6.0 6.01
CHEM SODIUM   mmol/L 137 147   125 124.9
IMM  IGG      g/L    7 16      4 3.99
IMM  IGG      mg/dL  700 1600  400 399
"""


@pytest.mark.parametrize("line", ALERTS.strip().splitlines())
def test_an_alert_range_is_told_of_beyond_its_limit_only(line: str) -> None:
    code, test, unit, low, high, at, beyond = line.split()
    typed = {"lbtestcd": test, "lborresu": unit, "lbornrlo": None if low == "-" else low, "lbornrhi": high}

    def alarms(result: str) -> bool:
        return "LB-08" in fired(sample(code, "2026-03-02", typed | {"lborres": result}))

    assert not alarms(at)
    assert alarms(beyond)
    assert not alarms(f"<{float(at) * 2}" if float(beyond) < float(at) else f">{float(at) / 2}")


def test_creatinine_alerts_against_the_baseline_even_inside_the_limits() -> None:
    baseline = sample("CHEM", "2026-03-09", row("CREAT", "60"), visit="BL")
    assert "LB-08" not in fired(sample("CHEM", "2026-03-15", row("CREAT", "90"), others=[baseline]), others=[baseline])
    later = sample("CHEM", "2026-03-15", row("CREAT", "90.1"), others=[baseline])
    (found,) = firings(later, others=[baseline])
    assert found.check_id == "LB-08"
    assert "1.5 times the baseline" in found.text("en")
    assert grade(later) == (0, None)


def test_an_alert_names_the_limit_with_its_unit() -> None:
    (found,) = (each for each in firings(sample("CHEM", "2026-03-02", row("K", "2.9"))) if each.check_id == "LB-08")
    assert "beyond the limit of 3.0 mmol/L" in found.text("en")


# The site's reference ranges ---------------------------------------------------------------------------------------


def a_range(test: str, low: str | None, high: str | None, unit: str, **more: Any) -> ReferenceRange:
    given = {"laboratory": "Central", "sex": "", "valid_from": date(2026, 1, 1)} | more
    limits: Any = {"low": low, "high": high}
    found = ReferenceRange(test=test, unit=unit, **limits, **given)
    found.clean_fields(exclude=["site", "source"])
    return found


def limited(test: str, ranges: Any, *, others: Any = (), lbnam: Any = "Central", **answers: Any) -> tuple[str, str]:
    typed = row(test, "31") | {"lbornrlo": None, "lbornrhi": None} | answers
    found = first(
        sample("CHEM", "2026-03-02", typed, beside={"reference ranges": ranges}, others=list(others), lbnam=lbnam)
    )
    return str(found.lbnrlo), str(found.lbnrhi)


NONE = ("None", "None")
FOR_ALL = a_range("ALT", "9", "50", "U/L")
OF_MEN, OF_WOMEN = a_range("ALT", "9", "50", "U/L", sex="M"), a_range("ALT", "7", "40", "U/L", sex="F")


def test_without_typed_limits_the_range_in_force_is_filled_in() -> None:
    assert limited("ALT", [FOR_ALL]) == ("9", "50")
    assert limited("ALT", []) == NONE
    assert limited("CREAT", [FOR_ALL]) == NONE


def test_typed_limits_win_also_where_only_one_is_typed() -> None:
    assert limited("ALT", [FOR_ALL], lbornrhi="60") == ("None", "60")
    assert limited("ALT", [FOR_ALL], lbornrlo="5", lbornrhi="60") == ("5", "60")


@pytest.mark.parametrize(
    ("name", "known"), [("Central", True), ("  central ", True), ("CENTRAL", True), ("Centra", False), (None, False)]
)
def test_the_range_is_that_of_the_laboratory_named(name: Any, known: bool) -> None:
    assert (limited("ALT", [FOR_ALL], lbnam=name) != NONE) is known


@pytest.mark.parametrize(("sex", "expected"), [("M", ("9", "50")), ("F", ("7", "40")), (None, NONE)])
def test_the_range_is_that_of_the_sex_and_none_while_it_is_not_known(sex: Any, expected: Any) -> None:
    others = [filled("DM", sex=sex)] if sex else []
    assert limited("ALT", [OF_MEN, OF_WOMEN], others=others) == expected


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "known"),
    [("2026-03-02", None, True), ("2026-03-03", None, False), ("2026-01-01", "2026-03-02", True),
     ("2026-01-01", "2026-03-01", False)],
)  # fmt: skip
def test_the_range_is_that_of_the_day_of_the_sample(valid_from: str, valid_to: str | None, known: bool) -> None:
    ends = {"valid_from": date.fromisoformat(valid_from), "valid_to": valid_to and date.fromisoformat(valid_to)}
    assert (limited("ALT", [a_range("ALT", "9", "50", "U/L", **ends)]) != NONE) is known


YOUNGER, OLDER = (
    a_range("CREAT", "57", "97", "umol/L", age_to=59),
    a_range("CREAT", "57", "111", "umol/L", age_from=60),
)


@pytest.mark.parametrize(
    ("born", "high"),
    [
        ("1966-03-03", "97"),  # 60 tomorrow
        ("1966-03-02", "111"),
        ("1966-02", "111"),
        ("1966-03", None),  # 59 or 60
        ("1966", None),
        ("1967", "97"),  # 58 or 59
        ("1965", "111"),  # 60 or 61
        (None, None),
    ],
)
def test_the_range_is_that_of_the_age_where_the_date_of_birth_leaves_one(born: str | None, high: str | None) -> None:
    others = [filled("DM", brthdat=born)] if born else []
    assert limited("CREAT", [YOUNGER, OLDER], others=others)[1] == str(high)


def test_two_ranges_that_both_hold_give_none() -> None:
    assert limited("ALT", [FOR_ALL, OF_MEN], others=[filled("DM", sex="M")]) == NONE


def test_a_range_in_another_unit_is_converted_to_that_of_the_result() -> None:
    ranges = [a_range("CREAT", "57", "97", "umol/L")]
    assert limited("CREAT", ranges, lborresu="mg/dL") == ("0.644796", "1.097285")
    assert limited("CREAT", ranges, lborresu="g/L") == NONE


def test_the_limits_of_the_range_are_judged_by_and_asked_for_where_there_are_none() -> None:
    typed = row("ALT", "51") | {"lbornrlo": None, "lbornrhi": None}
    options: dict[str, Any] = {"lbnam": "Central", "beside": {"reference ranges": [FOR_ALL]}}
    found = sample("CHEM", "2026-03-02", typed, **options)
    assert (first(found).lbnrind, first(found).lbtoxgr) == ("HIGH", 1)
    assert fired(found, beside=options["beside"]) == {"LB-03"}
    assert "LB-04" in fired(sample("CHEM", "2026-03-02", typed, lbnam="Central"))


def test_a_changed_range_leaves_the_stored_limits_behind() -> None:
    typed = row("ALT", "31") | {"lbornrlo": None, "lbornrhi": None}
    found = sample("CHEM", "2026-03-02", typed, lbnam="Central", beside={"reference ranges": [FOR_ALL]})
    first(found).pk = 1
    assert fired(found, beside={"reference ranges": [FOR_ALL]}) == set()
    assert "STALE" in fired(found, beside={"reference ranges": [a_range("ALT", "9", "45", "U/L")]})


# The panels --------------------------------------------------------------------------------------------------------

STARTS = {
    "HEM": "WBC NEUT LYM MONO EOS BASO RBC HGB HCT PLAT",
    "COAG": "PT INR APTT FIBRINO DDIMER",
    "INFL": "CRP FERRITIN PCT INTLK6",
    "CARD": "TROPONI CKMB BNPPRO",
    "IMM": "IGG IGA IGM TLYCE CD4 CD8 BLYCE NKCE",
    "THY": "TSH FT3 FT4",
}


@pytest.mark.parametrize("code", STARTS)
def test_each_panel_starts_with_its_tests(code: str) -> None:
    assert " ".join(row["lbtestcd"] for row in read.form(code).group("results").start) == STARTS[code]


@pytest.mark.parametrize("code", PANELS)
def test_every_panel_has_the_items_that_others_rely_on(code: str) -> None:
    form = read.form(code)
    assert {"lbperf", "lbdat", "lbtim", "lbnam"} <= form.names
    names = [item.name for item in form.group("results").items]
    assert names[:5] == ["lbtestcd", "lborres", "lborresu", "lbornrlo", "lbornrhi"]
    derived = {item.name for item in form.group("results").items if item.derived}
    grades = {"lbtox", "lbtoxgr", "lbtoxgrp", "lbtoxv"}
    assert derived == {"lbstresn", "lbstresu", "lbnrlo", "lbnrhi", "lbnrind"} | grades


@pytest.mark.parametrize("code", PANELS)
def test_a_sample_the_day_before_consent_is_asked_about(code: str) -> None:
    record = filled(code, lbperf="Y", lbdat="2025-03-05")
    assert fired(record, subject=a_subject(consent_on=date(2025, 3, 6))) == {f"{code}-10"}
    assert fired(record, subject=a_subject(consent_on=date(2025, 3, 5))) == set()


def test_only_what_may_stay_blank_is_optional() -> None:
    """Also what was given before the sample is asked: a blank is a gap there."""
    own = {"HEM": {"gcsf", "transf", "transfwh"}, "COAG": {"anticoag"}, "IMM": {"ivig4wk"}}
    for code in PANELS:
        optional = {item.name for item in read.form(code).items if item.optional}
        assert optional == {"lbfast", "lbspccnd", "lbreport", "srcmode"}
        assert own.get(code, set()) <= read.form(code).names - optional
