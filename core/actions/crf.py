"""Save and void a form. The whole of an act is one transaction: rows, history, change record, queries, status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actor import Actor
from accounts.permissions import Permission
from core import entry_gates
from core.actions import checks, deviation, milestones, status, trail, visit
from core.actions.entry import Entry, authors, derived, fill, fill_rows, is_blank
from core.actions.errors import Conflict, ReasonRequired, Refused
from core.actions.recheck import missing
from core.actions.trail import Act, Touched, Where
from core.crf import evaluate, provenance
from core.crf.rules import Context
from core.holds import held_of
from core.models import OVER, Change, ChangeKind, Crf, CrfRow, Query, Visit, VisitStatus
from core.places import NEW, Place, record_at

VOID = gettext_lazy("This record is void. It can be read, but not changed any more.")


@dataclass(frozen=True)
class Saved:
    """What came of a save: the record (None where nothing was entered), the change (None where nothing differed)."""

    record: Crf | None
    change: Change | None
    opened: Sequence[Query] = ()


@dataclass
class Work:
    """A record while an act works on it."""

    place: Place
    record: Crf
    touched: Touched
    context: Context
    rows: dict[str, list[CrfRow]] = field(default_factory=dict)
    touched_rows: list[Touched] = field(default_factory=list)

    @property
    def where(self) -> Where:
        """Where the trail says it is."""
        return Where(self.place.at.name, self.place.form.code, self.record.key, self.record.form_version)

    @property
    def changed(self) -> frozenset[tuple[str, int | None, str]]:
        """Group, row and item of every answer that differs from what was saved before."""
        own = {("", None, item["field"]) for item in self.touched.items()}
        keyed = {id(row): (name, row.key) for name, rows in self.rows.items() for row in rows}
        rows = {(*keyed[id(t.row)], item["field"]) for t in self.touched_rows for item in t.items()}
        return frozenset(own | rows)


@transaction.atomic
def save(
    place: Place,
    entry: Entry,
    *,
    by: Actor,
    reason: str = "",
    revision: int = 0,
    token: UUID | None = None,
    query: int | None = None,
) -> Saved:
    """Save a form as entered. `revision` is the version the person saw (0: none), `token` the page it was typed on.

    `query`: the number of the query because of which it is changed.

    Raises Conflict (somebody saved in between), ReasonRequired (a change without a reason), ValidationError (item name
    -> messages), PermissionDenied. Nothing differs: nothing is written.
    """
    act = trail.begin(
        place.subject, Permission.ENTER_DATA, by=by, reason=reason, token=token if place.key == NEW else None
    )
    place = as_it_is_now(act, place)
    act.held.require_open(place.at.name, place.form.code, place.key)
    return finish(act, place, entry, revision=revision, query=query)


def finish(
    act: Act, place: Place, entry: Entry, *, revision: int, query: int | None = None, kind: ChangeKind | None = None
) -> Saved:
    """The rest of a save, once it is known that the place may be written. `kind`: where it is none of the usual."""
    if place.at.visit is not None and place.at.visit.status == VisitStatus.MISSED:
        raise Refused(_("This visit is marked as missed. If it took place, enter its date on the visit's page first."))
    day = _day(act, place, entry)
    work = _work(act, place, day.row if day else place.at.visit)
    if work.record.voided:
        raise Refused(VOID)
    stale = work.touched.before is not None and work.record.revision != revision
    _apply(work, entry)
    if not _differs(work):
        return _only_visit(act, work, day)
    if stale or (work.touched.before is None and revision):
        raise Conflict(record_at(place.at, place.form, place.key))
    if work.touched.before is not None and not act.reason:
        raise ReasonRequired
    _may_begin(work)
    usual = ChangeKind.CREATE if work.touched.before is None else ChangeKind.CHANGE
    return _write(act, work, day, kind or usual, _because(act, work, query))


@transaction.atomic
def void(place: Place, *, by: Actor, reason: str, revision: int) -> Saved:
    """Void a record: it stays visible with every former value, counts for nothing, and cannot be undone in silence."""
    act = trail.begin(place.subject, Permission.VOID_RECORD, by=by, reason=reason)
    after_lock = act.held.takes(place.form.after_lock, place.at.name, place.form.code, place.key)
    if not after_lock:
        act.held.require_open(place.at.name, place.form.code, place.key)
    work = _work(act, place, place.at.visit)
    if not act.reason:
        raise ReasonRequired
    if work.touched.before is None or work.record.revision != revision:
        raise Conflict(work.record)
    if work.record.voided:
        raise Refused(VOID)
    work.record.voided = True
    return _write(act, work, None, ChangeKind.AFTER_LOCK if after_lock else ChangeKind.VOID)


def _may_begin(work: Work) -> None:
    """A new record has a visit with a date, and nothing forbids to collect it."""
    if work.record.visit is None and not work.place.form.log:
        raise ValidationError({"visit_on": [_("Enter the date of the visit.")]})
    if work.touched.before is None:
        for words in entry_gates.refusals(work.place.form, work.context):
            raise Refused(words)


def _because(act: Act, work: Work, query: int | None) -> Query | None:
    """The query that led to the change. Raises Refused where it is none about this record."""
    if query is None:
        return None
    at = {"visit_name": work.place.at.name, "form_code": work.place.form.code, "record_key": work.record.key}
    found = Query.objects.filter(pk=query, subject=act.subject, **at).exclude(state__in=OVER).first()
    if found is None:
        raise Refused(_("The query because of which you change this is over, or is not about this form."))
    return found


def as_it_is_now(act: Act, place: Place) -> Place:
    """The chain is locked: somebody may have dated the visit, or this very page saved the line, since it was found."""
    if place.key == NEW and act.token:
        saved = Change.objects.filter(page_token=act.token, subject=act.subject, form_code=place.form.code).first()
        return replace(place, key=saved.record_key) if saved and saved.record_key else place
    if place.form.log or place.at.visit:
        return place
    present = Visit.objects.filter(subject=act.subject, code=place.at.plan.code, ordinal=place.at.ordinal).first()
    return replace(place, at=replace(place.at, visit=present))


def _day(act: Act, place: Place, entry: Entry) -> Touched | None:
    """The visit, where this form's page is the first to date it."""
    if place.form.log or entry.visit_on is None:
        return None
    if place.at.visit is None:
        return visit.touch(act, place.at, entry.visit_on)
    if place.at.visit.visit_on != entry.visit_on:
        dated = place.at.visit.visit_on or _("missed")
        raise ValidationError({"visit_on": [_("The visit was meanwhile saved as: %(dated)s.") % {"dated": dated}]})
    return None


def _work(act: Act, place: Place, day: Any) -> Work:
    record = record_at(place.at, place.form, place.key)
    if record is None:
        record = _new(act, place, day)
        context = Context(act.subject, record, record.visit)
        return Work(place, record, Touched(record), context, {group.name: [] for group in place.form.rows})
    record.subject, record.visit = act.subject, place.at.visit
    context = Context(act.subject, record, record.visit)
    work = Work(place.with_record(record), record, Touched.existing(record, along=True), context)
    for group in work.place.form.rows:
        work.rows[group.name] = group.model.of(record)
        rows = work.rows[group.name]
        work.touched_rows += [Touched.existing(row, signed=record.signature_id is not None) for row in rows]
    return work


def _new(act: Act, place: Place, day: Visit | None) -> Crf:
    key = place.key
    if key == NEW:
        key = 1 + (place.form.model.objects.filter(subject=act.subject, visit=None).aggregate(n=Max("key"))["n"] or 0)
    stamps = {"entered_at": act.at, "entered_by": act.by.user, "changed_at": act.at, "changed_by": act.by.user}
    return place.form.model(subject=act.subject, visit=day, key=key, form_version=place.form.version, **stamps)


def _apply(work: Work, entry: Entry) -> None:
    form = work.place.form
    errors: dict[str, Any] = {}
    try:
        fill(work.record, form.items, entry.values, entry.missing)
    except ValidationError as error:
        errors |= error.message_dict
    known = {id(touched.row) for touched in work.touched_rows}
    for group in form.rows:
        try:
            rows = fill_rows(group, work.record, work.rows[group.name], entry.rows.get(group.name, ()))
        except ValidationError as error:
            errors |= error.message_dict
            continue
        work.rows[group.name] = rows
        work.touched_rows += [Touched(row) for row in rows if id(row) not in known]
    if not errors:
        derived(form, work.record, work.rows, work.context)
        errors = provenance.lacking(work.record) | _refused(work)
    if errors:
        raise ValidationError(errors)
    _name_authors(work)


def _refused(work: Work) -> dict[str, Any]:
    """The decisions just taken that the protocol does not allow; one that stands already is not asked about again."""
    decided = {item["field"] for item in work.touched.items()}
    found = evaluate.refusals(work.place.form, work.record, work.rows, work.context)
    return {name: messages for name, messages in found.items() if name in decided}


def _name_authors(work: Work) -> None:
    work.touched.authors |= authors(work.place.form)
    of_row = {id(row): authors(group) for group in work.place.form.rows for row in work.rows[group.name]}
    for touched in work.touched_rows:
        touched.authors |= of_row.get(id(touched.row), {})


def _differs(work: Work) -> bool:
    new = work.touched.before is None
    own = not is_blank(work.record, work.place.form.items) if new else bool(work.touched.items())
    return own or any(row.items() for row in work.touched_rows)


def _only_visit(act: Act, work: Work, day: Touched | None) -> Saved:
    if day is None:
        return Saved(None if work.touched.before is None else work.record, None)
    return Saved(None, visit.write(act, work.place.at, day, ChangeKind.CREATE))


def _write(act: Act, work: Work, day: Touched | None, kind: ChangeKind, query: Query | None = None) -> Saved:
    if work.touched.before is not None:
        trail.bump(work.record, act)
    _let_go(work)
    subject = milestones.follow(
        act.subject,
        [
            *milestones.of_form(work.place.form, work.record, work.touched.before or {}),
            *milestones.of_visit(work.place.at.plan, day),
        ],
    )
    touched = [row for row in (day, work.touched, *work.touched_rows, subject) if row is not None]
    trail.store(touched)
    checked = _checked(act, work, day, subject)
    opened = [] if kind is ChangeKind.AFTER_LOCK else checks.sync(act, checked)
    change = trail.write(act, touched, kind=kind, where=work.where, query=query, stored=True)
    status.refresh(work.place.form, work.record, work.rows, seq=act.head.seq)
    if kind is ChangeKind.AFTER_LOCK:
        opened = _ask_after_lock(act, work.where, checked)
    deviation.raise_for(act, opened)
    return Saved(work.record, change, opened)


def _ask_after_lock(act: Act, where: Where, checked: Sequence[checks.Checked]) -> list[Query]:
    """The questions about it, in a record of their own: only once it is there is it known to be newer than the hold."""
    asking = trail.again(act, reason="", held=held_of(act.subject))
    opened = checks.sync(asking, checked)
    trail.write(asking, kind=ChangeKind.QUERY, where=where)
    return opened


def _let_go(work: Work) -> None:
    """What changes is no longer verified, and its record no longer signed."""
    changed = [touched.let_go() for touched in (work.touched, *work.touched_rows)]
    if any(changed):
        work.record.signature = None


def _checked(act: Act, work: Work, day: Touched | None, subject: Touched | None) -> list[checks.Checked]:
    """What fires on the record, on its visit, and on every visit where a milestone moved."""
    firings = evaluate.firings(work.place.form, work.record, work.rows, work.context)
    firings += missing(work.place.form, work.record, work.rows, act.at)
    checked = [checks.Checked(work.where, firings, work.changed)]
    if milestones.moved(subject):
        checked += visit.check_all(act)
    elif day:
        checked += [visit.check(act, day.row)]
    return checked
