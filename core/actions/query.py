"""Raise, answer, close, reopen and cancel queries. Threads only grow; the side that asked closes (QRY-01)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actor import Actor
from accounts.permissions import Permission
from core.actions import checks, trail
from core.actions.errors import ReasonRequired, Refused
from core.actions.trail import Act, Where
from core.asking import ANSWER, CANCEL, CLOSE, REOPEN, SIDES, Spot, Step, asking_role, events_of, objection, role_for
from core.crf import read
from core.crf.fields import as_json
from core.crf.rules import VISIT
from core.models import OVER, ChangeKind, Crf, CrfRow, Query, QueryKind, Side
from core.places import LOG

CHANGED = gettext_lazy("This form was changed after the list was made. Look at its values again.")
NOT_THEIRS = gettext_lazy("A query is closed, reopened or cancelled by the side that raised it, never by the site.")
NO_RECORD = gettext_lazy("Nothing was entered here yet. Raise the query at the visit instead.")
NO_ROW = gettext_lazy("This row does not exist any more. Look at the form again.")


class AlreadyAsked(Refused):
    """The same is being asked by the same side: the query that is there does (never twice for the same cause)."""

    def __init__(self, query: Query) -> None:
        super().__init__(_("Your side is asking about this already. Go on in that query instead of raising another."))
        self.query = query


@transaction.atomic
def raise_(spot: Spot, text: str, *, by: Actor, revision: int | None = None) -> Query:
    """Ask about an item, a form or a visit; the value at this moment is kept. `revision`: the version the person saw.

    Raises AlreadyAsked, ReasonRequired (no text), Refused (locked, stale, nothing there), PermissionDenied.
    """
    act = trail.begin(spot.subject, Permission.RAISE_QUERY, by=by)
    role = asking_role(by, act.subject.site)
    if role is None:
        raise PermissionDenied(NOT_THEIRS)
    if not trail.said(text):
        raise ReasonRequired
    act.held.require_unlocked(spot.visit_name, spot.form_code, spot.record_key)
    value = _value(spot, revision)
    if same := spot.queries.filter(side=SIDES[role]).exclude(state__in=OVER).first():
        raise AlreadyAsked(same)
    return _write(replace(act, role=role), _new(act, spot, SIDES[role], text.strip(), value), new=True)


@transaction.atomic
def raise_all(spots: Sequence[tuple[Spot, int]], text: str, *, by: Actor) -> list[Query]:
    """Ask the same at several places, each in the version the person saw: all of it, or nothing."""
    ordered = sorted(spots, key=lambda chosen: chosen[0].subject.pk)  # two at once lock subjects in the same order
    return [raise_(spot, text, by=by, revision=revision) for spot, revision in ordered]


@transaction.atomic
def answer(query: Query, text: str, *, by: Actor, confirmed: bool = False, seen: int | None = None) -> Query:
    """Answer a query; `confirmed`: the value is as observed. Raises ReasonRequired, Refused, PermissionDenied."""
    return _take(ANSWER, query, text, by=by, confirmed=confirmed, seen=seen)


@transaction.atomic
def close(query: Query, text: str, *, by: Actor, seen: int | None = None) -> Query:
    """The side that asked is satisfied. The answering site cannot close (QRY-01)."""
    return _take(CLOSE, query, text, by=by, seen=seen)


@transaction.atomic
def close_all(chosen: Sequence[tuple[Query, int]], text: str, *, by: Actor) -> list[Query]:
    """Close several queries, each as the person saw it: all of them, or none."""
    ordered = sorted(chosen, key=lambda each: (each[0].subject_id, each[0].pk))
    return [_take(CLOSE, query, text, by=by, seen=seen) for query, seen in ordered]


@transaction.atomic
def reopen(query: Query, text: str, *, by: Actor, seen: int | None = None) -> Query:
    """Ask again: the answer does not settle it, or it was closed too soon."""
    return _take(REOPEN, query, text, by=by, confirmed=False, seen=seen)


@transaction.atomic
def cancel(query: Query, text: str, *, by: Actor, seen: int | None = None) -> Query:
    """Take back a question that should not have been asked, with the reason, while nobody has answered it."""
    return _take(CANCEL, query, text, by=by, seen=seen)


def _take(
    step: Step, query: Query, text: str, *, by: Actor, confirmed: bool | None = None, seen: int | None = None
) -> Query:
    """The next step of a thread; `confirmed` None leaves it as it stands now, not as the caller saw it."""
    act = trail.begin(query.subject, step.permission, by=by)
    role = role_for(step, query, by)
    if role is None:
        raise PermissionDenied(NOT_THEIRS)
    if not trail.said(text):
        raise ReasonRequired
    present = Query.objects.select_related("subject__site", "site").get(pk=query.pk)
    if why := objection(step, present, events_of([present])[present.pk], act.held, seen=seen):
        raise Refused(why)
    if step is REOPEN and present.state in OVER and (newer := _newer(present)):
        raise AlreadyAsked(newer)
    present.state, present.confirmed = step.to, present.confirmed if confirmed is None else confirmed
    Query.objects.filter(pk=present.pk).update(state=present.state, confirmed=present.confirmed)
    return _write(replace(act, role=role), present, text=text.strip())


def _newer(query: Query) -> Query | None:
    """The query that has taken up the cause of one that was closed."""
    same = Spot(
        query.subject, query.visit_name, query.form_code, query.record_key, query.field, query.group, query.row_key
    )
    alike = same.queries.filter(side=query.side, check_id=query.check_id).exclude(pk=query.pk)
    return alike.filter(~Q(state__in=OVER) | (Q(pk__gt=query.pk) & ~Q(check_id=""))).first()


def _write(act: Act, query: Query, *, text: str = "", new: bool = False) -> Query:
    """The step, the query with it where it is new, and the change record that carries them."""
    if new:
        trail.note(act, [query])
    trail.note(act, [checks.event(act, query, by=act.by, role=act.role, text=text)])
    trail.write(act, kind=ChangeKind.QUERY, where=where_of(query), query=query)
    return query


def where_of(query: Query) -> Where:
    """Where the trail says a query is. A visit is no form."""
    if query.form_code == VISIT:
        return Where(query.visit_name)
    return Where(query.visit_name, query.form_code, query.record_key)


def _new(act: Act, spot: Spot, side: Side, text: str, value: Any) -> Query:
    """A person's words are kept as written, in whichever language the reader has chosen."""
    return Query(
        subject=act.subject,
        site=act.subject.site,
        visit_name=spot.visit_name,
        form_code=spot.form_code,
        record_key=spot.record_key,
        row_key=spot.row_key,
        field=spot.item,
        group=spot.group,
        kind=QueryKind.MANUAL,
        side=side,
        text_en=text,
        text_zh=text,
        value=value,
        opened_at=act.at,
    )


def _value(spot: Spot, revision: int | None) -> Any:
    """What is asked about, as it stands under the lock. Raises Refused where it is not there, or not as it was seen."""
    if spot.form_code == VISIT:
        return None
    record = _record(spot)
    if record is None:
        raise Refused(NO_RECORD)
    if revision is not None and record.revision != revision:
        raise Refused(CHANGED)
    row = _row(spot, record) if spot.group else record
    if row is None:
        raise Refused(NO_ROW)
    if not spot.item:
        return None
    column: Any = row._meta.get_field(spot.item)
    return as_json(column, getattr(row, column.attname))


def _record(spot: Spot) -> Crf | None:
    code, _dash, ordinal = spot.visit_name.partition("-")
    visit = {"visit": None} if spot.visit_name == LOG else {"visit__code": code, "visit__ordinal": int(ordinal or 0)}
    found = read.form_models()[spot.form_code].objects.filter(subject=spot.subject, key=spot.record_key, **visit)
    record: Crf | None = found.first()
    return record


def _row(spot: Spot, record: Crf) -> CrfRow | None:
    model: Any = read.form(spot.form_code).group(spot.group).model
    row: CrfRow | None = model.objects.filter(parent=record, key=spot.row_key).first()
    return row
