"""Bags, interruptions and vital signs around infusion; the product infused; rest, clearance, level. Both infusions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.actions import milestones
from core.crf import read
from core.testing.forms import a_subject, filled, firings, stand_in

GIVEN: dict[str, Any] = {
    "exoccur": "Y", "exlot": "CT25-07", "expldos": "1", "exweight": "60", "exdose": "60",
    "exstdtc": "2025-02-28T10:00+08:00", "exendtc": "2025-02-28T10:25+08:00",
}  # fmt: skip
SIGNED = filled("ICF", icyn="Y", rficdtc="2025-01-05T09:00+08:00")
BASELINE = stand_in("ICE", icetot=10, visit_on=date(2025, 2, 22))
CODE = "MG-01-001-A"


def at(clock: str) -> str:
    return f"2025-02-28T{clock}+08:00"


def cleared(decision: str = "GO", when: str = "2025-02-27T16:00+08:00") -> Any:
    record = filled("CLR", clrdtc=when, clrdec="NO_GO")
    record.clrdec = decision  # what a go needs is tested with the clearance
    return record


def product(*, read_as: str = CODE, point: str = "BEDSIDE", lot: str = "CT25-07", bags: Any = None, **bag: Any) -> Any:
    check = {"coipoint": point, "coiread1": CODE, "coiby1": "C01", "coiread2": read_as, "coiby2": "N02"}
    rows = {
        "states": [{"prstate": "RECEIVED", "prstdtc": "2025-02-27T09:00+08:00"}],
        "checks": [check | {"coidtc1": at("09:55")}],
        "bags": bags if bags is not None else [{"dabagid": "B1", "daexpdat": "2025-02-28", "dafate": "INFUSED"} | bag],
    }
    return filled("COI", coicode=CODE, coilot=lot, rows=rows)


def asks(
    *others: Any, form: str = "INF", rows: Any = None, clear: Any = None, of: Any = None, **answers: Any
) -> dict[str, str]:
    """Check id -> kind, for an infusion in order but for what is given."""
    known = [SIGNED, BASELINE, clear or cleared(), of or product(), *others]
    record = filled(form, rows=rows, others=known, **GIVEN | answers)
    found = firings(record, others=known)
    return {firing.check_id: firing.kind for firing in found if not firing.check_id.startswith("CRS")}


def bag(**answers: Any) -> dict[str, Any]:
    times = {"bagthaw": at("09:50"), "bagstdtc": at("10:00"), "bagendtc": at("10:25")}
    return {"bagid": "B1", "bagvol": "50"} | times | answers


def test_it_works() -> None:
    rows = {"bags": [bag()], "vitals": [{"vstpt": "PRE", "vsdtc": at("09:45"), "temp": "36.6"}]}
    assert asks(rows=rows, exvamt="50", exintp="N", excells="120") == {}


# Bags


@pytest.mark.req("ENT-04")
def test_a_bag_that_was_not_received_for_this_subject_is_asked_about() -> None:
    assert set(asks(rows={"bags": [bag(bagid="B9")]})) == {"INF-20", "INF-53"}
    assert "INF-20" not in asks(rows={"bags": [bag()]})


def test_a_bag_ends_after_it_starts_within_the_infusion() -> None:
    assert "INF-21" in asks(rows={"bags": [bag(bagendtc=at("10:00"))]})
    assert "INF-23" not in asks(rows={"bags": [bag(bagstdtc=at("10:25"), bagthaw=at("10:20"), bagendtc=at("10:26"))]})
    assert "INF-23" in asks(rows={"bags": [bag(bagstdtc=at("10:26"), bagthaw=at("10:20"), bagendtc=at("10:30"))]})
    assert "INF-23" in asks(rows={"bags": [bag(bagstdtc=at("09:59"))]})


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("thawed", "said"), [("09:30", False), ("09:29", True), ("10:00", False), ("10:01", True)])
def test_a_bag_is_infused_within_30_minutes_of_thawing(thawed: str, said: bool) -> None:
    assert ("INF-22" in asks(rows={"bags": [bag(bagthaw=at(thawed))]})) is said


@pytest.mark.parametrize(
    ("volumes", "said"),
    [(("20", "30"), False), (("20", "30.1"), True), (("20", None), False), ((), False)],
)
def test_the_volumes_of_the_bags_add_up(volumes: tuple[str | None, ...], said: bool) -> None:
    rows = {"bags": [bag(bagid=f"B{number}", bagvol=volume) for number, volume in enumerate(volumes)]}
    assert ("INF-07" in asks(rows=rows, exvamt="50")) is said


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("expires", "deviates"), [("2025-02-28", False), ("2025-02-27", True)])
def test_a_bag_infused_after_its_last_day_is_a_deviation(expires: str, deviates: bool) -> None:
    found = asks(rows={"bags": [bag()]}, of=product(daexpdat=expires))
    assert found == ({"INF-52": "DEVIATION"} if deviates else {})


def test_the_bags_infused_are_those_of_the_product() -> None:
    two = [{"dabagid": "B1", "dafate": "INFUSED"}, {"dabagid": "B2", "dafate": "INFUSED"}]
    assert set(asks(rows={"bags": [bag()]}, of=product(bags=two))) == {"INF-53"}
    assert asks(rows={"bags": [bag(), bag(bagid="B2")]}, of=product(bags=two)) == {}
    assert set(asks(rows={"bags": [bag()]}, of=product(dafate="KEPT"))) == {"INF-53"}
    assert asks() == {}  # no bag is listed yet


def test_another_batch_than_the_product_s_is_asked_about() -> None:
    assert set(asks(exlot="CT25-08")) == {"INF-54"}


@pytest.mark.req("ENT-04")
def test_an_infusion_although_the_codes_differ_is_a_deviation() -> None:
    assert asks(of=product(read_as="MG-01-001-B")) == {"INF-50": "DEVIATION"}
    at_receipt = asks(of=product(point="RECEIPT", read_as="MG-01-001-B"))
    assert at_receipt == {"INF-50": "DEVIATION", "INF-51": "RULE"}


@pytest.mark.req("ENT-04")
def test_an_infusion_without_a_check_at_the_bedside_is_asked_about() -> None:
    assert asks(of=product(point="RECEIPT")) == {"INF-51": "RULE"}
    assert "INF-51" in asks(of=stand_in("COI"))


def test_of_two_products_the_one_whose_bag_was_infused_is_meant() -> None:
    other = product(read_as="X", bags=[{"dabagid": "B7"}], lot="CT24-01")
    assert asks(other, rows={"bags": [bag()]}) == {}


# Interruptions and vital signs


def test_interruptions_and_the_answer_agree() -> None:
    stop = {"stopdtc": at("10:10"), "resudtc": at("10:15"), "stopreas": "Fever"}
    assert "INF-08" not in asks(rows={"stops": [stop]}, exintp="Y")
    assert "INF-08" in asks(rows={"stops": [stop]}, exintp="N")
    assert "INF-08" in asks(exintp="Y")
    assert "INF-08" not in asks(exintp="N")


@pytest.mark.parametrize(
    ("stopped", "resumed", "rules"),
    [
        ("10:10", "10:15", set()),
        ("10:10", None, set()),
        ("10:10", "10:10", {"INF-30"}),
        ("09:59", "10:10", {"INF-31"}),
        ("10:26", "10:30", {"INF-31"}),
        ("10:25", None, set()),
    ],
)
def test_an_interruption_lies_within_the_infusion(stopped: str, resumed: str | None, rules: set[str]) -> None:
    stop = {"stopdtc": at(stopped), "resudtc": resumed and at(resumed), "stopreas": "Fever"}
    assert set(asks(rows={"stops": [stop]}, exintp="Y")) == rules


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("point", "taken", "said"),
    [
        ("PRE", "10:00", False),
        ("PRE", "10:01", True),
        ("M0", "10:15", False),
        ("M0", "09:44", True),
        ("M15", "10:30", False),
        ("M15", "10:31", True),
        ("M15", "09:59", True),
        ("M30", "10:15", False),
        ("M30", "10:14", True),
        ("M60", "11:15", False),
        ("M60", "11:16", True),
        ("H2", "12:00", False),
        ("H3", "13:15", False),
        ("H4", "14:16", True),
        ("H5", "15:00", False),
        ("H5", "14:44", True),
    ],
)
def test_vital_signs_are_taken_at_their_time(point: str, taken: str, said: bool) -> None:
    found = asks(rows={"vitals": [{"vstpt": point, "vsdtc": at(taken)}]})
    assert ("INF-41" in found) is said


def test_the_series_is_there_from_the_start() -> None:
    for form in ("INF", "INF2"):
        start = read.form(form).group("vitals").start
        assert [row["vstpt"] for row in start] == ["PRE", "M0", "M15", "M30", "M60", "H2", "H3", "H4", "H5"]


def test_pressures_the_wrong_way_round_and_fever_are_asked_about() -> None:
    row = {"vstpt": "M0", "vsdtc": at("10:00"), "sysbp": "95", "diabp": "95"}
    assert set(asks(rows={"vitals": [row]})) == {"INF-40"}
    assert set(asks(rows={"vitals": [{"vstpt": "M0", "temp": "38.0"}]})) == {"RANGE"}


def test_more_car_positive_cells_than_cells_are_asked_about() -> None:
    assert asks(excells="60") == {}
    assert set(asks(excells="59.99")) == {"INF-06"}


# Across forms


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("ends", "deviates"),
    [
        ("2025-02-26T10:00+08:00", False),  # exactly 48 h
        ("2025-02-26T10:01+08:00", True),  # 47 h 59 min
        ("2025-02-26T03:00+01:00", False),  # the same moment on another clock
        (None, False),  # no end is entered: its start counts
    ],
)
def test_less_than_48_hours_after_the_last_dose_is_a_deviation(ends: str | None, deviates: bool) -> None:
    last = filled("LD", exoccur="Y", cygiven="Y", cystdtc="2025-02-26T09:00+08:00", cyendtc=ends)
    first = filled("LD", exoccur="Y", cygiven="Y", cystdtc="2025-02-24T09:00+08:00", cyendtc="2025-02-24T10:00+08:00")
    assert asks(last, first) == ({"INF-13": "DEVIATION"} if deviates else {})


def test_lymphodepletion_after_the_infusion_does_not_count() -> None:
    later = filled("LD", exoccur="Y", cygiven="Y", cystdtc="2025-03-20T09:00+08:00")
    assert asks(later) == {}


@pytest.mark.req("ENT-04")
def test_an_infusion_without_clearance_before_it_is_asked_about_and_against_it_a_deviation() -> None:
    assert asks(clear=stand_in("CLR")) == {"INF-14": "RULE"}
    assert asks(clear=cleared(when=at("10:01"))) == {"INF-14": "RULE"}
    assert asks(clear=cleared(when=at("10:00"))) == {}
    assert asks(clear=cleared("NO_GO")) == {"INF-15": "DEVIATION"}
    assert asks(cleared("NO_GO", "2025-02-26T09:00+08:00")) == {}  # the newest counts
    assert asks(cleared("NO_GO", at("09:00"))) == {"INF-15": "DEVIATION"}


def test_another_planned_dose_than_that_of_the_level_is_asked_about() -> None:
    assert asks(stand_in("ENR", enrdose=Decimal("1.000"))) == {}
    assert set(asks(stand_in("ENR", enrdose=Decimal("2.000")))) == {"INF-17"}


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("infused", "deviates"),
    [
        ([], False),
        ([date(2025, 1, 31)], False),  # 28 days
        ([date(2025, 2, 1)], True),  # 27 days
        ([date(2025, 2, 28)], True),
        ([date(2025, 3, 1)], False),  # after this one: that subject came too early, not this one
        ([date(2024, 1, 1), date(2025, 2, 1), date(2025, 3, 1)], True),
    ],
)
def test_too_soon_after_another_subject_of_the_level_is_a_deviation(
    infused: list[date], deviates: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dosing.escalation.others_infused", lambda subject, level: infused)
    level = stand_in("ENR", doselvl="DL1")
    assert asks(level) == ({"INF-16": "DEVIATION"} if deviates else {})
    assert "INF2-16" not in asks(level, form="INF2")


def test_a_serum_test_counts_as_well_and_who_cannot_bear_needs_none() -> None:
    woman = filled("DM", sex="F")
    when = filled("UPT", lbperf="Y", lbdtc=at("08:00")).lbdtc
    assert set(asks(woman)) == {"INF-11"}
    assert asks(woman, stand_in("HCG", lbdtc=when, lborres="NEG")) == {}
    assert asks(woman, stand_in("HCG", lbdtc=when, lborres="POS")) == {"INF-11": "RULE", "INF-12": "DEVIATION"}
    assert asks(woman, stand_in("RP", childpot="N")) == {}


# The second infusion


def test_its_start_is_day_0_of_the_second_period() -> None:
    record = filled("INF2", **GIVEN)
    assert list(milestones.of_form(read.form("INF2"), record)) == [("SECOND_INFUSION", date(2025, 2, 28))]
    assert record.exdosekg == Decimal("1.000")


@pytest.mark.parametrize(
    ("first", "said"),
    [("2024-06-01T10:00+08:00", False), ("2025-02-28T10:00+08:00", True), (None, True)],
)
def test_a_second_infusion_follows_a_first(first: str | None, said: bool) -> None:
    others = [] if first is None else [filled("INF", **GIVEN | {"exstdtc": first, "exendtc": None})]
    assert ("INF2-18" in asks(*others, form="INF2")) is said


def test_the_second_infusion_is_asked_about_as_the_first() -> None:
    first = filled("INF", **GIVEN | {"exstdtc": "2024-06-01T10:00+08:00", "exendtc": None})
    assert asks(first, form="INF2") == {}
    assert asks(first, form="INF2", clear=cleared("NO_GO")) == {"INF2-15": "DEVIATION"}
    assert "INF-03" in asks(first, form="INF2", exdose="90")
    late = filled("LD", exoccur="Y", cygiven="Y", cystdtc="2025-02-27T09:00+08:00")
    assert "INF2-13" in asks(first, late, form="INF2")
    assert {rule.id for rule in read.form("INF").rules} == {rule.id for rule in read.form("INF2").rules}


def test_an_infusion_that_did_not_take_place_is_asked_nothing_across_forms() -> None:
    for form in ("INF", "INF2"):
        assert firings(filled(form, exoccur="N", exreasnd="Product failed"), subject=a_subject()) == []
