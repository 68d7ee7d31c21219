"""The casebook as a table: visits against forms, each cell with its state in a word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import schedule
from core.crf import read
from core.crf.rules import VISIT
from core.models import FormStatus, HoldState, Visit, VisitStatus
from core.models.crf import FormState
from core.schedule import VisitDef, VisitKind, Window, WindowState
from core.wording.places import visit_title

if TYPE_CHECKING:
    from core.records import Records


@dataclass(frozen=True)
class Cell:
    """A form at a visit: its state (a class of the design) in a word, where it is entered, how many queries are open.

    Without a `url` nothing can be entered there. `status` is that of the record that counts, if one was begun; `held`:
    it is frozen or locked by itself.
    """

    state: str
    word: str
    url: str = ""
    queries: int = 0
    status: FormStatus | None = None
    held: str = ""

    @property
    def marks(self) -> list[str]:
        """Signed, verified, frozen or locked: in words, as far as it is."""
        return [*_marks(self.status), *([str(HoldState(self.held).label)] if self.held else ())]


def _marks(status: FormStatus | None) -> Iterator[str]:
    if status is None or status.state == FormState.VOIDED:
        return
    if status.signed:
        yield _("Signed")
    if status.verified and status.verified == status.required:
        yield _("Verified")
    elif status.verified:
        yield _("%(n)s of %(all)s verified") % {"n": status.verified, "all": status.required}


@dataclass(frozen=True)
class VisitRow:
    """A visit: what is planned, when, and what became of it; `held`: it is frozen or locked by itself."""

    name: str
    title: str
    plan: VisitDef
    phase: str
    visit: Visit | None
    window: Window | None
    url: str
    today: date
    queries: int = 0
    held: str = ""

    @property
    def held_word(self) -> str:
        """Frozen or locked, in a word."""
        return str(HoldState(self.held).label) if self.held else ""

    @property
    def missed(self) -> bool:
        """Was it marked as missed?"""
        return self.visit is not None and self.visit.status == VisitStatus.MISSED

    @property
    def on(self) -> date | None:
        """The day it took place."""
        return self.visit.visit_on if self.visit is not None else None

    @property
    def state(self) -> tuple[str, str]:
        """The visit's own state and its word."""
        if self.visit is not None:
            return ("missed", _("Missed")) if self.missed else ("complete", _("Took place"))
        return planned(self.window, self.today)

    @property
    def days_outside(self) -> int:
        """How far the actual date lies from the window; negative: before it opened."""
        if self.on is None or self.window is None:
            return 0
        return min((self.on - self.window.opens).days, 0) or max((self.on - self.window.closes).days, 0)

    @property
    def outside(self) -> str:
        """The same in words; empty where the visit was in time."""
        days = self.days_outside
        if days < 0:
            return ngettext("%(n)s day before its window", "%(n)s days before its window", -days) % {"n": -days}
        return ngettext("%(n)s day after its window", "%(n)s days after its window", days) % {"n": days} if days else ""

    @property
    def shows_window(self) -> bool:
        """Is the window worth a line? Not where it is the very day on which the visit took place."""
        return self.window is not None and not (self.window.opens == self.window.closes == self.on)

    @property
    def all_to_come(self) -> bool:
        """Does a later release bring all of its forms?"""
        return not any(code in read.form_models() for code in self.plan.forms)


@dataclass(frozen=True)
class Matrix:
    """Visits against forms; `forms` are code and title, `to_come` counts the forms a later release brings."""

    visits: list[VisitRow]
    forms: list[tuple[str, Any]]
    cells: dict[tuple[str, str], Cell]
    to_come: int

    @property
    def by_visit(self) -> list[tuple[str, list[tuple[VisitRow, list[Cell | None]]]]]:
        """Visits down: for each phase its visits, each with a cell for every form; None where it is not asked."""
        return [(phase, [(visit, self._across(visit)) for visit in visits]) for phase, visits in self.phases]

    @property
    def by_form(self) -> list[tuple[Any, list[Cell | None]]]:
        """Forms down: for each form a cell for every visit."""
        return [(title, [self.cells.get((visit.name, code)) for visit in self.visits]) for code, title in self.forms]

    @property
    def phases(self) -> list[tuple[str, list[VisitRow]]]:
        """The visits in the phases of the trial."""
        return [(phase, list(visits)) for phase, visits in groupby(self.visits, key=lambda visit: visit.phase)]

    @property
    def next_visit(self) -> VisitRow | None:
        """Of the visits nothing is known of yet the one whose window closes first; those without a window come last."""
        open_rows = [row for row in self.visits if row.visit is None]
        return min(open_rows, key=lambda row: row.window.closes if row.window else date.max, default=None)

    def _across(self, visit: VisitRow) -> list[Cell | None]:
        return [self.cells.get((visit.name, code)) for code, _title in self.forms]


def build(records: Records, *, later: bool = False) -> Matrix:
    """The subject's matrix; `later` shows the forms that a later release brings as well."""
    visits = _visits(records)
    asked = dict.fromkeys(code for plan in records.plans if plan.kind is not VisitKind.LOG for code in plan.forms)
    to_come = {code: title for code, title in schedule.forms_to_come().items() if code in asked}
    forms = [(code, read.form(code).title) for code in asked if code in read.form_models()]
    forms += to_come.items() if later else ()
    shown = {code for code, _title in forms}
    cells = {(row.name, code): cell(records, row, code) for row in visits for code in row.plan.forms if code in shown}
    return Matrix(visits, forms, cells, len(to_come))


def visit_row(records: Records, plan: VisitDef, ordinal: int = 0) -> VisitRow:
    """One visit of the subject."""
    name = f"{plan.code}-{ordinal}" if ordinal else plan.code
    return VisitRow(
        name=name,
        title=visit_title(name, records.subject.protocol_version),
        plan=plan,
        phase=str(plan.phase),
        visit=records.visits.get(name),
        window=records.window(plan),
        url=records.keep(reverse("visit-detail", args=[records.subject.number, name])),
        today=records.today,
        queries=records.queries.get((name, VISIT), 0),
        held=records.holds.get((name, "", 0), ""),
    )


def _visits(records: Records) -> list[VisitRow]:
    """The scheduled visits in the schedule's order, added ones where their date puts them."""
    plans = {plan.code: plan for plan in records.plans}
    rows = [visit_row(records, plan) for plan in records.plans if plan.kind is VisitKind.SCHEDULED]
    added = [visit for visit in records.visits.values() if plans[visit.code].kind is not VisitKind.SCHEDULED]
    for visit in sorted(added, key=lambda visit: (visit.visit_on or date.max, visit.pk)):
        at = _place(rows, visit)
        neighbour = rows[max(at - 1, 0)]
        rows.insert(at, replace(visit_row(records, plans[visit.code], visit.ordinal), phase=neighbour.phase))
    return rows


def _place(rows: list[VisitRow], added: Visit) -> int:
    """After the last visit that took place, or is planned, on that day or before."""
    on = added.visit_on or date.max
    before = [index for index, row in enumerate(rows) if (day := _day(row)) is not None and day <= on]
    return before[-1] + 1 if before else 0


def _day(row: VisitRow) -> date | None:
    if row.on is not None:
        return row.on
    return row.window.target if row.window else None


def form_cells(records: Records, row: VisitRow) -> Iterator[tuple[Any, Cell]]:
    """The forms of one visit that are there, by title, with their cells."""
    for code in row.plan.forms:
        if code in read.form_models():
            yield read.form(code).title, cell(records, row, code)


def cell(records: Records, row: VisitRow, code: str) -> Cell:
    """The state of a form that is asked at a visit."""
    if code not in read.form_models():
        return Cell("later", _("Later"))
    status = records.states.get((row.name, code))
    url = records.keep(reverse("crf-edit", args=[records.subject.number, row.name, code]))
    if status is not None:
        held = records.holds.get((row.name, code, status.key), "")
        return Cell(*_entered(status), url, records.queries.get((row.name, code), 0), status, held)
    if row.missed:
        return Cell("missed", _("Missed"))
    if not records.applies(code):
        return Cell("later", _("Does not apply"), url)
    return Cell(*_awaited(row), url)


def _entered(status: FormStatus) -> tuple[str, str]:
    """The state of a record and its word."""
    if status.state == FormState.VOIDED:
        return "void", _("Void")
    if status.state == FormState.COMPLETE:
        return "complete", _("Complete")
    return "incomplete", ngettext("%(n)s gap", "%(n)s gaps", status.gaps) % {"n": status.gaps}


def _awaited(row: VisitRow) -> tuple[str, str]:
    """The state of a form nobody has begun. An unscheduled visit asks for none in particular."""
    if row.visit is None:
        return planned(row.window, row.today)
    if row.plan.kind is VisitKind.UNSCHEDULED:
        return "upcoming", _("If needed")
    return "incomplete", _("To enter")


def planned(window: Window | None, today: date) -> tuple[str, str]:
    """The state of what is only planned, and its word."""
    if window is None:
        return "upcoming", _("Not yet dated")
    words = {
        WindowState.UPCOMING: ("upcoming", _("Upcoming")),
        WindowState.OPEN: ("due", _("Due")),
        WindowState.CLOSED: ("overdue", _("Overdue")),
    }
    return words[window.state(today)]
