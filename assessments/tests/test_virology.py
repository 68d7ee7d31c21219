"""VIR: what further test a finding asks for, limits of quantification, samples after infusion."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.testing.forms import a_subject, filled, fired

SAMPLES = (
    ("VIR", "lbdat"),
    ("UA", "lbdat"),
    ("AB", "lbdat"),
    ("CART", "cardat"),
    ("RCL", "rcldat"),
    ("TCELL", "tcdat"),
)
DONE = {"lbperf": "Y", "lbdat": "2026-03-05", "hbsag": "NEG", "hbcab": "NEG", "hcvab": "NEG", "hivscr": "NR"}
INFUSED = a_subject(infusion_on=date(2026, 3, 5))


def vir(**answers: Any) -> Any:
    return filled("VIR", **DONE | answers)


def test_it_works() -> None:
    assert fired(vir()) == set()


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(("surface", "core"), list(product(("NEG", "POS", None), repeat=2)))
def test_hbv_dna_is_wanted_where_either_marker_is_positive(surface: str | None, core: str | None) -> None:
    wanted = "POS" in (surface, core)
    assert ("VIR-01" in fired(vir(hbsag=surface, hbcab=core))) is wanted
    assert "VIR-01" not in fired(vir(hbsag=surface, hbcab=core, hbvdna="<20", hbvlloq="20"))


@pytest.mark.req("VAL-04")
def test_hcv_rna_is_wanted_where_the_antibody_is_positive() -> None:
    assert fired(vir(hcvab="POS")) == {"VIR-02"}
    assert fired(vir(hcvab="POS", hcvrna="<15", hcvlloq="15")) == set()


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize(
    ("confirmation", "asked"), [(None, True), ("PEND", True), ("IND", True), ("NEG", False), ("POS", False)]
)
def test_a_reactive_hiv_screen_is_confirmed(confirmation: str | None, asked: bool) -> None:
    assert ("VIR-03" in fired(vir(hivscr="R", hivconf=confirmation))) is asked


def test_a_confirmation_of_a_screen_that_is_not_reactive_is_refused() -> None:
    with pytest.raises(ValidationError):
        vir(hivconf="NEG")


@pytest.mark.parametrize(
    ("virus", "limit", "missing", "misfit"),
    [("hbvdna", "hbvlloq", "VIR-04", "VIR-06"), ("hcvrna", "hcvlloq", "VIR-05", "VIR-07")],
)
def test_an_amount_of_virus_has_its_limit_and_fits_it(virus: str, limit: str, missing: str, misfit: str) -> None:
    assert fired(vir(**{virus: "<20"})) == {missing}
    for result, fits in (("<20", True), ("<10", True), ("20", True), ("19", False), ("<50", False), (">100000", True)):
        assert (fired(vir(**{virus: result, limit: "20"})) == set()) is fits


@pytest.mark.parametrize(("day", "asked"), [("2026-03-04", False), ("2026-03-05", True), ("2026-06-01", True)])
def test_a_positive_hiv_nucleic_acid_test_after_infusion_may_be_the_vector(day: str, asked: bool) -> None:
    assert ("VIR-08" in fired(vir(hivnat="POS", lbdat=day), subject=INFUSED)) is asked
    assert "VIR-08" not in fired(vir(hivnat="NEG", lbdat=day), subject=INFUSED)
    assert "VIR-08" not in fired(vir(hivnat="POS", lbdat=day))


@pytest.mark.parametrize(("form", "item"), SAMPLES)
def test_a_sample_the_day_before_consent_is_asked_about(form: str, item: str) -> None:
    record = filled(form, lbperf="Y", **{item: "2026-03-05"})
    assert f"{form}-10" in fired(record, subject=a_subject(consent_on=date(2026, 3, 6)))
    assert f"{form}-10" not in fired(record, subject=a_subject(consent_on=date(2026, 3, 5)))
    assert f"{form}-10" not in fired(record)


@pytest.mark.parametrize("marker", ["hbsag", "hbcab"])
@pytest.mark.parametrize("name", ["Entecavir", "富马酸丙酚替诺福韦片（TAF）", "恩替卡韦"])
def test_hepatitis_b_is_kept_down_once_lymphodepletion_has_begun(marker: str, name: str) -> None:
    record, treated = vir(**{marker: "POS"}), a_subject(lymphodepletion_on=date(2026, 4, 1))
    assert "VIR-11" in fired(record, subject=treated)
    assert "VIR-11" in fired(record, subject=treated, others=[filled("CM", cmtrt="Aciclovir"), filled("CM")])
    assert "VIR-11" not in fired(record, subject=treated, others=[filled("CM", cmtrt=name)])
    assert "VIR-11" not in fired(vir(**{marker: "POS"}))
    assert "VIR-11" not in fired(vir(), subject=treated)
