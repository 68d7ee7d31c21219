"""Write rows together with their history and one chained change record. The only way a subject's rows are written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.functions import TransactionNow
from django.db import connection
from django.db.models import BigIntegerField, Func, OuterRef
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy

from accounts.actor import Actor
from core.actions import chain
from core.actions.errors import Refused
from core.holds import Held, entered_after, steps_imposing
from core.models import (
    DATA_KINDS,
    WHOLE,
    ChainHead,
    Change,
    ChangeItem,
    ChangeKind,
    Hold,
    HoldState,
    Noted,
    Query,
    Recorded,
    Subject,
)
from core.protection import watch
from core.request import request_id
from core.standing import SIGNATURE, VERIFIED, flat, is_mark

UNPROTECTED = gettext_lazy(
    "Nothing can be saved now: the protection of the audit trail is missing. Tell the administrator."
)
BOOKS = {"revision", "changed_at", "changed_by_id"}
TICK = timedelta(microseconds=1)
HELD = ("level", "visit_name", "form_code", "record_key", "state", "since")


class NextChange(Func):
    """The number of a change record about to be written: rows it explains may point to it before it is there."""

    template = "nextval(pg_get_serial_sequence('core_change', 'id'))"
    output_field = BigIntegerField()


@dataclass(frozen=True)
class Where:
    """Where in the casebook an act took place."""

    visit_name: str = ""
    form_code: str = ""
    record_key: int | None = None
    form_version: int | None = None


@dataclass
class Touched:
    """A row an act writes: its state before (None for a new row), and the rule behind each value no person typed.

    `along`: its books follow when anything else differs. `signed`: it stands under a signature, its own or its form's.
    """

    row: Recorded
    before: Mapping[str, Any] | None = None
    authors: dict[str, str] = field(default_factory=dict)
    along: bool = False
    signed: bool = False

    @classmethod
    def existing(cls, row: Recorded, **options: Any) -> Touched:
        """Call it before the row's fields are set."""
        before = flat(row)
        return cls(row, before, **({"signed": SIGNATURE in before} | options))

    def items(self) -> list[dict[str, Any]]:
        """Field, old and new value of all that differs, in the order of declaration."""
        old, new = self.before or {}, flat(self.row)
        names = [*new, *(name for name in old if name not in new)]
        return [
            {
                "field": name,
                "old": old.get(name),
                "new": new.get(name),
                "system_rule": self.authors.get(name, ""),
                "was_verified": VERIFIED + self.item_of(name) in old,
                "was_signed": self.signed and not is_mark(name),
            }
            for name in names
            if old.get(name) != new.get(name)
        ]

    def item_of(self, name: str) -> str:
        """The item that a name of the trail is about."""
        name = name.removeprefix("missing.")
        return next((field.name for field in self.row._meta.concrete_fields if field.column == name), name)

    def let_go(self) -> bool:
        """Drop the marks of verification whose values differ now. Did anything that was observed differ?"""
        changed = {self.item_of(item["field"]) for item in self.items() if not is_mark(item["field"])}
        marks = getattr(self.row, "verified", {})
        if changed & set(marks):
            self.row.verified = {name: mark for name, mark in marks.items() if name not in changed}  # type: ignore[attr-defined]  # only declared rows have marks
        return bool(changed)


@dataclass(frozen=True)
class Act:
    """Who does what, why and when, on a subject whose chain is locked until the transaction ends.

    `noted`: append-only rows that the act's change record will carry. `change_id`: that record's number.
    """

    head: ChainHead
    at: datetime
    by: Actor
    role: str
    change_id: int
    reason: str = ""
    token: UUID | None = None
    held: Held = Held()
    noted: list[Noted] = field(default_factory=list)

    @property
    def subject(self) -> Subject:
        """The subject acted upon."""
        return self.head.subject


def begin(subject: Subject, permission: Any, *, by: Actor, reason: str = "", token: UUID | None = None) -> Act:
    """Lock the subject's chain and check the right to act. Must run inside a transaction. Raises PermissionDenied."""
    role = by.require(permission, subject.site)
    heed_watch()
    heads = ChainHead.objects.select_related("subject__site").select_for_update(of=("self", "subject"))
    holds = Hold.objects.filter(subject=OuterRef("pk")).exclude(state=HoldState.FREE)
    named = holds.annotate(since=steps_imposing()).values(json=JSONObject(**{name: name for name in HELD}))
    told = heads.annotate(now=TransactionNow(), next=NextChange(), holds=ArraySubquery(named), entered=entered_after())
    head = told.get(pk=subject.pk)
    held = Held.of(map(_hold, head.holds), head.entered)
    return Act(head, _after(head, head.now), by, role, head.next, said(reason), token, held)


def _hold(told: dict[str, Any]) -> Hold:
    since = told.pop("since")
    hold = Hold(**told)
    hold.since = since  # type: ignore[attr-defined]  # as where holds are fetched
    return hold


def first(subject: Subject, *, by: Actor, role: str, reason: str = "", token: UUID | None = None) -> Act:
    """The act that adds a subject: its chain begins with it."""
    at, number = _now_and_next()
    return Act(ChainHead(subject=subject, digest=chain.GENESIS), at, by, role, number, said(reason), token)


def again(act: Act, **otherwise: Any) -> Act:
    """A further change record of the same transaction, right after the last one."""
    _at, number = _now_and_next()
    return replace(act, at=_after(act.head, act.at), change_id=number, token=None, noted=[], **otherwise)


def _after(head: ChainHead, at: datetime) -> datetime:
    """Later than the change before it, also where that one began later and was done sooner, or the clock went back."""
    return max(at, head.at + TICK) if head.at else at


def _now_and_next() -> tuple[datetime, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT transaction_timestamp(), nextval(pg_get_serial_sequence('core_change', 'id'))")
        at, number = cursor.fetchone()
    return at, number


def heed_watch() -> None:
    """Nothing is written while the protection of the trail is known to be missing (ADM-06)."""
    if watch.is_missing():
        raise Refused(UNPROTECTED)


def said(reason: str) -> str:
    """A reason as given; one without a letter or a digit says nothing."""
    text = reason.replace("\0", "").strip()
    return text if any(sign.isalnum() for sign in text) else ""


def note(act: Act, rows: Sequence[Noted]) -> None:
    """Insert append-only rows; the act's change record will carry them whole. All of one model, or a statement each."""
    grouped: dict[type[Noted], list[Noted]] = defaultdict(list)
    for row in rows:
        row.change_id = act.change_id
        grouped[type(row)].append(row)
    for model, found in grouped.items():
        model._base_manager.bulk_create(found)
    act.noted.extend(rows)


def store(touched: Iterable[Touched]) -> None:
    """Write the rows that differ, without a record yet: `write` makes it. Gives new rows their numbers."""
    _store([row for row in touched if row.items() or row.along])


def write(
    act: Act,
    touched: Sequence[Touched] = (),
    *,
    kind: ChangeKind,
    where: Where,
    query: Query | None = None,
    stored: bool = False,
) -> Change | None:
    """Write the rows that differ with their history, and the act's one change record; nothing where nothing differs.

    `stored`: the rows were written already by `store`.
    """
    found = [(row, row.items()) for row in touched]
    if not act.noted and not any(items for _, items in found):
        return None
    differs = any(items for _, items in found)
    differing = [(row, items) for row, items in found if items or row.along and differs]
    if not stored:
        _store([row for row, _ in differing])
    change = _record(act, differing, kind, where, query)
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
    act: Act,
    differing: Sequence[tuple[Touched, list[dict[str, Any]]]],
    kind: ChangeKind,
    where: Where,
    query: Query | None,
) -> Change:
    items = [
        ChangeItem(table_name=t.row._meta.db_table, row_id=t.row.pk, row_key=getattr(t.row, "key", None), **item)
        for t, changed in differing
        for item in changed
    ]
    items += [
        ChangeItem(table_name=row._meta.db_table, row_id=row.pk, field=WHOLE, new=row.carried()) for row in act.noted
    ]
    change = _change(act, kind, where, query)
    if kind in DATA_KINDS:
        change.after_verification = any(item.was_verified for item in items)
        change.after_signature = any(item.was_signed for item in items)
    chain.seal(change, [chain.seal_item(item) for item in items], act.subject.number)
    change.save(force_insert=True)
    for item in items:
        item.change = change
    ChangeItem.objects.bulk_create(items)
    act.head.seq, act.head.digest, act.head.at = change.seq, change.digest, change.at
    return change


def _change(act: Act, kind: ChangeKind, where: Where, query: Query | None) -> Change:
    return Change(
        id=act.change_id,
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
        query=query,
        page_token=act.token,
        prev_digest=act.head.digest,
    )


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


def bump(row: Any, act: Act) -> None:
    """A changed record's books: version token, time, person."""
    row.revision += 1
    row.changed_at, row.changed_by = act.at, act.by.user
