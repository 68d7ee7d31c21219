"""The list of protocol deviations: what, of which subject, how much it matters, who was notified, and of which data."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.actor import Actor
from accounts.permissions import Permission
from core.crf import read
from core.crf.display import show
from core.crf.items import FormDef
from core.crf.rules import VISIT
from core.crf.values import PartialDate
from core.listing import Filters, page_of
from core.models import Crf, FormStatus, Subject, Visit
from core.models.crf import FormState
from core.places import LOG
from core.schedule import VisitKind, current
from core.views.posted import whole
from core.wording.places import Where

# The items of the form the list is made of, by their names there.
WHAT, CATEGORY, IMPORTANCE, PLACE = "dvterm", "dvcat", "dvimpact", "dvplace"
HAPPENED, FOUND, SPONSOR, ETHICS = "dvstdat", "dvfounddtc", "dvspndtc", "dvecdtc"
NAMES = (WHAT, CATEGORY, IMPORTANCE, PLACE, HAPPENED, FOUND, SPONSOR, ETHICS)
MAJOR = "MAJOR"
BODIES = {"sponsor": (SPONSOR,), "ethics": (ETHICS,), "either": (SPONSOR, ETHICS)}

LogLine = tuple[int, str, int]  # subject, form, line


@dataclass(frozen=True)
class Line:
    """One deviation in words."""

    subject: Subject
    url: str
    key: int
    what: str
    category: str
    importance: str
    is_major: bool
    happened: PartialDate | None
    found: PartialDate | None
    sponsor: date | None
    ethics: date | None
    state: FormState
    said_at: str
    at: Where | None

    @property
    def is_settled(self) -> bool:
        """The record is complete, and of a major one sponsor and ethics committee were notified."""
        told = not self.is_major or (self.sponsor is not None and self.ethics is not None)
        return self.state == FormState.COMPLETE and told

    @property
    def days_open(self) -> int | None:
        """Days since it was certainly found, on the site's calendar; None once it is settled."""
        if self.is_settled or self.found is None:
            return None
        return max((self.subject.site.today() - self.found.latest).days, 0)


class DeviationFilters(Filters):
    """By site, subject, category, importance, and who has not been notified yet."""

    category = forms.ChoiceField(label=gettext_lazy("Category"), required=False)
    importance = forms.ChoiceField(label=gettext_lazy("Importance"), required=False)
    awaits = forms.ChoiceField(label=gettext_lazy("Not yet notified"), required=False)

    def __init__(self, actor: Actor, data: Any) -> None:
        super().__init__(actor, Permission.VIEW_CLINICAL, data)
        form = _form()
        self.offer("category", [(code.code, code.label) for code in form.item(CATEGORY).codes])
        self.offer("importance", [(code.code, code.label) for code in form.item(IMPORTANCE).codes])
        bodies = {"sponsor": _("Sponsor"), "ethics": _("Ethics committee"), "either": _("Either of them")}
        self.offer("awaits", bodies.items())

    def deviations(self) -> QuerySet[Any]:
        """The records asked for. The form must be valid."""
        asked = self.cleaned_data
        exact = {"subject__site": asked["site"], "subject": asked["subject"]}
        exact |= {CATEGORY: asked["category"], IMPORTANCE: asked["importance"]}
        seen = Q() if self.ids is None else Q(subject__site__in=self.ids)
        found = _form().model.objects.filter(seen, voided=False, **{name: one for name, one in exact.items() if one})
        lacking = Q()
        for item in BODIES.get(asked["awaits"], ()):
            lacking |= Q(**{f"{item}__isnull": True})
        return found.filter(lacking).select_related("subject__site")


@require_safe
@requires(Permission.VIEW_CLINICAL)
def index(request: AuthenticatedRequest) -> HttpResponse:
    """The deviations at the person's sites, the newest first."""
    asked = DeviationFilters(request.actor, request.GET)
    context: dict[str, Any] = {"filters": asked}
    if not asked.is_valid():
        return render(request, "core/deviation_list.html", context, status=400)
    page = page_of(asked.deviations(), "entered_at", request.GET)
    context |= {"page": page, "lines": _lines(page.rows)}
    return render(request, "core/deviation_list.html", context)


def _form() -> FormDef:
    return read.form(settings.DEVIATION_FORM)


def _lines(records: Sequence[Any]) -> list[Line]:
    """The records in words. Two statements more: the logs of their subjects, and the visits."""
    subjects = {record.subject_id for record in records}
    logs = FormStatus.objects.filter(subject__in=subjects, visit=None)
    states = {(line.subject_id, line.form_code, line.key): FormState(line.state) for line in logs}
    names = {(visit.subject_id, visit.name) for visit in Visit.objects.filter(subject__in=subjects)}
    return [_line(record, states, names) for record in records]


def _line(record: Crf, states: Mapping[LogLine, FormState], visits: Collection[tuple[int, str]]) -> Line:
    form = read.form(settings.DEVIATION_FORM, record.form_version)
    said = {name: getattr(record, name) for name in NAMES}
    at = concerned(record.subject, said[PLACE] or "", states, visits)
    return Line(
        subject=record.subject,
        url=Where(record.subject, LOG, form.code, record.key, record.form_version).url,
        key=record.key,
        what=said[WHAT] or "",
        category=show(form.item(CATEGORY), said[CATEGORY]),
        importance=show(form.item(IMPORTANCE), said[IMPORTANCE]),
        is_major=said[IMPORTANCE] == MAJOR,
        happened=said[HAPPENED],
        found=said[FOUND],
        sponsor=said[SPONSOR],
        ethics=said[ETHICS],
        state=states.get((record.subject_id, form.code, record.key), FormState.INCOMPLETE),
        said_at=said[PLACE] or "",
        at=at,
    )


def concerned(
    subject: Subject, said: str, lines: Collection[LogLine], visits: Collection[tuple[int, str]]
) -> Where | None:
    """The data a deviation concerns, where `D28/VS/1` names a page that is there; None where it is free text."""
    visit, _slash, rest = said.strip().partition("/")
    code, _slash, key = rest.partition("/")
    plan = next(
        (plan for plan in current().for_version(subject.protocol_version) if plan.code == visit.split("-")[0]), None
    )
    if plan is None or not (plan.code == visit and plan.kind is VisitKind.SCHEDULED or (subject.pk, visit) in visits):
        return _log_line(subject, visit, code, whole(key), lines)
    if code in ("", VISIT):
        return Where(subject, visit)
    return Where(subject, visit, code, whole(key) or 1) if code in plan.forms and code in read.form_models() else None


def _log_line(subject: Subject, visit: str, code: str, key: int, lines: Collection[LogLine]) -> Where | None:
    return Where(subject, LOG, code, key) if visit == LOG and (subject.pk, code, key) in lines else None
