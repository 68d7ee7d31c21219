"""The daily record of CRS and ICANS: grades from what is entered, attribution to myasthenia gravis, what is asked."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.testing.forms import fired
from safety.tests.toxicity_records import FEBRILE, daily, day, ice

NOREPINEPHRINE = {"pressor": "NOREPINEPHRINE", "pressdos": "0.1", "pressdosu": "ug/kg/min"}
VASOPRESSIN = {"pressor": "VASOPRESSIN", "pressdos": "0.03", "pressdosu": "U/min"}
METARAMINOL = {"pressor": "OTHER", "pressoroth": "Metaraminol"}
TOCILIZUMAB = {"agent": "TOCILIZUMAB", "agentdos": "480", "agentdtc": "2026-03-04T14:30+08:00", "agentfor": "CRS"}
LOW = {"crssbp": "82", "crsdbp": "45", "crshypo": "CRS"}


def febrile(**answers: Any) -> Any:
    return daily(3, **FEBRILE | answers)


@pytest.mark.req("VAL-04")
def test_it_works() -> None:
    calm, ill = daily(3), febrile()
    assert (calm.crsgr, calm.icansgr, calm.crsdat) == ("0", "0", day(3))
    assert ill.crsgr == "1"
    assert fired(calm) == fired(ill) - {"CRS-20"} == set()


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("tmax", "grade"), [("37.9", "0"), ("38.0", "1"), ("38.1", "1")])
def test_fever_is_38_and_above(tmax: str, grade: str) -> None:
    assert febrile(crstmax=tmax).crsgr == grade


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("cause", "grade"), [("CRS", "1"), ("INFECTION", "0"), ("MG", "0"), ("OTHER", "0")])
def test_fever_of_another_cause_is_no_crs(cause: str, grade: str) -> None:
    assert febrile(crsfev=cause).crsgr == grade


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("device", "flow", "grade"),
    [
        ("NC", "2", "2"),
        ("NC", "6", "2"),
        ("NC", "6.1", "3"),
        ("HFNC", "6.0", "2"),
        ("HFNC", "30", "3"),
        ("NC", None, None),
        ("BLOWBY", None, "2"),
        ("MASK", "5", "3"),
        ("MASK", None, "3"),
        ("NIV", None, "4"),
        ("MV", None, "4"),
    ],
)
@pytest.mark.parametrize("cause", ["CRS", "MG", "INFECTION", "AIRWAY", "OTHER"])
def test_oxygen_counts_only_where_crs_needs_it(device: str, flow: str | None, grade: str | None, cause: str) -> None:
    """Ventilation for myasthenic weakness, or to protect the airway, is no hypoxia of CRS."""
    found = febrile(crso2=device, crso2flow=flow, crso2ca=cause).crsgr
    assert found == (grade if cause == "CRS" else "1")


@pytest.mark.req("VAL-04")
def test_oxygen_without_its_cause_is_not_graded() -> None:
    assert febrile(crso2="NC", crso2flow="2").crsgr is None
    assert febrile(crso2="NIV").crsgr is None


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("needed", "pressors", "grade"),
    [
        ("N", [], "2"),
        ("Y", [VASOPRESSIN], "3"),
        ("Y", [NOREPINEPHRINE], "3"),
        ("Y", [NOREPINEPHRINE, VASOPRESSIN], "3"),
        ("Y", [NOREPINEPHRINE, NOREPINEPHRINE | {"pressdos": "0.2"}], "3"),
        ("Y", [NOREPINEPHRINE, NOREPINEPHRINE | {"pressor": "EPINEPHRINE"}], "4"),
        ("Y", [METARAMINOL, METARAMINOL | {"pressoroth": "Ephedrine"}], "4"),
        ("Y", [METARAMINOL, METARAMINOL | {"pressoroth": "metaraminol "}], "3"),
        ("Y", [], None),
    ],
)  # fmt: skip
def test_vasopressors_are_counted_by_drug(needed: str, pressors: list[dict[str, str]], grade: str | None) -> None:
    assert febrile(**LOW, crsvaso=needed, rows={"pressors": pressors}).crsgr == grade


@pytest.mark.req("VAL-04")
def test_hypotension_of_another_cause_does_not_count() -> None:
    rows = {"pressors": [NOREPINEPHRINE, NOREPINEPHRINE | {"pressor": "EPINEPHRINE"}]}
    assert febrile(**LOW | {"crshypo": "INFECTION"}, crsvaso="Y", rows=rows).crsgr == "1"


@pytest.mark.req("VAL-04")
def test_the_days_before_say_whether_fever_is_still_required() -> None:
    treated = daily(2, **FEBRILE | {"crstreat": ["ANTIPYRETIC"]})
    untreated = daily(2, **FEBRILE)
    for before, grade in ((treated, "2"), (untreated, "0")):
        found = daily(3, **LOW, crsvaso="N", others=[before])
        assert found.crsgr == grade
        assert ("CRS-08" in fired(found, others=[before])) is (grade == "0")


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("given", "grade"),
    [("ANTIPYRETIC", "2"), ("TOCILIZUMAB", "2"), ("STEROID", "2"), ("ANAKINRA", "2"), ("OTHER", "0"), ("NONE", "0")],
)
def test_only_antipyretics_and_drugs_against_cytokines_hide_fever(given: str, grade: str) -> None:
    before = daily(2, **FEBRILE)
    assert daily(3, **LOW, crsvaso="N", crstreat=[given], others=[before]).crsgr == grade


@pytest.mark.req("VAL-04")
def test_death_of_crs_or_icans_is_grade_5_of_that_syndrome_only() -> None:
    assert (daily(3, crsfatal="CRS").crsgr, daily(3, crsfatal="CRS").icansgr) == ("5", "0")
    assert (daily(3, crsfatal="ICANS").crsgr, daily(3, crsfatal="ICANS").icansgr) == ("0", "5")
    assert (daily(3, crsfatal="OTHER").crsgr, daily(3, crsfatal="OTHER").icansgr) == ("0", "0")


@pytest.mark.req("VAL-04")
def test_without_the_answers_there_is_no_grade() -> None:
    for name in ("crstmax", "crsfev", "crshypo", "crso2"):
        assert febrile(**{name: None}).crsgr is None, name
    for name in ("icloc", "icseiz", "icmotor", "icicp", "crsice"):
        assert daily(3, **{name: None}).icansgr is None, name


def test_what_is_not_asked_is_refused() -> None:
    for answers in ({"crso2flow": "2"}, {"crsvaso": "Y"}, {"crso2ca": "CRS"}, {"crsfirst": "08:00"}):
        with pytest.raises(ValidationError):
            daily(3, **answers)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("item", "finding", "grade"),
    [
        ("icloc", "AWAKE", "0"), ("icloc", "SPONT", "1"), ("icloc", "VOICE", "2"), ("icloc", "TOUCH", "3"),
        ("icloc", "UNAROUSABLE", "4"), ("icloc", "OTHER", "0"),
        ("icseiz", "NONE", "0"), ("icseiz", "BRIEF", "3"), ("icseiz", "LONG", "4"), ("icseiz", "OTHER", "0"),
        ("icmotor", "NONE", "0"), ("icmotor", "FOCAL", "4"), ("icmotor", "MG", "0"), ("icmotor", "OTHER", "0"),
        ("icicp", "NONE", "0"), ("icicp", "LOCAL", "3"), ("icicp", "RAISED", "4"), ("icicp", "MG", "0"),
        ("icicp", "BLEEDING", "0"),
    ],
)  # fmt: skip
def test_each_sign_of_icans_has_its_grade_and_myasthenia_has_none(item: str, finding: str, grade: str) -> None:
    assert daily(3, **{item: finding}).icansgr == grade


@pytest.mark.req("VAL-04")
def test_grade_4_stands_without_an_ice_score() -> None:
    assert daily(3, icseiz="LONG", crsice=None).icansgr == "4"
    assert daily(3, icseiz="BRIEF", crsice=None).icansgr is None


@pytest.mark.req("VAL-04")
def test_ice_comes_from_the_form_of_the_day_before_the_figure_here() -> None:
    of_the_day, of_another = ice(3, ice1ori="1"), ice(4, ice1ori="0", ice1nam="0")
    found = daily(3, crsice="10", others=[of_the_day, of_another])
    assert (found.icansice, found.icansgr) == (7, "1")
    assert "CRS-10" in fired(found, others=[of_the_day, of_another])
    assert daily(3, crsice="5", others=[of_another]).icansgr == "2"


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("baseline", "today", "grade"), [("0", "0", "0"), ("1", "0", "1"), (None, "0", None)])
def test_a_score_that_weakness_limits_is_graded_by_its_loss(
    baseline: str | None, today: str, grade: str | None
) -> None:
    """Writing fails from weakness: 9 of 10. With 9 before the infusion nothing was lost; 10 before, one point."""
    before = [] if baseline is None else [ice(0, ice1wri=baseline)]
    limited = ice(3, ice1wri=today, icelim=["WRITING"])
    assert limited.icetot == 9
    assert daily(3, crsice=None, others=[*before, limited]).icansgr == grade


@pytest.mark.req("VAL-04")
def test_who_cannot_be_woken_has_grade_4_by_ice_unless_another_cause_explains_it() -> None:
    asleep = ice(3, **dict.fromkeys(("ice1ori", "ice1nam", "ice1com", "ice1wri", "ice1att")), ice1stat="UNAROUSABLE")
    assert asleep.icetot == 0
    assert daily(3, crsice=None, others=[asleep]).icansgr == "4"
    assert daily(3, crsice=None, icloc="OTHER", others=[asleep]).icansgr == "0"


@pytest.mark.parametrize(
    ("rule", "answers"),
    [
        ("CRS-01", {"crstmax": "38.0"}),
        ("CRS-01", {"crsfev": "CRS", "crstmax": "37.9"}),
        ("CRS-02", {"crssbp": "89", "crshypo": "NONE"}),
        ("CRS-02", {"crssbp": "90", "crshypo": "CRS", "crsvaso": "N"}),
        ("CRS-03", {"crshypo": "CRS", "crssbp": "80", "crsvaso": "Y"}),
        ("CRS-03", {"rows": {"pressors": [NOREPINEPHRINE]}}),
        ("CRS-04", {"crstreat": ["NONE", "ANTIPYRETIC"]}),
        ("CRS-05", {"crstreat": ["TOCILIZUMAB"]}),
        ("CRS-05", {"rows": {"treatments": [TOCILIZUMAB]}}),
        ("CRS-06", {"crsgri": "1"}),
        ("CRS-07", {"icansgri": "1"}),
        ("CRS-08", {"crssbp": "80", "crshypo": "CRS", "crsvaso": "N"}),
        ("CRS-08", {"crso2": "NC", "crso2flow": "2", "crso2ca": "CRS"}),
        ("CRS-09", {"crsice": None}),
        ("CRS-11", FEBRILE | {"crso2": "MASK", "crso2ca": "CRS", "crsgri": "3"}),
        ("CRS-12", FEBRILE | {"crsfirst": "10:00", "crslast": "09:59"}),
        ("CRS-13", {"crsdbp": "118"}),
        ("CRS-14", {"icloc": "UNAROUSABLE", "crsice": "1"}),
        ("CRS-50", {"rows": {"pressors": [VASOPRESSIN | {"pressdosu": "ug/kg/min"}]}}),
        ("CRS-50", {"rows": {"pressors": [NOREPINEPHRINE | {"pressdosu": "U/min"}]}}),
        ("CRS-51", {"rows": {"pressors": [NOREPINEPHRINE | {"pressdos": "0"}]}}),
        ("CRS-52", {"rows": {"treatments": [TOCILIZUMAB | {"agentdos": "800.01"}]}}),
        ("CRS-53", {"rows": {"treatments": [TOCILIZUMAB | {"agentdtc": "2026-03-05T00:00+08:00"}]}}),
    ],
)
def test_what_does_not_go_together_is_asked_about(rule: str, answers: dict[str, Any]) -> None:
    assert rule in fired(daily(3, **answers))


@pytest.mark.parametrize(
    ("rule", "answers"),
    [
        ("CRS-01", FEBRILE | {"crstmax": "38.0"}),
        ("CRS-02", {"crssbp": "90"}),
        ("CRS-02", LOW | {"crssbp": "89", "crsvaso": "N"}),
        ("CRS-02", LOW | {"crssbp": "110", "crsvaso": "Y", "rows": {"pressors": [NOREPINEPHRINE]}}),
        ("CRS-03", LOW | {"crsvaso": "Y", "rows": {"pressors": [NOREPINEPHRINE]}}),
        ("CRS-05", {"crstreat": ["TOCILIZUMAB"], "rows": {"treatments": [TOCILIZUMAB]}}),
        ("CRS-05", {"crstreat": ["STEROID"], "rows": {"treatments": [TOCILIZUMAB | {"agent": "DEXAMETHASONE"}]}}),
        ("CRS-05", {"crstreat": ["ANTIPYRETIC"]}),
        ("CRS-05", {"rows": {"treatments": [TOCILIZUMAB | {"agent": "LEVETIRACETAM"}]}}),
        ("CRS-08", FEBRILE | {"crso2": "NC", "crso2flow": "2", "crso2ca": "CRS"}),
        ("CRS-08", {"crso2": "NIV", "crso2ca": "MG"}),
        ("CRS-09", {"crsice": None, "icloc": "OTHER"}),
        ("CRS-11", FEBRILE | {"crso2": "NC", "crso2flow": "2", "crso2ca": "CRS", "crsgri": "2"}),
        ("CRS-12", FEBRILE | {"crsfirst": "10:00", "crslast": "10:00"}),
        ("CRS-13", {"crsdbp": "117"}),
        ("CRS-14", {"icloc": "UNAROUSABLE", "crsice": "0"}),
        ("CRS-50", {"rows": {"pressors": [NOREPINEPHRINE, VASOPRESSIN]}}),
        ("CRS-51", {"rows": {"pressors": [NOREPINEPHRINE | {"pressdos": "0.001"}]}}),
        ("CRS-52", {"rows": {"treatments": [TOCILIZUMAB | {"agentdos": "800"}]}}),
        ("CRS-53", {"rows": {"treatments": [TOCILIZUMAB]}}),
    ],
)
def test_what_goes_together_is_not_asked_about(rule: str, answers: dict[str, Any]) -> None:
    assert rule not in fired(daily(3, **answers))
