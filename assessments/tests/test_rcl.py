"""RCL: tested or kept."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from core.testing.forms import filled, fired

TESTED = {"lbperf": "Y", "rcldat": "2026-06-01", "rcltest": "Y", "rclmeth": "VSVG_PCR"}


def test_it_works() -> None:
    assert fired(filled("RCL", **TESTED, rclres="NEG")) == set()


@pytest.mark.parametrize("result", ["POS", "IND"])
def test_a_result_that_is_not_negative_is_an_alarm(result: str) -> None:
    assert fired(filled("RCL", **TESTED, rclres=result)) == {"RCL-01"}


def test_a_sample_that_is_kept_has_no_result() -> None:
    assert fired(filled("RCL", lbperf="Y", rcldat="2026-06-01", rcltest="N", rclstore="F1 B2")) == set()
    with pytest.raises(ValidationError):
        filled("RCL", lbperf="Y", rcltest="N", rclres="NEG")
