"""The digests of the trail: items salted, so that a masked one still verifies; records chained per subject."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from core.models import WHOLE, Change, ChangeItem
from core.models.change import canonical
from core.standing import SEP, sha256

GENESIS = "0" * 64


def seal_item(item: ChangeItem) -> ChangeItem:
    """Salt and hash one item."""
    item.salt = item.salt or secrets.token_hex(16)
    said = [item.salt, item.table_name, item.row_id, _or(item.row_key), item.field, old_part(item), new_part(item)]
    item.digest = _digest([*said, item.system_rule, _flag(item.was_verified), _flag(item.was_signed)])
    return item


def old_part(item: ChangeItem) -> str:
    """What stands for the old value in an item's digest; it stays when the value is masked."""
    return part(item.salt, item.old)


def new_part(item: ChangeItem) -> str:
    """The same of the new value. A row carried whole has a part for each column, so that one alone can be masked."""
    if item.field != WHOLE:
        return part(item.salt, item.new)
    return _digest([f"{name}={part(item.salt + SEP + name, item.new[name])}" for name in sorted(item.new)])


def part(salt: str, value: Any) -> str:
    """The digest of one value; empty where there is none."""
    return "" if value is None else sha256(salt + SEP + canonical(value))


def seal(change: Change, items: Sequence[ChangeItem], subject_number: str) -> Change:
    """Chain a change record to the one before it: SHA-256 over all it says and its items' digests."""
    change.salt = change.salt or secrets.token_hex(16)
    change.reason_digest = sha256(change.salt + change.reason)
    said = [
        change.prev_digest, subject_number, change.seq, change.at.isoformat(timespec="microseconds"), change.kind,
        change.actor_id, change.actor_name, change.role, change.site_id, change.visit_name, change.form_code,
        _or(change.record_key), _or(change.form_version), change.software_version, change.request_id,
        _or(change.query_id), _flag(change.after_verification), _flag(change.after_signature), change.reason_digest,
    ]  # fmt: skip
    change.digest = _digest([*said, *(item.digest for item in items)])
    return change


def _digest(said: Sequence[Any]) -> str:
    return sha256(SEP.join(map(str, said)))


def _or(value: int | None) -> int | str:
    return "" if value is None else value


def _flag(value: bool) -> str:
    return "1" if value else ""
