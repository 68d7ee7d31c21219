"""What there is in a form, a visit, a subject, a site or the study that a lock must know of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import reconcile, reconciled
from core.lockcheck.signatures import broken
from core.lockcheck.target import Target
from core.models import DATA_KINDS, Change, DraftEntry, FormStatus, Hold, Level, Query, QueryState, Subject
from core.models.crf import FormState
from core.places import LOG, NEW
from core.records import Records, gather
from core.schedule import WindowState
from core.wording.places import Where, visit_title
from core.worklist import pending

LATE = timedelta(days=7)  # the words of the finding say so too


@dataclass(frozen=True)
class Item:
    """One thing found: at whom, what to call it, where it is mended. `ident` is another whenever the thing is."""

    subject: Subject
    label: str
    url: str
    ident: str
    weight: int = 1


@dataclass(frozen=True)
class Line:
    """A form that belongs to the target: its record's line, or none where it is asked and nobody has begun it."""

    subject: Subject
    visit_name: str
    form_code: str
    status: FormStatus | None = None
    visit_on: date | None = None

    @property
    def key(self) -> int:
        """The record's number."""
        return self.status.key if self.status else 1

    @property
    def place(self) -> tuple[int, str, str, int]:
        """What finds the record."""
        return self.subject.pk, self.visit_name, self.form_code, self.key

    @property
    def is_late(self) -> bool:
        """Was it entered long after its visit, by the site's calendar?"""
        if self.status is None or self.visit_on is None:
            return False
        return timezone.localdate(self.status.entered_at, self.subject.site.clock) - self.visit_on > LATE

    def item(self, said: object = "", **otherwise: Any) -> Item:
        """The form as a thing found; `said` is what else must not change in silence."""
        return replace(_at_form(self.subject, self.visit_name, self.form_code, self.key, f"{said}"), **otherwise)

    @property
    def verify_url(self) -> str:
        """Where it is verified."""
        asked = urlencode({"visit": self.visit_name, "form": self.form_code, "key": self.key})
        return f"{reverse('verify', args=[self.subject.number])}?{asked}"


def collect(target: Target, subjects: Sequence[Subject]) -> dict[str, list[Item]]:
    """What was found for each precondition the target has, by the precondition's code."""
    everyone = gather(subjects)
    lines = [line for records in everyone for line in _lines(target, records)]
    known = {subject.pk: subject for subject in subjects}
    found = _of_queries(target, known) | _of_lines(lines)
    found["invalid"] = [line.item() for line in broken(target, known, lines)]
    found["absent"] = [line.item() for records in everyone for line in _absent(target, records)]
    found["typed"] = list(_typed(target, known))
    if target.level != Level.FORM:
        found["asked"] = list(_asked(target, known))
        found["due"] = [item for records in everyone for item in _due(target, records)]
    if any(target.covers(LOG, code, target.record_key) for code in reconcile.forms_of()):
        found["differing"] = list(_differing(target, subjects))
    return found


def _lines(target: Target, records: Records) -> Iterator[Line]:
    """The records that count."""
    for (name, code), status in records.states.items():
        yield from _line(target, Line(records.subject, name, code, status, records.visits[name].visit_on))
    for status in records.log_lines:
        yield from _line(target, Line(records.subject, LOG, status.form_code, status))


def _line(target: Target, line: Line) -> Iterator[Line]:
    void = line.status is not None and line.status.state == FormState.VOIDED
    if not void and target.covers(line.visit_name, line.form_code, line.key):
        yield line


def _absent(target: Target, records: Records) -> Iterator[Line]:
    """The forms of visits that took place which nobody has begun."""
    plans = {plan.code: plan for plan in records.plans}
    for name, visit in records.visits.items():
        for code, status in records.unfinished(name, plans[visit.code]):
            if status is None:
                yield from _line(target, Line(records.subject, name, code))


def _of_lines(lines: Iterable[Line]) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {"incomplete": [], "unverified": [], "unsigned": [], "late": []}
    for line in lines:
        status = line.status
        if status is None:
            continue
        if status.state == FormState.INCOMPLETE:
            found["incomplete"].append(line.item(status.gaps))
        if status.verified < status.required:
            lacking = status.required - status.verified
            found["unverified"].append(line.item(status.verified, weight=lacking, url=line.verify_url))
        if not status.signed:
            found["unsigned"].append(line.item(status.seq))
        if line.is_late:
            found["late"].append(line.item())
    return found


def _of_queries(target: Target, known: dict[int, Subject]) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {"open": [], "answered": []}
    asked = Query.objects.filter(target.named(), subject__in=known, state__in=[QueryState.OPEN, QueryState.ANSWERED])
    for query in asked.only("subject_id", "visit_name", "form_code", "record_key", "state").order_by("id"):
        subject = known[query.subject_id]
        label = _label(subject, query.visit_name, query.form_code, query.record_key)
        item = Item(subject, label, reverse("query-detail", args=[query.pk]), f"{query.pk}")
        found["open" if query.state == QueryState.OPEN else "answered"].append(item)
    return found


def _due(target: Target, records: Records) -> Iterator[Item]:
    for due in pending(records):
        if due.state is not WindowState.UPCOMING and target.covers(due.plan.code):
            title = visit_title(due.plan.code, records.subject.protocol_version)
            yield Item(records.subject, title, due.url, f"{records.subject.pk} {due.plan.code}")


def _typed(target: Target, known: dict[int, Subject]) -> Iterator[Item]:
    """What anybody typed and neither saved nor let go. One statement."""
    there = {name: OuterRef(name) for name in ("subject", "visit_name", "form_code")}
    new, page = Q(record_key=NEW), Q(page_token=OuterRef("page_token"))
    let_go = DraftEntry.objects.filter(
        ~new | page,
        discarded=True,
        id__gt=OuterRef("id"),
        user=OuterRef("user"),
        record_key=OuterRef("record_key"),
        **there,
    )
    saved = Change.objects.filter(
        page | Q(record_key=OuterRef("record_key"), at__gte=OuterRef("at")),
        kind__in=DATA_KINDS,
        actor=OuterRef("user"),
        **there,
    )
    typed = DraftEntry.objects.filter(
        ~Exists(let_go), ~Exists(saved), target.named(), subject__in=known, discarded=False
    )
    names = ("subject", "visit_name", "form_code", "record_key")
    for subject, *place in typed.order_by(*names).values_list(*names).distinct():
        yield _at_form(known[subject], *place)


def _asked(target: Target, known: dict[int, Subject]) -> Iterator[Item]:
    """Requests to unlock something within the target; one for a site, however many subjects it has."""
    order = list(Level)
    narrower = order[: order.index(target.level)]
    found = Hold.objects.filter(target.named(), subject__in=known, asked=True, level__in=narrower)
    pages: set[str] = set()
    for hold in found.select_related("site").order_by("id"):
        subject = known[hold.subject_id]
        part = Target.of_hold(hold, subject)
        if part.url() not in pages:
            yield Item(subject, _label_of(part, subject, hold), part.url(), f"{hold.pk}")
        pages.add(part.url())


def _label_of(part: Target, subject: Subject, hold: Hold) -> str:
    if part.subject is None:
        return str(hold.site)
    said = {"subject": subject.number, "part": _label(subject, hold.visit_name, hold.form_code, hold.record_key)}
    return _("%(subject)s, %(part)s") % said


def _differing(target: Target, subjects: Sequence[Subject]) -> Iterator[Item]:
    """Differences between the logs that are neither mended nor justified."""
    for each in reconciled.standing(subjects):
        form, key, _item, check = each.difference.place
        if not each.is_justified and target.covers(LOG, form, key):
            item = _at_form(each.subject, LOG, form, key, check)
            yield replace(item, url=reverse("reconciliation", args=[each.subject.number]))


def _at_form(subject: Subject, visit_name: str, form_code: str, key: int, said: str = "") -> Item:
    where = Where(subject, visit_name, form_code, key)
    args = [subject.number, visit_name, form_code, *([key] if visit_name == LOG or key > 1 else [])]
    label = _label(subject, visit_name, form_code, key)
    ident = f"{subject.pk} {visit_name} {form_code} {key} {said}"
    return Item(subject, label, reverse("crf-edit", args=args) if where.is_form else where.url, ident)


def _label(subject: Subject, visit_name: str, form_code: str = "", key: int = 0) -> str:
    """The form with its visit; a line of a log with its number."""
    where = Where(subject, visit_name, form_code, key or None)
    if not where.visit:
        return str(where.form)
    return f"{where.visit}: {where.form}" if form_code else where.visit
