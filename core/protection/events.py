"""Triggers and rights of the events and of the tables of accounts; core.protection.install puts them in place."""

from __future__ import annotations

from accounts.models import Event, EventHead, EventKind, User
from accounts.models.kept import kept_models
from core.protection.trigger import Trigger

EVENTS, HEAD, PEOPLE = (str(model._meta.db_table) for model in (Event, EventHead, User))


def triggers() -> list[Trigger]:
    """All that must be there."""
    written = "AFTER INSERT OR UPDATE"
    found = [
        Trigger(EVENTS, "continues_chain", "BEFORE INSERT", "trail_event_continues_chain()"),
        Trigger(PEOPLE, "is_unique", written, "trail_person_is_unique()"),
        Trigger(PEOPLE, "password_recorded", "AFTER UPDATE", "trail_password_is_recorded()", deferred=True),
    ]
    for model in kept_models():
        kind, what = model.told_as
        history = str(model.history.model._meta.db_table)
        found.append(event_of_row(history, EventKind(kind), "history_user_id", what))
        for name in (str(model._meta.db_table), history):
            found.append(Trigger(name, "has_history", written, "trail_account_has_history()", deferred=True))
    return found


def event_of_row(table: str, kind: EventKind, actor: str, what: str) -> Trigger:
    """Each row of the table is an event by the person in the column `actor`, done to what the columns `what` say."""
    return Trigger(table, "is_event", "AFTER INSERT", f"trail_event_of_row('{kind.value}', '{actor}', '{what}')")


def append_only() -> list[str]:
    """Tables that only ever grow."""
    return [EVENTS]


def kept() -> list[str]:
    """Tables whose rows change and are never deleted."""
    return [HEAD]


def rights(runtime: str) -> list[str]:
    """The end of the chain is written by the database's own function alone."""
    return [f'REVOKE INSERT, UPDATE, DELETE ON "{HEAD}" FROM "{runtime}"']
