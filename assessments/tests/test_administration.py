"""The time from the last cholinesterase inhibitor to QMG and MG Composite (clinical reference pack, section 3)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.testing.forms import a_subject, filled, fired

SUBJECT = a_subject()


def with_dose(at: str, form: str = "QMG") -> Any:
    """An assessment on 5 March at 9 o'clock after a dose at this moment."""
    answers = {"rsperf": "Y", "rstim": "09:00", "rschei": "Y", "rscheidtc": at}
    return filled(form, visit_on=date(2026, 3, 5), subject=SUBJECT, **answers)


def test_it_works() -> None:
    assert with_dose("2026-03-04T21:00+08:00").rscheihr == Decimal(12)


@pytest.mark.req("VAL-04")
@pytest.mark.parametrize("form", ["QMG", "MGC"])
@pytest.mark.parametrize(
    ("at", "hours", "asked"),
    [
        ("2026-03-04T21:00+08:00", "12.0", set()),
        ("2026-03-04T21:01+08:00", "11.9", {"RS-02"}),  # 11 h 59 min is never shown as 12
        ("2026-03-04T20:59+08:00", "12.0", set()),
        ("2026-03-04T13:00+00:00", "12.0", set()),  # the same moment on another clock
        ("2026-03-05T09:00+08:00", "0.0", {"RS-02"}),
        ("2026-03-05T09:01+08:00", None, {"RS-01"}),
        ("2026-02-05T09:00+08:00", "672.0", set()),
    ],
)
def test_the_hours_since_the_last_dose_and_whether_they_are_enough(
    form: str, at: str, hours: str | None, asked: set[str]
) -> None:
    record = with_dose(at, form)
    assert record.rscheihr == (None if hours is None else Decimal(hours))
    assert fired(record, subject=SUBJECT) & {"RS-01", "RS-02"} == asked


def test_a_dose_typed_in_the_wrong_century_is_kept() -> None:
    assert with_dose("1926-03-04T21:00+08:00").rscheihr > 800000


def test_a_subject_without_inhibitor_has_no_hours() -> None:
    record = filled("QMG", rsperf="Y", rstim="09:00", rschei="N")
    assert record.rscheihr is None
    assert not fired(record) & {"RS-01", "RS-02"}
