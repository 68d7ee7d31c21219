"""Medication across forms: washouts, what looks like rescue, the forms a line belongs to."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.testing.forms import a_subject, filled, fired

LEUK = a_subject(leukapheresis_on=date(2026, 5, 31))
LD = a_subject(lymphodepletion_on=date(2026, 5, 31))
INFUSED = a_subject(infusion_on=date(2026, 6, 10))
LINE = {"cmtrt": "x", "cmmgrisk": "NONE", "cmindc": "MG", "cmroute": "INTRAVENOUS"}
STEROID = LINE | {
    "cmclas": "STEROID", "cmster": "PREDNISONE", "cmroute": "ORAL", "cmdosu": "mg", "cmdosfrq": "QD", "cmdose": "10",
    "cmongo": "Y",
}  # fmt: skip


def line(**answers: Any) -> Any:
    return filled("CM", **LINE | answers)


def ended(drug_class: str, end: str, **answers: Any) -> Any:
    return line(cmclas=drug_class, cmstdat="2026-01-01", cmongo="N", cmendat=end, **answers)


def test_it_works() -> None:
    assert fired(line(cmclas="OTHER", cmstdat="2026-01-01", cmongo="Y"), subject=LEUK) == set()


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("drug_class", "enough", "too_late"),
    [
        ("IVIG", "2026-05-03", "2026-05-04"),  # 28 days
        ("PLEX", "2026-05-03", "2026-05-04"),
        ("FCRN", "2026-05-03", "2026-05-04"),
        ("NSIST", "2026-05-17", "2026-05-18"),  # 14 days
        ("RTX", "2026-02-28", "2026-03-01"),  # 3 months: 28 February to 28 May, 1 March to 1 June
    ],
)
def test_each_class_has_its_washout_before_leukapheresis(drug_class: str, enough: str, too_late: str) -> None:
    assert "CM-10" not in fired(ended(drug_class, enough), subject=LEUK)
    assert "CM-10" in fired(ended(drug_class, too_late), subject=LEUK)
    assert "CM-10" not in fired(ended(drug_class, too_late), subject=LD)


@pytest.mark.req("VAL-04")
def test_a_live_vaccine_keeps_six_weeks_to_lymphodepletion() -> None:
    assert "CM-10" not in fired(ended("VACCINE", "2026-04-19"), subject=LD)
    assert "CM-10" in fired(ended("VACCINE", "2026-04-20"), subject=LD)


def test_classes_without_a_washout_are_not_asked_about() -> None:
    for drug_class in ("CHEI", "COMPL", "OTHER", "STEROID"):
        assert "CM-10" not in fired(ended(drug_class, "2026-05-31"), subject=LEUK)


def test_what_goes_on_or_began_after_the_milestone() -> None:
    assert "CM-10" in fired(line(cmclas="NSIST", cmstdat="2026-05-31", cmongo="Y"), subject=LEUK)
    assert "CM-10" not in fired(line(cmclas="NSIST", cmstdat="2026-06-01", cmongo="Y"), subject=LEUK)
    assert "CM-10" not in fired(line(cmclas="NSIST", cmstdat="2026-05", cmongo=None), subject=LEUK)
    assert "CM-10" not in fired(line(cmclas="NSIST", cmongo="Y"), subject=LEUK)
    assert "CM-10" not in fired(line(cmclas="NSIST", cmstdat="2026-05-01", cmongo="N"), subject=LEUK)


def test_of_partial_dates_only_what_is_certain_is_asked_about() -> None:
    assert "CM-10" not in fired(ended("IVIG", "2026-05"), subject=LEUK)  # may be 1 May
    assert "CM-10" in fired(ended("NSIST", "2026-05-20"), subject=LEUK)
    assert "CM-10" not in fired(ended("IVIG", "2026"), subject=LEUK)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({"cmstdat": "2026-01", "cmongo": "N", "cmendat": "2026-05-03"}, False),  # exactly 28 days
        ({"cmstdat": "2026-01", "cmongo": "N", "cmendat": "2026-05-04"}, True),
        ({"cmstdat": "2026-05-31"}, True),  # on the reference date itself
        ({"cmstdat": "2026-06-01"}, False),
        ({"cmstdat": "2026-01", "cmroute": "INHALATION"}, False),
        ({"cmstdat": "2026-01", "cmroute": None}, False),
    ],
)
def test_a_systemic_steroid_keeps_28_days_to_lymphodepletion(answers: dict[str, Any], asked: bool) -> None:
    assert ("CM-11" in fired(filled("CM", **STEROID | answers), subject=LD)) is asked
    assert "CM-11" not in fired(filled("CM", **STEROID | answers), subject=LEUK)


@pytest.mark.parametrize(
    ("drug_class", "start", "asked"),
    [
        ("IVIG", "2026-06-11", True),
        ("IVIG", "2026-06-10", False),  # on the day of infusion it may have been before
        ("IVIG", "2026-06", False),
        ("PLEX", "2026-07", True),
        ("NSIST", "2026-07", True),
        ("RTX", "2026-07", True),
        ("FCRN", "2026-07", True),
        ("COMPL", "2026-07", True),
        ("BIOLOGIC", "2026-07", True),
        ("CHEI", "2026-07", False),
        ("OTHER", "2026-07", False),
    ],
)
def test_new_treatment_of_mg_after_infusion_looks_like_rescue(drug_class: str, start: str, asked: bool) -> None:
    assert ("CM-12" in fired(line(cmclas=drug_class, cmstdat=start, cmongo="Y"), subject=INFUSED)) is asked


def test_it_is_asked_only_where_regular_treatment_is_the_reason() -> None:
    for reason in ("RESCUE", "IGREPL", "OTHER"):
        record = line(cmclas="IVIG", cmstdat="2026-07-01", cmongo="Y", cmindc=reason)
        assert "CM-12" not in fired(record, subject=INFUSED)


def test_an_immunosuppressant_that_was_there_before_is_not_new() -> None:
    after = line(cmclas="NSIST", cmstdat="2026-07-01", cmongo="Y")
    before = line(cmclas="NSIST", cmstdat="2026-01", cmongo="N", cmendat="2026-06-30")
    for_another_disease = line(cmclas="NSIST", cmstdat="2026-01", cmongo="Y", cmindc="MH")
    assert "CM-12" not in fired(after, subject=INFUSED, others=[before])
    assert "CM-12" in fired(after, subject=INFUSED, others=[for_another_disease])
    assert "CM-12" in fired(after, subject=INFUSED, others=[line(cmclas="RTX", cmstdat="2026-01", cmongo="Y")])


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("dose", "asked"), [("5", False), ("10", False), ("19.999", False), ("20", True), ("40", True)]
)
def test_a_steroid_that_is_doubled_looks_like_rescue(dose: str, asked: bool) -> None:
    before = filled("CM", **STEROID | {"cmstdat": "2026-06-01"})
    after = filled("CM", **STEROID | {"cmstdat": "2026-07-01", "cmdose": dose})
    assert ("CM-12" in fired(after, subject=INFUSED, others=[before])) is asked


def test_the_last_dose_before_is_compared() -> None:
    lines = [filled("CM", **STEROID | {"cmstdat": start, "cmdose": dose}) for start, dose in
             (("2026-06-20", "10"), ("2026-05-01", "40"))]  # fmt: skip
    assert "CM-12" in fired(
        filled("CM", **STEROID | {"cmstdat": "2026-07-01", "cmdose": "20"}), subject=INFUSED, others=lines
    )


def test_a_new_steroid_looks_like_rescue_and_a_dose_without_equivalent_says_nothing() -> None:
    after = filled("CM", **STEROID | {"cmstdat": "2026-07-01"})
    unknown = filled("CM", **STEROID | {"cmstdat": "2026-06-20", "cmdosu": "mg/kg"})
    assert "CM-12" in fired(after, subject=INFUSED)
    assert "CM-12" not in fired(after, subject=INFUSED, others=[unknown])
    assert "CM-12" not in fired(
        filled("CM", **STEROID | {"cmstdat": "2026-07-01", "cmroute": "NASAL"}), subject=INFUSED
    )


@pytest.mark.parametrize(
    ("start", "found"),
    [
        ("2026-08-10", True),
        ("2026-08-03", True),
        ("2026-08-02", False),
        ("2026-08-17", True),
        ("2026-08-18", False),
        ("2026-08", True),
    ],
)
def test_rescue_medicine_and_its_form_belong_together(start: str, found: bool) -> None:
    form = filled("RSC", rscyn="Y", rscdat="2026-08-10", rsctrt=["IVIG"])
    medicine = line(cmclas="IVIG", cmindc="RESCUE", cmstdat=start, cmongo="Y")
    assert ("CM-13" not in fired(medicine, subject=INFUSED, others=[form])) is found
    assert ("RSC-11" not in fired(form, subject=INFUSED, others=[medicine])) is found


def test_rescue_needs_a_form_that_says_yes_and_a_line_that_is_rescue() -> None:
    medicine = line(cmclas="IVIG", cmindc="RESCUE", cmstdat="2026-08-10", cmongo="Y")
    assert "CM-13" in fired(medicine, others=[filled("RSC", rscyn="N")])
    form = filled("RSC", rscyn="Y", rscdat="2026-08-10", rsctrt=["IVIG"])
    assert "RSC-11" in fired(form, others=[line(cmclas="IVIG", cmindc="IGREPL", cmstdat="2026-08-10")])


def test_intensive_care_needs_no_line_of_medicine() -> None:
    form = filled("RSC", rscyn="Y", rscdat="2026-08-10", rsctrt=["ICU"])
    assert "RSC-11" not in fired(form, subject=INFUSED)


def test_bridging_and_its_lines_belong_together() -> None:
    medicine = line(cmclas="IVIG", cmindc="BRIDGE", cmstdat="2026-05-20", cmongo="Y")
    given, none = filled("BRG", brgyn="Y"), filled("BRG", brgyn="N")
    assert "CM-14" not in fired(medicine, others=[given])
    assert "CM-14" in fired(medicine, others=[none])
    assert "BRG-10" not in fired(given, others=[medicine])
    assert "BRG-10" in fired(given, others=[line(cmclas="IVIG")])
    assert "BRG-10" not in fired(none)


def test_the_line_number_is_that_of_an_adverse_event() -> None:
    event = filled("AE", aeterm="CRS")
    event.key = 3
    treated = {"cmclas": "CRS_ICANS", "cmindc": "CRS", "cmstdat": "2026-06-12", "cmongo": "N"}
    assert "CM-15" not in fired(line(**treated, cmaeno=3), others=[event])
    assert "CM-15" in fired(line(**treated, cmaeno=4), others=[event])
    assert "CM-15" not in fired(line(**treated))
