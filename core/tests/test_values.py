"""What a person types, taken as typed or refused with words; never completed, never bent into something else."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from core.crf import read
from core.crf.display import figure
from core.crf.fields import as_json
from core.crf.values import Measured, PartialDate, parse_moment, write_moment


@pytest.mark.req("TIM-03")
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2026", "2026"),
        ("2026-03", "2026-03"),
        ("2026-3-5", "2026-03-05"),
        ("UN-UN-2026", "2026"),
        ("un-nov-2026", "2026-11"),
        ("UNK-MAR-2026", "2026-03"),
        (" 5-MAR-2026 ", "2026-03-05"),
        ("2024-02-29", "2024-02-29"),
    ],
)
def test_it_works(typed: str, kept: str) -> None:
    assert str(PartialDate.parse(typed)) == kept


@pytest.mark.req("TIM-03")
@pytest.mark.parametrize(
    "typed",
    ["2026-13", "2026-02-30", "2025-02-29", "5-UN-2026", "26", "2026-3-5-1", "March 2026", "", "0000", "2026/03/05"]
    + ["2026-00", "2026-00-05", "2026-03-00", "0-MAR-2026"],
)
def test_a_date_that_is_none_is_refused_with_words(typed: str) -> None:
    with pytest.raises(ValueError, match=r"[.]$"):
        PartialDate.parse(typed)


@pytest.mark.req("TIM-03")
@given(st.dates(min_value=date(1000, 1, 1)), st.sampled_from([4, 7, 10]))
def test_a_partial_date_stays_as_partial_as_it_was(day: date, length: int) -> None:
    typed = day.isoformat()[:length]
    kept = PartialDate.parse(typed)
    assert str(kept) == typed
    assert kept.earliest <= day <= kept.latest


@pytest.mark.req("TIM-03")
def test_a_partial_date_knows_the_ends_of_its_month() -> None:
    assert PartialDate(2024, 2).latest == date(2024, 2, 29)
    assert PartialDate(2026, 2).latest == date(2026, 2, 28)
    assert (PartialDate(2026).earliest, PartialDate(2026).latest) == (date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("5.10", "5.10"),
        ("< 0.5", "<0.5"),
        ("≥400", ">=400"),
        ("＜2", "<2"),
        ("0.00000001", "0.00000001"),
        ("0.0", "0.0"),
    ],
)
def test_a_result_keeps_operator_and_digits(typed: str, kept: str) -> None:
    assert str(Measured.parse(typed)) == kept


@given(st.from_regex(r"\A(<=|>=|<|>)?[0-9]{1,12}(\.[0-9]{1,8})?\Z"))
def test_every_result_that_is_taken_fits_its_column(typed: str) -> None:
    model: Any = read.form("CHEM").group("results").model
    field = model._meta.get_field("lborres")
    kept = field.clean(typed, None)
    assert len(field.get_prep_value(kept)) <= field.max_length
    assert field.clean(field.get_prep_value(kept), None) == kept
    assert "E" not in field.get_prep_value(kept)


@pytest.mark.parametrize("typed", ["5,1", "<0,5", "1e3", "-4", "=5", "< ", "5.", ".5", "1 000", "neg", "5.1.2"])
def test_a_result_that_is_none_is_refused_with_words(typed: str) -> None:
    with pytest.raises(ValueError, match="with a point"):
        Measured.parse(typed)


@pytest.mark.req("TIM-01")
@pytest.mark.parametrize(
    "typed",
    ["2026-03-05T14:30", "2026-03-05 14:30+08:00", "2026-13-05T14:30+08:00", "2026-03-05T25:30+08:00", "2026-03-05"]
    + ["2026-03-05T14:30Z", "2026-03-05T14:30+20:00", "2026-03-05T14:30+08:75"],
)
def test_a_moment_without_its_offset_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"[.]$"):
        parse_moment(typed)


@pytest.mark.req("TIM-01")
@given(st.dates(min_value=date(1900, 1, 1)), st.times(), st.integers(-12, 14))
def test_a_moment_keeps_the_wall_time_and_the_offset(day: date, clock: time, hours: int) -> None:
    typed = f"{day}T{clock:%H:%M}{hours:+03}:00"
    assert write_moment(parse_moment(typed)) == typed


BAD: list[tuple[str, str, Any]] = [
    ("INF", "exdose", "twenty"),
    ("INF", "exdose", "1,5"),
    ("INF", "exdose", "1.234"),
    ("INF", "exdose", "-1"),
    ("INF", "exdose", "NaN"),
    ("INF", "exdose", "Infinity"),
    ("INF", "exdose", "1_000"),
    ("INF", "exdose", "9999999"),
    ("INF", "exlot", "x" * 51),
    ("INF", "cmprem", ["NONE", "GARLIC"]),
    ("INF", "cmprem", "GARLIC"),
    ("INF", "cmprem", [["NONE"]]),
    ("INF", "exstdtc", datetime(2026, 3, 5, 14, 30)),  # noqa: DTZ001  (without offset: that is the fault)
    ("INF", "exstdtc", "2026-13-05T14:30+08:00"),
    ("VS", "sysbp", "12O"),
    ("VS", "sysbp", "1_20"),
    ("VS", "sysbp", "120.5"),
    ("VS", "sysbp", "351"),
    ("VS", "vspos", "HANGING"),
    ("VS", "vspos", "SITTING\0"),
    ("VS", "vsreasnd", "machine\0broken"),
    ("VS", "vsreasnd", "\ud800"),
    ("VS", "vsreasnd", "x" * 300),
    ("VS", "vstim", "25:00"),
    ("VS", "vstim", "09:30:00.5"),
    ("CHEM", "lbdat", "2026-13-01"),
    ("CHEM", "lbdat", date(1899, 12, 31)),
    ("CHEM.results", "lborres", "5,1"),
    ("AE", "aestdat", "2026-13"),
    ("ICF", "rficdtc", "yesterday"),
]


@pytest.mark.parametrize(("of", "name", "typed"), BAD, ids=[f"{n}-{t!r:.20}" for _, n, t in BAD])
def test_what_cannot_be_what_was_observed_is_refused_by_its_field(of: str, name: str, typed: Any) -> None:
    code, _, group = of.partition(".")
    form = read.form(code)
    model: Any = form.group(group).model if group else form.model
    with pytest.raises(ValidationError) as caught:
        model._meta.get_field(name).clean(typed, model())
    assert all(message.endswith(".") for message in caught.value.messages), caught.value.messages


def test_a_value_is_as_the_database_would_say_it() -> None:
    say: dict[str, tuple[Any, Any]] = {
        "temp": ("36.60", "36.6"), "vstim": ("9:30", "09:30:00"), "vsreasnd": ("", None), "pulse": (72, 72),
    }  # fmt: skip
    for name, (typed, kept) in say.items():
        field: Any = read.form("VS").model._meta.get_field(name)
        said = as_json(field, field.to_python(typed))
        assert said == (Decimal(kept) if name == "temp" else kept)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [("428.0000", "428"), ("0.6450", "0.645"), ("58.0", "58.0"), ("1.50", "1.50"), ("0.000000", "0"), ("100", "100")],
)
def test_zeros_that_a_column_of_many_places_adds_are_not_shown(stored: str, shown: str) -> None:
    assert figure(Decimal(stored)) == shown
