"""The ground the suite stands on: roles, databases of its own, and no way out."""

from __future__ import annotations

import socket
import threading

import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import ProgrammingError

from core.testing.databases import PREFIX, clone, name_in_use, owner_connection
from core.testing.network import OutsideError


def value(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def databases() -> set[str]:
    with owner_connection() as owner:
        return {name for (name,) in owner.execute("SELECT datname FROM pg_database").fetchall()}


@pytest.mark.django_db
def test_it_works() -> None:
    assert value("SELECT current_user") == "mgtrial_app"
    assert str(value("SELECT current_database()")).startswith(PREFIX)
    assert MigrationRecorder.Migration.objects.filter(app="accounts").exists()


@pytest.mark.django_db
def test_the_runtime_role_cannot_change_tables() -> None:
    with pytest.raises(ProgrammingError, match="must be owner"):
        value("ALTER TABLE django_session DROP COLUMN session_data")


def test_commits_are_seen_by_other_threads(committed_db: str) -> None:
    cache_of_thread: list[object] = []

    def other_thread() -> None:
        cache_of_thread.append(value("SELECT current_database()"))
        connections.close_all()

    thread = threading.Thread(target=other_thread)
    thread.start()
    thread.join()
    assert cache_of_thread == [committed_db]
    assert committed_db in databases()


@pytest.mark.django_db
def test_a_test_with_commits_may_also_be_marked(committed_db: str) -> None:
    assert value("SELECT current_database()") == committed_db
    assert not connection.in_atomic_block


def test_a_clone_is_gone_afterwards(django_db_setup: None, committed_db: str) -> None:
    with clone() as name, name_in_use(name):
        assert value("SELECT current_database()") == name
    assert name not in databases()
    assert value("SELECT current_database()") == committed_db


def test_the_cache_is_real_and_apart() -> None:
    cache.set("suite", "here")
    assert cache.get("suite") == "here"
    assert cache.make_key("suite").startswith("test-")
    cache.delete("suite")


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.org", 80), ("2001:db8::1", 80)])
def test_nothing_leaves_this_machine(address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as client:
        with pytest.raises(OutsideError):
            client.connect(address)
        with pytest.raises(OutsideError):
            client.connect_ex(address)
