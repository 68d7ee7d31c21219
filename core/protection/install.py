"""Which table carries which trigger and which rights, derived from the registered models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models

from accounts.models import EventKind
from core.crf import read
from core.models import (
    ChainHead,
    Change,
    ChangeItem,
    Crf,
    CrfRow,
    DraftEntry,
    FormStatus,
    FormStatusLog,
    Hold,
    HoldStep,
    MaskDecision,
    Noted,
    Query,
    QueryEvent,
    ReadMark,
    Report,
    Seal,
    SealDelivery,
    Subject,
    TrailMark,
    TrailReview,
    TrailSegment,
)
from core.protection import events
from core.protection.trigger import Trigger

FUNCTIONS = sorted(Path(__file__).parent.glob("*.sql"))
# Whatever an earlier version put in place goes first: in one transaction, so that no moment is without protection.
CLEAR = r"""
DO $$ DECLARE each record; BEGIN
    FOR each IN SELECT t.tgname, t.tgrelid::regclass AS place FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
                WHERE NOT t.tgisinternal AND p.proname LIKE 'trail\_%' LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', each.tgname, each.place);
    END LOOP;
END $$;
"""
# Stamped with the transaction's own time.
STAMPS: dict[type[models.Model], str] = {DraftEntry: "at", ReadMark: "at", TrailReview: "signed_at", Seal: "at"}
# Tables that only ever grow, beside those of rows that an act's change record carries whole.
GROWING: tuple[type[models.Model], ...] = (Change, ChangeItem, DraftEntry, FormStatusLog, ReadMark, TrailReview, Seal)
# Derived by the database itself; the runtime role only reads them.
DERIVED = (FormStatusLog, TrailSegment, TrailMark)


def functions() -> str:
    """The functions of all files beside this one."""
    return "\n".join(file.read_text("utf-8") for file in FUNCTIONS)


def table(model: Any) -> str:
    """The model's table name."""
    return str(model._meta.db_table)


def history_tables() -> list[str]:
    """Every simple-history table, clinical or not."""
    return [table(model) for model in apps.get_models() if hasattr(model, "instance_type")]


def clinical_tables() -> list[str]:
    """Every table whose rows change through acts alone."""
    return [table(model) for model in read.recorded_models()]


def noted_models() -> list[type[Noted]]:
    """Every table whose rows an act's change record carries whole."""
    return [model for model in apps.get_models() if issubclass(model, Noted)]


def append_only_tables() -> list[str]:
    """Tables that only ever grow."""
    noted = [table(model) for model in noted_models() if not model.moves]
    reference = [table(model) for model in apps.get_models() if getattr(model, "only_grows", False)]
    return [*history_tables(), *(table(model) for model in GROWING), *noted, *reference, *events.append_only()]


def kept_tables() -> list[str]:
    """Tables whose rows may change and are never deleted: clinical ones, queries, and all that has a history."""
    with_history = [table(m.instance_type) for m in apps.get_models() if hasattr(m, "instance_type")]
    moving = [table(model) for model in noted_models() if model.moves]
    kept = (table(model) for model in (ChainHead, FormStatus, SealDelivery))
    return [*with_history, *moving, *kept, *events.kept()]


def triggers() -> list[Trigger]:
    """All that must be there."""
    review = events.event_of_row(table(TrailReview), EventKind.TRAIL_REVIEW, "reviewer_id", "number")
    return [*_growing(), *_kept(), *_trail(), *events.triggers(), review]


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
        Trigger(table(QueryEvent), "step_allowed", "BEFORE INSERT", "trail_query_step_is_allowed()"),
        Trigger(table(Hold), "follows_steps", written, "trail_hold_follows_steps()", deferred=True),
        Trigger(table(HoldStep), "step_allowed", "BEFORE INSERT", "trail_hold_step_is_allowed()"),
        Trigger(table(HoldStep), "of_its_kind", "AFTER INSERT", "trail_hold_step_is_of_its_kind()", deferred=True),
        Trigger(table(Report), "is_whole", "AFTER INSERT", "trail_report_is_whole()", deferred=True),
        Trigger(table(MaskDecision), "takes_two", "BEFORE INSERT", "trail_mask_takes_two()"),
        Trigger(table(Subject), "site_is_open", "BEFORE INSERT", "trail_site_is_open()"),
        Trigger(table(Subject), "screened_again", "BEFORE INSERT", "trail_may_be_screened_again()"),
        Trigger(table(FormStatus), "is_logged", written, "trail_form_status_is_logged()"),
    ]
    for model, column in STAMPS.items():
        found.append(Trigger(table(model), "stamped", "BEFORE INSERT", f"trail_stamped_by_server('{column}')"))
    for noted in noted_models():
        told = ", ".join(f"'{name}'" for name in (noted.stamped, *noted.moves))
        found.append(Trigger(table(noted), "is_noted", "AFTER INSERT", f"trail_is_noted({told})", deferred=True))
        if noted.heeds_lock:
            found.append(Trigger(table(noted), "not_locked", "BEFORE INSERT", "trail_is_not_locked()"))
    for recorded in read.recorded_models():
        history, told = table(recorded.history.model), _told(recorded)
        found.append(Trigger(table(recorded), "has_history", written, "trail_row_has_history()", deferred=True))
        attributed, explained = f"trail_history_is_attributed({told})", f"trail_history_is_explained({told})"
        found.append(Trigger(history, "is_attributed", "AFTER INSERT", attributed, deferred=True))
        found.append(Trigger(history, "is_explained", "AFTER INSERT", explained, deferred=True))
    return found


def _told(model: type[models.Model]) -> str:
    """What the functions are told of a table: its form, of rows the form's table, may it be entered after a lock."""
    if issubclass(model, CrfRow):
        form: Any = model.rows.form
        return f"'{form.crf.code}', '{table(form)}', '{_after_lock(form)}'"
    return f"'{model.crf.code}', '', '{_after_lock(model)}'" if issubclass(model, Crf) else "'', '', ''"


def _after_lock(form: Any) -> str:
    return "after lock" if form.crf.after_lock else ""


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
        *(f'REVOKE INSERT, UPDATE, DELETE ON "{table(model)}" FROM "{runtime}"' for model in DERIVED),
        f'GRANT UPDATE (lock_only) ON "{head}" TO "{runtime}"',
        *events.rights(runtime),
    ]


def install_sql(runtime: str) -> str:
    """The whole protection as one script."""
    parts = [CLEAR, functions(), *(trigger.sql() for trigger in triggers())]
    return "\n".join([*parts, *(f"{statement};" for statement in rights(runtime))])
