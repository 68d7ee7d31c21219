"""Databases of the suite: a template migrated once by the owner, and clones of it for whoever needs one.

The suite runs as the runtime role, which may neither create databases nor empty tables. So the owner clones: one
database for each test process, whose tests roll back, and a fresh one for each test that commits. A clone costs tens of
milliseconds. Several runs may share one server.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

PREFIX = "test_mgtrial_"
ALIASES = ("default", "owner")
# Whoever makes, renames or drops test databases on this server holds this advisory lock.
LOCK = 0x6D67747269616C


def owner_connection(name: str = "postgres") -> psycopg.Connection[Any]:
    """The owner's own connection, outside Django."""
    if "owner" not in settings.DATABASES:
        raise RuntimeError("The suite needs the owner role: set DATABASE_OWNER_URL beside DATABASE_URL.")
    owner = connections["owner"].settings_dict
    return psycopg.connect(
        host=owner["HOST"], port=owner["PORT"] or None, user=owner["USER"], password=owner["PASSWORD"],
        dbname=name, autocommit=True, options="-c client_min_messages=warning",
    )  # fmt: skip


@cache
def state_of_migrations() -> str:
    """A short digest of everything a freshly migrated database depends on."""
    base = Path(settings.BASE_DIR)
    folders = [Path(app.path) for app in apps.get_app_configs() if Path(app.path).is_relative_to(base)]
    files = [file for folder in folders for file in folder.glob("migrations/*.py")]
    files += [file for file in (base / "core" / "protection").rglob("*") if file.suffix in {".py", ".sql"}]
    files += [base / "core" / "management" / "commands" / "migrate.py", base / "requirements.txt"]
    # A column's CHECK is made of its field, not of the migration.
    files += (base / "core" / "crf").glob("*.py")
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(str(file.relative_to(base)).encode() + file.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def name_in_use(name: str) -> Iterator[None]:
    """Every connection of this process, in whatever thread, that opens from here on opens this database."""
    aliases = [alias for alias in ALIASES if alias in connections.settings]
    before = {alias: connections.settings[alias]["NAME"] for alias in aliases}
    try:
        for alias in aliases:
            connections[alias].close()
            connections.settings[alias]["NAME"] = name
        yield
    finally:
        for alias in aliases:
            connections[alias].close()
            connections.settings[alias]["NAME"] = before[alias]


def ensure_template(owner: psycopg.Connection[Any]) -> str:
    """The name of the migrated template; made anew only if migrations or protection changed. Under the lock."""
    name = f"{PREFIX}template_{state_of_migrations()}"
    if not _exists(owner, name):
        unfinished = f"{PREFIX}unfinished"
        _drop(owner, unfinished)
        owner.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(unfinished)))
        with name_in_use(unfinished):
            call_command("migrate", verbosity=0)
        owner.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(name))
        )
    return name


@contextmanager
def clone() -> Iterator[str]:
    """A fresh copy of the template, dropped afterwards."""
    name = f"{PREFIX}{secrets.token_hex(6)}"
    with owner_connection() as owner:
        owner.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        template = ensure_template(owner)
        drop_left_over(owner, keep=template)
        new, runtime = sql.Identifier(name), sql.Identifier(connections["default"].settings_dict["USER"])
        owner.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(new, sql.Identifier(template)))
        owner.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(new))
        owner.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(new, runtime))
        # A test database need not outlive a power cut.
        owner.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(new))
        keeper = owner_connection(name)  # as long as this one is open, no other run takes the clone for left over
        owner.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    try:
        yield name
    finally:
        keeper.close()
        with owner_connection() as owner:
            _drop(owner, name)


def drop_left_over(owner: psycopg.Connection[Any], keep: str) -> None:
    """What killed runs and former migrations left: test databases that nobody is connected to. Under the lock."""
    rows = owner.execute(
        """SELECT datname FROM pg_database WHERE datname LIKE %s AND datname <> %s
           AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = pg_database.datname)""",
        [PREFIX.replace("_", r"\_") + "%", keep],
    ).fetchall()
    for (name,) in rows:
        _drop(owner, name)


def _exists(owner: psycopg.Connection[Any], name: str) -> bool:
    return owner.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _drop(owner: psycopg.Connection[Any], name: str) -> None:
    """PostgreSQL waits for closing connections; what a thread still holds open, the next run sweeps away."""
    with suppress(psycopg.errors.ObjectInUse):
        owner.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
