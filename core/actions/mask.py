"""Mask personal data entered by mistake: one asks, an investigator of the site decides, the chain still verifies.

What is masked is named in the chain; every other place that holds the same text goes with it. The original leaves the
database for good: whoever grants takes it away sealed (core.masking), for the site to keep (ADM-09).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.permissions import Permission
from core.actions import chain, trail
from core.actions.errors import ReasonRequired, Refused
from core.crf import read
from core.crf.items import Kind
from core.models import (
    MASKED,
    WHOLE,
    Change,
    ChangeItem,
    ChangeKind,
    CrfRow,
    DraftEntry,
    FormStatusLog,
    HoldStep,
    MaskDecision,
    MaskRequest,
    MaskTarget,
    Query,
    QueryEvent,
    Subject,
    Visit,
)
from core.places import NEW
from core.standing import SEP

Name = tuple[str, int, str]


@dataclass(frozen=True)
class Found:
    """What is to be masked: the text itself, and every place that holds it: table, number, column."""

    text: str
    names: tuple[Name, ...]


@transaction.atomic
def ask(subject: Subject, target: MaskTarget, target_id: int, *, by: Actor, reason: str) -> MaskRequest:
    """Ask that a text be masked. Raises ReasonRequired, Refused (nothing there, still in use), PermissionDenied."""
    act = trail.begin(subject, Permission.ASK_MASK, by=by, reason=reason)
    if not act.reason:
        raise ReasonRequired
    find(act.subject, target, target_id)
    if MaskRequest.objects.filter(target=target, target_id=target_id, decision=None).exists():
        raise Refused(_("Somebody has already asked to mask this. An investigator of the site decides."))
    request = MaskRequest(
        subject=act.subject,
        site=act.subject.site,
        target=target,
        target_id=target_id,
        at=act.at,
        actor=by.user,
        actor_name=by.name,
        role=act.role,
    )
    trail.note(act, [request])
    trail.write(act, kind=ChangeKind.ASK_MASK, where=trail.Where())
    return request


@transaction.atomic
def decide(request: MaskRequest, granted: bool, *, by: Actor, reason: str) -> Found:
    """Grant or refuse. Gives what was masked, for the site to keep sealed. Raises as `ask` does."""
    act = trail.begin(request.subject, Permission.MASK, by=by, reason=reason)
    if not act.reason:
        raise ReasonRequired
    if request.actor_id == by.user.pk:
        raise Refused(_("Another person must decide than the one who asked."))
    if MaskDecision.objects.filter(request=request).exists():
        raise Refused(_("This was decided in the meantime."))
    found = find(act.subject, MaskTarget(request.target), request.target_id) if granted else Found("", ())
    decision = MaskDecision(
        request=request,
        granted=granted,
        names=_proven(found.names) or None,
        at=act.at,
        actor=by.user,
        actor_name=by.name,
        role=act.role,
    )
    trail.note(act, [decision])
    trail.write(act, kind=ChangeKind.MASK, where=trail.Where())
    if granted:
        with connection.cursor() as cursor:
            cursor.execute("SELECT trail_mask(%s)", [decision.pk])
    return found


def _proven(names: Sequence[Name]) -> list[list[Any]]:
    """Each place, for an item with the digest of what stands there: by it all the rest of the item still verifies."""
    ids = [pk for table, pk, _side in names if table == "core_changeitem"]
    items = {item.pk: item for item in ChangeItem.objects.filter(pk__in=ids)}
    return [[*name, *([_digest(items[name[1]], name[2])] if name[0] == "core_changeitem" else [])] for name in names]


def _digest(item: ChangeItem, side: str) -> str:
    side, _dot, column = side.partition(".")
    if column:
        return chain.part(item.salt + SEP + column, item.new[column])
    return chain.old_part(item) if side == "old" else chain.new_part(item)


def find(subject: Subject, target: MaskTarget, target_id: int) -> Found:
    """The text and every place that holds it. Raises Refused where there is none, or where it is still in use."""
    finder = {MaskTarget.VALUE: _value, MaskTarget.REASON: _reason, MaskTarget.QUERY: _query}[target]
    found = finder(subject, target_id)
    if found is None or found.text in ("", MASKED):
        raise Refused(_("There is no such text of this subject to mask."))
    return found


def _value(subject: Subject, item_id: int) -> Found | None:
    item = ChangeItem.objects.filter(pk=item_id, change__subject=subject).select_related("change").first()
    if item is None or item.field == WHOLE or not isinstance(item.new, str) or not _is_text(item):
        return None
    model = read.model_of(item.table_name)
    if getattr(model._base_manager.get(pk=item.row_id), item.field) == item.new:
        raise Refused(
            _("This text is still the present value. Correct the form first, then have the former value masked.")
        )
    return Found(item.new, tuple(dict.fromkeys(_holders(subject, item, model))))


def _is_text(item: ChangeItem) -> bool:
    asked = {each.name: each for each in read.items(read.model_of(item.table_name))}
    return item.field in asked and asked[item.field].kind is Kind.TEXT


def _holders(subject: Subject, item: ChangeItem, model: Any) -> Iterator[Name]:
    same = {"table_name": item.table_name, "row_id": item.row_id, "field": item.field}
    for side in ("old", "new"):
        for pk in ChangeItem.objects.filter(**same, **{side: item.new}).values_list("pk", flat=True):
            yield "core_changeitem", pk, side
    history = model.history.model
    for pk in history.objects.filter(id=item.row_id, **{item.field: item.new}).values_list("history_id", flat=True):
        yield history._meta.db_table, pk, item.field
    yield from _beside_the_trail(subject, item, model)
    for query in Query.objects.filter(subject=subject, field=item.field, value=item.new):
        yield "core_query", query.pk, "value"
    for event in QueryEvent.objects.filter(query__subject=subject, query__field=item.field, value=item.new):
        yield "core_queryevent", event.pk, "value"
        yield from _carried("core_queryevent", event.pk, "new.value")


def _beside_the_trail(subject: Subject, item: ChangeItem, model: Any) -> Iterator[Name]:
    """The journal of what was typed at that very item, and the outline of that very record."""
    change = item.change
    where = {"visit_name": change.visit_name, "form_code": change.form_code}
    group = model.rows.name if issubclass(model, CrfRow) else ""
    name = f"{group}-{item.row_key}-{item.field}" if group else item.field
    keys = (change.record_key or NEW, NEW)  # a new line of a log is typed before it has its number
    typed = DraftEntry.objects.filter(subject=subject, record_key__in=keys, name=name, **where)
    for entry in typed.exclude(value=""):
        if item.new.startswith(entry.value) or item.new in entry.value:  # the journal has each state of the typing
            yield "core_draftentry", entry.pk, "value"
    if group:
        return
    lines = FormStatusLog.objects.filter(subject=subject, form_code=change.form_code, key=change.record_key or NEW)
    visit = getattr(model._base_manager.get(pk=item.row_id), "visit_id", None)
    for pk in lines.filter(visit=visit, summary__contains=item.new).values_list("pk", flat=True):
        yield "core_formstatuslog", pk, "summary"


def _reason(subject: Subject, change_id: int) -> Found | None:
    change = Change.objects.filter(pk=change_id, subject=subject).first()
    return None if change is None else Found(change.reason, tuple(_reason_holders(change)))


def _reason_holders(change: Change) -> Iterator[Name]:
    yield "core_change", change.pk, "reason"
    for model in read.recorded_models():
        history = model.history.model
        for pk in history.objects.filter(change=change).values_list("history_id", flat=True):
            yield history._meta.db_table, pk, "history_change_reason"
    for step in HoldStep.objects.filter(change=change, text__contains=change.reason):
        yield "core_holdstep", step.pk, "text"
        yield from _carried("core_holdstep", step.pk, "new.text")
    for item in ChangeItem.objects.filter(change=change, table_name="core_visit", field="reason", new=change.reason):
        yield from _reason_of_visit(item)


def _reason_of_visit(item: ChangeItem) -> Iterator[Name]:
    """A visit that was missed or added keeps the reason as an answer of its own."""
    same = {"table_name": item.table_name, "row_id": item.row_id, "field": item.field}
    for side in ("old", "new"):
        for pk in ChangeItem.objects.filter(**same, **{side: item.new}).values_list("pk", flat=True):
            yield "core_changeitem", pk, side
    for pk in Visit.history.filter(id=item.row_id, reason=item.new).values_list("history_id", flat=True):
        yield "core_historicalvisit", pk, "reason"
    if Visit.objects.filter(pk=item.row_id, reason=item.new).exists():
        yield "core_visit", item.row_id, "reason"


def _query(subject: Subject, event_id: int) -> Found | None:
    event = QueryEvent.objects.filter(pk=event_id, query__subject=subject).select_related("query").first()
    if event is None or event.actor.is_system:
        return None
    names: list[Name] = [("core_queryevent", event.pk, "text"), *_carried("core_queryevent", event.pk, "new.text")]
    text = event.text
    if event.query.text_en and event.query.events.earliest("id") == event:
        text = event.text or event.query.text_en
        names += [("core_query", event.query_id, "text_en")]
        for side in ("new.text_en", "new.text_zh"):
            names += _carried("core_query", event.query_id, side)
    return Found(text, tuple(names))


def _carried(table: str, pk: int, side: str) -> Iterator[Name]:
    """The item that carries a row whole."""
    for item in ChangeItem.objects.filter(table_name=table, row_id=pk, field=WHOLE):
        if side.removeprefix("new.") in item.new:
            yield "core_changeitem", item.pk, side
