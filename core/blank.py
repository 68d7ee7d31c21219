"""Blank forms to fill in by hand while the system is down, made of the declarations alone (BCK-02). No database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import schedule
from core.crf import read
from core.crf.items import MISSING_REASONS, FormDef, Item, Kind, RowsDef
from core.crf.provenance import own
from core.schedule import VisitDef, VisitKind

SPARE_ROWS = 3  # beside those that a form starts with
EMPTY_ROWS = 6  # where it starts with none
FEW = 3  # answers that a cell of a table has room for; longer lists stand numbered under it
NARROW = 30  # letters of all of them together
PORTRAIT = 5  # columns that an upright page has room for
MARKS = {
    Kind.DATE: "date",
    Kind.PARTIAL_DATE: "date",
    Kind.TIME: "time",
    Kind.MOMENT: "moment",
    Kind.CODED: "boxes",
    Kind.SEVERAL: "boxes",
    Kind.TEXT: "text",
    Kind.FILE: "file",
}


@dataclass(frozen=True)
class Question:
    """One question of a blank form; `beside` are the questions it may hang on."""

    item: Item
    beside: Sequence[Item]

    @property
    def mark(self) -> str:
        """What there is to write on: boxes, a date, a time, a line with its unit."""
        return MARKS.get(self.item.kind, "figure")

    @property
    def only_if(self) -> str:
        """On which other answer it depends, in words."""
        if self.item.asked_if is None:
            return ""
        name, codes = self.item.asked_if
        other = next(item for item in self.beside if item.name == name)
        answers = pgettext("between alternatives", " or ").join(str(other.label_of(code)) for code in codes)
        return _("Only if “%(question)s” is: %(answers)s") % {"question": other.label, "answers": answers}

    @property
    def choices(self) -> list[str]:
        """The answers to tick; of a rated scale with their points."""
        return [f"{code.code} – {code.label}" if self.item.score else str(code.label) for code in self.item.codes]

    @property
    def is_listed_below(self) -> bool:
        """Are its answers too many or too long for a cell of a table?"""
        return len(self.choices) > FEW or sum(len(choice) for choice in self.choices) > NARROW

    @property
    def numbered(self) -> str:
        """Its answers with the numbers that are written into the cells."""
        said = [f"{number} = {choice}" for number, choice in enumerate(self.choices, 1)]
        return pgettext("between the answers of a list", ", ").join(said)


@dataclass(frozen=True)
class Section:
    """A heading and the questions under it."""

    heading: Any
    questions: Sequence[Question]


@dataclass(frozen=True)
class Table:
    """A repeating group: a line for each row that the form starts with, and empty ones."""

    group: RowsDef
    columns: Sequence[Question]

    @property
    def is_wide(self) -> bool:
        """Does it want the page on its side?"""
        return len(self.columns) > PORTRAIT

    @property
    def lines(self) -> list[list[tuple[Question, str]]]:
        """Each cell with what stands in it beforehand: the name of a test, its usual unit."""
        empty = SPARE_ROWS if self.group.start else EMPTY_ROWS
        started = [*self.group.start, *({} for _row in range(empty))]
        return [
            [(column, self._said(column, start.get(column.item.name))) for column in self.columns] for start in started
        ]

    @staticmethod
    def _said(column: Question, value: str | None) -> str:
        return "" if value is None else str(column.item.label_of(value))


@dataclass(frozen=True)
class Sheet:
    """One blank form."""

    form: FormDef

    @property
    def sections(self) -> list[Section]:
        """Its own questions that a person answers, by heading."""
        found: list[tuple[Any, list[Question]]] = []
        for question in _questions(own(self.form.items)):
            if question.item.heading or not found:
                found.append((question.item.heading, []))
            found[-1][1].append(question)
        return [Section(heading, questions) for heading, questions in found]

    @property
    def tables(self) -> list[Table]:
        """Its repeating groups."""
        return [Table(group, _questions(group.items)) for group in self.form.rows]

    @property
    def only_for(self) -> str:
        """Of whom it is asked, where not of every subject."""
        if self.form.applies_if is None:
            return ""
        code, name, answers = self.form.applies_if
        item = read.form(code).item(name)
        said = pgettext("between alternatives", " or ").join(str(item.label_of(answer)) for answer in answers)
        return _("Only if “%(question)s” is: %(answers)s") % {"question": item.label, "answers": said}


def _questions(items: Iterable[Item]) -> list[Question]:
    items = tuple(items)
    return [Question(item, items) for item in items if not item.derived]


@dataclass(frozen=True)
class Paper:
    """Forms to print together: of one visit, or one form whose visit is written in by hand."""

    sheets: Sequence[Sheet]
    visit: VisitDef | None = None
    number: str = ""

    @property
    def is_log(self) -> bool:
        """Are they lines of running records, which have no visit?"""
        return self.visit is not None and self.visit.kind is VisitKind.LOG

    @property
    def reasons(self) -> list[tuple[str, Any]]:
        """Why an answer may be missing, as its box is marked."""
        return list(MISSING_REASONS.items())


def visits(version: int | None = None) -> tuple[VisitDef, ...]:
    """The visits of a protocol version, of the newest unless told otherwise."""
    plan = schedule.current()
    return plan.for_version(version or plan.newest)


def codes_of(visit: VisitDef) -> list[str]:
    """The forms of a visit that are there."""
    return [code for code in visit.forms if code in read.form_models()]


def paper(codes: Iterable[str], visit: VisitDef | None = None, number: str = "") -> Paper:
    """The current versions of these forms as blank sheets."""
    return Paper([Sheet(read.form(code)) for code in codes], visit, number)


def document(sheets: Paper, title: Any) -> str:
    """The sheets as one page of HTML that needs nothing beside it."""
    return render_to_string("core/blank_document.html", {"paper": sheets, "title": title, "style": style()})


def contents(links: Sequence[tuple[Any, Sequence[tuple[str, Any]]]], title: Any) -> str:
    """A page of HTML that lists others: heading -> address and title."""
    return render_to_string("core/blank_contents.html", {"links": links, "title": title, "style": style()})


def style() -> str:
    """The style sheet of blank forms, to stand in a page of its own."""
    return (Path(settings.BASE_DIR) / "static" / "css" / "blank.css").read_text("utf-8")
