"""How the differences between the logs of some subjects stand: found anew from the records, each with its query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.asking import events_of
from core.crf import read
from core.models import Crf, CrfRow, Query, QueryEvent, QueryState, Subject
from core.places import LOG
from core.reconcile import Casebook, Difference, differences, forms_of

Place = tuple[int, str, int, str, str]  # subject, form, line, item, check


@dataclass(frozen=True)
class Standing:
    """A difference that is there now, and the query about it with its thread, if it was asked yet."""

    subject: Subject
    difference: Difference
    query: Query | None = None
    events: Sequence[QueryEvent] = ()

    @property
    def answer(self) -> QueryEvent | None:
        """What the site said last, while that stands: answered, or closed after it by the side that asked."""
        given = [event for event in self.events if event.state == QueryState.ANSWERED]
        if self.query is None or not given or self.events[-1].actor.is_system:
            return None
        return given[-1] if self.query.state in (QueryState.ANSWERED, QueryState.CLOSED) else None

    @property
    def is_justified(self) -> bool:
        """Did the site say why it is so? A difference in other values is another question."""
        return self.answer is not None


def standing(subjects: Sequence[Subject]) -> list[Standing]:
    """All differences of these subjects. The number of statements does not grow with theirs."""
    found = [(subject, one) for subject, casebook in casebooks(subjects) for one in differences(casebook)]
    asked = _asked(found)
    events = events_of(asked.values())
    return [
        Standing(subject, one, query, events[query.pk] if query else ())
        for subject, one in found
        for query in [asked.get((subject.pk, *one.place))]
    ]


def _asked(found: Sequence[tuple[Subject, Difference]]) -> dict[Place, Query]:
    """The newest query about each place."""
    checks = {one.check_id for _subject, one in found}
    if not checks:
        return {}
    queries = Query.objects.filter(subject__in={subject.pk for subject, _one in found}, visit_name=LOG)
    return {
        (query.subject_id, query.form_code, query.record_key, query.field, query.check_id): query
        for query in queries.filter(check_id__in=checks).order_by("id")
    }


def casebooks(subjects: Sequence[Subject]) -> Iterator[tuple[Subject, Casebook]]:
    """The logs of these subjects that are reconciled. A statement for each form and each of its groups."""
    found: dict[int, dict[str, list[Crf]]] = {subject.pk: {} for subject in subjects}
    for code in forms_of():
        if code in read.form_models():  # else it is announced, and nobody can have filled it in
            for record in _records(code, subjects):
                found[record.subject_id].setdefault(code, []).append(record)
    for subject in subjects:
        yield subject, Casebook(found[subject.pk])


def _records(code: str, subjects: Sequence[Subject]) -> list[Crf]:
    """The records of a form that count, each with its rows."""
    kept = list(read.form_models()[code].objects.filter(subject__in=subjects, voided=False))
    rows: dict[int, dict[str, list[CrfRow]]] = {record.pk: {} for record in kept}
    for group in read.form(code).rows:
        for row in group.model.objects.filter(parent__in=rows).order_by("key"):  # type: ignore[misc]
            rows[row.parent_id].setdefault(group.name, []).append(row)
    for record in kept:
        record.group_rows = rows[record.pk]
    return kept
