"""Look at a subject's records anew: a rule across forms speaks when another form is saved, or only as days go by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.permissions import Permission
from core import protocol
from core.actions import checks, deviation, status, trail, visit
from core.actions.checks import Checked
from core.actions.trail import Act, Where
from core.crf import evaluate, read
from core.crf.evaluate import Firing
from core.crf.items import FormDef
from core.crf.rules import Context
from core.models import OVER, ChangeKind, Crf, CrfRow, FormStatus, Query, QueryEvent, QueryKind, Subject
from core.places import LOG

MISSING = QueryKind.MISSING.value
MISSING_TEXT = _(
    "Answers still missing %(days)s days after this form was entered: %(count)s. Enter them, or choose for each the "
    "reason why it is missing."
)


@dataclass(frozen=True)
class Found:
    """A record with its rows, in the version it was entered under."""

    form: FormDef
    record: Crf
    rows: Mapping[str, list[CrfRow]] = field(default_factory=dict)

    @property
    def where(self) -> Where:
        """Where the trail says it is."""
        place = self.record.visit.name if self.record.visit else LOG
        return Where(place, self.form.code, self.record.key, self.record.form_version)


@transaction.atomic
def recheck(subject: Subject, *, by: Actor) -> list[Query]:
    """Bring all queries of a subject in line with what fires now, raise the deviations found. Gives the new queries."""
    act = trail.begin(subject, Permission.RAISE_QUERY, by=by)
    records = list(_records(act.subject))
    known = _by_form(records)
    settled = _settled(act.subject)
    checked = [_checked(act, found, known) for found in records] + visit.check_all(act)
    opened = checks.sync(act, [_unsettled(each, settled) for each in checked])
    trail.write(act, kind=ChangeKind.QUERY, where=Where())
    _mend(act.subject, records)
    deviation.raise_for(act, opened)
    return opened


def mend_outline(subject: Subject) -> None:
    """The outline of the casebook says what the records say, whoever wrote it otherwise: a lock goes by it."""
    _mend(subject, list(_records(subject)))


def false_lines(subject: Subject, records: Sequence[Found] | None = None) -> Iterator[Found]:
    """The records whose line in the outline says something else than they do. One statement beside the records."""
    lines = {(line.form_code, line.visit_id, line.key): line for line in FormStatus.objects.filter(subject=subject)}
    for found in _records(subject) if records is None else records:
        found.record.subject = subject
        wanted = status.line(found.form, found.record, found.rows)
        if status.differs(lines.get((found.form.code, found.record.visit_id, found.record.key)), wanted):
            yield found


def _mend(subject: Subject, records: Sequence[Found]) -> None:
    for found in false_lines(subject, records):
        status.refresh(found.form, found.record, found.rows)


def missing(form: FormDef, record: Crf, rows: Mapping[str, Sequence[CrfRow]], at: datetime) -> list[Firing]:
    """One question at its first item for all that a record lacks, once it has had its days (`missing_query_days`).

    Not one for each answer: a form of twenty rows would drown the site.
    """
    days = protocol.days("missing_query_days")
    count = 0 if record.voided else status.count_gaps(form, record, rows)
    if not count or at - record.entered_at < timedelta(days=days):
        return []
    params = (("days", days), ("count", count))
    return [Firing(MISSING, MISSING, form.items[0].name, MISSING_TEXT, None, params=params)]


def _checked(act: Act, found: Found, known: dict[str, list[Crf]]) -> Checked:
    context = Context(act.subject, found.record, found.record.visit, known)
    firings = evaluate.firings(found.form, found.record, found.rows, context)
    return Checked(found.where, [*firings, *missing(found.form, found.record, found.rows, act.at)])


def _records(subject: Subject) -> Iterator[Found]:
    """Every record that counts. A statement for each form and each repeating group."""
    for code, model in read.form_models().items():
        kept = model.objects.filter(subject=subject, voided=False).select_related("visit").order_by("entered_at", "id")
        records = {record.pk: record for record in kept}
        rows = {pk: {group.name: list[CrfRow]() for group in read.form(code).rows} for pk in records}
        for group in read.form(code).rows if records else ():
            found = group.model.objects.filter(parent__in=records)  # type: ignore[misc]  # subclasses have a parent
            for row in found.order_by("key"):
                row.parent = records[row.parent_id]
                rows[row.parent_id][group.name].append(row)
        for pk, record in records.items():
            record.group_rows = rows[pk]
            yield Found(read.form(code, record.form_version), record, rows[pk])


def _by_form(records: Sequence[Found]) -> dict[str, list[Crf]]:
    """What rules across forms ask for, fetched once."""
    known: dict[str, list[Crf]] = {code: [] for code in read.form_models()}
    for found in records:
        known[found.form.code].append(found.record)
    return known


def _settled(subject: Subject) -> dict[tuple[Any, ...], Any]:
    """Place -> value of each query that a person closed last: the same value is not asked about again every night."""
    last = QueryEvent.objects.filter(query=OuterRef("pk")).order_by("-id").values("actor__is_system")[:1]
    queries = Query.objects.filter(subject=subject).exclude(check_id="").annotate(by_system=Subquery(last))
    newest = {
        (q.form_code, q.visit_name, q.record_key, q.group, q.row_key, q.field, q.check_id): q
        for q in queries.order_by("id")
    }
    closed = {place: q for place, q in newest.items() if q.state in OVER and not q.confirmed}
    return {place: q.value for place, q in closed.items() if not q.by_system}


def _unsettled(checked: Checked, settled: Mapping[tuple[Any, ...], Any]) -> Checked:
    """Without the questions a person has settled."""
    asked = [
        firing
        for firing in checked.firings
        if (place := (*checked.key, *firing.place)) not in settled or settled[place] != firing.value
    ]
    return replace(checked, firings=asked)
