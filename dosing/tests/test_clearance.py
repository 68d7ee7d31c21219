"""Clearance before infusion: what the system finds on both sides of each limit, and a go that is refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.testing.forms import a_subject, filled, firings, stand_in

CLEARED = "2025-02-27T16:00+08:00"
PLANNED = "2025-02-28T10:00+08:00"
DAY = date(2025, 2, 27)
LD1 = date(2025, 2, 23)
JUDGED = dict.fromkeys(("clrfev", "clrinf", "clroxy", "clrhem", "clrmg"), "Y")
GO: dict[str, Any] = {"clrdtc": CLEARED, "clrplan": PLANNED, "clrdec": "GO", "clrby": "PI01"} | JUDGED
CODE = "MG-01-001-A"


def vitals(on: date = DAY, **answers: str) -> Any:
    calm = {"vsperf": "Y", "temp": "36.6", "sysbp": "120", "diabp": "80", "oxysat": "98"}
    return filled("VS", visit_on=on, **calm | answers)


def dose(ends: str = "2025-02-25T11:00+08:00", **answers: Any) -> Any:
    given = {"exoccur": "Y", "exweight": "60", "cygiven": "Y", "cystdtc": "2025-02-25T10:00+08:00", "cyendtc": ends}
    return filled("LD", **given | answers)


def product(state: str = "RECEIVED", *, on: str = "2025-02-26T09:00+08:00", checks: Any = None) -> Any:
    seen = [check("COLLECTION"), check("RECEIPT")] if checks is None else checks
    return filled("COI", coicode=CODE, rows={"states": [{"prstate": state, "prstdtc": on}], "checks": seen})


def check(point: str, **answers: Any) -> dict[str, Any]:
    return {"coipoint": point, "coiread1": CODE, "coiby1": "C01", "coiread2": CODE, "coiby2": "N02"} | answers


def chem(creatinine: str = "70") -> Any:
    rows = [{"lbtestcd": "CREAT", "lborres": creatinine, "lborresu": "umol/L"}]
    return filled("CHEM", lbperf="Y", lbdat="2025-02-27", rows={"results": rows})


def upt(at: str = "2025-02-27T12:00+08:00", result: str = "NEG") -> Any:
    return filled("UPT", lbperf="Y", lbdtc=at, lborres=result)


ALL: dict[str, Any] = {
    "ICF": filled("ICF", icyn="Y", rficdtc="2025-01-05T09:00+08:00"),
    "DM": filled("DM", sex="F", brthdat="1985-02-01"),
    "VS": vitals(),
    "INFC": stand_in("INFC", infcact="N", visit_on=DAY),
    "UPT": upt(),
    "COI": product(),
    "CHEM": chem(),
    "LD": dose(),
    "ICE": stand_in("ICE", icetot=10, visit_on=date(2025, 2, 22)),
}
POINTS = {
    "evfev": "VS", "evinf": "INFC", "evoxy": "VS", "evhem": "VS", "evpreg": "UPT", "evprod": "COI", "evid": "COI",
    "evcrcl": "CHEM", "evrest": "LD", "evice": "ICE", "evcons": "ICF",
}  # fmt: skip


def known(**instead: Any) -> list[Any]:
    """The records of a subject for whom every point is fulfilled, with others in the place of some; None: without."""
    found = ALL | instead
    flat = (one if isinstance(one, list) else [one] for one in found.values() if one is not None)
    return [record for records in flat for record in records]


def clearance(answers: Any = GO, /, *, who: Any = None, **instead: Any) -> Any:
    return filled("CLR", subject=who or a_subject(lymphodepletion_on=LD1), others=known(**instead), **answers)


def found(item: str, **instead: Any) -> str:
    """What the system finds about one point; nothing is decided yet."""
    return str(getattr(clearance(GO | {"clrdec": None}, **instead), item))


def refused(answers: Any = GO, /, *, who: Any = None, **instead: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        clearance(answers, who=who, **instead)
    return " ".join(caught.value.messages)


@pytest.mark.req("ENT-04")
def test_it_works() -> None:
    record = clearance()
    assert {name: getattr(record, name) for name in POINTS} == dict.fromkeys(POINTS, "MET")
    assert record.clrdec == "GO"
    assert firings(record, others=known()) == []


@pytest.mark.req("ENT-04")
@pytest.mark.parametrize(("item", "form"), POINTS.items(), ids=POINTS)
def test_without_the_form_a_point_cannot_be_said_and_go_is_refused(item: str, form: str) -> None:
    assert found(item, **{form: None}) == "UNKNOWN"
    assert "Go is not possible" in refused(**{form: None})


@pytest.mark.req("ENT-04")
@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("clrfev", "fever"),
        ("clrinf", "infection"),
        ("clroxy", "oxygen"),
        ("clrhem", "circulation"),
        ("clrmg", "crisis"),
    ],
)
def test_what_the_investigator_judges_otherwise_or_not_refuses_a_go(item: str, words: str) -> None:
    for answer in ("N", None):
        said = refused(GO | {item: answer})
        assert words in said
        assert said.count("Go is not possible") == 1


@pytest.mark.parametrize("item", ["clrdtc", "clrplan"])
def test_a_go_without_its_times_is_refused(item: str) -> None:
    assert "enter when" in refused(GO | {item: None})


def test_every_point_that_lacks_is_named() -> None:
    nothing = dict.fromkeys(ALL)
    assert refused({"clrdec": "GO"}, **nothing).count("Go is not possible") == 13


def test_a_no_go_is_never_refused() -> None:
    nothing: dict[str, Any] = dict.fromkeys(ALL)
    record = clearance({"clrdtc": CLEARED, "clrdec": "NO_GO", "clrreas": "Fever", "clrpost": "Y"}, **nothing)
    assert record.clrdec == "NO_GO"


# Each point on both sides


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("item", "records", "expected"),
    [
        ("evfev", [vitals(temp="37.9")], "MET"),
        ("evfev", [vitals(temp="38.0")], "NOT_MET"),
        ("evfev", [vitals(), vitals(DAY - timedelta(1), temp="38.5")], "NOT_MET"),
        ("evfev", [vitals(), vitals(DAY - timedelta(2), temp="38.5")], "MET"),
        ("evfev", [vitals(DAY - timedelta(2))], "UNKNOWN"),
        ("evfev", [vitals(), vitals(DAY + timedelta(1), temp="38.5")], "MET"),  # after the clearance
        ("evoxy", [vitals(oxysat="92")], "MET"),
        ("evoxy", [vitals(oxysat="91")], "NOT_MET"),
        ("evhem", [vitals(sysbp="90", diabp="60")], "MET"),
        ("evhem", [vitals(sysbp="89", diabp="60")], "NOT_MET"),
        ("evhem", [filled("VS", visit_on=DAY, vsperf="Y", temp="36.6")], "UNKNOWN"),
    ],
)
def test_vital_signs_of_that_day_and_the_day_before(item: str, records: list[Any], expected: str) -> None:
    assert found(item, VS=records) == expected


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        ([("N", DAY)], "MET"),
        ([("Y", DAY)], "NOT_MET"),
        ([("Y", LD1), ("N", DAY)], "MET"),
        ([("N", LD1), ("Y", DAY)], "NOT_MET"),
        ([("N", LD1 - timedelta(1))], "UNKNOWN"),  # before lymphodepletion
        ([("N", LD1)], "MET"),
        ([("N", DAY), ("Y", DAY + timedelta(1))], "MET"),
        ([(None, DAY)], "UNKNOWN"),
    ],
)
def test_the_newest_infection_check_since_lymphodepletion(checks: list[tuple[str | None, date]], expected: str) -> None:
    records = [stand_in("INFC", infcact=active, visit_on=on) for active, on in checks]
    assert found("evinf", INFC=records) == expected


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("tests", "expected"),
    [
        ([upt("2025-02-27T10:00+08:00")], "MET"),  # exactly 24 h before the planned start
        ([upt("2025-02-27T09:59+08:00")], "NOT_MET"),
        ([upt("2025-02-28T10:00+08:00")], "MET"),
        ([upt("2025-02-28T10:01+08:00")], "UNKNOWN"),
        ([upt(result="POS")], "NOT_MET"),
        ([upt(result="IND")], "NOT_MET"),
        ([upt("2025-02-27T12:00+08:00"), upt("2025-02-27T14:00+08:00", "POS")], "NOT_MET"),
        ([upt("2025-02-27T12:00+08:00", "POS"), upt("2025-02-27T14:00+08:00")], "MET"),
    ],
)
def test_the_last_pregnancy_test_before_the_planned_start(tests: list[Any], expected: str) -> None:
    assert found("evpreg", UPT=tests) == expected


def test_a_serum_test_counts_as_well_and_men_and_the_infertile_need_none() -> None:
    serum = stand_in("HCG", lbdtc=upt().lbdtc, lborres="NEG")
    assert found("evpreg", UPT=None, HCG=serum) == "MET"
    assert found("evpreg", UPT=None, DM=filled("DM", sex="M", brthdat="1985")) == "NA"
    assert found("evpreg", UPT=None, RP=stand_in("RP", childpot="N")) == "NA"
    assert found("evpreg", DM=filled("DM", brthdat="1985")) == "UNKNOWN"
    assert clearance(UPT=None, RP=stand_in("RP", childpot="N")).clrdec == "GO"


@pytest.mark.parametrize(
    ("state", "expected"),
    [("RELEASED", "MET"), ("RECEIVED", "MET")]
    + [(state, "NOT_MET") for state in ("COLLECTED", "MANUFACTURING", "FAILED", "OOS", "INFUSED", "NOT_INFUSED")],
)
def test_only_a_released_product_is_cleared(state: str, expected: str) -> None:
    assert found("evprod", COI=product(state)) == expected


def test_the_product_counts_as_it_stood_at_the_clearance() -> None:
    assert found("evprod", COI=product(on="2025-02-27T16:00+08:00")) == "MET"
    assert found("evprod", COI=product(on="2025-02-27T16:01+08:00")) == "UNKNOWN"
    assert found("evprod", COI=[product(), product("FAILED")]) == "MET"  # another batch failed


@pytest.mark.req("ENT-04")
@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        ([check("COLLECTION"), check("RECEIPT")], "MET"),
        ([check("COLLECTION")], "UNKNOWN"),
        ([check("RECEIPT"), check("BEDSIDE")], "UNKNOWN"),
        ([check("COLLECTION"), check("RECEIPT", coiread2="MG-01-001-B")], "NOT_MET"),
        ([check("COLLECTION", coiby2="C01"), check("RECEIPT")], "NOT_MET"),
        ([check("COLLECTION"), check("RECEIPT", coiread2=None)], "UNKNOWN"),
        ([check("COLLECTION"), check("RECEIPT"), check("BEDSIDE", coiread1="X")], "NOT_MET"),
        ([check("COLLECTION"), check("RECEIPT", coiread1="X"), check("RECEIPT")], "NOT_MET"),  # the worse of two
    ],
)
def test_a_chain_of_identity_that_does_not_agree_refuses_a_go(checks: list[Any], expected: str) -> None:
    instead = {"COI": product(checks=checks)}
    assert found("evid", **instead) == expected
    if expected != "MET":
        assert "chain of identity" in refused(**instead)


def test_a_check_made_later_says_nothing_of_the_clearance() -> None:
    later = check("BEDSIDE", coiread1="X", coidtc1="2025-02-28T09:00+08:00")
    assert found("evid", COI=product(checks=[check("COLLECTION"), check("RECEIPT"), later])) == "MET"


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("creatinine", "expected"), [("208.73", "NOT_MET"), ("208.72", "MET"), ("70", "MET")])
def test_the_clearance_of_creatinine(creatinine: str, expected: str) -> None:
    """A woman of 40, 60 kg: 100 x 60 x 0.85 x 88.4 / 72 = 6261.67; over 30 mL/min 208.7222 umol/L."""
    assert found("evcrcl", CHEM=chem(creatinine)) == expected


def test_without_the_weight_of_lymphodepletion_there_is_no_clearance_of_creatinine() -> None:
    assert found("evcrcl", LD=dose(exweight=None)) == "UNKNOWN"


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ("2025-02-26T10:00+08:00", "MET"),  # exactly 48 h before the planned start
        ("2025-02-26T10:01+08:00", "NOT_MET"),  # 47 h 59 min
        ("2025-02-26T03:00+01:00", "MET"),  # the same moment on another clock
    ],
)
def test_48_hours_since_the_end_of_the_last_dose(ends: str, expected: str) -> None:
    assert found("evrest", LD=dose(ends)) == expected


def test_the_last_dose_of_all_days_counts_and_no_lymphodepletion_asks_for_no_rest() -> None:
    first = dose("2025-02-23T11:00+08:00", cystdtc="2025-02-23T10:00+08:00")
    late = dose("2025-02-26T10:01+08:00")
    assert found("evrest", LD=[late, first]) == "NOT_MET"
    assert found("evrest", LD=filled("LD", explan="E", exoccur="N")) == "NA"
    assert found("evrest", LD=[filled("LD", explan="A", exoccur="N"), late]) == "NOT_MET"


def test_the_ice_score_is_complete_and_not_of_later() -> None:
    assert found("evice", ICE=stand_in("ICE", icetot=0, visit_on=DAY)) == "MET"
    assert found("evice", ICE=stand_in("ICE", icetot=10, visit_on=DAY + timedelta(1))) == "UNKNOWN"
    assert found("evice", ICE=stand_in("ICE", visit_on=DAY)) == "UNKNOWN"


def test_consent_is_signed_before_and_the_subject_takes_part() -> None:
    late = filled("ICF", icyn="Y", rficdtc=CLEARED)
    assert found("evcons", ICF=late) == "NOT_MET"
    gone = a_subject(lymphodepletion_on=LD1, withdrawn_on=DAY)
    assert "has left" in refused(who=gone)
    going = a_subject(lymphodepletion_on=LD1, withdrawn_on=DAY + timedelta(1))
    assert clearance(who=going).clrdec == "GO"


# Over time


def test_a_go_whose_ground_is_gone_is_asked_about() -> None:
    record = clearance()
    record.evcrcl = "NOT_MET"
    assert {firing.check_id for firing in firings(record, others=known())} == {"CLR-19"}


def test_planned_before_and_postponed_to_before_the_clearance_are_asked_about() -> None:
    late = clearance(GO | {"clrplan": "2025-02-27T15:59+08:00", "clrdec": None})
    assert {firing.check_id for firing in firings(late, others=known())} == {"CLR-20"}
    no_go = {"clrdec": "NO_GO", "clrreas": "Fever", "clrpost": "Y"}
    for day, said in (("2025-02-27", True), ("2025-02-28", False)):
        record = clearance(GO | no_go | {"clrnew": day})
        assert ("CLR-21" in {firing.check_id for firing in firings(record, others=known())}) is said


@pytest.mark.parametrize(("infused", "refuses"), [(date(2025, 1, 31), False), (date(2025, 2, 1), True)])
def test_a_go_too_soon_after_another_subject_of_the_level_is_refused(
    infused: date, refuses: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dosing.escalation.others_infused", lambda subject, level: [infused])
    level = stand_in("ENR", doselvl="DL1")
    if refuses:
        assert "one dose level" in refused(ENR=level)
        again = a_subject(lymphodepletion_on=LD1, infusion_on=date(2024, 6, 1))
        assert clearance(who=again, ENR=level).clrdec == "GO"
    else:
        assert clearance(ENR=level).clrdec == "GO"
