"""What there is, or was at a moment, of a set of subjects: visits, form states, open queries.

Four statements, whatever their number, and as many for a moment that has passed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count

from core import asof, schedule
from core.crf import read
from core.holds import Held
from core.models import FormStatus, HoldState, Query, QueryState, Subject, Visit, VisitStatus
from core.models.crf import FormState
from core.moment import Moment, keep
from core.schedule import VisitDef, VisitKind, Window


@dataclass
class Records:
    """One subject's casebook in outline. Visits by name, form states and open queries by visit name and form code.

    `moment`: as of when; None for now. `holds`: what is frozen or locked by visit name, form code and record, where the
    page asked for it; empty strings and 0 for what covers the subject.
    """

    subject: Subject
    moment: Moment | None = None
    visits: dict[str, Visit] = field(default_factory=dict)
    states: dict[tuple[str, str], FormStatus] = field(default_factory=dict)
    log_lines: list[FormStatus] = field(default_factory=list)
    queries: dict[tuple[str, str], int] = field(default_factory=dict)
    answers: dict[tuple[str, str], str | None] = field(default_factory=dict)
    holds: dict[tuple[str, str, int], str] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day at the subject's site, at the moment that is looked at."""
        return self.moment.today if self.moment else self.subject.site.today()

    @property
    def plans(self) -> tuple[VisitDef, ...]:
        """The visits of the protocol version the subject is under; of the second period once there is one.

        What was entered in it stays to be seen, also if the date of the second infusion is taken back.
        """
        every, version = schedule.current(), self.subject.protocol_version
        open_to = {plan.code for plan in every.open_to(version, self.subject.anchors)}
        kept = open_to | {visit.code for visit in self.visits.values()}
        return tuple(plan for plan in every.for_version(version) if plan.code in kept)

    def window(self, plan: VisitDef) -> Window | None:
        """When a visit is due; None while its anchor is not known, and where the subject had left before."""
        found = schedule.current().window(plan, self.subject.anchors)
        left = self.subject.left_on
        is_void = found is not None and left is not None and found.target > left and plan.code not in self.visits
        return None if is_void else found

    def applies(self, code: str) -> bool:
        """Does the form apply to this subject? It does until the answer that says otherwise is there."""
        form = read.form(code)
        return form.is_asked_of(self.answers.get(form.applies_if[:2]) if form.applies_if else None)

    def asked(self, plan: VisitDef) -> list[str]:
        """The forms of a visit that are there and apply."""
        return [code for code in plan.forms if code in read.form_models() and self.applies(code)]

    def unfinished(self, name: str, plan: VisitDef) -> list[tuple[str, FormStatus | None]]:
        """The forms of a visit that took place which are not complete: form code, and the record that was begun.

        A void record counts as none. An unscheduled visit asks for no form in particular: only what was begun counts.
        """
        visit = self.visits.get(name)
        if visit is None or visit.status != VisitStatus.OCCURRED:
            return []
        states = [(code, self._valid(name, code)) for code in self.asked(plan)]
        if plan.kind is VisitKind.UNSCHEDULED:
            states = [(code, state) for code, state in states if state is not None]
        return [(code, state) for code, state in states if state is None or state.state != FormState.COMPLETE]

    def _valid(self, name: str, code: str) -> FormStatus | None:
        state = self.states.get((name, code))
        return None if state is None or state.state == FormState.VOIDED else state

    @property
    def open_queries(self) -> int:
        """How many queries of the subject are open."""
        return sum(self.queries.values())

    def add_holds(self, held: Held) -> None:
        """What is frozen or locked, each at its own place: a form, a visit, or all there is of the subject."""
        for hold in held.holds:
            place = (hold.visit_name, hold.form_code, hold.record_key)
            if self.holds.get(place) != HoldState.LOCKED:
                self.holds[place] = hold.state

    @property
    def hold(self) -> str:
        """Is all there is of the subject frozen or locked? Empty where it is not."""
        return self.holds.get(("", "", 0), "")

    def keep(self, url: str) -> str:
        """An address, as of the moment that is looked at."""
        return keep(self.moment, url)


def gather(subjects: Sequence[Subject], moment: Moment | None = None) -> list[Records]:
    """The records of these subjects, in their order; with a moment, of the subjects as they then were."""
    found = {subject.pk: Records(subject, moment) for subject in subjects}
    lines = list(_lines(found, moment))  # before the visits: a line saved just now would have none among them
    names: dict[int, str] = {}
    for visit in _visits(found, moment):
        found[visit.subject_id].visits[visit.name] = visit
        names[visit.pk] = visit.name
    for line in lines:
        if line.visit_id is None:
            found[line.subject_id].log_lines.append(line)
        else:
            found[line.subject_id].states[names[line.visit_id], line.form_code] = line
    _add_queries(found, moment)
    _add_answers(found, moment)
    return list(found.values())


def _visits(found: dict[int, Records], moment: Moment | None) -> Iterable[Visit]:
    if moment is not None:
        return asof.visits_then(found, moment.at)
    return Visit.objects.filter(subject__in=found).order_by("visit_on", "id")


def _lines(found: dict[int, Records], moment: Moment | None) -> Iterable[FormStatus]:
    if moment is not None:
        return asof.lines_then(found, moment.at)
    return FormStatus.objects.filter(subject__in=found).order_by("key")


def applies(subject: Subject, code: str) -> bool:
    """Does one form apply to one subject? One statement, where that hangs on an answer."""
    form = read.form(code)
    if form.applies_if is None:
        return True
    source, item, _codes = form.applies_if
    given = read.form_models()[source].objects.filter(subject=subject, voided=False).order_by("id")
    return form.is_asked_of(given.values_list(item, flat=True).last())


def _add_queries(found: dict[int, Records], moment: Moment | None) -> None:
    if moment is not None:
        for (subject, *place), n in Counter(asof.open_queries_then(found, moment.at)).items():
            found[subject].queries[place[0], place[1]] = n
        return
    asked = Query.objects.filter(subject__in=found, state=QueryState.OPEN)
    for row in asked.values("subject_id", "visit_name", "form_code").annotate(n=Count("id")).order_by():
        found[row["subject_id"]].queries[row["visit_name"], row["form_code"]] = row["n"]


def _add_answers(found: dict[int, Records], moment: Moment | None) -> None:
    """The answers on which it hangs whether a form applies: one statement for each item so read."""
    for form, item in sorted({condition[:2] for condition in _conditions()}):
        model = read.form_models()[form]
        rows = (
            model.objects.filter(subject__in=found).order_by("id")
            if moment is None
            else asof.latest(model, moment.at, subject__in=found)
        )
        for subject, answer, voided in rows.values_list("subject_id", item, "voided"):
            if not voided:
                found[subject].answers[form, item] = answer


def _conditions() -> Iterable[tuple[str, str, tuple[str, ...]]]:
    return (form.applies_if for form in read.forms() if form.applies_if is not None)
