"""Acts on visits: date, missed, added."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.permissions import Permission
from core.actions import checks, deviation, milestones, status, trail
from core.actions.errors import Conflict, ReasonRequired, Refused
from core.actions.trail import Act, Touched, Where
from core.crf import evaluate, read
from core.crf.items import FormDef
from core.crf.rules import VISIT, Context
from core.models import Change, ChangeKind, Crf, FormStatus, Visit, VisitStatus
from core.places import VisitPlace
from core.schedule import VisitKind


@transaction.atomic
def save_date(at: VisitPlace, visit_on: date, *, by: Actor, reason: str = "", revision: int = 0) -> Change | None:
    """Record or correct the date a visit took place. Raises Conflict, ReasonRequired, ValidationError."""
    act = trail.begin(at.subject, Permission.MANAGE_VISITS, by=by, reason=reason)
    act.held.require_open(at.name)
    present = _present(act, at, revision)
    if present is None:
        return write(act, at, touch(act, at, visit_on), ChangeKind.CREATE)
    touched = Touched.existing(present)
    present.visit_on, present.status = _day(visit_on), VisitStatus.OCCURRED
    return _change(act, at, present, touched)


@transaction.atomic
def mark_missed(at: VisitPlace, *, by: Actor, reason: str, revision: int = 0) -> Change | None:
    """Record that a planned visit did not take place, and why. Refused where the visit has forms."""
    act = trail.begin(at.subject, Permission.MANAGE_VISITS, by=by, reason=reason)
    act.held.require_open(at.name)
    if not act.reason:
        raise ReasonRequired
    if at.plan.kind is not VisitKind.SCHEDULED:
        raise Refused(_("Only a visit of the schedule can be missed."))
    present = _present(act, at, revision)
    if present is None:
        missed = Visit(subject=act.subject, code=at.plan.code, ordinal=at.ordinal, status=VisitStatus.MISSED)
        missed.reason = _reason(act)
        return write(act, at, Touched(missed), ChangeKind.CREATE)
    if FormStatus.objects.filter(visit=present).exclude(state="VOIDED").exists():
        raise Refused(_("This visit has forms. Void them first if they were entered at the wrong visit."))
    touched = Touched.existing(present)
    present.visit_on, present.status, present.reason = None, VisitStatus.MISSED, _reason(act)
    return _change(act, at, present, touched)


@transaction.atomic
def add_unscheduled(at_plan: VisitPlace, visit_on: date, *, by: Actor, reason: str) -> Visit:
    """Add a visit the schedule did not foresee, with the reason for it. Raises ReasonRequired, ValidationError."""
    act = trail.begin(at_plan.subject, Permission.MANAGE_VISITS, by=by, reason=reason)
    act.held.require_open()
    if at_plan.plan.kind is VisitKind.SCHEDULED:
        raise Refused(_("This visit is part of the schedule. Enter its date instead."))
    if not act.reason:
        raise ReasonRequired
    code = at_plan.plan.code
    last = Visit.objects.filter(subject=act.subject, code=code).aggregate(n=Max("ordinal"))["n"]
    added = VisitPlace(act.subject, at_plan.plan, (last or 0) + 1, None)
    visit = new(act, added, visit_on, reason=_reason(act))
    write(act, added, Touched(visit), ChangeKind.CREATE)
    return visit


def touch(act: Act, at: VisitPlace, visit_on: date) -> Touched:
    """A visit about to be written."""
    return Touched(new(act, at, visit_on))


def new(act: Act, at: VisitPlace, visit_on: date, reason: str | None = None) -> Visit:
    """A visit that took place."""
    visit = Visit(
        subject=act.subject, code=at.plan.code, ordinal=at.ordinal, status=VisitStatus.OCCURRED, reason=reason
    )
    visit.visit_on = _day(visit_on)
    return visit


def write(
    act: Act, at: VisitPlace, touched: Touched, kind: ChangeKind, others: Sequence[Touched] = ()
) -> Change | None:
    """Write a visit with the milestone it fixes, and check what that means for this visit and the others."""
    subject = milestones.follow(act.subject, milestones.of_visit(at.plan, touched))
    rows = [row for row in (touched, *others, subject) if row is not None]
    trail.store(rows)
    checked = check_all(act) if milestones.moved(subject) else [check(act, touched.row)]
    opened = checks.sync(act, checked)
    change = trail.write(act, rows, kind=kind, where=Where(at.name), stored=True)
    deviation.raise_for(act, opened)
    return change


def check(act: Act, visit: Any) -> checks.Checked:
    """The rules about one visit."""
    firings = evaluate.across(VISIT, Context(act.subject, visit, visit)) if visit.visit_on else []
    return checks.Checked(Where(visit.name, VISIT), firings)


def check_all(act: Act) -> list[checks.Checked]:
    """The rules about every visit that took place: a milestone moved."""
    return [check(act, visit) for visit in Visit.objects.filter(subject=act.subject)]


def _present(act: Act, at: VisitPlace, revision: int) -> Visit | None:
    present = Visit.objects.filter(subject=act.subject, code=at.plan.code, ordinal=at.ordinal).first()
    if (present.revision if present else 0) != revision:
        raise Conflict(present)
    return present


def _change(act: Act, at: VisitPlace, visit: Visit, touched: Touched) -> Change | None:
    if not touched.items():
        return None
    if not act.reason:
        raise ReasonRequired
    visit.revision += 1
    unsigned = list(_let_go(act, at, visit))
    touched.signed = bool(unsigned)
    change = write(act, at, touched, ChangeKind.CHANGE, [each.touched for each in unsigned])
    for each in unsigned:
        status.refresh(each.form, each.record, {group.name: group.model.of(each.record) for group in each.form.rows})
    return change


@dataclass(frozen=True)
class Unsigned:
    """A record whose signature no longer stands, because the date of its visit was part of what was signed."""

    form: FormDef
    record: Crf
    touched: Touched


def _let_go(act: Act, at: VisitPlace, visit: Visit) -> Iterator[Unsigned]:
    """The signed forms of a visit that changes. Raises Refused where one of them is frozen or locked."""
    for line in FormStatus.objects.filter(visit=visit, signed=True).order_by("form_code", "key"):
        act.held.require_open(at.name, line.form_code, line.key)
        record = read.form_models()[line.form_code].objects.get(subject=act.subject, visit=visit, key=line.key)
        record.subject, record.visit = act.subject, visit
        touched = Touched.existing(record)
        record.signature = None
        trail.bump(record, act)
        yield Unsigned(read.form(line.form_code, record.form_version), record, touched)


def _reason(act: Act) -> str:
    """The act's reason, which the visit keeps as an answer as well."""
    try:
        kept: str = Visit._meta.get_field("reason").clean(act.reason, None)
    except ValidationError as error:
        raise ValidationError({"reason": error.messages}) from error
    return kept


def _day(visit_on: date) -> date:
    if not isinstance(visit_on, date):
        raise ValidationError({"visit_on": [_("Enter the date of the visit.")]})
    if visit_on.year < 1900:
        raise ValidationError({"visit_on": [_("There is no such date. Check the year.")]})
    return visit_on
