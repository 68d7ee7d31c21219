"""A subject's records by form, now or as of a moment, for what is computed from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from core import asof
from core.crf import read
from core.crf.rules import Context
from core.moment import Moment, keep
from core.places import LOG

if TYPE_CHECKING:
    from core.models import Crf, CrfRow, Subject


def context_of(subject: Subject, moment: Moment | None, codes: Iterable[str]) -> Context:
    """What there is of these forms. A statement for each form and for each of its groups of rows, when it is read."""
    context = Context(subject, None, None)
    if moment is not None:
        visits = {visit.pk: visit for visit in asof.visits_then([subject.pk], moment.at)}
        for code in codes:
            context.known[code] = _then(subject, code, moment, visits)
    return context


def _then(subject: Subject, code: str, moment: Moment, visits: dict[int, Any]) -> list[Any]:
    form = read.form(code)
    lines = asof.latest(form.model, moment.at, subject=subject)
    records = [asof.as_it_was(line, subject=subject, visit=visits.get(line.visit_id)) for line in lines]
    kept = [record for record in records if not record.voided]
    for record in kept:
        record.group_rows = defaultdict(list)
    by_pk = {record.pk: record for record in kept}
    for group in form.rows:
        for row in _rows_then(group.model, by_pk, moment):
            by_pk[row.parent_id].group_rows[group.name].append(row)
    return sorted(kept, key=lambda record: (record.entered_at, record.pk))


def _rows_then(model: type[CrfRow], parents: dict[int, Any], moment: Moment) -> list[Any]:
    rows = [asof.as_it_was(line) for line in asof.latest(model, moment.at, parent__in=list(parents))]
    return sorted(rows, key=lambda row: row.key)


def day_of(record: Any, *names: str) -> date | None:
    """The day of a record: the first of these items that has a full date, else the date of its visit."""
    for name in names:
        value = getattr(record, name, None)
        if value is not None:
            return value.date() if hasattr(value, "date") else value  # type: ignore[no-any-return]
    return record.visit.visit_on if record.visit else None


def visit_of(record: Any) -> str:
    """The name of the visit it belongs to."""
    return record.visit.name if record.visit else LOG


def url_of(record: Crf, moment: Moment | None = None) -> str:
    """The record's page."""
    args: list[Any] = [record.subject.number, visit_of(record), record.crf.code]
    if record.visit is None or record.key != 1:
        args.append(record.key)
    return keep(moment, reverse("crf-edit", args=args))
