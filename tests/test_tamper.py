"""The tamper drill: whatever the database's owner does behind the application before the last seal is found and named.

`make test` runs a part of it; `make drills` tries every column of every table that holds something.
"""

# ruff: noqa: S608, F811  (statements are made of the catalogue's words; fixtures are named as what they give)
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest

from accounts.testing import Cast
from core.models import Subject
from core.testing.mailbox import _seal_key, sealed_in  # noqa: F401  (fixtures)
from core.tests.tamper_forgeries import STORIES, Forger, a_value_and_every_digest
from core.tests.tamper_scenes import everything, found_by, owner_of, sealed
from verify_trail import Fault

pytestmark = [pytest.mark.req("ADM-08", "ADM-05")]

VS, HISTORY = "assessments_vitalsigns", "assessments_historicalvitalsigns"
# What no clinical fact hangs on: numbers that only order rows, what the server notes for itself, and the passwords, of
# which no copy is kept anywhere.
NOT_SEALED = {
    ("core_change", "txid"),
    ("core_change", "page_token"),
    ("core_changeitem", "id"),
    ("core_chainhead", "lock_only"),
    ("core_seal", "id"),
    ("accounts_event", "id"),
    ("accounts_event", "txid"),
    ("accounts_eventhead", "id"),
    ("accounts_eventhead", "clock"),
    ("accounts_user", "password"),
}
# Derived, or none of the trail's: lines of the matrix and their log, Django's own tables.
LEFT_OUT = (
    *("core_formstatus", "core_formstatuslog", "core_trailmark", "core_trailsegment", "core_sealdelivery"),
    *("django_", "auth_"),
)
OTHER = {
    "boolean": "NOT COALESCE({c}, false)",
    "jsonb": """'{{"sysbp": 77}}'::jsonb""",
    "ARRAY": "ARRAY['X']",
    "bytea": "{c} || '\\x00'::bytea",
    "uuid": "gen_random_uuid()",
    "date": "COALESCE({c}, '2026-01-01') + 1",
    "timestamp with time zone": "COALESCE({c}, now()) - interval '1 day'",
    "time without time zone": "COALESCE({c}, '10:00') + interval '1 minute'",
    "numeric": "COALESCE({c}, 0) + 1",
}
# The system's own account came with the installation.
BEFORE_EVENTS = {("accounts_user", 1), ("accounts_historicaluser", 1)}
NUMBERS = ("smallint", "integer", "bigint")
QUICK = ("core_change", "core_changeitem", VS, HISTORY, "core_signature", "core_queryevent", "accounts_event")


@dataclass(eq=False)
class Trial:
    """The owner's connection, the seals outside, and whose row is whose."""

    owner: psycopg.Connection[Any]
    seals: Path
    subjects: dict[int, Subject]

    def tampered(self, *statements: str) -> list[Fault]:
        """What is found after these statements; then all is as it was."""
        with self.owner.transaction(force_rollback=True):
            for statement in statements:
                assert self.owner.execute(statement).rowcount, statement
            return found_by(self.owner, self.seals)

    def after(self, forgery: Callable[[Forger], None]) -> list[str]:
        """What is found after a forgery of several steps; then all is as it was."""
        with self.owner.transaction(force_rollback=True):
            forgery(Forger(self.owner, {subject.number: subject for subject in self.subjects.values()}))
            return [str(fault) for fault in found_by(self.owner, self.seals)]

    def rows(self, table: str) -> list[int]:
        """The first and the last row of a table."""
        key = key_of(table)
        numbers = [row for (row,) in self.owner.execute(f'SELECT {key} FROM "{table}" ORDER BY {key}').fetchall()]
        return sorted({numbers[0], numbers[-1]}) if numbers else []

    def columns(self, table: str) -> list[tuple[str, str]]:
        """Name and type of each column that is sealed."""
        found = self.owner.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s ORDER BY 1", [table]
        ).fetchall()
        left_out = {name for place, name in NOT_SEALED if place == table}
        if "_historical" in table and not table.startswith("accounts_"):
            left_out.add("history_id")
        return [(name, kind) for name, kind in found if name not in left_out]

    def tables(self) -> list[str]:
        """Every table that holds something the trail speaks of."""
        found = self.owner.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        names = sorted(name for (name,) in found.fetchall())
        return [name for name in names if not name.startswith(LEFT_OUT) and self.rows(name)]

    def one(self, question: str) -> Any:
        """A single value."""
        return self.owner.execute(question).fetchall()[0][0]

    @cache  # noqa: B019  (it lives as long as the test)
    def named(self, table: str, row: int) -> tuple[str, set[int | None], tuple[str, int]]:
        """Subject, change numbers and place that a fault about the row may name."""
        state = self.one(f'SELECT to_jsonb(t) FROM "{table}" t WHERE {key_of(table)} = {row}')
        if table == "core_seal":
            return "", set(), ("seal", state["number"])
        if table.startswith("accounts_"):
            return "", {state.get("seq")}, (table, row)
        place = (table.replace("_historical", "_"), state.get("id", row))
        if table == "core_changeitem":
            place = (state["table_name"], state["row_id"])
        change = row if table == "core_change" else state.get("change_id")
        found = self.owner.execute("SELECT subject_id, seq FROM core_change WHERE id = %s", [change]).fetchall()
        subject, seq = found[0] if found else (self._subject(table, state), None)
        return self.subjects[subject].number, {seq}, place

    def _subject(self, table: str, state: dict[str, Any]) -> int:
        """Of a row that names no change: its own, its form's, or itself."""
        if "parent_id" in state:
            state = self.one(f"SELECT to_jsonb(t) FROM assessments_chemistry t WHERE id = {state['parent_id']}")
        return int(state["subject_id"] if table != "core_subject" else state["id"])


def key_of(table: str) -> str:
    if table == "core_chainhead":
        return "subject_id"
    return "history_id" if "_historical" in table else "id"


@pytest.fixture
def trial(committed_db: str, cast: Cast, sealed_in: Path) -> Iterator[Trial]:
    everything(cast)
    sealed()
    subjects = {subject.pk: subject for subject in Subject.objects.all()}
    with owner_of(committed_db) as connected:
        yield Trial(connected, sealed_in, subjects)


def test_it_works(trial: Trial) -> None:
    assert found_by(trial.owner, trial.seals) == []


def unnamed(trial: Trial, table: str, row: int, statement: str) -> str:
    """What is wrong with what verification says of an alteration; empty where it names subject and record."""
    subject, seqs, place = trial.named(table, row)
    faults = trial.tampered(statement)
    told = [fault for fault in faults if fault.subject == subject]
    next_too = {seq + step for seq in seqs if seq for step in (0, 1, 1000)}  # gone, the next one tells; or renumbered
    if table in ("core_chainhead", "accounts_eventhead"):
        exact = told
    else:
        exact = [fault for fault in told if fault.seq in next_too or (fault.table, fault.row) == place]
    return "" if exact else f"{statement}: {[str(fault) for fault in faults][:5]}"


def altered(table: str, row: int, column: str, kind: str) -> str:
    """A statement that gives a column another value of its type."""
    if kind in NUMBERS:
        value = f'COALESCE("{column}", 0) + 1000'
    else:
        value = OTHER.get(kind, "CASE {c} WHEN 'X' THEN 'Y' ELSE 'X' END").format(c=f'"{column}"')
    return f'UPDATE "{table}" SET "{column}" = {value} WHERE {key_of(table)} = {row}'


def deleted(table: str, row: int) -> str:
    """A statement that takes a row away."""
    return f'DELETE FROM "{table}" WHERE {key_of(table)} = {row}'


def copied(table: str, row: int) -> str:
    """A statement that adds the same row once more."""
    key = key_of(table)
    state = f"to_jsonb(t) || jsonb_build_object('{key}', (SELECT max({key}) + 1 FROM \"{table}\"))"
    return (
        f'INSERT INTO "{table}" SELECT (jsonb_populate_record(NULL::"{table}", {state})).* FROM "{table}" t'
        f" WHERE {key} = {row}"
    )


@pytest.mark.drill
def test_every_column_of_every_table(trial: Trial) -> None:
    cases = [
        (table, trial.rows(table)[-1], column, kind)
        for table in trial.tables()
        for column, kind in trial.columns(table)
    ]
    assert len(cases) > 250
    found = [unnamed(trial, table, row, altered(table, row, column, kind)) for table, row, column, kind in cases]
    assert list(filter(None, found)) == []


@pytest.mark.drill
def test_every_table_loses_and_gains_a_row(trial: Trial) -> None:
    cases = [(table, row) for table in trial.tables() for row in trial.rows(table) if (table, row) not in BEFORE_EVENTS]
    found = [unnamed(trial, table, row, deleted(table, row)) for table, row in cases]
    assert list(filter(None, found)) == []
    more = [table for table, row in cases if not trial.tampered(copied(table, row))]
    assert more == []


def test_a_part_of_that(trial: Trial) -> None:
    found = []
    for table in QUICK:
        row = trial.rows(table)[-1]
        cases = [altered(table, row, column, kind) for column, kind in trial.columns(table)[1::8]]
        found += [unnamed(trial, table, row, statement) for statement in (*cases, deleted(table, row))]
        found += [] if trial.tampered(copied(table, row)) else [f"a row more in {table}"]
    assert list(filter(None, found)) == []


def test_who_knows_the_system_well_is_found_as_well(trial: Trial) -> None:
    missing = []
    for forgery, words in STORIES:
        faults = trial.after(forgery)
        missing += [(forgery.__name__, each, faults[:12]) for each in words if each not in "\n".join(faults)]
    assert missing == []


def test_without_the_seals_a_chain_written_anew_would_pass(trial: Trial) -> None:
    """That is what they are for: what is only in the database can be made to fit."""
    with trial.owner.transaction(force_rollback=True):
        a_value_and_every_digest(Forger(trial.owner, {each.number: each for each in trial.subjects.values()}))
        trial.owner.execute("DELETE FROM core_seal")
        assert found_by(trial.owner, None) == []
