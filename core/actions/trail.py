"""Write rows together with their history and one chained change record. The only way clinical rows are written."""

from __future__ import annotations

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.functions import TransactionNow
from django.db import connection
from django.utils.translation import gettext_lazy

from accounts.actor import Actor
from core.actions.errors import Refused
from core.crf.fields import as_json
from core.models import ChainHead, Change, ChangeItem, ChangeKind, Recorded, Subject
from core.models.change import canonical
from core.protection import watch
from core.request import request_id

GENESIS = "0" * 64
UNPROTECTED = gettext_lazy(
    "Nothing can be saved now: the protection of the audit trail is missing. Tell the administrator."
)
# What identifies a row or only keeps its books: never an item of a change. The SQL has the same list.
NOT_ITEMS = frozenset(
    [
        "id",
        "subject_id",
        "visit_id",
        "parent_id",
        "key",
        "number",
        "site_id",
        "ordinal",
        "code",
        "revision",
        "entered_at",
        "entered_by_id",
        "changed_at",
        "changed_by_id",
        "missing",
        "voided",
    ]
)
BOOKS = {"revision", "changed_at", "changed_by_id"}


@dataclass(frozen=True)
class Where:
    """Where in the casebook an act took place."""

    visit_name: str = ""
    form_code: str = ""
    record_key: int | None = None
    form_version: int | None = None


@dataclass
class Touched:
    """A row an act writes: its state before (None for a new row), and the rule behind each value no person typed."""

    row: Recorded
    before: Mapping[str, Any] | None = None
    authors: dict[str, str] = field(default_factory=dict)
    along: bool = False

    @classmethod
    def existing(cls, row: Recorded, **options: Any) -> Touched:
        """Call it before the row's fields are set. `along`: its books follow when anything else differs."""
        return cls(row, flat(row), **options)

    def items(self) -> list[dict[str, Any]]:
        """Field, old and new value of all that differs, in the order of declaration."""
        old, new = self.before or {}, flat(self.row)
        names = [*new, *(name for name in old if name not in new)]
        return [
            {"field": name, "old": old.get(name), "new": new.get(name), "system_rule": self.authors.get(name, "")}
            for name in names
            if old.get(name) != new.get(name)
        ]


@dataclass(frozen=True)
class Act:
    """Who does what, why and when, on a subject whose chain head is locked until the transaction ends."""

    head: ChainHead
    at: datetime
    by: Actor
    role: str
    reason: str = ""
    token: UUID | None = None

    @property
    def subject(self) -> Subject:
        """The subject acted upon."""
        return self.head.subject


def flat(row: Recorded) -> dict[str, Any]:
    """A row's answers as the trail names them: column -> value, `missing.<item>` -> reason, `voided` once it is."""
    found = {
        str(f.column): value
        for f in row._meta.concrete_fields
        if f.column not in NOT_ITEMS
        if (value := as_json(f, getattr(row, f.attname))) is not None
    }
    found |= {f"missing.{name}": code for name, code in getattr(row, "missing", {}).items()}
    return found | ({"voided": True} if getattr(row, "voided", False) else {})


def begin(subject: Subject, permission: Any, *, by: Actor, reason: str = "", token: UUID | None = None) -> Act:
    """Lock the subject's chain and check the right to act. Must run inside a transaction. Raises PermissionDenied."""
    role = by.require(permission, subject.site)
    heed_watch()
    heads = ChainHead.objects.select_related("subject__site").select_for_update(of=("self", "subject"))
    head = heads.annotate(now=TransactionNow()).get(pk=subject.pk)
    return Act(head, head.now, by, role, said(reason), token)


def heed_watch() -> None:
    """Nothing is written while the protection of the trail is known to be missing (ADM-06)."""
    if watch.is_missing():
        raise Refused(UNPROTECTED)


def said(reason: str) -> str:
    """A reason as given; one without a letter or a digit says nothing."""
    text = reason.replace("\0", "").strip()
    return text if any(sign.isalnum() for sign in text) else ""


def write(act: Act, touched: Sequence[Touched], *, kind: ChangeKind, where: Where) -> Change | None:
    """Write the rows that differ with their history and one change record. Nothing differs: nothing is written."""
    found = [(row, row.items()) for row in touched]
    if not any(items for _, items in found):
        return None
    differing = [(row, items) for row, items in found if items or row.along]
    _store([row for row, _ in differing])
    change = _record(act, differing, kind=kind, where=where)
    _keep_history(act, change, [row for row, _ in differing])
    return change


def _store(touched: Iterable[Touched]) -> None:
    for model, rows in _by_model(touched).items():
        new = [row.row for row in rows if row.before is None]
        old = [row.row for row in rows if row.before is not None]
        if new:
            model._base_manager.bulk_create(new)
        if len(old) == 1:
            model._base_manager.filter(pk=old[0].pk).update(**_columns(old[0], rows))
        elif old:
            model._base_manager.bulk_update(old, [f.name for f in model._meta.concrete_fields if not f.primary_key])


def _columns(row: Recorded, touched: Sequence[Touched]) -> dict[str, Any]:
    """The columns that differ, and the row's books."""
    changed = {item["field"].partition(".")[0] for each in touched if each.row is row for item in each.items()} | BOOKS
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.column in changed}


def _by_model(touched: Iterable[Touched]) -> dict[type[Recorded], list[Touched]]:
    grouped: dict[type[Recorded], list[Touched]] = defaultdict(list)
    for row in touched:
        grouped[type(row.row)].append(row)
    return grouped


def _record(
    act: Act, differing: Sequence[tuple[Touched, list[dict[str, Any]]]], *, kind: ChangeKind, where: Where
) -> Change:
    items = [
        seal_item(
            ChangeItem(table_name=t.row._meta.db_table, row_id=t.row.pk, row_key=getattr(t.row, "key", None), **item)
        )
        for t, changed in differing
        for item in changed
    ]
    change = seal(_change(act, kind, where), items, act.subject.number)
    change.save(force_insert=True)
    for item in items:
        item.change = change
    ChangeItem.objects.bulk_create(items)
    act.head.seq, act.head.digest = change.seq, change.digest
    return change


def _change(act: Act, kind: ChangeKind, where: Where) -> Change:
    return Change(
        subject=act.subject,
        site=act.subject.site,
        seq=act.head.seq + 1,
        at=act.at,
        kind=kind,
        actor=act.by.user,
        actor_name=act.by.name,
        role=act.role,
        visit_name=where.visit_name,
        form_code=where.form_code,
        record_key=where.record_key,
        form_version=where.form_version,
        software_version=settings.SOFTWARE_VERSION,
        reason=act.reason,
        request_id=request_id.get(),
        page_token=act.token,
        prev_digest=act.head.digest,
    )


def seal_item(item: ChangeItem) -> ChangeItem:
    """Salt and hash one item, so that a masked value still verifies by its digest."""
    item.salt = item.salt or secrets.token_hex(16)
    parts = [item.table_name, item.row_id, item.row_key, item.field, item.old, item.new, item.system_rule]
    item.digest = sha256(item.salt + canonical(parts))
    return item


def seal(change: Change, items: Sequence[ChangeItem], subject_number: str) -> Change:
    """Chain a change record to the one before it: SHA-256 over all it says and its items' digests."""
    change.salt = change.salt or secrets.token_hex(16)
    change.reason_digest = sha256(change.salt + change.reason)
    said = [
        change.prev_digest, subject_number, change.seq, change.at.isoformat(), change.kind, change.actor_id,
        change.actor_name, change.role, change.site_id, change.visit_name, change.form_code, change.record_key,
        change.form_version, change.software_version, change.request_id, change.reason_digest,
    ]  # fmt: skip
    change.digest = sha256(canonical([*said, [item.digest for item in items]]))
    return change


def sha256(text: str) -> str:
    """Hex digest of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def _keep_history(act: Act, change: Change, touched: Iterable[Touched]) -> None:
    for model, rows in _by_model(touched).items():
        for update in (False, True):
            if chosen := [row.row for row in rows if (row.before is not None) is update]:
                model.history.bulk_history_create(
                    chosen,
                    update=update,
                    default_user=act.by.user,
                    default_change_reason=act.reason,
                    default_date=act.at,
                    custom_historical_attrs={"change": change},
                )


def now() -> datetime:
    """The server's time of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT transaction_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at


def bump(row: Any, act: Act) -> None:
    """A changed record's books: version token, time, person."""
    row.revision += 1
    row.changed_at, row.changed_by = act.at, act.by.user
