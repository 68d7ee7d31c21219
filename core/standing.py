"""What a signature is bound to: the content of a record with its rows, and the words of the signature itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.crf.fields import as_json
from core.models import Crf, CrfRow, Recorded, Signature
from core.models.change import canonical

SEP = "\x1f"
VERIFIED = "verified."
SIGNATURE = "signature_id"
# What identifies a row or only keeps its books: never an item of a change. The SQL has the same list.
NOT_ITEMS = frozenset(
    [
        "id",
        "subject_id",
        "visit_id",
        "parent_id",
        "key",
        "number",
        "ordinal",
        "code",
        "revision",
        "entered_at",
        "entered_by_id",
        "changed_at",
        "changed_by_id",
        "missing",
        "verified",
        "voided",
    ]
)


def flat(row: Recorded) -> dict[str, Any]:
    """A row as the trail names it: column -> value, `missing.<item>`, `verified.<item>`, and `voided` once it is."""
    found = {
        str(f.column): value
        for f in row._meta.concrete_fields
        if f.column not in NOT_ITEMS
        if (value := as_json(f, getattr(row, f.attname))) is not None
    }
    found |= {f"missing.{name}": code for name, code in getattr(row, "missing", {}).items()}
    found |= {f"{VERIFIED}{name}": mark for name, mark in getattr(row, "verified", {}).items()}
    return found | ({"voided": True} if getattr(row, "voided", False) else {})


def is_mark(name: str) -> bool:
    """Does a name of the trail say how a value stands, rather than what it is?"""
    return name == SIGNATURE or name.startswith(VERIFIED)


def answers(row: Recorded) -> dict[str, Any]:
    """What was observed, without marks: the form's version is said apart."""
    return {name: value for name, value in flat(row).items() if not is_mark(name) and name != "form_version"}


def content_of(record: Crf, rows: Mapping[str, Sequence[CrfRow]]) -> dict[str, Any]:
    """All that a signature of the record stands for: the visit's date, and answers, missing reasons and voids.

    What is empty is not in it: an optional item that a later version adds changes nothing that was signed.
    """
    groups = {name: {str(row.key): answers(row) for row in _by_key(found)} for name, found in rows.items() if found}
    visit = {"visit": answers(record.visit)} if record.visit else {}
    return answers(record) | visit | ({"rows": groups} if groups else {})


def content_digest(record: Crf, rows: Mapping[str, Sequence[CrfRow]]) -> str:
    """SHA-256 of the content."""
    return sha256(canonical(content_of(record, rows)))


def signature_digest(signature: Signature) -> str:
    """SHA-256 over all that the signature says, its subject by number: copied elsewhere it fits no more."""
    said = [
        signature.subject.number, signature.visit_name, signature.form_code, signature.record_key,
        signature.form_version, signature.table_name, signature.row_id, signature.meaning, signature.content_digest,
        signature.actor_id, signature.actor_name, signature.role,
        signature.at.isoformat(timespec="microseconds"), signature.utc_offset,
    ]  # fmt: skip
    return sha256(SEP.join(map(str, said)))


def sha256(text: str) -> str:
    """Hex digest of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def _by_key(rows: Iterable[CrfRow]) -> list[CrfRow]:
    return sorted(rows, key=lambda row: row.key)
