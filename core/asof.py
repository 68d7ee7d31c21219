"""What the histories say: a subject, its visits, forms, queries and holds as they were at a moment. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.functions import TransactionNow
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Greatest

from core.holds import Held, held_of
from core.models import (
    OVER,
    Change,
    CrfRow,
    FormStatus,
    FormStatusLog,
    Hold,
    HoldStep,
    Query,
    QueryEvent,
    QueryState,
    Signature,
    Subject,
    Visit,
)
from core.moment import Moment, instant, not_ahead

if TYPE_CHECKING:
    from core.models import Crf, Recorded
    from core.places import Place, VisitPlace

LINE = tuple(field.attname for field in FormStatus._meta.concrete_fields if not field.primary_key)


def latest(model: type[Recorded], at: datetime, **where: Any) -> QuerySet[Any]:
    """Of each row its history row that held at the moment. Rows that came later are not among them."""
    found: QuerySet[Any] = model.history.filter(history_date__lte=at, **where)
    return found.order_by("id", "-history_date", "-history_id").distinct("id")


def as_it_was(line: Any, **known: Any) -> Any:
    """The row that a history row tells of; `known` are related rows at hand."""
    row = line.instance
    row._state.adding = False
    for name, value in known.items():
        setattr(row, name, value)
    return row


def subject_then(number: str, text: str) -> tuple[Subject, Moment] | None:
    """A subject as of the moment written; None where there was none yet. One statement. Raises BadMoment."""
    changes = Change.objects.filter(subject=OuterRef("id"))
    before = changes.filter(at__lt=OuterRef("moment")).order_by("-seq")
    after = changes.filter(at__gt=OuterRef("moment")).order_by("seq")
    told = Subject.history.filter(number=number).select_related("site")
    told = told.annotate(moment=instant(text), now=known_until("id")).filter(history_date__lte=F("moment"))
    told = told.annotate(before=Subquery(before.values("at")[:1]), after=Subquery(after.values("at")[:1]))
    line = told.order_by("-history_date", "-history_id").first()
    if line is None:
        return None
    moment = Moment(line.moment, line.site.clock, line.before, line.after)
    not_ahead(moment.at, line.now, moment.clock)
    return as_it_was(line, site=line.site), moment


def known_until(subject: str) -> Greatest:
    """Now, or the subject's last change: should the clock have gone back, it is a little ahead."""
    last = Change.objects.filter(subject=OuterRef(subject)).order_by("-seq").values("at")[:1]
    return Greatest(TransactionNow(), Subquery(last))


def visit_then(subject: Subject, code: str, ordinal: int, at: datetime) -> Visit | None:
    """A visit, if it was dated, missed or added by then."""
    line = latest(Visit, at, subject=subject, code=code, ordinal=ordinal).first()
    return None if line is None else as_it_was(line, subject=subject)


def visits_then(subjects: Collection[int], at: datetime) -> list[Visit]:
    """The visits of these subjects, in the order of their dates."""
    found = [as_it_was(line) for line in latest(Visit, at, subject__in=subjects)]
    return sorted(found, key=lambda visit: (visit.visit_on is None, visit.visit_on, visit.pk))


def record_then(at: VisitPlace, model: type[Crf], moment: datetime, **key: int) -> Crf | None:
    """A record of a form as it was: that with the key, or the last one. One statement."""
    lines = latest(model, moment, subject=at.subject, visit=at.visit, **key).select_related("entered_by", "changed_by")
    line = max(lines, key=lambda line: line.key, default=None)
    if line is None:
        return None
    related = {"visit": at.visit, "entered_by": line.entered_by, "changed_by": line.changed_by}
    record: Crf = as_it_was(line, subject=at.subject, **related)
    return record


def rows_at(place: Place) -> dict[str, list[CrfRow]]:
    """The rows of a place's record, by group and key: those of now, or those of the place's moment."""
    record = place.record
    if record is None:
        return {}
    if place.moment is None:
        return {group.name: group.model.of(record) for group in place.form.rows}
    at = place.moment.at
    return {group.name: _rows_then(group.model, record, at) for group in place.form.rows}


def _rows_then(model: type[CrfRow], record: Crf, at: datetime) -> list[CrfRow]:
    rows = [as_it_was(line, parent=record) for line in latest(model, at, parent=record.pk)]
    return sorted(rows, key=lambda row: row.key)


def queries_at(place: VisitPlace, form_code: str, key: int | None = None) -> list[Query]:
    """The queries about a form, or about a visit itself, that are not over; now, or at the place's moment."""
    about: dict[str, Any] = {"visit_name": place.name, "form_code": form_code}
    about |= {} if key is None else {"record_key": key}
    if place.moment is None:
        return list(Query.objects.filter(subject=place.subject, **about).exclude(state__in=OVER).order_by("id"))
    found = queries_then(place.subject, place.moment.at, **about)
    return [query for query in found if query.state not in OVER]


def queries_of(subject: Subject, moment: Moment | None) -> list[Query]:
    """Every query of the subject, as it stands now or stood at the moment. One statement."""
    if moment is not None:
        return queries_then(subject, moment.at)
    return list(Query.objects.filter(subject=subject).select_related("subject__site", "site").order_by("id"))


def queries_then(subject: Subject, at: datetime, **about: Any) -> list[Query]:
    """The queries that had been raised, each as its thread stood. One statement."""
    where = {f"query__{name}": value for name, value in about.items()}
    steps = QueryEvent.objects.filter(query__subject=subject, at__lte=at, **where).select_related("query")
    return [_query_after(step, subject) for step in steps.order_by("query_id", "-id").distinct("query_id")]


def _query_after(step: QueryEvent, subject: Subject) -> Query:
    query = step.query
    query.subject, query.site = subject, subject.site
    query.state, query.confirmed, query.value = step.state, step.confirmed, step.value
    return query


def open_queries_then(subjects: Collection[int], at: datetime) -> Iterator[tuple[int, str, str]]:
    """Subject, visit name and form code of each query that was open. One statement."""
    steps = QueryEvent.objects.filter(query__subject__in=subjects, at__lte=at)
    steps = steps.order_by("query_id", "-id").distinct("query_id")
    place = ("query__subject", "query__visit_name", "query__form_code")
    for state, subject, visit_name, form_code in steps.values_list("state", *place):
        if state == QueryState.OPEN:
            yield subject, visit_name, form_code


def lines_then(subjects: Collection[int], at: datetime, **where: Any) -> list[FormStatus]:
    """The line of every record, by key. One statement, however many forms there are."""
    place = ("subject_id", "form_code", "visit_id", "key")
    found = FormStatusLog.objects.filter(subject__in=subjects, at__lte=at, **where)
    values = found.order_by(*place, "-id").distinct(*place).values_list(*LINE)
    return sorted((FormStatus.from_db(None, LINE, value) for value in values), key=lambda line: line.key)


def log_lines(subject: Subject, form_code: str, moment: Moment | None) -> list[FormStatus]:
    """The lines of a log by number; now, or at the moment. One statement."""
    if moment is not None:
        return lines_then([subject.pk], moment.at, form_code=form_code, visit=None)
    return list(FormStatus.objects.filter(subject=subject, form_code=form_code, visit=None).order_by("key"))


def last_signatures(subject: Subject, moment: Moment | None) -> dict[tuple[str, str, int], Signature]:
    """The last signature of each record, by visit name, form code and number; whether it stands, its line says."""
    given = Signature.objects.filter(subject=subject, **({"at__lte": moment.at} if moment else {})).order_by("id")
    return {(each.visit_name, each.form_code, each.record_key): each for each in given}


def held_at(subject: Subject, moment: Moment | None) -> Held:
    """What of a subject is, or was, frozen or locked. One statement, two where anything is."""
    if moment is None:
        return held_of(subject)
    return Held.of(_hold_after(step) for step in hold_steps_then(subject, moment.at))


def hold_steps_then(subject: Subject, at: datetime) -> list[HoldStep]:
    """The last step of each hold by then."""
    steps = HoldStep.objects.filter(hold__subject=subject, at__lte=at).select_related("hold")
    return list(steps.order_by("hold_id", "-id").distinct("hold_id"))


def _hold_after(step: HoldStep) -> Hold:
    step.hold.state, step.hold.asked = step.state, step.asked
    return step.hold
