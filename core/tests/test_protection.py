"""The database itself refuses, the runtime role cannot switch it off, and what the owner switches off is noticed."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections

from accounts.testing import make_cast
from core import tasks
from core.actions import crf
from core.actions import subject as subjects
from core.actions.entry import Entry
from core.actions.errors import Refused
from core.protection.inspect import ensure, problems
from core.protection.install import DERIVED, append_only_tables, clinical_tables, kept_tables, triggers
from core.testing import trial
from core.testing.databases import owner_connection
from core.tests.scenes import client_of

TABLES = append_only_tables()
REFUSED = (
    "UPDATE {} SET id = id",
    "DELETE FROM {}",
    "TRUNCATE {}",
    "DROP TABLE {}",
    "ALTER TABLE {} ADD COLUMN more int",
    "ALTER TABLE {} DISABLE TRIGGER ALL",
    "ALTER TABLE {} DISABLE TRIGGER append_only",
    "DROP TRIGGER append_only ON {}",
    "CREATE RULE none AS ON INSERT TO {} DO INSTEAD NOTHING",
    "ALTER TABLE {} RENAME TO gone",
    "ALTER TABLE {} OWNER TO CURRENT_USER",
)
SWITCHES = (
    "SET session_replication_role = replica",
    "SET LOCAL session_replication_role = replica",
    "ALTER ROLE CURRENT_USER SET session_replication_role = replica",
    "SET ROLE {owner}",
    "SET SESSION AUTHORIZATION {owner}",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "DROP FUNCTION trail_flat(jsonb)",
    "CREATE OR REPLACE FUNCTION trail_is_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE TABLE public.mine (id int)",
    "CREATE SCHEMA mine",
    "CREATE TEMP TABLE mine (id int)",
    "UPDATE core_chainhead SET seq = 0",
    "UPDATE core_chainhead SET digest = ''",
    "INSERT INTO core_chainhead VALUES (1, 1, '', false)",
    "DELETE FROM django_migrations",
    "UPDATE django_migrations SET name = name",
)


@pytest.mark.req("ADM-05")
@pytest.mark.parametrize("table", TABLES)
def test_it_works(db: None, table: str) -> None:
    """Each of the seven attacks, and some more, on each table that only ever grows, fails for want of the right."""
    for statement in REFUSED:
        with trial.refused():
            trial.sql(statement.format(f'"{table}"'))
            pytest.fail(f"{statement} passed on {table}", pytrace=False)


@pytest.mark.req("ADM-05", "ADM-06")
@pytest.mark.parametrize("statement", SWITCHES)
def test_the_runtime_role_has_no_switch(db: None, statement: str) -> None:
    with trial.refused():
        trial.sql(statement.format(owner=connections["owner"].settings_dict["USER"]))


@pytest.mark.req("ADM-05")
def test_the_runtime_role_owns_nothing(db: None) -> None:
    owned = "SELECT count(*) FROM pg_shdepend WHERE refobjid = current_user::regrole AND deptype = 'o'"
    assert trial.sql(owned).fetchone() == (0,)
    assert trial.sql("SELECT session_user, current_user").fetchone() == ("mgtrial_app", "mgtrial_app")


@pytest.mark.req("ADM-05")
def test_triggers_refuse_the_owner_as_well(committed_db: str) -> None:
    """Rights keep the runtime role out; the triggers stand even where rights would let somebody in."""
    with owner_connection(committed_db) as owner:
        for table in (*TABLES, *kept_tables()):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="is refused"):
                owner.execute(f'TRUNCATE "{table}" CASCADE')


@pytest.mark.req("ADM-05")
def test_every_table_of_the_trail_is_among_the_protected(db: None) -> None:
    """A table that somebody adds later is either protected or named here."""
    free = {
        *("django_admin_log", "django_content_type", "django_migrations", "django_session"),
        *("auth_permission", "auth_group", "auth_group_permissions"),
    }
    there = set(connection.introspection.table_names())
    derived = {model._meta.db_table for model in DERIVED}  # the runtime role only reads them
    assert there - set(TABLES) - set(kept_tables()) - derived == free & there
    assert set(clinical_tables()) <= set(kept_tables())


@pytest.fixture
def owner(committed_db: str) -> Iterator[psycopg.Connection[Any]]:
    with owner_connection(committed_db) as connected:
        yield connected


def test_nothing_is_missing_after_migrate(db: None) -> None:
    assert problems() == []
    ensure()


BREAKS = {
    "trigger has_history on core_visit": "DROP TRIGGER has_history ON core_visit",
    "trigger append_only on core_change": "ALTER TABLE core_change DISABLE TRIGGER append_only",
    "trigger is_explained on core_historicalvisit": "ALTER TABLE core_historicalvisit DISABLE TRIGGER USER",
    "trigger append_only on core_changeitem": "ALTER TABLE core_changeitem ENABLE REPLICA TRIGGER append_only",
    "trigger never_deleted on core_subject": "DROP TRIGGER never_deleted ON core_subject;"
    "CREATE TRIGGER never_deleted BEFORE DELETE ON core_subject FOR EACH ROW WHEN (false)"
    " EXECUTE FUNCTION trail_is_never_deleted()",
    "function trail_flat": "CREATE OR REPLACE FUNCTION trail_flat(state jsonb) RETURNS jsonb LANGUAGE sql"
    " AS $$ SELECT NULL::jsonb $$",
    "function trail_row_has_history": "ALTER FUNCTION trail_row_has_history() RESET ALL",
    "function trail_change_continues_chain": "ALTER FUNCTION trail_change_continues_chain() SECURITY INVOKER",
    "may shrink or alter core_changeitem": "GRANT DELETE ON core_changeitem TO {app}",
    "may shrink or alter core_visit": "GRANT TRUNCATE ON core_visit TO {app}",
    "may write core_chainhead": "GRANT UPDATE ON core_chainhead TO {app}",
    "more rights than a runtime role may have": "GRANT CREATE ON SCHEMA public TO {app}",
}


@pytest.mark.req("ADM-06")
def test_what_the_owner_takes_away_is_noticed(owner: psycopg.Connection[Any]) -> None:
    """Each by its name, and nothing else but what is lost with it."""
    for named, statement in BREAKS.items():
        before = problems()
        owner.execute(statement.format(app=connection.settings_dict["USER"]))
        new = set(problems()) - set(before)
        assert any(named in problem for problem in new), (named, new)
        assert len(new) <= 4, new


@pytest.mark.req("ADM-05", "ADM-06")
def test_a_runtime_role_that_owns_tables_is_noticed(committed_db: str) -> None:
    """As when somebody sets DATABASE_URL to the owner."""
    found = problems(connections["owner"])
    assert "the runtime role owns core_change" in found
    assert "the runtime role may shrink or alter core_change" in found
    assert "the runtime role may write core_chainhead" in found


@pytest.mark.req("ADM-05")
def test_the_runtime_role_cannot_grant_itself_a_right(db: None) -> None:
    """PostgreSQL takes such a GRANT with a warning, and grants nothing."""
    trial.sql("GRANT UPDATE, DELETE ON core_change TO CURRENT_USER")
    with trial.refused("permission denied"):
        trial.sql("UPDATE core_change SET reason = reason")


@pytest.mark.req("ADM-06")
def test_the_application_does_not_start_without_protection(owner: psycopg.Connection[Any]) -> None:
    owner.execute("DROP TRIGGER has_history ON core_visit")
    with pytest.raises(ImproperlyConfigured, match=r"has_history on core_visit.*manage.py migrate"):
        ensure()
    with pytest.raises(CommandError, match=r"core.E130.*has_history on core_visit"):
        call_command("check", databases=["default"], stdout=io.StringIO(), stderr=io.StringIO())


@pytest.mark.req("ADM-06")
def test_migrate_puts_back_what_is_missing(owner: psycopg.Connection[Any]) -> None:
    owner.execute("ALTER TABLE core_visit DISABLE TRIGGER USER; DROP TRIGGER append_only ON core_change")
    owner.execute("GRANT DELETE ON core_changeitem TO mgtrial_app")
    assert len(problems()) > 2
    call_command("migrate", verbosity=0)
    assert problems() == []


@pytest.mark.req("ADM-06")
@pytest.mark.parametrize("command", ["flush", "clean_old_history", "clean_duplicate_history"])
def test_commands_that_shrink_the_trail_fail(committed_db: str, command: str) -> None:
    before = trial.counts()
    more: dict[str, Any] = {"auto": True} if "history" in command else {"interactive": False}
    with suppress(DatabaseError, CommandError):
        call_command(command, **more, stdout=io.StringIO(), stderr=io.StringIO())
    assert trial.counts() == before


BANNED = re.compile(
    r"skip_history_when_saving|SIMPLE_HISTORY_ENABLED\s*=|clean_old_history|clean_duplicate_history|pgtrigger|auditlog"
    r"|DISABLE\s+TRIGGER|session_replication_role|history\s*=\s*None|_raw_delete",
    re.IGNORECASE,
)


def sources() -> Iterator[tuple[Path, str]]:
    base = Path(settings.BASE_DIR)
    for folder in ("accounts", "core", "assessments", "screening", "dosing", "followup", "safety", "mgtrial", "docker"):
        for file in (base / folder).rglob("*"):
            if file.suffix in {".py", ".sql", ".sh", ".yml"} and "tests" not in file.parts:
                yield file, file.read_text("utf-8")


@pytest.mark.req("ADM-06")
def test_the_code_knows_no_switch() -> None:
    read, found = 0, []
    for file, text in sources():
        read += 1
        # The inspection has to name what it looks for.
        looked_for = "session_replication_role" if file.name == "inspect.py" else None
        found += [f"{file}: {m[0]}" for m in BANNED.finditer(text) if m[0] != looked_for]
    assert read > 50
    assert found == []


@pytest.mark.req("ADM-06")
def test_no_setting_concerns_the_history() -> None:
    chosen = {name for name in dir(settings) if name.startswith("SIMPLE_HISTORY")}
    assert chosen == {"SIMPLE_HISTORY_REVERT_DISABLED", "SIMPLE_HISTORY_ENFORCE_HISTORY_MODEL_PERMISSIONS"}


def test_a_trigger_is_compared_as_postgresql_writes_it(db: None) -> None:
    there = trial.sql(
        "SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
        " WHERE NOT tgisinternal AND p.proname LIKE 'trail%'"
    )
    assert sorted(text for (text,) in there.fetchall()) == sorted(trigger.definition for trigger in triggers())


@pytest.mark.req("ADM-06")
def test_acts_are_refused_while_the_watch_finds_protection_missing(committed_db: str) -> None:
    """Seen by the watch in whatever process; typed values stay on the page; works again once it is back."""
    cast = make_cast()
    by = cast.actor(cast.coordinator)
    vs = trial.place_at(subjects.add(cast.site, by=by), "SCR", "VS")
    with owner_connection(committed_db) as owner:
        owner.execute("ALTER TABLE core_change DISABLE TRIGGER append_only")
        assert tasks.check_protection() == 1
        with pytest.raises(Refused, match="protection of the audit trail is missing"):
            crf.save(vs, Entry(trial.CALM, visit_on=trial.VISIT_ON), by=by)
        page = client_of(cast.coordinator).post(vs.url, trial.CALM | {"visit_on": "2026-03-02", "revision": "0"})
        assert page.status_code == 400
        assert "Nothing can be saved now" in page.content.decode()
        owner.execute("ALTER TABLE core_change ENABLE TRIGGER append_only")
        assert tasks.check_protection() == 0
    assert crf.save(vs, Entry(trial.CALM, visit_on=trial.VISIT_ON), by=by).change


@pytest.mark.req("ADM-04")
@pytest.mark.parametrize("table", ["django_admin_log", "core_formstatus"])
def test_the_books_beside_the_trail_lose_no_line(db: None, table: str) -> None:
    with trial.refused("permission denied"):
        trial.sql(f"DELETE FROM {table}")  # noqa: S608  the test's own words
