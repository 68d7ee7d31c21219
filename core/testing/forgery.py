"""What somebody with the runtime role's password could write past the acts: to test that PostgreSQL sees through it."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db import connection, models

from core.actions import chain
from core.models import ChainHead, Change, ChangeItem, ChangeKind, Crf, Subject


def values_of(row: models.Model) -> dict[str, Any]:
    """Column values to make a copy with."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def next_moment(head: ChainHead) -> datetime:
    """The only time PostgreSQL takes for the next change of a chain."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT greatest(transaction_timestamp(), %s + interval '1 microsecond')", [head.at])
        at: datetime = cursor.fetchone()[0]
    return at


def change(subject: Subject, **otherwise: Any) -> Change:
    """A change record like the last one, in the right place of the chain unless told otherwise."""
    last = Change.objects.filter(subject=subject).latest("seq")
    head = ChainHead.objects.get(subject=subject)
    proper = {
        "id": None, "at": next_moment(head), "seq": head.seq + 1, "prev_digest": head.digest,
        "digest": secrets.token_hex(32), "kind": ChangeKind.CHANGE, "reason": "forged", "page_token": None,
    }  # fmt: skip
    forged = Change(**values_of(last) | proper | otherwise)
    forged.save(force_insert=True)
    return forged


def item(of: Change, row: models.Model, field: str, old: Any, new: Any) -> ChangeItem:
    """One field that the change is said to have changed."""
    place = {"table_name": row._meta.db_table, "row_id": row.pk, "row_key": None}
    forged = chain.seal_item(ChangeItem(change=of, field=field, old=old, new=new, **place))
    forged.save(force_insert=True)
    return forged


def history(of: Change, row: Any, **otherwise: Any) -> Any:
    """A history row of the row as it would then be."""
    model = type(row).history.model
    told = {
        "history_id": None, "history_date": of.at, "history_user_id": of.actor_id, "history_change_reason": of.reason,
        "history_type": "~", "change_id": of.pk,
    }  # fmt: skip
    books = {"changed_at": of.at, "changed_by_id": of.actor_id} if isinstance(row, Crf) else {}
    forged = model(**values_of(row) | books | told | otherwise)
    forged.save(force_insert=True)
    return forged


def row(of: Change, row: Any, **otherwise: Any) -> None:
    """The row itself, books and all."""
    books = {"changed_at": of.at, "changed_by_id": of.actor_id} if isinstance(row, Crf) else {}
    type(row)._base_manager.filter(pk=row.pk).update(**books | otherwise)
