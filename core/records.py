"""What there is of a set of subjects: visits, form states, open queries. Four statements, whatever their number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count

from core import schedule
from core.crf import read
from core.models import FormStatus, Query, QueryState, Subject, Visit, VisitStatus
from core.models.crf import FormState
from core.schedule import VisitDef, VisitKind, Window


@dataclass
class Records:
    """One subject's casebook in outline. Visits by name, form states and open queries by visit name and form code."""

    subject: Subject
    visits: dict[str, Visit] = field(default_factory=dict)
    states: dict[tuple[str, str], FormStatus] = field(default_factory=dict)
    log_lines: list[FormStatus] = field(default_factory=list)
    queries: dict[tuple[str, str], int] = field(default_factory=dict)
    answers: dict[tuple[str, str], str | None] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day at the subject's site."""
        return self.subject.site.today()

    @property
    def plans(self) -> tuple[VisitDef, ...]:
        """The visits of the protocol version the subject is under."""
        return schedule.current().for_version(self.subject.protocol_version)

    def window(self, plan: VisitDef) -> Window | None:
        """When a visit is due; None while its anchor is not known."""
        return schedule.current().window(plan, self.subject.anchors)

    def applies(self, code: str) -> bool:
        """Does the form apply to this subject? It does until the answer that says otherwise is there."""
        form = read.form(code)
        return form.is_asked_of(self.answers.get(form.applies_if[:2]) if form.applies_if else None)

    def asked(self, plan: VisitDef) -> list[str]:
        """The forms of a visit that are there and apply."""
        return [code for code in plan.forms if code in read.form_models() and self.applies(code)]

    def unfinished(self, name: str, plan: VisitDef) -> list[tuple[str, FormStatus | None]]:
        """The forms of a visit that took place which are not complete: form code, and the record that was begun.

        A void record counts as none. An unscheduled visit asks for no form in particular: only what was begun counts.
        """
        visit = self.visits.get(name)
        if visit is None or visit.status != VisitStatus.OCCURRED:
            return []
        states = [(code, self._valid(name, code)) for code in self.asked(plan)]
        if plan.kind is VisitKind.UNSCHEDULED:
            states = [(code, state) for code, state in states if state is not None]
        return [(code, state) for code, state in states if state is None or state.state != FormState.COMPLETE]

    def _valid(self, name: str, code: str) -> FormStatus | None:
        state = self.states.get((name, code))
        return None if state is None or state.state == FormState.VOIDED else state

    @property
    def open_queries(self) -> int:
        """How many queries of the subject are open."""
        return sum(self.queries.values())


def gather(subjects: Sequence[Subject]) -> list[Records]:
    """The records of these subjects, in their order."""
    found = {subject.pk: Records(subject) for subject in subjects}
    for visit in Visit.objects.filter(subject__in=found).order_by("visit_on", "id"):
        found[visit.subject_id].visits[visit.name] = visit
    for state in FormStatus.objects.filter(subject__in=found).select_related("visit").order_by("key"):
        if state.visit is None:
            found[state.subject_id].log_lines.append(state)
        else:
            found[state.subject_id].states[state.visit.name, state.form_code] = state
    _add_queries(found)
    _add_answers(found)
    return list(found.values())


def applies(subject: Subject, code: str) -> bool:
    """Does one form apply to one subject? One statement, where that hangs on an answer."""
    form = read.form(code)
    if form.applies_if is None:
        return True
    source, item, _codes = form.applies_if
    given = read.form_models()[source].objects.filter(subject=subject, voided=False).order_by("id")
    return form.is_asked_of(given.values_list(item, flat=True).last())


def _add_queries(found: dict[int, Records]) -> None:
    asked = Query.objects.filter(subject__in=found, state=QueryState.OPEN)
    for row in asked.values("subject_id", "visit_name", "form_code").annotate(n=Count("id")).order_by():
        found[row["subject_id"]].queries[row["visit_name"], row["form_code"]] = row["n"]


def _add_answers(found: dict[int, Records]) -> None:
    """The answers on which it hangs whether a form applies: one statement for each item so read."""
    for form, item in sorted({condition[:2] for condition in _conditions()}):
        rows = read.form_models()[form].objects.filter(subject__in=found, voided=False).order_by("id")
        for subject, answer in rows.values_list("subject_id", item):
            found[subject].answers[form, item] = answer


def _conditions() -> Iterable[tuple[str, str, tuple[str, ...]]]:
    return (form.applies_if for form in read.forms() if form.applies_if is not None)
