"""Triggers and rights of the events and of the tables of accounts; core.protection.install puts them in place."""

from __future__ import annotations

from typing import Any

from django.apps import apps

from accounts.models import Event, EventHead, EventKind, Membership, Site, User
from accounts.models.kept import Kept
from core.protection.trigger import Trigger

# Each save of one of these is one event: of this kind, named by these columns.
SAVED: tuple[tuple[Any, EventKind, str], ...] = (
    (Site, EventKind.SITE, "code name"),
    (User, EventKind.ACCOUNT, "username full_name"),
    (Membership, EventKind.ROLE, "user_id role"),
)
EVENTS, HEAD, PEOPLE = (str(model._meta.db_table) for model in (Event, EventHead, User))


def saved() -> tuple[tuple[Any, EventKind, str], ...]:
    """These, and what of the trial's set-up other apps keep in the same way: a change of its configuration."""
    named = {model for model, _kind, _what in SAVED}
    others = (model for model in apps.get_models() if issubclass(model, Kept) and model not in named)
    return (*SAVED, *((model, EventKind.CONFIGURATION, model.named_by) for model in others))


def triggers() -> list[Trigger]:
    """All that must be there."""
    written = "AFTER INSERT OR UPDATE"
    found = [
        Trigger(EVENTS, "continues_chain", "BEFORE INSERT", "trail_event_continues_chain()"),
        Trigger(PEOPLE, "is_unique", written, "trail_person_is_unique()"),
        Trigger(PEOPLE, "password_recorded", "AFTER UPDATE", "trail_password_is_recorded()", deferred=True),
    ]
    for model, kind, what in saved():
        history = str(model.history.model._meta.db_table)
        found.append(event_of_row(history, kind, "history_user_id", what))
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
