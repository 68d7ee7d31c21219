"""The casebook as a table: visits by forms, each cell with its state in a word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import schedule
from core.crf import read
from core.models import FormStatus, Visit, VisitStatus
from core.models.crf import FormState
from core.records import Records
from core.schedule import VisitDef, VisitKind, Window, WindowState


@dataclass(frozen=True)
class Cell:
    """A form at a visit: state (a class of the design), word, address, open queries. No state: not asked."""

    state: str = ""
    word: Any = ""
    url: str = ""
    queries: int = 0


@dataclass(frozen=True)
class VisitRow:
    """A visit: what is planned, when, and what became of it."""

    name: str
    plan: VisitDef
    visit: Visit | None
    window: Window | None
    url: str
    today: date

    @property
    def missed(self) -> bool:
        """Was it marked as missed?"""
        return self.visit is not None and self.visit.status == VisitStatus.MISSED

    @property
    def state(self) -> tuple[str, str]:
        """The visit's own state and its word."""
        if self.visit is not None:
            return ("missed", _("Missed")) if self.missed else ("complete", _("Took place"))
        return planned(self.window, self.today)

    @property
    def days_outside(self) -> int:
        """How far the actual date lies from the window; negative: before it opened."""
        if self.visit is None or self.visit.visit_on is None or self.window is None:
            return 0
        on: date = self.visit.visit_on
        return min((on - self.window.opens).days, 0) or max((on - self.window.closes).days, 0)


@dataclass(frozen=True)
class Matrix:
    """Visits down and forms across; the page may turn it."""

    visits: list[VisitRow]
    forms: list[tuple[str, Any]]
    cells: dict[tuple[str, str], Cell]
    hidden: int

    @property
    def rows(self) -> list[tuple[VisitRow, list[Cell]]]:
        """A row per visit."""
        return [(visit, [self._cell(visit, code) for code, _title in self.forms]) for visit in self.visits]

    @property
    def turned(self) -> list[tuple[Any, list[Cell]]]:
        """A row per form."""
        return [(title, [self._cell(visit, code) for visit in self.visits]) for code, title in self.forms]

    def _cell(self, visit: VisitRow, code: str) -> Cell:
        return self.cells.get((visit.name, code), Cell())


def build(records: Records, *, later: bool = False) -> Matrix:
    """The subject's matrix; `later` shows the forms that a later release brings."""
    visits = list(_visits(records))
    names = list(dict.fromkeys(code for visit in visits for code in visit.plan.forms))
    here = [code for code in names if code in read.form_models()]
    to_come = schedule.forms_to_come()
    forms = [(code, read.form(code).title) for code in here]
    if later:
        forms += [(code, to_come[code]) for code in names if code in to_come]
    shown = {code for code, _title in forms}
    cells = {(v.name, code): cell(records, v, code) for v in visits for code in v.plan.forms if code in shown}
    return Matrix(visits, forms, cells, len(names) - len(here))


def visit_row(records: Records, plan: VisitDef, ordinal: int = 0) -> VisitRow:
    """One visit of the subject."""
    name = f"{plan.code}-{ordinal}" if ordinal else plan.code
    url = reverse("visit-detail", args=[records.subject.number, name])
    return VisitRow(name, plan, records.visits.get(name), records.window(plan), url, records.today)


def _visits(records: Records) -> Iterable[VisitRow]:
    """The scheduled visits in the schedule's order, added ones where their date puts them."""
    plans = {plan.code: plan for plan in records.plans}
    rows = [visit_row(records, plan) for plan in records.plans if plan.kind is VisitKind.SCHEDULED]
    added = [v for v in records.visits.values() if v.ordinal or plans[v.code].kind is not VisitKind.SCHEDULED]
    for visit in sorted(added, key=lambda v: (v.visit_on or date.max, v.pk)):
        rows.insert(_place(rows, visit), visit_row(records, plans[visit.code], visit.ordinal))
    return rows


def _place(rows: list[VisitRow], added: Visit) -> int:
    on = added.visit_on or date.max
    before = [index for index, row in enumerate(rows) if (day := _day(row)) is not None and day <= on]
    return before[-1] + 1 if before else 0


def _day(row: VisitRow) -> date | None:
    on: date | None = row.visit.visit_on if row.visit else None
    if on is not None:
        return on
    return row.window.target if row.window else None


def cell(records: Records, row: VisitRow, code: str) -> Cell:
    """The state of a form at a visit."""
    if code not in read.form_models():
        return Cell("later", _("Later"))
    url = reverse("crf-edit", args=[records.subject.number, row.name, code])
    status = records.states.get((row.name, code))
    queries = records.queries.get((row.name, code), 0)
    if status is not None:
        return Cell(*entered(status), url, queries)
    if row.missed:
        return Cell("missed", _("Missed"))
    if not records.applies(code):
        return Cell("later", _("Does not apply"), url)
    if row.visit is not None:
        return Cell("incomplete", _("To enter"), url)
    return Cell(*planned(row.window, row.today), url)


def entered(status: FormStatus) -> tuple[str, str]:
    """The state of a record and its word."""
    if status.state == FormState.VOIDED:
        return "void", _("Void")
    if status.state == FormState.COMPLETE:
        return "complete", _("Complete")
    return "incomplete", ngettext("%(n)s gap", "%(n)s gaps", status.gaps) % {"n": status.gaps}


def planned(window: Window | None, today: date) -> tuple[str, str]:
    """The state of what is only planned, and its word."""
    if window is None:
        return "upcoming", _("Not dated yet")
    words = {
        WindowState.UPCOMING: ("upcoming", _("Upcoming")),
        WindowState.OPEN: ("due", _("Due")),
        WindowState.CLOSED: ("overdue", _("Overdue")),
    }
    return words[window.state(today)]


def phases(matrix: Matrix) -> Iterator[tuple[Any, int]]:
    """The phases of the trial with the number of visits in each, for the heading of a turned matrix."""
    counted: list[tuple[Any, int]] = []
    for visit in matrix.visits:
        if counted and str(counted[-1][0]) == str(visit.plan.phase):
            counted[-1] = (counted[-1][0], counted[-1][1] + 1)
        else:
            counted.append((visit.plan.phase, 1))
    return iter(counted)
