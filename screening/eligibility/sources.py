"""Where the facts come from: the present database, or the histories as of a moment. One statement for each form."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from core import asof
from core.crf import read
from core.crf.rules import Context
from core.models import Subject


class Present:
    """What the database holds now, or a check in hand was given. A form that is not declared has no records."""

    def __init__(self, context: Context) -> None:
        self.context = context

    @classmethod
    def of(cls, subject: Subject) -> Present:
        """All records of a subject: none of them is the one at hand."""
        return cls(Context(subject, subject, None))

    def records(self, code: str) -> list[Any]:
        """The subject's records of a form that are not void, oldest first."""
        return self.context.records(code) if code in read.form_models() else []

    def rows(self, record: Any, group: str) -> list[Any]:
        """The rows of a record that are not void."""
        return self.context.rows(record, group)

    def visit_on(self, code: str) -> date | None:
        """The date of a visit of the schedule. One statement."""
        return self.context.subject.visits.filter(code=code, ordinal=0).values_list("visit_on", flat=True).first()


class Past:
    """What the histories say that there was at a moment. Subject and visits are as they then were."""

    def __init__(self, subject: Subject, at: datetime) -> None:
        self.subject, self.at = subject, at
        self.known: dict[str, list[Any]] = {}
        self._visits = {visit.pk: visit for visit in asof.visits_then([subject.pk], at)}
        self._rows: dict[tuple[str, str], dict[int, list[Any]]] = {}

    def records(self, code: str) -> list[Any]:
        """The subject's records of a form that were not void, oldest first."""
        if code not in read.form_models():
            return []
        if code not in self.known:
            lines = asof.latest(read.form_models()[code], self.at, subject=self.subject.pk)
            records = [asof.as_it_was(line, subject=self.subject) for line in lines]
            for record in records:
                record.visit = self._visits.get(record.visit_id)
            standing = (record for record in records if not record.voided)
            self.known[code] = sorted(standing, key=lambda record: (record.entered_at, record.pk))
        return self.known[code]

    def rows(self, record: Any, group: str) -> list[Any]:
        """The rows of a record that were not void, by key."""
        place = (record.crf.code, group)
        if place not in self._rows:
            model = read.form(record.crf.code).group(group).model
            parents = [each.pk for each in self.known[record.crf.code]]
            found: dict[int, list[Any]] = {}
            for line in asof.latest(model, self.at, parent__in=parents):
                found.setdefault(line.parent_id, []).append(line.instance)
            self._rows[place] = found
        rows = self._rows[place].get(record.pk, [])
        return sorted((row for row in rows if not row.voided), key=lambda row: row.key)

    def visit_on(self, code: str) -> date | None:
        """The date of a visit of the schedule."""
        return next((visit.visit_on for visit in self._visits.values() if visit.name == code), None)
