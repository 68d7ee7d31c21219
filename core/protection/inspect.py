"""Notice that protection is missing: looked for at start-up, by `manage.py check` and by the beat."""

from __future__ import annotations

import re

from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from core.models import ChainHead
from core.protection import events
from core.protection.install import append_only_tables, functions, kept_tables, table, triggers

TRIGGERS = """
    SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND c.relnamespace = 'public'::regnamespace
"""
OWNED = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')
    AND pg_has_role(current_user, relowner, 'MEMBER')
"""
ROLE = """
    SELECT rolsuper OR rolcreaterole OR rolreplication OR rolbypassrls
        OR has_parameter_privilege('session_replication_role', 'SET') OR has_schema_privilege('public', 'CREATE')
    FROM pg_roles WHERE rolname = current_user
"""
SWITCHED_OFF = "SELECT current_setting('session_replication_role') <> 'origin'"
DEFINED = """
    SELECT proname, prosrc, prosecdef, proconfig IS NOT DISTINCT FROM ARRAY['search_path=public, pg_temp']
    FROM pg_proc WHERE proname LIKE 'trail\\_%' AND pronamespace = 'public'::regnamespace
"""
DECLARED = re.compile(r"FUNCTION (trail_\w+)\((.*?)AS \$\$(.*?)\$\$;", re.DOTALL)
RIGHTS = "SELECT name FROM unnest(%s::text[]) AS name WHERE has_table_privilege(name, %s)"
HEAD = "SELECT has_table_privilege(%s, 'INSERT') OR has_column_privilege(%s, 'digest', 'UPDATE')"


def problems(connection: BaseDatabaseWrapper | None = None) -> list[str]:
    """Everything that is not as it must be, in words; empty when the trail is protected."""
    with (connection or connections["default"]).cursor() as cursor:
        found = ["the runtime role has more rights than a runtime role may have"] if _is(cursor, ROLE) else []
        found += ["triggers are switched off for the runtime role"] if _is(cursor, SWITCHED_OFF) else []
        cursor.execute(OWNED)
        found += [f"the runtime role owns {name}" for (name,) in cursor.fetchall()]
        return found + _changed_triggers(cursor) + _changed_functions(cursor) + _rights_too_many(cursor)


def _is(cursor: CursorWrapper, question: str, params: list[str] | None = None) -> bool:
    cursor.execute(question, params)
    return bool(cursor.fetchone()[0])


def _changed_triggers(cursor: CursorWrapper) -> list[str]:
    cursor.execute(TRIGGERS)
    there = set(cursor.fetchall())
    expected = sorted((trigger.table, trigger.name, trigger.definition) for trigger in triggers())
    return [
        f"trigger {name} on {place} is missing, switched off or altered"
        for place, name, definition in expected
        if (place, name, definition) not in there
    ]


def _changed_functions(cursor: CursorWrapper) -> list[str]:
    cursor.execute(DEFINED)
    there = {name: rest for name, *rest in cursor.fetchall()}
    return [
        f"function {name} is missing or was altered"
        for name, head, body in DECLARED.findall(functions())
        if there.get(name) != [body, "SECURITY DEFINER" in head, "SET search_path" in head]
    ]


def _rights_too_many(cursor: CursorWrapper) -> list[str]:
    growing, found = append_only_tables(), []
    for names, wanted in ((growing, "UPDATE, DELETE, TRUNCATE, TRIGGER"), (kept_tables(), "DELETE, TRUNCATE, TRIGGER")):
        cursor.execute(RIGHTS, [names, wanted])
        found += [f"the runtime role may shrink or alter {name}" for (name,) in cursor.fetchall()]
    heads = (table(ChainHead), events.HEAD)
    return [*found, *(f"the runtime role may write {head}" for head in heads if _is(cursor, HEAD, [head, head]))]


def ensure() -> None:
    """Refuse to start without protection (ADM-06)."""
    if found := problems():
        listed = "; ".join(found[:5]) + (f"; and {len(found) - 5} more" if len(found) > 5 else "")
        raise ImproperlyConfigured(
            f"The audit trail is not protected: {listed}. "
            "Run `manage.py migrate` with DATABASE_OWNER_URL set to the owner role."
        )
