"""A form's records come with their visits and rows in one statement, and are the same as fetched one by one."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest

from accounts.actor import Actor
from core.actions import crf
from core.actions.entry import Entry
from core.crf import evaluate, read
from core.crf.fetch import records_of
from core.crf.rules import Context
from core.models import CrfRow, Subject
from core.testing import samples, trial
from core.testing.trial import CALM, VISIT_ON, commit
from core.tests.scenes import statements

pytestmark = pytest.mark.django_db
CODES = sorted(read.form_models())


def entered(code: str, subject: Subject, by: Actor) -> None:
    """The form with all its questions answered, and two rows in each group."""
    files = samples.keep_files(subject, by)
    place = trial.place_at(subject, trial.home_of(code, subject, by), code, 0 if read.form(code).log else 1)
    trial.save(place, samples.sample_entry(place.form, 0, files=files), by=by)
    commit()


@pytest.mark.parametrize("code", CODES)
def test_it_works(code: str, subject: Subject, coordinator: Actor) -> None:
    entered(code, subject, coordinator)
    form, found = read.form(code), list[Any]()
    assert statements(lambda: found.extend(records_of(form, subject))) == 1
    (record,) = found
    plain = form.model.objects.get(subject=subject)
    assert evaluate.answers(record, form.items) == evaluate.answers(plain, form.items)
    assert (record.missing, record.revision, record.entered_at) == (plain.missing, plain.revision, plain.entered_at)
    assert (record.visit.visit_on if record.visit else None) == (None if form.log else VISIT_ON)
    for group in form.rows[:1]:
        told = [evaluate.answers(row, group.items) for row in record.group_rows[group.name]]
        assert told == [evaluate.answers(row, group.items) for row in group.model.of(plain)]
        assert all(row.parent is record for row in record.group_rows[group.name])


def test_records_come_oldest_first_and_void_ones_not_at_all(subject: Subject, coordinator: Actor) -> None:
    for visit, day in (("D21", 23), ("SCR", 2), ("D28", 30)):
        place = trial.place_at(subject, visit, "VS")
        trial.save(place, Entry(CALM, visit_on=date(2026, 3, day)), by=coordinator)
    last = trial.place_at(subject, "D28", "VS")
    assert last.record
    crf.void(last, by=coordinator, reason=trial.WHY, revision=last.record.revision)
    assert [record.visit.name for record in records_of(read.form("VS"), subject)] == ["D21", "SCR"]


@pytest.mark.parametrize("code", [code for code in CODES if read.form(code).rows])
def test_a_check_reads_records_and_rows_at_the_cost_of_one_statement(
    code: str, subject: Subject, coordinator: Actor
) -> None:
    entered(code, subject, coordinator)
    context = Context(subject, None, None)
    group = read.form(code).rows[0].name

    def read_all() -> list[CrfRow]:
        return [row for record in context.records(code) for row in context.rows(record, group)]

    assert statements(read_all) == 1
    assert len(read_all()) == 2


@pytest.mark.parametrize("code", [code for code in CODES if len(read.form(code).rows) > 1])
def test_a_further_group_costs_one_statement_more(code: str, subject: Subject, coordinator: Actor) -> None:
    entered(code, subject, coordinator)
    context = Context(subject, None, None)
    (record,) = context.records(code)
    for group in read.form(code).rows[1:]:
        found = list[CrfRow]()
        assert statements(partial(_rows, context, record, group.name, found)) == 1
        assert statements(partial(_rows, context, record, group.name, found)) == 0
        assert [row.key for row in found] == [1, 2, 1, 2]


def _rows(context: Context, record: Any, group: str, found: list[CrfRow]) -> None:
    found += context.rows(record, group)
