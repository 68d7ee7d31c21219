"""Inclusion criteria, both sides of every edge; expected answers worked by hand from the registry entry."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from core import protocol
from core.crf.values import Measured
from screening.tests.eligibility_facts import answer, eligible_forms, facts, finding, partial, record, row, someone

pytestmark = pytest.mark.req("VAL-04")


def test_it_works() -> None:
    born = {"DM": record(brthdat=partial("1980-05-20"))}
    found = finding("I1", born)
    assert found.answer == "MET"
    assert [(used.value, str(used.on)) for used in found.used] == [
        ("1980-05-20", "2026-03-02"),
        ("2026-03-01", "2026-03-01"),
    ]


@pytest.mark.parametrize(
    ("born", "consent", "expected"),
    [
        ("2008-03-01", date(2026, 3, 1), "MET"),  # 18 on the day
        ("2008-03-02", date(2026, 3, 1), "NOT_MET"),
        ("2008-02-29", date(2026, 2, 28), "NOT_MET"),  # the birthday is 1 March in common years
        ("2008-02-29", date(2026, 3, 1), "MET"),
        ("2007", date(2026, 1, 1), "MET"),  # 19 by the year
        ("2008", date(2026, 12, 31), "MET"),  # 18 by the year, on the last day of it
        ("2008", date(2026, 12, 30), "NOT_EVALUABLE"),
        ("2008", date(2026, 1, 1), "NOT_EVALUABLE"),
        ("2009", date(2026, 12, 31), "NOT_MET"),
        ("2008-03", date(2026, 3, 31), "MET"),
        ("2008-03", date(2026, 3, 30), "NOT_EVALUABLE"),
        ("2008-04", date(2026, 3, 31), "NOT_MET"),
        (None, date(2026, 3, 1), "NOT_EVALUABLE"),
        ("1930", date(2026, 3, 1), "MET"),  # no upper limit
    ],
)
def test_i1_is_18_completed_years_at_consent(born: str | None, consent: date, expected: str) -> None:
    assert answer("I1", {"DM": record(brthdat=partial(born))}, subject=someone(consent_on=consent)) == expected


def test_i1_of_a_partial_birth_date_agrees_with_trying_every_day() -> None:
    """A second way: every day of the month the person may be born on, age by counting birthdays."""
    for offset in range(0, 70):
        consent = date(2026, 2, 10) + timedelta(days=offset)
        ages = {sum(1 for year in range(2009, 2027) if date(year, 3, day) <= consent) >= 18 for day in range(1, 32)}
        expected = {frozenset({True}): "MET", frozenset({False}): "NOT_MET"}.get(frozenset(ages), "NOT_EVALUABLE")
        found = answer("I1", {"DM": record(brthdat=partial("2008-03"))}, subject=someone(consent_on=consent))
        assert found == expected, consent


def test_i1_without_consent_cannot_be_said() -> None:
    subject = someone()
    subject.consent_on = None
    found = finding("I1", {"DM": record(brthdat=partial("1980"))}, subject=subject)
    assert (found.answer, found.why) == ("NOT_EVALUABLE", "Not entered: Informed consent.")


def confirmed(**otherwise: Any) -> Any:
    given: dict[str, Any] = {
        "achrres": "POS",
        "rnspos": "N",
        "edropos": "N",
        "neopos": "N",
        "cheiresp": "N",
        "cmout": "RELAPSE",
    }
    given |= {"achr": None, "achruln": None} | otherwise
    tried = row(cmclas="NSIST", cmtrt="azathioprine", cmout=given["cmout"])
    return answer(
        "I2",
        {
            "MGH": record(**{name: given[name] for name in ("achrres", "achr", "achruln", "cheiresp")}),
            "NMT": record(**{name: given[name] for name in ("rnspos", "edropos", "neopos")}),
            "PMT": record(treatments=[tried]),
        },
    )


@pytest.mark.parametrize("sign", ["rnspos", "edropos", "neopos", "cheiresp"])
def test_i2_one_of_the_signs_is_enough(sign: str) -> None:
    assert confirmed(**{sign: "Y"}) == "MET"
    assert confirmed() == "NOT_MET"
    assert confirmed(**{sign: None}) == "NOT_EVALUABLE"
    others = {"rnspos": None, "edropos": None, "neopos": None, "cheiresp": None}
    assert confirmed(**others | {sign: "Y"}) == "MET"


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"achrres": "NEG"}, "NOT_MET"),
        ({"achrres": "NEG", "rnspos": None}, "NOT_MET"),  # whatever the sign turns out to be
        ({"achrres": None}, "NOT_EVALUABLE"),
        ({"achrres": None, "achr": Measured.parse("0.51"), "achruln": Decimal("0.50")}, "MET"),
        ({"achrres": None, "achr": Measured.parse("0.50"), "achruln": Decimal("0.50")}, "NOT_MET"),
        ({"achrres": None, "achr": Measured.parse(">8"), "achruln": Decimal("0.50")}, "MET"),
        ({"achrres": None, "achr": Measured.parse("<0.3"), "achruln": Decimal("0.50")}, "NOT_MET"),
        ({"achrres": None, "achr": Measured.parse("0.51")}, "NOT_EVALUABLE"),
        ({"cmout": "EFFECTIVE"}, "NOT_MET"),
        ({"cmout": "UNKNOWN"}, "NOT_EVALUABLE"),
    ],
)
def test_i2_needs_the_antibody_and_refractory_disease(answers: dict[str, Any], expected: str) -> None:
    assert confirmed(**{"rnspos": "Y"} | answers) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [(each, "MET") for each in ("IIA", "IIB", "IIIA", "IIIB", "IVA", "IVB")]
    + [("I", "NOT_MET"), ("V", "NOT_MET"), (None, "NOT_EVALUABLE")],
)
def test_i3_is_mgfa_iia_to_ivb(found: str | None, expected: str) -> None:
    assert answer("I3", {"MGFA": record(mgfacls=found)}) == expected


@pytest.mark.parametrize(
    ("total", "ocular", "expected"),
    [
        (4, 0, "NOT_MET"),
        (5, 0, "MET"),
        (5, 2, "MET"),  # 40 %
        (5, 3, "NOT_MET"),  # 60 %
        (6, 2, "MET"),
        (6, 3, "NOT_MET"),  # exactly 50 %
        (7, 3, "MET"),  # 42.9 %
        (7, 4, "NOT_MET"),
        (8, 3, "MET"),
        (8, 4, "NOT_MET"),
        (11, 5, "MET"),
        (12, 6, "NOT_MET"),
        (13, 6, "MET"),
        (24, 6, "MET"),
        (0, 0, "NOT_MET"),
        (None, 2, "NOT_EVALUABLE"),
        (4, None, "NOT_MET"),  # too low already
        (5, None, "NOT_EVALUABLE"),
    ],
)
def test_i4_is_5_points_with_less_than_half_of_them_ocular(
    total: int | None, ocular: int | None, expected: str
) -> None:
    assert answer("I4", {"MGADL": record(mgadltot=total, mgadloc=ocular)}) == expected


def test_i4_agrees_with_a_second_reckoning_for_every_score() -> None:
    """By subtraction: the part that is not ocular is the larger one."""
    for total, ocular in product(range(25), range(7)):
        if ocular <= total:
            expected = "MET" if total >= 5 and total - ocular > ocular else "NOT_MET"
            assert answer("I4", {"MGADL": record(mgadltot=total, mgadloc=ocular)}) == expected


@pytest.mark.parametrize(
    ("reading", "points", "total", "expected"),
    [
        ("QMG_1_2", ("3", "2", "3"), 11, "MET"),  # 5 of 11
        ("QMG_1_2", ("3", "2", "0"), 10, "NOT_MET"),  # 5 of 10
        ("QMG_1_3", ("3", "2", "1"), 12, "NOT_MET"),  # 6 of 12
        ("QMG_1_3", ("3", "2", "1"), 13, "MET"),
    ],
)
def test_i4_can_be_read_from_qmg(
    reading: str, points: tuple[str, ...], total: int, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "text", lambda name: reading)
    scale = record(qmgtot=total, qmg01=points[0], qmg02=points[1], qmg03=points[2])
    assert answer("I4", {"MGADL": record(mgadltot=6, mgadloc=6), "QMG": scale}) == expected


@pytest.mark.parametrize(
    ("total", "expected"), [(0, "NOT_MET"), (11, "NOT_MET"), (12, "MET"), (39, "MET"), (None, "NOT_EVALUABLE")]
)
def test_i5_is_qmg_above_11(total: int | None, expected: str) -> None:
    assert answer("I5", {"QMG": record(qmgtot=total)}) == expected


@pytest.mark.parametrize(
    ("tried", "expected"),
    [
        ([("STEROID", "INADEQUATE")], "MET"),
        ([("NSIST", "RELAPSE")], "MET"),
        ([("RTX", "RELAPSE")], "MET"),
        ([("OTHER", "INADEQUATE")], "MET"),
        ([("STEROID", "INTOLERANT")], "NOT_MET"),
        ([("STEROID", "EFFECTIVE")], "NOT_MET"),
        ([("IVIG", "INADEQUATE"), ("PLEX", "RELAPSE"), ("FCRN", "INADEQUATE"), ("CHEI", "RELAPSE")], "NOT_MET"),
        ([("IVIG", "INADEQUATE"), ("STEROID", "EFFECTIVE")], "NOT_MET"),
        ([("STEROID", "EFFECTIVE"), ("RTX", "RELAPSE")], "MET"),
        ([("STEROID", "UNKNOWN")], "NOT_EVALUABLE"),
        ([("STEROID", None)], "NOT_EVALUABLE"),
        ([("STEROID", "UNKNOWN"), ("NSIST", "INADEQUATE")], "MET"),
        ([(None, "RELAPSE")], "NOT_EVALUABLE"),
        ([], "NOT_EVALUABLE"),
    ],
)
def test_i6_is_failure_or_relapse_after_a_conventional_treatment(tried: list[Any], expected: str) -> None:
    rows = [row(cmclas=kind, cmtrt="drug", cmout=outcome) for kind, outcome in tried]
    assert answer("I6", {"PMT": record(treatments=rows)}) == expected


def test_i6_without_the_form_cannot_be_said() -> None:
    assert answer("I6", {}) == "NOT_EVALUABLE"


@pytest.mark.parametrize("key", ["I7", "E13"])
@pytest.mark.parametrize(
    ("own", "expected"),
    [("MET", "MET"), ("NOT_MET", "NOT_MET"), ("NOT_APPLICABLE", "NOT_APPLICABLE"), (None, "NOT_EVALUABLE")]
    + [("NOT_EVALUABLE", "NOT_EVALUABLE")],
)
def test_what_nobody_can_compute_is_as_the_investigator_says(key: str, own: str | None, expected: str) -> None:
    assert answer(key, {}, form={f"ie{key.lower()}": own}) == expected


@pytest.mark.parametrize("key", ["I8", "E7", "E9"])
def test_what_has_no_reference_yet_is_deferred_at_stage_1(key: str) -> None:
    assert answer(key, eligible_forms()) == "DEFERRED"


def test_baseline_governs_at_stage_2() -> None:
    scales = [record("SCR", mgadltot=9, mgadloc=1), record("BL", mgadltot=4, mgadloc=1)]
    assert answer("I4", {"MGADL": scales}) == "MET"
    assert answer("I4", {"MGADL": scales}, stage=2) == "NOT_MET"
    assert answer("I4", {"MGADL": scales[:1]}, stage=2) == "NOT_EVALUABLE"


def test_a_scale_between_the_visits_governs_nothing() -> None:
    scales = [record("SCR", qmgtot=15), record("UNS-1", on=date(2026, 3, 9), qmgtot=9)]
    assert answer("I5", {"QMG": scales}) == "MET"


def test_what_stage_2_does_not_ask_again_stands_as_screening_found_it() -> None:
    tried = row(cmclas="STEROID", cmtrt="prednisone", cmout="RELAPSE")
    assert answer("I6", {"PMT": record(treatments=[tried])}, stage=2) == "MET"
    assert answer("E12", {"VIR": record(hivscr="NR", hivconf=None)}, stage=2) == "NOT_MET"


def test_what_was_found_after_leukapheresis_counts_at_stage_2_and_not_at_stage_1() -> None:
    collected = someone(leukapheresis_on=date(2026, 3, 19))
    found = {"VIR": [record(hivscr="NR", hivconf=None), record("UNS-1", date(2026, 3, 25), hivscr="R", hivconf="POS")]}
    assert answer("E12", found, subject=collected) == "NOT_MET"
    assert answer("E12", found, subject=collected, stage=2) == "MET"


def test_a_criterion_reads_only_what_it_says() -> None:
    from screening.eligibility.evidence import Evidence

    ask = Evidence(facts({"DM": record(sex="F", brthdat=None)}), ("DM.brthdat",))
    with pytest.raises(LookupError, match=r"DM\.sex"):
        ask.value("DM", "sex")
    with pytest.raises(LookupError, match="CHEM"):
        ask.newest("CHEM")
