"""PIS: the gates of each status, asked about and never refused (clinical reference pack, 3.6)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from core.crf import evaluate, read
from core.crf.rules import RULES, Context
from core.crf.values import PartialDate
from core.models import Visit
from core.testing.forms import a_subject, filled

INFUSION = date(2026, 1, 10)
YEAR_ON = date(2027, 1, 10)  # 365 days later
SUBJECT = a_subject(infusion_on=INFUSION)
BETTER = ("CSR", "PR", "MM0", "MM1", "MM2", "MM3")


def status(pis: str | None, *, on: date = YEAR_ON, **answers: Any) -> Any:
    """An improved subject with this status, free of complaints and weakness."""
    given = {"rsperf": "Y", "pischg": "I", "pissymp": "N", "pisweak": "NONE", "pis": pis} | answers
    if given["pischg"] == "D":
        given |= {"pissymp": None, "pisweak": None}
    return filled("PIS", subject=SUBJECT, visit_on=on, **given)


def drug(cmclas: str, start: str | None, end: str | None = None, **answers: Any) -> Any:
    """A line of concomitant medication; ongoing where it has no end."""
    dates = {name: PartialDate.parse(each) if each else None for name, each in (("cmstdat", start), ("cmendat", end))}
    given = {"cmongo": "N" if end else "Y", "cmindc": "MG", "cmpyri": None}
    return SimpleNamespace(pk=None, cmclas=cmclas, **dates | given | answers)


def pyridostigmine(a_day: str | None, start: str = "2025", end: str | None = None) -> Any:
    """A line of so many mg a day."""
    return drug("CHEI", start, end, cmpyri=a_day and Decimal(a_day))


def holds(rule: str, record: Any, *, drugs: Any = (), deaths: Any = (), earlier: Any = ()) -> bool | None:
    """What a rule across forms says of the record beside these others."""
    known = {"CM": list(drugs), "DTH": list(deaths), "PIS": list(earlier)}
    trial_rule = RULES[rule]
    return trial_rule.holds(Context(SUBJECT, record, record.visit, known).reading(trial_rule.forms))


def test_it_works() -> None:
    assert holds("PIS-10", status("CSR")) is True
    assert holds("PIS-10", status("CSR"), drugs=[drug("STEROID", "2025")]) is False


# Time


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("pis", BETTER)
@pytest.mark.parametrize(("on", "early"), [(date(2027, 1, 9), True), (YEAR_ON, False), (date(2026, 2, 7), True)])
def test_remission_is_asked_about_before_a_year_has_passed(pis: str, on: date, early: bool) -> None:
    given = {} if pis in ("CSR", "PR") else {"pisweak": "SOME"}
    assert ("PIS-01" in timing(status(pis, on=on, **given))) is (early and pis in ("CSR", "PR"))


def timing(record: Any) -> set[str]:
    """The checks within the form; those across forms are asked one by one here."""
    context = Context(SUBJECT, record, record.visit, {"CM": [], "DTH": [], "PIS": []})
    return {each.check_id for each in evaluate.firings(read.form("PIS"), record, {}, context)}


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("since", "early"),
    [
        ("2026-01-10", False),
        ("2026-01-11", True),
        ("2026-01", False),  # it may have been since the 1st
        ("2026-02", True),
        ("2026", False),
        ("2025-06", False),
        ("2027", True),
    ],
)
def test_the_year_counts_from_when_the_complaints_ended(since: str, early: bool) -> None:
    assert ("PIS-01" in timing(status("CSR", pissince=since))) is early


def test_a_remission_older_than_the_infusion_is_no_question() -> None:
    assert "PIS-01" not in timing(status("PR", on=date(2026, 2, 7), pissince="2024-12"))


# What the examiner finds


@pytest.mark.parametrize("pis", [*BETTER, "NONE"])
def test_complaints_do_not_go_with_remission_or_minimal_manifestations(pis: str) -> None:
    assert ("PIS-02" in timing(status(pis, pissymp="Y"))) is (pis != "NONE")
    assert "PIS-02" not in timing(status(pis))


@pytest.mark.parametrize("pis", [*BETTER, "NONE"])
@pytest.mark.parametrize("weak", ["NONE", "EYES", "SOME"])
def test_only_weak_closing_of_the_eyes_goes_with_remission(pis: str, weak: str) -> None:
    assert ("PIS-03" in timing(status(pis, pisweak=weak))) is (pis in ("CSR", "PR") and weak == "SOME")


# Treatment

MG = ("STEROID", "NSIST", "RTX", "IVIG", "PLEX", "FCRN", "COMPL", "BIOLOGIC", "CHEI")


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("pis", ["CSR", "MM0"])
@pytest.mark.parametrize("cmclas", [*MG, "CRS_ICANS", "INFECTION", "ANTIEMETIC", "OTHER"])
def test_a_year_without_mg_treatment_is_asked_for_by_its_class(pis: str, cmclas: str) -> None:
    assert holds("PIS-10", status(pis), drugs=[drug(cmclas, "2026-05")]) is (cmclas not in MG)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("start", "end", "free"),
    [
        ("2025", "2026-01-10", True),  # 365 days before the visit
        ("2025", "2026-01-11", False),
        ("2025", "2026-01", True),  # it may have ended on the 1st
        ("2025", "2026-02", False),
        ("2026-06-01", "2026-06-02", False),
        ("2027-01-10", None, False),
        ("2027-01-11", None, True),  # begun after the visit
        ("2027-01", None, True),  # perhaps
        (None, None, True),  # nobody knows since when
        ("2026-06", "2026", False),  # whenever it ended, it had begun
    ],
)
def test_what_certainly_falls_within_the_year_counts(start: str | None, end: str | None, free: bool) -> None:
    assert holds("PIS-10", status("CSR"), drugs=[drug("STEROID", start, end)]) is free


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("pis", ["PR", "MM1"])
@pytest.mark.parametrize(
    ("start", "end", "without"),
    [
        ("2026", None, False),
        ("2026", "2027-01-10", False),
        ("2026", "2027-01-09", True),
        ("2026", "2027-01", True),  # perhaps on the 1st
        ("2027-01-10", None, False),
        ("2027-01-11", None, True),
    ],
)
def test_a_cholinesterase_inhibitor_at_the_visit_excludes_remission_under_treatment(
    pis: str, start: str, end: str | None, without: bool
) -> None:
    assert holds("PIS-11", status(pis), drugs=[pyridostigmine("180", start, end)]) is without


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("pis", ["PR", "MM1"])
def test_remission_under_treatment_and_mm1_need_immunosuppression(pis: str) -> None:
    assert holds("PIS-12", status(pis)) is False
    assert holds("PIS-12", status(pis), drugs=[pyridostigmine("180")]) is False
    assert holds("PIS-12", status(pis), drugs=[drug("NSIST", "2025", "2027-01-09")]) is False
    assert holds("PIS-12", status(pis), drugs=[drug("NSIST", "2025", "2027-01-10")]) is True
    assert holds("PIS-12", status(pis), drugs=[drug("NSIST", "2025", "2027-01")]) is True  # perhaps it goes on
    assert holds("PIS-12", status(pis), drugs=[drug("STEROID", None)]) is True
    assert holds("PIS-12", status(pis), drugs=[drug("STEROID", "2027-01")]) is True  # perhaps it had begun
    assert holds("PIS-12", status(pis), drugs=[drug("STEROID", "2027-01-11")]) is False


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("a_day", "enough"),
    [("119", True), ("119.9999", True), ("120", False), ("120.0001", False), ("30", True), ("180", False)],
)
def test_mm2_means_less_than_120_mg_pyridostigmine_a_day(a_day: str, enough: bool) -> None:
    assert holds("PIS-13", status("MM2"), drugs=[pyridostigmine(a_day)]) is enough


@pytest.mark.req("VAL-04")
def test_mm2_looks_at_the_whole_year_and_at_lines_together() -> None:
    def enough(*drugs: Any) -> bool | None:
        return holds("PIS-13", status("MM2"), drugs=drugs)

    assert enough(pyridostigmine("60"), pyridostigmine("60", "2026-06-01")) is False
    assert enough(pyridostigmine("60"), pyridostigmine("59", "2026-06-01")) is True
    assert enough(pyridostigmine("60", "2025", "2026-05-31"), pyridostigmine("60", "2026-06-01")) is True
    assert enough(pyridostigmine("180", "2025", "2026-03-01"), pyridostigmine("30", "2026-03-02")) is False
    assert enough(pyridostigmine("180", "2024", "2026-01-10"), pyridostigmine("30", "2026-01-11")) is True


@pytest.mark.req("VAL-04")
def test_mm2_needs_an_inhibitor_and_no_other_mg_treatment() -> None:
    assert holds("PIS-13", status("MM2")) is False
    assert holds("PIS-13", status("MM2"), drugs=[drug("STEROID", "2026-05")]) is False
    both = [pyridostigmine("60"), drug("STEROID", "2026-05")]
    assert holds("PIS-13", status("MM2"), drugs=both) is False
    assert holds("PIS-13", status("MM2"), drugs=[both[0], drug("STEROID", "2025", "2026-01-10")]) is True


def test_a_dose_that_cannot_be_told_is_not_held_against_mm2() -> None:
    assert holds("PIS-13", status("MM2"), drugs=[pyridostigmine(None)]) is True
    assert holds("PIS-13", status("MM2"), drugs=[pyridostigmine(None), pyridostigmine("60")]) is True
    assert holds("PIS-13", status("MM2"), drugs=[pyridostigmine(None), pyridostigmine("180")]) is False


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("reason", "counts"),
    [
        *(("MG", True), ("RESCUE", True), ("BRIDGE", True), ("CRS", False), ("ICANS", False), ("IGREPL", False)),
        *(("PREMED", False), ("INFECTION", False), ("PROPHYLAXIS", False), ("MH", False)),
    ],
)
def test_only_what_was_given_for_mg_is_mg_treatment(reason: str, counts: bool) -> None:
    given = drug("STEROID", "2026-05", cmindc=reason)
    assert holds("PIS-10", status("CSR"), drugs=[given]) is not counts
    assert holds("PIS-12", status("MM1"), drugs=[given]) is counts


def test_a_line_without_its_reason_neither_bars_a_status_nor_lacks_for_one() -> None:
    given = drug("STEROID", "2026-05", cmindc=None)
    assert holds("PIS-10", status("CSR"), drugs=[given]) is True
    assert holds("PIS-12", status("MM1"), drugs=[given]) is True


@pytest.mark.req("VAL-04")
def test_mm3_needs_both_within_the_year() -> None:
    inhibitor, steroid = pyridostigmine("180"), drug("STEROID", "2025", "2026-01-11")
    assert holds("PIS-14", status("MM3"), drugs=[inhibitor, steroid]) is True
    assert holds("PIS-14", status("MM3"), drugs=[inhibitor]) is False
    assert holds("PIS-14", status("MM3"), drugs=[steroid]) is False
    assert holds("PIS-14", status("MM3"), drugs=[inhibitor, drug("STEROID", "2025", "2026-01-10")]) is False


GATES = {"PIS-10": ("CSR", "MM0"), "PIS-11": ("PR", "MM1"), "PIS-12": ("PR", "MM1"), "PIS-13": ("MM2",)} | {
    "PIS-14": ("MM3",)
}


@pytest.mark.parametrize("rule", GATES)
@pytest.mark.parametrize("pis", [*BETTER, "NONE"])
def test_a_gate_asks_about_its_own_status_only(rule: str, pis: str) -> None:
    assert (holds(rule, status(pis)) is not None) is (pis in GATES[rule])
    undated = status(pis)
    undated.visit = None
    assert holds(rule, undated) is None


# Change


def before(pis: str, on: date) -> Any:
    return SimpleNamespace(pk=None, pis=pis, visit=Visit(subject=SUBJECT, code="M3", visit_on=on))


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("pis", [*BETTER, "NONE"])
def test_an_exacerbation_follows_a_better_status(pis: str) -> None:
    worse = status("NONE", pischg="E", pissymp="Y")
    assert holds("PIS-15", worse, earlier=[before(pis, date(2026, 4, 1))]) is (pis != "NONE")
    assert holds("PIS-15", worse, earlier=[before(pis, date(2027, 4, 1))]) is False
    assert holds("PIS-15", worse) is False


@pytest.mark.parametrize("change", ["I", "U", "W", "D"])
def test_no_other_change_asks_for_it(change: str) -> None:
    pis = None if change == "D" else "NONE"
    assert holds("PIS-15", status(pis, pischg=change)) is None


@pytest.mark.req("VAL-04")
def test_who_died_has_a_death_record() -> None:
    died = status(None, pischg="D")
    assert holds("PIS-16", died) is False
    assert holds("PIS-16", died, deaths=[SimpleNamespace(pk=None)]) is True
    assert holds("PIS-16", status("NONE", pischg="W")) is None


def test_nothing_of_this_is_refused() -> None:
    assert status("CSR", on=INFUSION, pissymp="Y", pisweak="SOME").pis == "CSR"
