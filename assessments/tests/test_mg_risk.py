"""Medicines that may worsen MG, known by name."""

from __future__ import annotations

import pytest

from assessments.medication import is_steroid_by_name
from assessments.mg_risk import NAMES, Risk, by_name


def test_it_works() -> None:
    assert by_name("Levofloxacin 500 mg") == Risk.FLUOROQUINOLONE


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("Gentamicin", "AMINOGLYCOSIDE"),
        ("硫酸阿米卡星注射液", "AMINOGLYCOSIDE"),
        ("MOXIFLOXACIN", "FLUOROQUINOLONE"),
        ("左氧氟沙星片", "FLUOROQUINOLONE"),
        ("Azithromycin", "MACROLIDE"),
        ("telithromycin", "MACROLIDE"),
        ("克拉霉素", "MACROLIDE"),
        ("metoprolol", "BETA_BLOCKER"),
        ("labetalol", "BETA_BLOCKER"),
        ("噻吗洛尔滴眼液", "BETA_BLOCKER"),
        ("卡维地洛", "BETA_BLOCKER"),
        ("procainamide", "ANTIARRHYTHMIC"),
        ("quinidine", "ANTIARRHYTHMIC"),
        ("quinine", "QUININE"),
        ("Botulinum toxin A", "BOTULINUM"),
        ("青霉胺", "PENICILLAMINE"),
        ("sintilimab", "CHECKPOINT"),
        ("cisatracurium", "RELAXANT"),
        ("罗库溴铵", "RELAXANT"),
        ("verapamil", "VERAPAMIL"),
        ("碘海醇", "CONTRAST"),
    ],
)
def test_each_group_is_known_by_its_names(name: str, group: str) -> None:
    assert by_name(name) == group


@pytest.mark.parametrize(
    "name",
    [
        "Vancomycin", "Clindamycin", "Amoxicillin", "Flucloxacillin", "Penicillin", "青霉素", "Ceftriaxone", "阿昔洛韦",
        "Hydroxychloroquine", "Pyridostigmine", "Tocilizumab", "Entecavir", "Prednisone",
        "胰岛素", "复方磺胺甲噁唑", "",
    ],
)  # fmt: skip
def test_other_medicines_raise_no_alarm(name: str) -> None:
    assert by_name(name) is None


@pytest.mark.parametrize(("route", "group"), [("INTRAVENOUS", "MAGNESIUM"), ("ORAL", None), (None, None)])
def test_magnesium_counts_into_the_vein_only(route: str | None, group: str | None) -> None:
    assert by_name("Magnesium sulfate", route) == group


def test_a_route_matters_to_magnesium_alone() -> None:
    assert by_name("levofloxacin", "ORAL") == by_name("levofloxacin", "INTRAVENOUS") == Risk.FLUOROQUINOLONE


def test_every_group_has_names_and_every_name_finds_its_group() -> None:
    assert set(NAMES) == set(Risk) - {Risk.NONE}
    for group, parts in NAMES.items():
        assert all(by_name(part, "INTRAVENOUS") == group for part in parts)


@pytest.mark.parametrize(
    ("name", "steroid"),
    [
        ("Prednisone", True), ("甲泼尼龙", True), ("Methylprednisolone", True), ("地塞米松", True),
        ("hydrocortisone", True), ("氢化可的松", True), ("强的松", True), ("Aldosterone", False), ("Tacrolimus", False),
        ("他克莫司", False),
    ],
)  # fmt: skip
def test_a_corticosteroid_is_known_by_name(name: str, steroid: bool) -> None:
    assert is_steroid_by_name(name) is steroid
