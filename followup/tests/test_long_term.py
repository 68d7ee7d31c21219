"""Long-term follow-up: survival, late effects, and what they ask for."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core import schedule
from core.crf import read
from core.testing.forms import a_subject, filled, fired

WELL = {
    "ltfmode": "PHONE", "ltfalive": "ALIVE", "ltfmg": "NONE", "ltfmgtx": "N", "ltfmal": "N", "ltfneuro": "N",
    "ltfauto": "N", "ltfhaem": "N", "ltfinf": "N", "ltfpreg": "N", "ltfcart": "N",
}  # fmt: skip
TUMOUR = {"ltfmal": "Y", "ltfmaltc": "N"}


def contact(**answers: Any) -> Any:
    return filled("LTFU", **{**WELL, **answers})


def test_it_works() -> None:
    assert fired(contact()) == set()


@pytest.mark.req("SAF-05")
def test_tissue_of_a_new_malignancy_is_kept() -> None:
    assert fired(contact(**TUMOUR, ltfmalsmp="N")) == {"LTFU-01"}
    assert fired(contact(**TUMOUR, ltfmalsmp="Y")) == set()


def test_a_death_is_recorded_on_its_own_form() -> None:
    dead = filled("LTFU", ltfmode="RELATIVE", ltfalive="DEAD")
    assert fired(dead) == {"LTFU-02"}
    assert fired(dead, subject=a_subject(died_on=date(2030, 1, 5)), visit_on=date(2030, 2, 1)) == set()


def test_nobody_is_alive_after_the_day_of_death() -> None:
    subject = a_subject(died_on=date(2026, 1, 5))
    assert fired(contact(), subject=subject, visit_on=date(2026, 1, 5)) == set()
    assert fired(contact(), subject=subject, visit_on=date(2026, 1, 6)) == {"LTFU-03"}


def test_of_the_dead_nothing_more_is_asked() -> None:
    with pytest.raises(ValidationError):
        filled("LTFU", ltfmode="RELATIVE", ltfalive="DEAD", ltfmg="NONE")


def test_it_is_owed_whatever_was_withdrawn_and_ends_with_the_last_year() -> None:
    assert read.form("LTFU").safety
    assert "DS" in schedule.current().forms_of("Y15")
    assert "DS" not in schedule.current().forms_of("Y14")
