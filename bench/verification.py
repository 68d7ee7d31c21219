"""How fast the trail is verified: in the database, and by verify_trail.py alone from an export (50,000 rows a second).

Counted are change records and their items; history, rows, events and seals are checked along with them. The trial is
made up: subjects entered by the acts, then long chains of changes written straight into the tables, digests and all.
"""

# ruff: noqa: S608  (the statements are made of this file's own words)
from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mgtrial.settings")
django.setup()

import psycopg  # noqa: E402
import psycopg.rows  # noqa: E402
import psycopg.types.json  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from accounts.testing import make_cast  # noqa: E402
from core.actions import chain, subject  # noqa: E402
from core.models import Change, ChangeItem, SealCause, Subject  # noqa: E402
from core.sealing import act, keys, verification  # noqa: E402
from core.sealing.export import export  # noqa: E402
from core.testing.databases import clone, name_in_use, owner_connection  # noqa: E402
from core.testing.trial import CALM, save_vs  # noqa: E402
from verify_trail import Outside  # noqa: E402

VS, HISTORY = "assessments_vitalsigns", "assessments_historicalvitalsigns"
FIELDS = {"sysbp": 120, "diabp": 80, "pulse": 72}
TABLES = ("core_change", "core_changeitem", "core_chainhead", VS, HISTORY)


class Story:
    """A long chain of changes of one record: each alters three values."""

    def __init__(self, owner: psycopg.Connection[Any], of: Subject, length: int) -> None:
        self.owner, self.of, self.length = owner, of, length
        self.change = self._last("core_change", f"subject_id = {of.pk} ORDER BY seq DESC")
        self.state = self._last(HISTORY, f"subject_id = {of.pk} ORDER BY history_id DESC")

    def _last(self, table: str, where: str) -> dict[str, Any]:
        with self.owner.cursor(row_factory=psycopg.rows.dict_row) as cursor:
            return cursor.execute(f"SELECT * FROM {table} WHERE {where} LIMIT 1").fetchall()[0]

    def write(self) -> None:
        """Records, items and history by COPY; the row and the head as the last one leaves them."""
        records, items, states = [], [], []
        for record, own, state in self._turns():
            records.append(record)
            items += own
            states.append(state)
        last, state = records[-1], states[-1]
        for table, rows in (("core_change", records), ("core_changeitem", items), (HISTORY, states)):
            _copy(self.owner, table, rows)
        self.owner.execute(
            "UPDATE core_chainhead SET seq = %s, digest = %s, at = %s WHERE subject_id = %s",
            [last["seq"], last["digest"], last["at"], self.of.pk],
        )
        kept = [state[name] for name in (*FIELDS, "revision", "changed_at", "id")]
        self.owner.execute(
            f"UPDATE {VS} SET sysbp = %s, diabp = %s, pulse = %s, revision = %s, changed_at = %s WHERE id = %s", kept
        )

    def _turns(self) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]]:
        before = {name: self.state[name] for name in FIELDS}
        digest = self.change["digest"]
        for turn in range(1, self.length + 1):
            now = {name: base + (turn * 7 + at) % 30 for at, (name, base) in enumerate(FIELDS.items())}
            change = Change(**self.change | self._own(turn, digest))
            items = [self._item(name, before[name], now[name]) for name in FIELDS if before[name] != now[name]]
            digest = chain.seal(change, items, self.of.number).digest
            before = now
            record = {name: getattr(change, name) for name in self.change if name != "id"}
            own = [_item_row(item, turn) for item in items]
            yield record, own, self._state(turn, change, now)

    def _own(self, turn: int, digest: str) -> dict[str, Any]:
        return {
            "seq": self.change["seq"] + turn, "at": self.change["at"] + timedelta(seconds=turn), "kind": "CHANGE",
            "reason": "Transcription error", "prev_digest": digest, "page_token": None, "salt": "",
        }  # fmt: skip

    def _item(self, name: str, old: int, new: int) -> ChangeItem:
        return chain.seal_item(
            ChangeItem(table_name=VS, row_id=self.state["id"], row_key=1, field=name, old=old, new=new)
        )

    def _state(self, turn: int, change: Change, now: dict[str, int]) -> dict[str, Any]:
        books = {"revision": self.state["revision"] + turn, "changed_at": change.at, "history_date": change.at}
        own = {"history_change_reason": change.reason, "history_type": "~", "turn": turn}
        return {name: value for name, value in self.state.items() if name != "history_id"} | now | books | own


def _item_row(item: ChangeItem, turn: int) -> dict[str, Any]:
    return {
        "turn": turn, "table_name": VS, "row_id": item.row_id, "row_key": 1, "field": item.field, "old": str(item.old),
        "new": str(item.new), "system_rule": "", "was_verified": False, "was_signed": False, "masked": False,
        "salt": item.salt, "digest": item.digest,
    }  # fmt: skip


def _copy(owner: psycopg.Connection[Any], table: str, rows: list[dict[str, Any]]) -> None:
    """`turn` says which of the records just written a row belongs to."""
    if "turn" in rows[0]:
        [(first,)] = owner.execute("SELECT max(id) - (SELECT count(*) FROM fresh) FROM core_change").fetchall()
        rows = [{**row, "change_id": first + row["turn"]} for row in rows]
        rows = [{name: value for name, value in row.items() if name != "turn"} for row in rows]
    else:
        owner.execute("CREATE TEMP TABLE IF NOT EXISTS fresh (n int); TRUNCATE fresh")
        owner.execute("INSERT INTO fresh SELECT generate_series(1, %s)", [len(rows)])
    names = list(rows[0])
    columns = ", ".join(f'"{name}"' for name in names)
    with owner.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([_plain(row[name]) for name in names])


def _plain(value: Any) -> Any:
    return psycopg.types.json.Jsonb(value) if isinstance(value, dict) else value


def make(database: str, subjects: int, length: int) -> None:
    """So many subjects with a chain of that length each."""
    cast = make_cast()
    by = cast.actor(cast.coordinator)
    with owner_connection(database) as owner:
        for _ in range(subjects):
            Story(owner, _entered(owner, cast, by), length).write()
        owner.execute("ANALYZE")


def _entered(owner: psycopg.Connection[Any], cast: Any, by: Any) -> Subject:
    """By the acts, with the triggers in force."""
    for table in TABLES:
        owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    added = subject.add(cast.site, by=by)
    save_vs(added, CALM, by=by)
    for table in TABLES:
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    return added


def told(name: str, rows: int, seconds: float) -> None:
    """One line."""
    print(f"{name:28} {rows:9,} change rows in {seconds:6.1f} s: {rows / seconds:9,.0f} a second")


def main() -> None:
    """Three lines: in the database, the export, from the export alone."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--subjects", type=int, default=60)
    parser.add_argument("--changes", type=int, default=2000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, clone() as name, name_in_use(name):
        place = Path(folder)
        settings.SEAL_KEY_FILE, settings.SEAL_FOLDER = str(place / "seal.key"), str(place / "seals")
        keys.draw(place / "seal.key")
        make(name, asked.subjects, asked.changes)
        act.seal(SealCause.ASKED)
        rows = Change.objects.count() + ChangeItem.objects.count()
        start = time.perf_counter()
        report = verification.verify(Outside.of(place / "seals"), [keys.signing_key().public_key()])
        told("manage.py verify_trail", rows, time.perf_counter() - start)
        print(report.text())
        start = time.perf_counter()
        export(place / "export")
        told("manage.py export_trail", rows, time.perf_counter() - start)
        start = time.perf_counter()
        program = [sys.executable, str(Path(settings.BASE_DIR) / "verify_trail.py"), str(place / "export")]
        subprocess.run([*program, "--seals", str(place / "seals")], check=True)  # noqa: S603  (our own program)
        told("verify_trail.py alone", rows, time.perf_counter() - start)
        connection.close()


if __name__ == "__main__":
    main()
