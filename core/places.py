"""The fetch is the access check: the only way to a subject, a visit or a form is through these functions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from core import asof, schedule
from core.crf import read
from core.crf.items import FormDef
from core.models import Crf, Query, Subject, Visit
from core.moment import BadMoment, Moment, NotYet, keep, written
from core.schedule import VisitDef, VisitKind

if TYPE_CHECKING:
    from accounts.actor import Actor

LOG = "LOG"
NEW = 0
MAX_DIGITS = 4  # of the number of a repeated visit


@dataclass(frozen=True)
class VisitPlace:
    """A visit of the schedule for one subject: what is planned, and what became of it, if anything did.

    With a `moment` all of it is as it was then.
    """

    subject: Subject
    plan: VisitDef
    ordinal: int
    visit: Visit | None
    moment: Moment | None = None

    @property
    def name(self) -> str:
        """As in addresses and in the trail: `D28`, `UNS-2`, `LOG`."""
        return f"{self.plan.code}-{self.ordinal}" if self.ordinal else self.plan.code

    @property
    def is_log(self) -> bool:
        """The lines of a log belong to the subject, not to a visit."""
        return self.plan.kind is VisitKind.LOG

    @property
    def url(self) -> str:
        """The visit's page."""
        return keep(self.moment, reverse("visit-detail", args=[self.subject.number, self.name]))


@dataclass(frozen=True)
class Place:
    """A form at a visit (or a line of a log): where a record is, or would be. `key` 0 is a log line not yet made."""

    at: VisitPlace
    form: FormDef
    key: int
    record: Crf | None

    @property
    def subject(self) -> Subject:
        """The subject."""
        return self.at.subject

    @property
    def moment(self) -> Moment | None:
        """As of when; None for now."""
        return self.at.moment

    @property
    def is_new(self) -> bool:
        """Nothing was saved here yet."""
        return self.record is None

    @property
    def url_args(self) -> list[str | int]:
        """What the addresses of the form's pages are made of: the first record of a visit's form needs no number."""
        args: list[str | int] = [self.subject.number, self.at.name, self.form.code]
        return [*args, self.key] if self.form.log or self.key != 1 else args

    def url_of(self, name: str) -> str:
        """The address of one of the form's pages."""
        return reverse(name, args=self.url_args)

    @property
    def url(self) -> str:
        """The form's page."""
        return keep(self.moment, self.url_of("crf-edit"))

    def with_record(self, record: Crf) -> Place:
        """The same place once the record is there, in the version the record was entered under."""
        return replace(self, record=record, key=record.key, form=read.form(self.form.code, record.form_version))


def find_subject(actor: Actor, number: str, permission: Permission = Permission.VIEW_CLINICAL) -> Subject:
    """A subject the person may see. Http404 for any other, PermissionDenied where they may see but not do this."""
    if "\0" in number:
        raise Http404
    subject: Subject | None = Subject.objects.select_related("site").filter(number=number).first()
    return _allowed(actor, subject, permission)


def _allowed(actor: Actor, subject: Subject | None, permission: Permission) -> Subject:
    if subject is None or not actor.can(Permission.VIEW_CLINICAL, subject.site):
        raise Http404
    actor.require(permission, subject.site)
    return subject


def find_subject_at(
    actor: Actor, number: str, at: str, permission: Permission = Permission.VIEW_CLINICAL
) -> tuple[Subject, Moment | None]:
    """The same as of the moment written in `at`, and that moment; empty: now. Raises BadMoment, NotYet as well."""
    if not at or "\0" in number:
        return find_subject(actor, number, permission), None
    try:
        found = asof.subject_then(number, at)
    except BadMoment:
        find_subject(actor, number, permission)  # whether there is such a subject elsewhere is not said
        raise
    if found is None:
        return _not_added_yet(find_subject(actor, number, permission))
    subject, moment = found
    find_subject(actor, number, permission)  # who follows the subject now reads its past at another site as well
    return subject, moment


def _not_added_yet(subject: Subject) -> NoReturn:
    first = subject.changes.earliest("seq").at
    said = {"number": subject.number, "moment": written(first, subject.site.clock)[:16].replace("T", " ")}
    raise NotYet(_("Subject %(number)s was added on %(moment)s. Choose a later moment.") % said)


def find_visit(
    actor: Actor, number: str, name: str, permission: Permission = Permission.VIEW_CLINICAL, at: str = ""
) -> VisitPlace:
    """A visit of a subject the person may see. Http404 where the schedule has none of that name.

    `at`: as of the moment so written.
    """
    subject, moment = find_subject_at(actor, number, at, permission)
    return visit_of(subject, name, moment)


def visit_of(subject: Subject, name: str, moment: Moment | None = None) -> VisitPlace:
    """A visit by its name, stored or only planned. Http404 where there is none."""
    code, _dash, ordinal = name.partition("-")
    plan = next((v for v in schedule.current().for_version(subject.protocol_version) if v.code == code), None)
    if plan is None or (ordinal and not ordinal.isdecimal()) or len(ordinal) > MAX_DIGITS:
        raise Http404
    number = int(ordinal or 0)
    visit = None if plan.kind is VisitKind.LOG else _visit(subject, code, number, moment)
    if visit is None and (number or not _is_planned(subject, plan)):
        raise _absent(moment)
    return VisitPlace(subject, plan, number, visit, moment)


def _is_planned(subject: Subject, plan: VisitDef) -> bool:
    """Is it there before anybody adds or dates it?"""
    if plan.kind not in (VisitKind.SCHEDULED, VisitKind.LOG):
        return False
    return plan in schedule.current().open_to(subject.protocol_version, subject.anchors)


def _visit(subject: Subject, code: str, ordinal: int, moment: Moment | None) -> Visit | None:
    if moment is not None:
        return asof.visit_then(subject, code, ordinal, moment.at)
    return subject.visits.filter(code=code, ordinal=ordinal).first()


def _absent(moment: Moment | None) -> Exception:
    """What is not there now is no page; what was not there yet is said to be so."""
    return NotYet(_("This was not there yet at that moment. Choose a later one.")) if moment else Http404()


def find_place(
    actor: Actor,
    number: str,
    visit_name: str,
    code: str,
    key: int | None = None,
    permission: Permission = Permission.VIEW_CLINICAL,
    at: str = "",
) -> Place:
    """A form of a subject the person may see. Http404 where the schedule asks no such form there.

    `at`: as of the moment so written; the record is in the version it was then in.
    """
    return place_of(find_visit(actor, number, visit_name, permission, at), code, key)


def place_of(at: VisitPlace, code: str, key: int | None = None) -> Place:
    """A form at a visit; without a key the record that counts. Http404 where none is asked or there."""
    if code not in at.plan.forms or code not in read.form_models():
        raise Http404
    form = read.form(code)
    last = None if form.log else _last_record(at, form)
    key = key if key is not None else last.key if last else 1
    record = last if last is not None and last.key == key else record_at(at, form, key)
    if record is None and key != _next_key(form, last):
        raise _absent(at.moment)
    place = Place(at, form, key, None)
    return place if record is None else place.with_record(record)


def _next_key(form: FormDef, last: Crf | None) -> int | None:
    """The key a new record would have: a void record may be followed by another, one that counts may not."""
    if form.log:
        return NEW
    if last is None:
        return 1
    return last.key + 1 if last.voided else None


def _last_record(at: VisitPlace, form: FormDef) -> Crf | None:
    if at.visit is None:
        return None
    if at.moment is not None:
        return asof.record_then(at, form.model, at.moment.at)
    found = form.model.objects.filter(subject=at.subject, visit=at.visit).order_by("-key")
    return found.select_related("entered_by", "changed_by").first()


def record_at(at: VisitPlace, form: FormDef, key: int) -> Crf | None:
    """The record that is there, or was at the place's moment, if any. One statement."""
    if key == NEW or (at.visit is None and not form.log):
        return None
    if at.moment is not None:
        return asof.record_then(at, form.model, at.moment.at, key=key)
    found = form.model.objects.filter(subject=at.subject, visit=at.visit, key=key)
    return found.select_related("entered_by", "changed_by").first()


def find_query(actor: Actor, pk: int, permission: Permission) -> Query:
    """A query the person may see. Http404 for any other, PermissionDenied where they may see but not do this."""
    query = Query.objects.select_related("subject__site", "site").filter(pk=pk).first()
    if query is None or not actor.can(Permission.VIEW_CLINICAL, query.subject.site):
        raise Http404
    actor.require(permission, query.subject.site)
    return query
