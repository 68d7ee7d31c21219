"""PE: body systems and the nervous system."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.crf import read
from core.testing.forms import filled, fired


def pe(systems: Any = (), nervous: Any = ()) -> Any:
    return filled("PE", peperf="Y", rows={"systems": list(systems), "nervous": list(nervous)})


def test_it_works() -> None:
    record = pe([{"pesys": "HEART", "peres": "NORMAL"}], [{"nesys": "EYES", "peres": "ABNORMAL", "necause": "MG"}])
    assert fired(record) == set()


def test_a_form_begins_with_every_part_and_no_finding() -> None:
    form = read.form("PE")
    assert [list(row) for row in form.group("systems").start] == [["pesys"]] * 9
    assert [list(row) for row in form.group("nervous").start] == [["nesys"]] * 11


def test_a_part_that_is_entered_twice_is_asked_about() -> None:
    twice = [{"pesys": "HEART"}, {"pesys": "HEART"}]
    assert fired(pe(twice)) == {"PE-01"}
    assert fired(pe((), [{"nesys": "FACE"}, {"nesys": "FACE"}])) == {"PE-01"}
    assert fired(pe([{"pesys": "NECK"}], [{"nesys": "NECK"}])) == set()


def test_a_cause_of_what_is_normal_is_refused() -> None:
    with pytest.raises(ValidationError):
        pe((), [{"nesys": "EYES", "peres": "NORMAL", "necause": "MG"}])


def test_questions_of_a_row_begin_with_its_part() -> None:
    assert [group.items[0].name for group in read.form("PE").rows] == ["pesys", "nesys"]
