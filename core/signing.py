"""What of a subject there is to sign, and whether what was signed is still what it was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Count, Q, QuerySet

from core import schedule
from core.actions.trail import Where
from core.crf import read
from core.models import OVER, Crf, CrfRow, FormStatus, Query, Signature, Subject
from core.places import LOG, Place, VisitPlace
from core.standing import content_digest

SHOWN = 50  # forms on one page: as many as a person reads before putting a name to them
Key = tuple[str, str, int]  # visit name, form code, number of the record


@dataclass(frozen=True)
class Filed:
    """A record with its rows, as they are now."""

    place: Place
    record: Crf
    rows: Mapping[str, list[CrfRow]]

    @property
    def key(self) -> Key:
        """What names it within its subject."""
        return self.place.at.name, self.place.form.code, self.record.key

    @property
    def where(self) -> Where:
        """Where the trail says it is."""
        return Where(*self.key, self.record.form_version)

    @cached_property
    def digest(self) -> str:
        """Of its content: what a signature is bound to."""
        return content_digest(self.record, self.rows)


@dataclass(frozen=True)
class Spot:
    """Where the database keeps a record: visit (none for a log), form, number."""

    visit_id: int | None
    code: str
    key: int

    @classmethod
    def of(cls, line: FormStatus) -> Spot:
        """The record behind a line of the matrix."""
        return cls(line.visit_id, line.form_code, line.key)


@dataclass(frozen=True)
class Signable(Filed):
    """A record that waits for a signature, with the one it had before."""

    status: FormStatus
    queries: int = 0
    last: Signature | None = None

    @property
    def ref(self) -> str:
        """How the page names it: `D28.VS.1`."""
        return ".".join(map(str, self.key))


@dataclass(frozen=True)
class Waiting:
    """The records of a subject that no signature stands for; of a long list the first ones."""

    forms: Sequence[Signable]
    more: int = 0
    visits: Mapping[str, int] = field(default_factory=dict)  # visit name -> how many wait, whatever is asked for


def records_at(subject: Subject, spots: Collection[Spot]) -> dict[Spot, Filed]:
    """The records that are there: a statement for each kind of form, and one for each of its repeating groups."""
    keys: dict[str, list[Spot]] = defaultdict(list)
    for spot in spots:
        keys[spot.code].append(spot)
    return {spot: found for code, wanted in keys.items() for spot, found in _of_form(subject, code, wanted)}


def _of_form(subject: Subject, code: str, wanted: Sequence[Spot]) -> Iterator[tuple[Spot, Filed]]:
    model = read.form_models()[code]
    visits = Q(visit__in={spot.visit_id for spot in wanted if spot.visit_id}) | Q(visit=None)
    found = model.objects.filter(visits, subject=subject, key__in={spot.key for spot in wanted})
    asked = frozenset(wanted)
    for filed in file_records(code, found):
        spot = Spot(filed.record.visit_id, code, filed.record.key)
        if spot in asked:
            yield spot, filed


def file_records(code: str, records: QuerySet[Any]) -> Iterator[Filed]:
    """These records of one kind of form, each with its rows."""
    found = list(records.select_related("visit", "subject__site"))
    rows = _rows_of(code, found)
    for record in found:
        yield Filed(_place(code, record), record, rows[record.pk])


def _rows_of(code: str, records: Sequence[Crf]) -> dict[int, dict[str, list[CrfRow]]]:
    groups = read.form(code).rows
    found: dict[int, dict[str, list[CrfRow]]] = {each.pk: {group.name: [] for group in groups} for each in records}
    for group in groups:
        model: Any = group.model
        for row in model.objects.filter(parent__in=records).order_by("key") if records else ():
            found[row.parent_id][group.name].append(row)
    return found


def _place(code: str, record: Crf) -> Place:
    subject, visit = record.subject, record.visit
    name, ordinal = (visit.code, visit.ordinal) if visit else (LOG, 0)
    plan = schedule.current().visit(name, subject.protocol_version)
    return Place(VisitPlace(subject, plan, ordinal, visit), read.form(code, record.form_version), record.key, record)


def waiting(subject: Subject, visit: str = "", code: str = "", key: int | None = None) -> Waiting:
    """What waits for a signature, in the order of the casebook; of one visit or one form, where that is asked for."""
    unsigned = FormStatus.objects.filter(subject=subject, signed=False).select_related("visit")
    lines = sorted(unsigned, key=_order(subject))
    visits: dict[str, int] = defaultdict(int)
    for line in lines:
        visits[visit_name(line)] += 1
    lines = [line for line in lines if _is_asked_for(line, visit, code, key)]
    return Waiting(_signables(subject, lines[:SHOWN]), max(len(lines) - SHOWN, 0), dict(visits))


def visit_name(line: FormStatus) -> str:
    """As in addresses and in the trail."""
    return line.visit.name if line.visit else LOG


def _is_asked_for(line: FormStatus, visit: str, code: str, key: int | None) -> bool:
    given = ((visit, visit_name(line)), (code, line.form_code), (key, line.key))
    return all(asked in ("", None, present) for asked, present in given)


def _order(subject: Subject) -> Any:
    """By visit as planned, added ones by their date; then as the visit asks its forms; running records last."""
    plans = {plan.code: at for at, plan in enumerate(schedule.current().for_version(subject.protocol_version))}
    codes = {code: at for at, code in enumerate(read.form_models())}

    def place(line: FormStatus) -> tuple[date, int, int, int]:
        visit = line.visit
        on = visit.visit_on if visit and visit.visit_on else date.max
        return on, plans.get(visit.code if visit else LOG, 0), codes[line.form_code], line.key

    return place


def _signables(subject: Subject, lines: Sequence[FormStatus]) -> list[Signable]:
    found = records_at(subject, [Spot.of(line) for line in lines])
    asked, last = _open_queries(subject), last_signatures(subject) if lines else {}
    signables = []
    for line in lines:
        filed = found[Spot.of(line)]
        before = last.get((filed.record._meta.db_table, filed.record.pk))
        signables.append(Signable(filed.place, filed.record, filed.rows, line, asked.get(filed.key, 0), before))
    return signables


def _open_queries(subject: Subject) -> dict[Key, int]:
    rows = Query.objects.filter(subject=subject).exclude(state__in=OVER).order_by()
    counted = rows.values_list("visit_name", "form_code", "record_key").annotate(n=Count("pk"))
    return {(visit, code, key): n for visit, code, key, n in counted}


def last_signatures(subject: Subject) -> dict[tuple[str, int], Signature]:
    """Of each record of the subject the signature given last, whether it stands or not; by table and row."""
    record = "table_name", "row_id"
    found = Signature.objects.filter(subject=subject).order_by(*record, "-id").distinct(*record)
    return {(each.table_name, each.row_id): each for each in found.select_related("subject", "site")}
