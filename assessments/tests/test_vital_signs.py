"""Vital signs: two versions, expected ranges at their ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from core.crf import read
from core.testing.forms import filled, fired


def asks(**answers: Any) -> set[str]:
    return fired(filled("VS", vsperf="Y", **answers))


def test_it_works() -> None:
    assert asks(temp="36.6", pulse=72, resp=16, sysbp=120, diabp=80, oxysat=98, weight="61.5") == set()


def test_oxygen_saturation_came_with_version_2() -> None:
    items = {item.name: item for item in read.items(read.form_models()["VS"])}
    assert read.form("VS").version == 2
    assert [name for name, item in items.items() if not item.is_in(1)] == ["oxysat"]


@pytest.mark.req("VAL-04", "ENT-01")
@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        ("temp", ("35", "37.9"), ("34.9", "38.0")),
        ("pulse", (50, 110), (49, 111)),
        ("resp", (10, 24), (9, 25)),
        ("sysbp", (90, 160), (89, 161)),
        ("diabp", (50, 100), (49, 101)),
        ("oxysat", (92, 100), (91,)),
        ("weight", ("35", "130"), ("34.9", "130.1")),
    ],
)
def test_a_value_outside_the_expected_range_is_asked_about(name: str, inside: tuple[Any], outside: tuple[Any]) -> None:
    assert [asks(**{name: value}) for value in inside] == [set()] * len(inside)
    assert [asks(**{name: value}) for value in outside] == [{"RANGE"}] * len(outside)


def test_equal_pressures_are_asked_about() -> None:
    assert asks(sysbp=100, diabp=100) == {"VS-01"}
    assert asks(sysbp=101, diabp=100) == set()


def test_a_saturation_of_101_is_refused() -> None:
    with pytest.raises(ValidationError):
        asks(oxysat=101)


def test_a_measurement_beside_not_taken_is_refused() -> None:
    with pytest.raises(ValidationError):
        filled("VS", vsperf="N", temp="36.6")


def test_a_date_in_the_future_is_asked_about_whatever_the_form() -> None:
    today = timezone.localdate()
    assert fired(filled("CHEM", lbperf="Y", lbdat=today)) == set()
    assert fired(filled("CHEM", lbperf="Y", lbdat=today + timedelta(days=2))) == {"FUTURE"}
