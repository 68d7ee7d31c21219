"""Which table carries which trigger and which rights, derived from the registered models."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models

from core.crf import read
from core.models import ChainHead, Change, ChangeItem, CrfRow, DraftEntry, FormStatus, Query, QueryEvent, StoredFile

FUNCTIONS = Path(__file__).with_name("functions.sql")
# Whatever an earlier version put in place goes first: in one transaction, so that no moment is without protection.
CLEAR = r"""
DO $$ DECLARE each record; BEGIN
    FOR each IN SELECT t.tgname, t.tgrelid::regclass AS place FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
                WHERE NOT t.tgisinternal AND p.proname LIKE 'trail\_%' LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', each.tgname, each.place);
    END LOOP;
END $$;
"""
STAMPS: dict[type[models.Model], str] = {
    DraftEntry: "at",
    StoredFile: "uploaded_at",
    QueryEvent: "at",
    Query: "opened_at",
}


@dataclass(frozen=True)
class Trigger:
    """One trigger on one table."""

    table: str
    name: str
    when: str
    function: str
    deferred: bool = False
    seeing: str = ""

    @property
    def definition(self) -> str:
        """As PostgreSQL itself writes it down: what is there can be compared with it."""
        level = "STATEMENT" if self.seeing or "TRUNCATE" in self.when else "ROW"
        seen = f"REFERENCING NEW TABLE AS {self.seeing} " if self.seeing else ""
        kind, tail = ("CONSTRAINT TRIGGER", "DEFERRABLE INITIALLY DEFERRED ") if self.deferred else ("TRIGGER", "")
        return (
            f"CREATE {kind} {self.name} {self.when} ON public.{self.table} {tail}{seen}"
            f"FOR EACH {level} EXECUTE FUNCTION {self.function}"
        )

    def sql(self) -> str:
        """As a statement of the script."""
        return f"{self.definition};"


def table(model: Any) -> str:
    """The model's table name."""
    return str(model._meta.db_table)


def history_tables() -> list[str]:
    """Every simple-history table, clinical or not."""
    return [table(model) for model in apps.get_models() if hasattr(model, "instance_type")]


def clinical_tables() -> list[str]:
    """Every table whose rows change through acts alone."""
    return [table(model) for model in read.recorded_models()]


def append_only_tables() -> list[str]:
    """Tables that only ever grow."""
    return [*history_tables(), *(table(model) for model in (Change, ChangeItem, DraftEntry, StoredFile, QueryEvent))]


def kept_tables() -> list[str]:
    """Tables whose rows may change and are never deleted: clinical ones, queries, and all that has a history."""
    with_history = [table(m.instance_type) for m in apps.get_models() if hasattr(m, "instance_type")]
    return [*with_history, table(Query), table(ChainHead), table(FormStatus)]


def triggers() -> list[Trigger]:
    """All that must be there."""
    return [*_growing(), *_kept(), *_trail()]


def _growing() -> list[Trigger]:
    found = []
    for name in append_only_tables():
        found.append(Trigger(name, "append_only", "BEFORE DELETE OR UPDATE", "trail_is_append_only()"))
        found.append(Trigger(name, "append_only_all", "BEFORE TRUNCATE", "trail_is_append_only()"))
    return found


def _kept() -> list[Trigger]:
    found = []
    for name in kept_tables():
        found.append(Trigger(name, "never_deleted", "BEFORE DELETE", "trail_is_never_deleted()"))
        found.append(Trigger(name, "never_deleted_all", "BEFORE TRUNCATE", "trail_is_never_deleted()"))
    return found


def _trail() -> list[Trigger]:
    change, item = table(Change), table(ChangeItem)
    written = "AFTER INSERT OR UPDATE"
    found = [
        Trigger(change, "continues_chain", "BEFORE INSERT", "trail_change_continues_chain()"),
        Trigger(change, "borne_out", "AFTER INSERT", "trail_change_is_borne_out()", deferred=True),
        Trigger(item, "before_history", "AFTER INSERT", "trail_items_precede_history()", seeing="added"),
        Trigger(table(Query), "follows_thread", written, "trail_query_follows_thread()", deferred=True),
    ]
    for model, column in STAMPS.items():
        found.append(Trigger(table(model), "stamped", "BEFORE INSERT", f"trail_stamped_by_server('{column}')"))
    for model in read.recorded_models():
        history = table(model.history.model)
        found.append(Trigger(table(model), "has_history", written, "trail_row_has_history()", deferred=True))
        form = f"'{table(model.rows.form)}'" if issubclass(model, CrfRow) else ""
        attributed = f"trail_history_is_attributed({form})"
        found.append(Trigger(history, "is_attributed", "AFTER INSERT", attributed, deferred=True))
        found.append(Trigger(history, "is_explained", "AFTER INSERT", "trail_history_is_explained()", deferred=True))
    return found


def rights(runtime: str) -> list[str]:
    """What the runtime role may do: everything in Django's own tables, nothing that shrinks the trail."""
    statements = [
        f'GRANT USAGE ON SCHEMA public TO "{runtime}"',
        f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{runtime}"',
        f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "{runtime}"',
        f'REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM "{runtime}"',
    ]
    statements += [f'REVOKE UPDATE, DELETE ON "{name}" FROM "{runtime}"' for name in append_only_tables()]
    statements += [f'REVOKE DELETE ON "{name}" FROM "{runtime}"' for name in (*kept_tables(), "django_admin_log")]
    # To lock the head of a chain PostgreSQL wants a right to update something of it; seq and digest are not it.
    head = table(ChainHead)
    return [
        *statements,
        f'REVOKE INSERT, UPDATE ON "{head}" FROM "{runtime}"',
        f'GRANT UPDATE (lock_only) ON "{head}" TO "{runtime}"',
    ]


def install_sql(runtime: str) -> str:
    """The whole protection as one script."""
    parts = [CLEAR, FUNCTIONS.read_text("utf-8"), *(trigger.sql() for trigger in triggers())]
    return "\n".join([*parts, *(f"{statement};" for statement in rights(runtime))])
