"""The lines that verify_trail.py checks, read out of the database itself: plain tables, text as PostgreSQL has it.

No function of the protection takes part: who may alter the database may alter those as well.
"""

# ruff: noqa: S608  (table and column names are those of the models)
from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection, models, transaction

from accounts.models.kept import kept_models
from core.crf import read
from core.models import CrfRow, HoldStep, MaskDecision, Noted, QueryEvent, StoredFile, Subject, TrailReview
from verify_trail import Event, Line

AT_ONCE = 5000
AT = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')"""
CHANGES = f"""
    SELECT subject_id, seq, id, {AT.format("at")}, kind, actor_id, actor_name, role, site_id, visit_name, form_code,
        record_key, form_version, software_version, request_id, query_id, after_verification, after_signature, reason,
        reason_masked, salt, reason_digest, prev_digest, digest
    FROM core_change WHERE {{}} ORDER BY subject_id, seq, id
"""
ITEMS = """
    SELECT COALESCE(c.subject_id, 0), i.change_id, i.id, i.table_name, i.row_id, i.row_key, i.field, i.old::text,
        i.new::text, i.system_rule, i.was_verified, i.was_signed, i.masked, i.salt, i.digest
    FROM core_changeitem i LEFT JOIN core_change c ON c.id = i.change_id
    WHERE {} ORDER BY COALESCE(c.subject_id, 0), i.id
"""
HEADS = f"SELECT subject_id, seq, digest, {AT.format('at')} FROM core_chainhead WHERE {{}} ORDER BY subject_id"
EVENTS = f"""
    SELECT {", ".join("detail::text" if name == "detail" else AT.format("at") if name == "at" else name
                      for name in Event._fields)}
    FROM accounts_event ORDER BY seq, id
"""  # fmt: skip
EVENT_HEAD = f"SELECT seq, digest, {AT.format('at')} FROM accounts_eventhead ORDER BY id"
SEALS = f"""
    SELECT number, {AT.format("at")}, cause, document, sha256, signature, key_id FROM core_seal ORDER BY number, id
"""
CONTENT = "SELECT content FROM core_storedfile WHERE id = %s"
FILES = "SELECT id FROM core_storedfile ORDER BY id"
# Tables that name their subject through another: the column, and whose row it is.
THROUGH: dict[type[models.Model], str] = {QueryEvent: "query", HoldStep: "hold", MaskDecision: "request"}


@contextmanager
def snapshot() -> Iterator[None]:
    """All that is read inside is of one moment; nothing can be written."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


class Database:
    """The lines of the whole trial, or of one subject alone. To be read inside `snapshot`, or a transaction.

    `raw`: a connection of psycopg's; else Django's own.
    """

    def __init__(self, subject: Subject | None = None, raw: psycopg.Connection[Any] | None = None) -> None:
        self.only, self._raw = subject.pk if subject else None, raw

    @property
    def raw(self) -> Any:
        """What is read through."""
        connection.ensure_connection()
        return self._raw or connection.connection

    def lines(self, name: str) -> Iterator[Line]:
        """The lines of that name, through a cursor of the server."""
        self.raw.execute("SET LOCAL timezone = 'UTC'")
        with self.raw.cursor(name=f"lines_{secrets.token_hex(8)}") as lines, ThreadPoolExecutor(1) as ahead:
            lines.execute(self._statement(name))
            upcoming = ahead.submit(lines.fetchmany, AT_ONCE)
            while found := upcoming.result():
                upcoming = ahead.submit(lines.fetchmany, AT_ONCE)  # PostgreSQL goes on while these are checked
                yield from found

    def content(self, pk: int) -> bytes | None:
        """A stored file."""
        found = self.raw.execute(CONTENT, [pk]).fetchone()
        return bytes(found[0]) if found else None

    def files(self) -> list[int]:
        """The numbers of all stored files."""
        return [pk for (pk,) in self.raw.execute(FILES).fetchall()]

    def _statement(self, name: str) -> str:
        by_table = {"history": self._history, "rows": self._rows, "accounts": _accounts}
        if name in by_table:
            return by_table[name]()
        plain = {"changes": CHANGES, "items": ITEMS, "heads": HEADS}
        column = "c.subject_id" if name == "items" else "subject_id"
        whole = {"events": EVENTS, "event_head": EVENT_HEAD, "seals": SEALS}
        return whole[name] if name in whole else plain[name].format(self._of(column))

    def _of(self, column: str) -> str:
        return "true" if self.only is None else f"{column} = {self.only}"

    def _history(self) -> str:
        """Every state that the histories keep, beside the change that it names."""
        parts = []
        for model in read.recorded_models():
            history = model.history.model._meta.db_table
            parts.append(
                f"SELECT COALESCE(c.subject_id, 0), h.change_id, '{model._meta.db_table}', to_jsonb(h)::text"
                f' FROM "{history}" h LEFT JOIN core_change c ON c.id = h.change_id WHERE {self._of("c.subject_id")}'
            )
        return f"{' UNION ALL '.join(parts)} ORDER BY 1"

    def _rows(self) -> str:
        """Every row as it is now, beside the subject whose it is."""
        found = [_row_of(model, self._of("COALESCE(s.subject_id, 0)")) for model in _subject_tables()]
        return f"{' UNION ALL '.join(found)} ORDER BY 1"


def _subject_tables() -> Sequence[type[models.Model]]:
    noted: list[type[models.Model]] = [model for model in Noted.__subclasses__() if not model._meta.abstract]
    return [*read.recorded_models(), *noted]


def _row_of(model: type[models.Model], only: str) -> str:
    """One table's rows: subject, table, table of the parent, name of the group, row."""
    table, parent, group, source = model._meta.db_table, "", "", "t"
    row = "to_jsonb(t)"
    if model is Subject:
        source = "(SELECT id, id AS subject_id FROM core_subject) s USING (id)"
    elif issubclass(model, CrfRow):
        parent, group = model.rows.form._meta.db_table, model.rows.name
        source = f'"{parent}" s ON s.id = t.parent_id'
    elif model in THROUGH:
        to = model._meta.get_field(THROUGH[model]).related_model
        source = f'"{to._meta.db_table}" s ON s.id = t.{THROUGH[model]}_id'  # type: ignore[union-attr]  # a model
    else:
        source = f'"{table}" s USING (id)'
    if model is StoredFile:
        row = f"(SELECT to_jsonb(x) FROM (SELECT {_columns(model, without='content')}) x)"
    return (
        f"SELECT COALESCE(s.subject_id, 0), '{table}', '{parent}', '{group}', {row}::text"
        f' FROM "{table}" t LEFT JOIN {source} WHERE {only}'
    )


def _columns(model: type[models.Model], without: str) -> str:
    return ", ".join(f't."{field.column}"' for field in model._meta.concrete_fields if field.column != without)


def _accounts() -> str:
    """Sites, accounts without their passwords and whatever else is kept, with its history; reviews of the trail."""
    kept = kept_models()
    models_of = [*kept, *(model.history.model for model in kept), TrailReview]
    parts: Iterable[str] = (
        f"SELECT '{model._meta.db_table}', (to_jsonb(t) - 'password')::text FROM \"{model._meta.db_table}\" t"
        for model in models_of
    )
    return " UNION ALL ".join(parts)
