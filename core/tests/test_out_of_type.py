"""A value out of type, limit or code list never reaches the database, by SQL either: the column's CHECK refuses."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.actor import Actor
from core.crf import read
from core.crf.items import Item, Kind
from core.models import Subject
from core.testing import samples, trial
from core.testing.trial import refused, sql

# Kind -> what the runtime role might write into its column.
BAD: dict[Kind, tuple[str, ...]] = {
    Kind.TEXT: ("''", "repeat('x', 5000)"),
    Kind.CODED: ("'NOSUCH'", "''", "lower('SITTING')"),
    Kind.INTEGER: ("10 ^ 9 + 1",),
    Kind.DECIMAL: ("'NaN'", "10 ^ 30"),
    Kind.DATE: ("'infinity'", "'1899-12-31'", "'-infinity'", "'0001-01-01 BC'"),
    Kind.PARTIAL_DATE: ("''", "'2026-13'", "'2026-02-30'", "'2026-3'", "'UN-2026'", "'26'", "'0000'"),
    Kind.TIME: ("'24:00'",),
    Kind.MOMENT: (
        *("'2026-03-05'", "'2026-03-05T14:30'", "'2026-13-05T14:30+08:00'", "'2026-03-05T24:00+08:00'"),
        *("'2026-03-05T14:30+15:00'", "'2026-03-05T14:60+08:00'", "'2026-03-05T14:30Z'", "'now'"),
    ),
    Kind.SEVERAL: ("ARRAY['NOSUCH']", "ARRAY[]::varchar[]", "ARRAY[NULL]::varchar[]"),
    Kind.MEASURED: ("''", "'5,1'", "'=5'", "'<'", "'-5'", "'1e5'", "'5.'", "repeat('9', 20)", "'NaN'"),
}
ITEMS = [
    (form.code, group, item)
    for form in read.forms()
    for group, items in (("", form.items), *((rows.name, rows.items) for rows in form.rows))
    for item in items
]


def the_row(code: str, group: str, subject: Subject, by: Actor) -> Any:
    """A saved row, or row of a row, that has the item's column."""
    form = read.form(code)
    place = trial.place_at(subject, trial.home_of(code, subject, by), code, 0 if form.log else 1)
    record = trial.save(place, samples.sample_entry(form, 0), by=by).record
    return getattr(record, group).first() if group else record


def does_not_fit(row: Any, item: Item) -> tuple[str, ...]:
    """What the item's kind does not hold, and of a figure what lies below its lower limit (a change may be a fall)."""
    lowest = getattr(row._meta.get_field(item.name), "at_least", None)
    return (*BAD.get(item.kind, ()), *(() if lowest is None else (str(lowest - 1),)))


def test_every_kind_has_a_form_that_uses_it_and_something_that_does_not_fit() -> None:
    assert {item.kind for _, _, item in ITEMS} == set(Kind) == set(BAD) | {Kind.FILE}


@pytest.mark.parametrize(("code", "group"), sorted({(code, group) for code, group, _ in ITEMS}))
def test_it_works(subject: Subject, coordinator: Actor, code: str, group: str) -> None:
    """Each item of each form, with everything that does not fit its kind."""
    row = the_row(code, group, subject, coordinator)
    table = row._meta.db_table
    for item in (item for of, within, item in ITEMS if (of, within) == (code, group)):
        for bad in does_not_fit(row, item):
            # At once: the check of the trail would come only at commit, and not be what is tested here.
            with refused() as caught:
                sql(f"UPDATE {table} SET {item.name} = {bad} WHERE id = %s", [row.pk])  # noqa: S608
                pytest.fail(f"{code}.{item.name} took {bad}", pytrace=False)
            assert "without its history" not in str(caught.value), (item.name, bad)


def test_what_fits_passes_the_checks(subject: Subject, coordinator: Actor) -> None:
    """The control: with a proper value the same statement is refused for want of its history, and for nothing else."""
    row = the_row("INF", "", subject, coordinator)
    proper = {"exdose": "1.5", "exstdtc": "'2026-03-05T14:30+08:00'", "cmprem": "ARRAY['STEROID']", "exlot": "'B7'"}
    for name, value in proper.items():
        with refused("changed without its history"):
            sql(f"UPDATE {row._meta.db_table} SET {name} = {value} WHERE id = %s", [row.pk])  # noqa: S608


def gated() -> list[tuple[str, str, Item]]:
    return [(code, group, item) for code, group, item in ITEMS if item.asked_if and not item.derived]


@pytest.mark.parametrize("code", sorted({code for code, _, _ in gated()}))
def test_an_answer_that_is_not_asked_for_is_refused_by_sql_too(subject: Subject, coordinator: Actor, code: str) -> None:
    row = the_row(code, "", subject, coordinator)
    there = [item for of, group, item in gated() if (of, group) == (code, "") and getattr(row, item.name) is not None]
    gates = {item.asked_if[0] for item in there if item.asked_if}
    for gate in sorted(gates):
        if getattr(row, gate) is not None:
            with refused("_asked"):
                sql(f"UPDATE {row._meta.db_table} SET {gate} = NULL WHERE id = %s", [row.pk])  # noqa: S608
