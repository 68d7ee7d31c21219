"""A site at work on one subject: every answer of the demo goes through the same acts as one typed on a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from accounts.actor import Actor
from core import schedule, signing
from core.actions import crf, draft, query, report, signature, visit
from core.actions.entry import Entry, RowEntry
from core.actions.signature import ToSign
from core.crf import read
from core.models import Meaning, Query, QueryState, Report, ReportKind, Subject
from core.places import LOG, NEW, Place, VisitPlace, place_of, visit_of
from safety.report import compose

Rows = Mapping[str, Sequence[Mapping[str, str]]]


@dataclass(frozen=True)
class Staff:
    """Who works on the subjects of a site."""

    coordinator: Actor
    investigator: Actor
    monitor: Actor


@dataclass
class Desk:
    """One subject's casebook under the hands of the site; the coordinator types unless somebody else is named."""

    subject: Subject
    staff: Staff
    acts: int = field(default=0, init=False)

    def place(self, visit_name: str, code: str, key: int | None = None) -> Place:
        """A form's page as it is now."""
        return place_of(visit_of(self.subject, visit_name), code, key)

    def enter(
        self,
        visit_name: str,
        code: str,
        answers: Mapping[str, Any],
        *,
        on: date | None = None,
        rows: Rows | None = None,
        missing: Mapping[str, str] | None = None,
        by: Actor | None = None,
        version: int | None = None,
    ) -> None:
        """Fill in a form of a visit for the first time; `version`: an earlier version of it, which was then in use."""
        place = self.place(visit_name, code)
        if version is not None:
            place = replace(place, form=read.form(code, version))
        entries = {group: [RowEntry(row) for row in found] for group, found in (rows or {}).items()}
        known = {name: value for name, value in answers.items() if name in place.form.names}
        entry = Entry(known, missing or {}, entries, None if place.form.log else on)
        crf.save(place, entry, by=by or self.staff.coordinator)
        self.acts += 1

    def line(self, code: str, answers: Mapping[str, Any], *, by: Actor | None = None, rows: Rows | None = None) -> int:
        """A new line of a log; gives its number."""
        entries = {group: [RowEntry(row) for row in found] for group, found in (rows or {}).items()}
        saved = crf.save(self.place(LOG, code, NEW), Entry(answers, rows=entries), by=by or self.staff.coordinator)
        self.acts += 1
        return saved.record.key if saved.record else NEW

    def sign(self, visit_name: str, code: str) -> None:
        """The investigator signs a form."""
        forms = signing.waiting(self.subject, visit_name, code).forms
        shown = [ToSign(each.place, each.record.revision, each.digest) for each in forms]
        signature.sign(self.subject, shown, Meaning.REVIEWED, by=self.staff.investigator)
        self.acts += 1

    def extend(self, code: str, key: int, rows: Mapping[str, Sequence[RowEntry]], reason: str) -> None:
        """Rows are added to a line of a log, or filled in further."""
        place = self.place(LOG, code, key)
        revision = place.record.revision if place.record else 0
        crf.save(place, Entry({}, rows=rows), by=self.staff.coordinator, reason=reason, revision=revision)
        self.acts += 1

    def correct(
        self, visit_name: str, code: str, answers: Mapping[str, Any], reason: str, *, key: int | None = None
    ) -> None:
        """Change what was saved, and say why."""
        place = self.place(visit_name, code, key)
        revision = place.record.revision if place.record else 0
        crf.save(place, Entry(answers), by=self.staff.coordinator, reason=reason, revision=revision)
        self.acts += 1

    def void(self, visit_name: str, code: str, reason: str, *, key: int | None = None) -> None:
        """Void what was saved, and say why."""
        place = self.place(visit_name, code, key)
        crf.void(place, by=self.staff.coordinator, reason=reason, revision=place.record.revision if place.record else 0)
        self.acts += 1

    def report(self, key: int, kind: ReportKind, text: str = "") -> None:
        """The investigator freezes a report of a serious event."""
        place = self.place(LOG, "SAE", key)
        there = Report.objects.filter(subject=self.subject, form_code="SAE", record_key=key).count()
        revision = place.record.revision if place.record else 0
        by = self.staff.investigator
        report.freeze(place, kind, compose, by=by, revision=revision, version=there, text=text)
        self.acts += 1

    def missed(self, visit_name: str, reason: str) -> None:
        """A visit did not take place."""
        visit.mark_missed(visit_of(self.subject, visit_name), by=self.staff.coordinator, reason=reason)
        self.acts += 1

    def added(self, code: str, on: date, reason: str) -> str:
        """A visit the schedule did not foresee; gives its name."""
        plan = schedule.current().visit(code, self.subject.protocol_version)
        at = VisitPlace(self.subject, plan, 0, None)
        self.acts += 1
        return visit.add_unscheduled(at, on, by=self.staff.coordinator, reason=reason).name

    def typed(self, visit_name: str, code: str, inputs: Mapping[str, str], token: UUID) -> None:
        """Typed and not saved: it waits in the journal."""
        draft.journal(self.place(visit_name, code), inputs, by=self.staff.coordinator, token=token)
        self.acts += 1

    def answer(self, text: str, *, confirmed: bool = True, **about: Any) -> list[Query]:
        """Answer the open queries about this (fields of a query)."""
        found = list(self._queries(QueryState.OPEN, about))
        for each in found:
            query.answer(each, text, by=self.staff.coordinator, confirmed=confirmed)
        self.acts += len(found)
        return found

    def close(self, text: str, **about: Any) -> list[Query]:
        """The monitor closes the answered queries about this."""
        found = list(self._queries(QueryState.ANSWERED, about))
        for each in found:
            query.close(each, text, by=self.staff.monitor)
        self.acts += len(found)
        return found

    def _queries(self, state: QueryState, about: Mapping[str, Any]) -> Any:
        return Query.objects.filter(subject=self.subject, state=state, **about).order_by("id")
