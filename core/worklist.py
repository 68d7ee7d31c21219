"""What is to be done now: visits due and overdue, forms not complete."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse

from core.crf import read
from core.models import FormStatus, Subject
from core.models.crf import FormState
from core.places import LOG
from core.records import Records
from core.schedule import VisitDef, VisitKind, Window, WindowState
from core.wording.places import visit_title

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class DueVisit:
    """A planned visit that has not been dated: in its window, past it, or to come."""

    subject: Subject
    plan: VisitDef
    window: Window
    today: date

    @property
    def state(self) -> WindowState:
        """Where today lies."""
        return self.window.state(self.today)

    @property
    def days(self) -> int:
        """Days left in the window; days past it; days until it opens."""
        if self.state is WindowState.CLOSED:
            return (self.today - self.window.closes).days
        return ((self.window.closes if self.state is WindowState.OPEN else self.window.opens) - self.today).days

    @property
    def url(self) -> str:
        """Where it is done."""
        return reverse("visit-detail", args=[self.subject.number, self.plan.code])


@dataclass(frozen=True)
class OpenForm:
    """A form of a visit that took place, or a line of a log, which is not complete."""

    subject: Subject
    visit: str
    title: StrOrPromise
    url: str
    gaps: int = 0
    begun: bool = False
    summary: str = ""  # which line of a log it is


def pending(records: Records) -> Iterator[DueVisit]:
    """The scheduled visits that nothing is known of yet and whose window is known, in the order of their windows."""
    today = records.today
    found = [
        DueVisit(records.subject, plan, window, today)
        for plan in records.plans
        if plan.kind is VisitKind.SCHEDULED and plan.code not in records.visits
        if (window := records.window(plan)) is not None
    ]
    return iter(sorted(found, key=lambda due: (due.window.closes, due.window.target)))


def visits(everyone: Iterable[Records]) -> tuple[list[DueVisit], list[DueVisit]]:
    """The visits of several subjects that are due, and those overdue; of each, those that close first at the top."""
    found = [due for records in everyone for due in pending(records)]
    found.sort(key=lambda due: (due.window.closes, due.subject.number))
    due, overdue = ([each for each in found if each.state is state] for state in (WindowState.OPEN, WindowState.CLOSED))
    return due, overdue


def forms(everyone: Iterable[Records]) -> list[OpenForm]:
    """The forms that are not complete."""
    return [form for records in everyone for form in (*_of_visits(records), *_of_logs(records))]


def _of_visits(records: Records) -> Iterator[OpenForm]:
    plans = {plan.code: plan for plan in records.plans}
    for name, visit in records.visits.items():
        for code, state in records.unfinished(name, plans[visit.code]):
            yield _open(records.subject, name, code, state)


def _of_logs(records: Records) -> Iterator[OpenForm]:
    for line in records.log_lines:
        if line.state == FormState.INCOMPLETE:
            yield _open(records.subject, LOG, line.form_code, line, line.key)


def _open(subject: Subject, visit: str, code: str, state: FormStatus | None, *key: int) -> OpenForm:
    title, form = visit_title(visit, subject.protocol_version), read.form(code).title
    url = reverse("crf-edit", args=[subject.number, visit, code, *key])
    if state is None:
        return OpenForm(subject, title, form, url)
    return OpenForm(subject, title, form, url, state.gaps, begun=True, summary=state.summary)
