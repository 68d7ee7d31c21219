"""The product: order of its states, identity checked by two people, account of the bags."""

from __future__ import annotations

from itertools import product as pairs
from typing import Any

import pytest

from core.testing.forms import filled, fired
from enrollment.product import MAY_FOLLOW, Identity, State, identity

CODE = "MG-01-001-A"
WAY = ("COLLECTED", "MANUFACTURING", "RELEASED", "RECEIVED", "INFUSED")


def states(*codes: str, **last: Any) -> list[dict[str, Any]]:
    """One state a day from 1 February on; `last` is said of the last."""
    rows: list[dict[str, Any]] = [
        {"prstate": code, "prstdtc": f"2025-02-{day:02}T09:00+08:00"} for day, code in enumerate(codes, start=1)
    ]
    rows[-1] |= last
    return rows


def check(point: Any = "BEDSIDE", **answers: Any) -> dict[str, Any]:
    return {"coipoint": point, "coiread1": CODE, "coiby1": "C01", "coiread2": CODE, "coiby2": "N02"} | answers


def bag(number: str, fate: str | None = "INFUSED", **answers: Any) -> dict[str, Any]:
    return {"dabagid": number, "dafate": fate} | answers


def product(*way: str, bags: Any = (), checks: Any = (), **answers: Any) -> Any:
    rows = {"states": states(*way) if way else (), "bags": bags, "checks": checks}
    return filled("COI", rows=rows, **{"coicode": CODE} | answers)


def test_it_works() -> None:
    kept = bag("B2", "KEPT", dafatdat="2025-02-28")
    record = product(*WAY, bags=[bag("B1"), kept], checks=[check()], bagsrec="2")
    assert (record.prstat, record.bagsinf, record.bagsnot, record.bagsdes) == ("INFUSED", 1, 1, 0)
    assert record.group_rows["checks"][0].coimatch == "MATCH"
    assert record.coichain == "MATCH"
    assert fired(record) == set()


# States


def test_the_newest_state_counts_whatever_the_order_of_entry() -> None:
    shuffled = [states(*WAY)[index] for index in (3, 0, 4, 2, 1)]
    record = filled("COI", rows={"states": shuffled})
    assert record.prstat == "INFUSED"
    assert "COI-01" not in fired(record)


def test_a_state_without_a_time_or_a_void_one_does_not_count() -> None:
    record = filled("COI", rows={"states": [*states("COLLECTED"), {"prstate": "FAILED"}]})
    assert record.prstat == "COLLECTED"
    assert filled("COI", coicode=CODE).prstat is None


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    "way",
    [
        ("COLLECTED",),
        WAY,
        (*WAY[:4], "NOT_INFUSED"),
        ("COLLECTED", "FAILED"),
        ("COLLECTED", "MANUFACTURING", "FAILED"),
        ("COLLECTED", "MANUFACTURING", "OOS", "FAILED"),
        ("COLLECTED", "MANUFACTURING", "OOS", "NOT_INFUSED"),
        ("COLLECTED", "MANUFACTURING", "OOS", "RELEASED", "RECEIVED", "INFUSED"),
        ("COLLECTED", "MANUFACTURING", "RELEASED", "NOT_INFUSED"),
        ("COLLECTED", "MANUFACTURING", "RELEASED", "OOS", "RELEASED"),
        (*WAY[:4], "OOS", "NOT_INFUSED"),
    ],
)
def test_ways_that_can_be(way: tuple[str, ...]) -> None:
    assert "COI-01" not in fired(product(*way))


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    "way",
    [
        ("MANUFACTURING",),
        ("COLLECTED", "RELEASED"),
        ("COLLECTED", "MANUFACTURING", "RECEIVED"),
        ("COLLECTED", "MANUFACTURING", "FAILED", "RELEASED"),
        ("COLLECTED", "MANUFACTURING", "OOS", "RECEIVED"),
        ("COLLECTED", "MANUFACTURING", "RELEASED", "INFUSED"),
        ("COLLECTED", "COLLECTED"),
        (*WAY, "NOT_INFUSED"),
        (*WAY[:4], "NOT_INFUSED", "INFUSED"),
    ],
)
def test_ways_that_cannot_be_are_asked_about(way: tuple[str, ...]) -> None:
    assert "COI-01" in fired(product(*way))


def test_nothing_follows_an_end() -> None:
    ends = [state for state in State if not MAY_FOLLOW[state]]
    assert ends == [State.FAILED, State.INFUSED, State.NOT_INFUSED]
    assert set(MAY_FOLLOW) == {"", *State}


@pytest.mark.parametrize(
    ("decisions", "said"),
    [
        ({}, True),
        ({"prmed": "USE"}, True),
        ({"prspon": "USE"}, True),
        ({"prmed": "USE", "prspon": "REJECT"}, True),
        ({"prmed": "REJECT", "prspon": "REJECT"}, True),
        ({"prmed": "USE", "prspon": "USE"}, False),
    ],
)
def test_what_is_out_of_specification_is_released_by_decision_of_both_alone(decisions: Any, said: bool) -> None:
    out = states("COLLECTED", "MANUFACTURING", "OOS", **decisions)
    released = {"prstate": "RELEASED", "prstdtc": "2025-02-10T09:00+08:00"}
    assert ("COI-02" in fired(filled("COI", rows={"states": [*out, released]}))) is said
    assert "COI-02" not in fired(filled("COI", rows={"states": out}))


def test_decisions_that_differ_and_the_use_of_what_failed_are_asked_about() -> None:
    out = ("COLLECTED", "MANUFACTURING")
    differ = states(*out, "OOS", prmed="USE", prspon="REJECT")
    assert "COI-10" in fired(filled("COI", rows={"states": differ}))
    failed = states(*out, "FAILED", prmed="USE", prspon="USE")
    assert fired(filled("COI", rows={"states": failed})) == {"COI-11"}
    assert fired(filled("COI", rows={"states": states(*out, "FAILED", prmed="AGAIN", prspon="AGAIN")})) == set()


# Identity


@pytest.mark.req("ENT-04")
@pytest.mark.parametrize(
    ("first", "second", "by", "by_second", "found", "rules"),
    [
        (CODE, CODE, "C01", "N02", "MATCH", set()),
        (CODE, CODE, "C01", "C01", "ONE_PERSON", {"COI-21"}),
        (CODE, "MG-01-001-B", "C01", "N02", "MISMATCH", {"COI-20"}),
        ("MG-01-001-B", CODE, "C01", "N02", "MISMATCH", {"COI-20"}),
        ("MG-01-001-B", "MG-01-001-B", "C01", "N02", "MISMATCH", {"COI-20"}),  # both alike, and not this product's
        ("mg-01-001-a", "mg-01-001-a", "C01", "N02", "MISMATCH", {"COI-20"}),
        ("MG-01-001-B", CODE, "C01", "C01", "MISMATCH", {"COI-20"}),
    ],
)
def test_two_people_read_the_code_of_this_product(
    first: str, second: str, by: str, by_second: str, found: str, rules: set[str]
) -> None:
    record = product(checks=[check(coiread1=first, coiread2=second, coiby1=by, coiby2=by_second)])
    assert record.group_rows["checks"][0].coimatch == found
    assert fired(record) == rules


@pytest.mark.req("ENT-04")
def test_only_one_reading_in_eight_is_a_match() -> None:
    """Each of three facts true or false: the first code, the second code, another person."""
    found = {
        facts: identity(CODE, CODE if facts[0] else "X", CODE if facts[1] else "X", "A", "B" if facts[2] else "A")
        for facts in pairs((True, False), repeat=3)
    }
    assert [facts for facts, says in found.items() if says is Identity.MATCH] == [(True, True, True)]
    assert [facts for facts, says in found.items() if says is Identity.ONE_PERSON] == [(True, True, False)]


@pytest.mark.req("ENT-04")
def test_the_product_says_the_worst_of_its_checks() -> None:
    differs, alone = check("RECEIPT", coiread2="X"), check("BEDSIDE", coiby2="C01")
    assert product(checks=[check("COLLECTION"), differs, alone]).coichain == "MISMATCH"
    assert product(checks=[check("COLLECTION"), alone]).coichain == "ONE_PERSON"
    assert product(checks=[check("COLLECTION"), check("RECEIPT", coiread2=None)]).coichain == "MATCH"
    assert product().coichain is None


@pytest.mark.parametrize("name", ["coiread1", "coiby1", "coiread2", "coiby2"])
def test_a_check_that_is_not_complete_says_nothing(name: str) -> None:
    assert product(checks=[check() | {name: None}]).group_rows["checks"][0].coimatch is None
    assert product(checks=[check()], coicode=None).group_rows["checks"][0].coimatch is None


def test_the_three_points_are_there_from_the_start() -> None:
    from core.crf import read

    start = read.form("COI").group("checks").start
    assert [row["coipoint"] for row in start] == ["COLLECTION", "RECEIPT", "BEDSIDE"]


# Bags


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("received", "fates", "rules"),
    [
        ("2", ("INFUSED", "DESTROYED"), set()),
        ("3", ("INFUSED", "DESTROYED"), {"COI-03", "COI-04"}),
        ("1", ("INFUSED", "DESTROYED"), {"COI-03", "COI-04"}),
        ("2", ("INFUSED", None), {"COI-04"}),
        ("4", ("INFUSED", "KEPT", "DESTROYED", "RETURNED"), set()),
        ("2", ("KEPT", "DESTROYED"), {"COI-05"}),  # the product counts as infused
    ],
)
def test_received_is_infused_and_not_infused_and_destroyed(
    received: str, fates: tuple[str | None, ...], rules: set[str]
) -> None:
    bags = [bag(f"B{number}", fate) for number, fate in enumerate(fates)]
    record = product(*WAY, bags=bags, bagsrec=received)
    assert fired(record) == rules
    assert record.bagsinf + record.bagsnot + record.bagsdes == sum(fate is not None for fate in fates)


def test_before_the_end_the_bags_need_no_fate() -> None:
    assert fired(product(*WAY[:4], bags=[bag("B1", None)], bagsrec="1")) == set()


def test_a_product_not_infused_has_no_infused_bag() -> None:
    assert fired(product(*WAY[:4], "NOT_INFUSED", bags=[bag("B1")], bagsrec="1")) == {"COI-05"}


def test_a_bag_listed_twice_is_asked_about() -> None:
    assert "COI-06" in fired(product(bags=[bag("B1"), bag("B1")]))
    assert "COI-06" not in fired(product(bags=[bag("B1"), bag("B2")]))


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("expires", "said"), [("2025-02-04", False), ("2025-02-03", True)])
def test_a_bag_received_after_its_last_day_is_asked_about(expires: str, said: bool) -> None:
    one = bag("B1", darecdtc="2025-02-04T09:00+08:00", daexpdat=expires)
    assert ("COI-30" in fired(product(bags=[one]))) is said


def test_a_bag_is_thawed_after_it_came() -> None:
    received = {"darecdtc": "2025-02-04T09:00+08:00"}
    assert "COI-31" not in fired(product(bags=[bag("B1", **received, dathaw="2025-02-04T09:00+08:00")]))
    assert "COI-31" in fired(product(bags=[bag("B1", **received, dathaw="2025-02-04T08:59+08:00")]))


@pytest.mark.parametrize(
    ("stored", "temperature", "said"),
    [("VAPOUR", "-120", False), ("VAPOUR", "-119.9", True), ("ROOM", "21.5", False)],
)
def test_a_frozen_bag_that_came_too_warm_is_asked_about(stored: str, temperature: str, said: bool) -> None:
    assert ("COI-32" in fired(product(bags=[bag("B1", dastor=stored, datemp=temperature)]))) is said
