"""Where in the casebook a record stands: visit and form by their titles, and the addresses of their pages."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from core import schedule
from core.crf import read
from core.crf.items import FormDef
from core.crf.rules import VISIT
from core.models import Subject
from core.places import LOG
from core.wording.sentences import Link, Sentence


@dataclass(frozen=True)
class Where:
    """A record's place, as the trail and the queries name it."""

    subject: Subject
    visit_name: str
    form_code: str = ""
    record_key: int | None = None
    form_version: int | None = None

    @property
    def visit(self) -> str:
        """The visit's title; empty for what belongs to the subject."""
        return "" if self.visit_name in ("", LOG) else visit_title(self.visit_name, self.subject.protocol_version)

    @property
    def form(self) -> str:
        """The form's title as that version had it, with the line's number in a log."""
        form = form_of(self.form_code, self.form_version)
        if form is None:
            return _("Visit") if self.visit_name else _("Subject")
        said = {"form": form.title, "line": self.record_key}
        return _("%(form)s, line %(line)s") % said if form.log else str(form.title)

    @property
    def url(self) -> str:
        """The page of the form, of the visit or of the subject."""
        if self.is_form:
            return self._form_page("crf-edit")
        return (
            reverse("visit-detail", args=[self.subject.number, self.visit_name])
            if self.visit_name
            else reverse("subject-detail", args=[self.subject.number])
        )

    @property
    def history_url(self) -> str:
        """The form's history; empty for a visit or a subject."""
        return self._form_page("crf-history") if self.is_form else ""

    @property
    def is_form(self) -> bool:
        """Is it a form's record?"""
        return self.form_code in read.form_models()

    def of_record(self) -> Sentence:
        """The record as a sentence names it: the form at its visit, the line of a log, the visit, the subject."""
        parts = {"form": Link(self.form, self.url), "visit": self.visit, "subject": self.subject.number}
        if self.is_form:
            pattern = _("%(form)s at %(visit)s of %(subject)s") if self.visit else _("%(form)s of %(subject)s")
        else:
            pattern = _("%(visit)s of %(subject)s") if self.visit else _("subject %(subject)s")
        return Sentence(pattern, parts)

    def of_item(self, item: str, url: str = "", *, inside: bool = True) -> Sentence:
        """One item as a sentence names it; `inside`: an item of the form, not of the visit or the subject."""
        parts = {
            "form": self.form, "item": Link(item, url), "visit": self.visit, "subject": self.subject.number
        }  # fmt: skip
        if self.is_form and inside:
            at_visit = _("%(form)s, %(item)s at %(visit)s of %(subject)s")
            return Sentence(at_visit if self.visit else _("%(form)s, %(item)s of %(subject)s"), parts)
        return Sentence(
            _("%(item)s at %(visit)s of %(subject)s") if self.visit else _("%(item)s of %(subject)s"), parts
        )

    def _form_page(self, name: str) -> str:
        args = [self.subject.number, self.visit_name, self.form_code]
        log = read.form_models()[self.form_code].crf.log
        return reverse(name, args=[*args, self.record_key] if log else args)


def visit_title(name: str, version: int) -> str:
    """`D28` -> Day 28; `UNS-2` -> Unscheduled visit 2. The bare name where the schedule knows it no more."""
    code, _dash, ordinal = name.partition("-")
    try:
        label = schedule.current().visit(code, version).label
    except schedule.NotInSchedule:
        return name
    return f"{label} {ordinal}" if ordinal else str(label)


def form_of(code: str, version: int | None = None) -> FormDef | None:
    """A form in that version, or the present one where the version was never released; None for a visit."""
    if code in ("", VISIT) or code not in read.form_models():
        return None
    try:
        return read.form(code, version)
    except KeyError:
        return read.form(code)
