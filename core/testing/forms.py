"""Fill in forms in tests: without a database to ask a declaration, or through the acts to ask the whole house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from accounts.actor import Actor
from accounts.models import Site
from core.actions.crf import Saved
from core.actions.entry import Entry, RowEntry, derived, fill, fill_rows
from core.crf import evaluate, read
from core.crf.evaluate import Firing
from core.crf.rules import Context
from core.models import Crf, CrfRow, Subject, Visit
from core.places import LOG, NEW
from core.testing import trial


def a_subject(**milestones: date) -> Subject:
    """A subject of site 01 with these milestones, not stored."""
    return Subject(number="01-001", site=Site(code="01"), ordinal=1, **milestones)


def filled(
    form_code: str,
    *,
    rows: Any = None,
    subject: Any = None,
    visit_on: Any = None,
    others: Any = (),
    **answers: Any,
) -> Any:
    """A record with these answers and rows and all that is derived, not stored. ValidationError as on the page.

    It belongs to this subject, at a visit of that date, beside these other records. Its rows are in `group_rows`.
    """
    form = read.form(form_code)
    subject = subject or a_subject()
    record = form.model(form_version=form.version, subject=subject, visit=_visit(subject, visit_on))
    fill(record, form.items, answers, {})
    record.group_rows = {group.name: _rows(record, group.name, (rows or {}).get(group.name, ())) for group in form.rows}
    context = _context(record, others)
    derived(form, record, record.group_rows, context)
    refused = evaluate.refusals(form, record, record.group_rows, context)
    if refused:
        raise ValidationError(refused)
    return record


def firings(
    record: Crf,
    *,
    rows: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    visit_on: date | None = None,
    subject: Subject | None = None,
    others: Sequence[Crf] = (),
) -> list[Firing]:
    """What fires on a record that is not stored, for this subject, on this visit date, beside these other records."""
    form = read.form(record.crf.code)
    record.subject = subject or record.subject
    if visit_on is not None:
        record.visit = _visit(record.subject, visit_on)
    if rows is not None or record.group_rows is None:
        record.group_rows = {g.name: _rows(record, g.name, (rows or {}).get(g.name, ())) for g in form.rows}
        derived(form, record, record.group_rows, _context(record, others))
    return evaluate.firings(form, record, record.group_rows, _context(record, others))


def _visit(subject: Subject, visit_on: date | None) -> Visit | None:
    return None if visit_on is None else Visit(subject=subject, code="UNS", ordinal=1, visit_on=visit_on)


def _context(record: Crf, others: Sequence[Crf]) -> Context:
    known: dict[str, list[Crf]] = {code: [] for code in read.form_models()}
    for other in others:
        known.setdefault(other.crf.code, []).append(other)  # also a stand-in for a form that is still to come
    return Context(record.subject, record, record.visit, known)


def fired(record: Crf, **options: Any) -> set[str]:
    """The ids of the checks that fire; options as for `firings`."""
    return {firing.check_id for firing in firings(record, **options)}


def _rows(record: Crf, group: str, entries: Sequence[Mapping[str, Any]]) -> list[CrfRow]:
    return fill_rows(read.form(record.crf.code).group(group), record, (), [RowEntry(entry) for entry in entries])


def enter(
    by: Actor,
    subject: Subject,
    visit_name: str,
    form_code: str,
    answers: Mapping[str, Any],
    *,
    rows: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    on: date | None = None,
    reason: str = "",
) -> Saved:
    """Save a form as a person would: a new line of a log, a new form, or a change of the form that is there."""
    place = trial.place_at(subject, visit_name, form_code, NEW if visit_name == LOG else 1)
    entries = {group: [RowEntry(row) for row in found] for group, found in (rows or {}).items()}
    saved = trial.save(place, Entry(answers, rows=entries, visit_on=on), by=by, reason=reason)
    trial.commit()
    return saved
