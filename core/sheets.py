"""A subject's forms as a monitor goes through them: in the order of the schedule, with how far each is verified."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from core import schedule
from core.crf import read
from core.crf.items import Item, Kind
from core.holds import held_of
from core.models import OVER, Crf, CrfRow, FormStatus, HoldState, Query, StoredFile, Subject, Visit
from core.models.crf import Declared, FormState
from core.places import LOG, Place, VisitPlace
from core.wording.marks import past_of
from core.wording.places import Where
from core.wording.sheet import Posted, Sheet


@dataclass(frozen=True)
class Entry:
    """One record in the list of a subject's forms."""

    subject: Subject
    status: FormStatus

    @property
    def visit_name(self) -> str:
        """As in addresses and in the trail."""
        return self.status.visit.name if self.status.visit else LOG

    @property
    def where(self) -> Where:
        """Its place in words."""
        return Where(self.subject, self.visit_name, self.status.form_code, self.status.key)

    @property
    def is_void(self) -> bool:
        """It can be read, and counts for nothing."""
        return self.status.state == FormState.VOIDED

    @property
    def left(self) -> int:
        """How many required answers are not verified yet."""
        return self.status.required - self.status.verified

    @property
    def url(self) -> str:
        """Where it is verified."""
        return address(self.subject, visit=self.visit_name, form=self.status.form_code, key=self.status.key)

    @property
    def visit_url(self) -> str:
        """All forms of its visit at once."""
        return address(self.subject, visit=self.visit_name)


def address(subject: Subject, **chosen: Any) -> str:
    """The split screen of a subject, with what is chosen on it."""
    kept = {name: value for name, value in chosen.items() if value}
    return reverse("verify", args=[subject.number]) + (f"?{urlencode(kept)}" if kept else "")


def entries(subject: Subject) -> list[Entry]:
    """Every record of the subject in the order of the schedule. One statement."""
    plans = schedule.current().for_version(subject.protocol_version)
    visits = {plan.code: place for place, plan in enumerate(plans)}
    forms = {(plan.code, code): place for plan in plans for place, code in enumerate(plan.forms)}

    def place(status: FormStatus) -> tuple[int, int, int, int]:
        code, ordinal = (status.visit.code, status.visit.ordinal) if status.visit else (LOG, 0)
        return (visits.get(code, len(plans)), ordinal, forms.get((code, status.form_code), 0), status.key)

    lines = FormStatus.objects.filter(subject=subject).select_related("visit")
    return [Entry(subject, status) for status in sorted(lines, key=place)]


def load(
    subject: Subject, chosen: Sequence[Entry], *, posted: Posted | None = None, required_only: bool = False
) -> list[Sheet]:
    """The chosen records of one visit, ready to be shown. As many statements as there are kinds of form among them."""
    if not chosen:
        return []
    visit_name, held = chosen[0].visit_name, held_of(subject)
    records = _records(subject, chosen)
    rows = _rows(records.values())
    files = _files([*records.values(), *(row for found in rows.values() for row in found)])
    queries = _queries(subject, visit_name)
    past = past_of(subject, visit_name)
    sheets = []
    for entry in chosen:
        key = (entry.status.form_code, entry.status.key)
        place = _place(entry).with_record(records[key])
        groups = {group.name: rows.get((group.model, records[key].pk), []) for group in place.form.rows}
        locked = held.state(visit_name, *key) == HoldState.LOCKED
        sheets.append(Sheet(place, groups, past, locked, queries[key], posted, required_only, files))
    return sheets


def _place(entry: Entry) -> Place:
    status, visit = entry.status, entry.status.visit
    plan = schedule.current().visit(visit.code if visit else LOG, entry.subject.protocol_version)
    at = VisitPlace(entry.subject, plan, visit.ordinal if visit else 0, visit)
    return Place(at, read.form(status.form_code), status.key, None)


def _records(subject: Subject, chosen: Sequence[Entry]) -> dict[tuple[str, int], Crf]:
    """One statement for each form."""
    wanted: dict[str, list[int]] = defaultdict(list)
    for entry in chosen:
        wanted[entry.status.form_code].append(entry.status.key)
    visit: Visit | None = chosen[0].status.visit
    found: dict[tuple[str, int], Crf] = {}
    for code, keys in wanted.items():
        for record in read.form_models()[code].objects.filter(subject=subject, visit=visit, key__in=keys):
            record.subject, record.visit = subject, visit
            found[code, record.key] = record
    return found


def _rows(records: Iterable[Crf]) -> Mapping[tuple[Any, int], list[CrfRow]]:
    """The repeating rows by group and record. One statement for each group."""
    parents: dict[Any, list[Crf]] = defaultdict(list)
    for record in records:
        for group in read.form(record.crf.code).rows:
            parents[group.model].append(record)
    found: dict[tuple[Any, int], list[CrfRow]] = defaultdict(list)
    for model, of in parents.items():
        for row in model.objects.filter(parent__in=of).order_by("key"):
            found[model, row.parent_id].append(row)
    return found


def _files(rows: Iterable[Declared]) -> Mapping[int, StoredFile]:
    """The files the answers name, without their content. At most one statement."""
    numbers = {
        number
        for row in rows
        for item in _file_items(type(row))
        if (number := getattr(row, f"{item.name}_id")) is not None
    }
    return StoredFile.objects.defer("content").in_bulk(numbers) if numbers else {}


def _file_items(model: type[Declared]) -> list[Item]:
    return [item for item in read.items(model) if item.kind is Kind.FILE]


def _queries(subject: Subject, visit_name: str) -> Mapping[tuple[str, int], list[Query]]:
    """What is asked at the visit and not settled, by record."""
    found: dict[tuple[str, int], list[Query]] = defaultdict(list)
    for query in Query.objects.filter(subject=subject, visit_name=visit_name).exclude(state__in=OVER).order_by("id"):
        found[query.form_code, query.record_key].append(query)
    return found
