"""The casebook of a subject: everything at a glance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.permissions import Permission
from core import asof, matrix, schedule
from core.crf import read
from core.models import HoldState, Subject
from core.models.crf import FormState
from core.moment import Moment, asked_for
from core.places import LOG, find_subject_at
from core.records import Records, gather
from core.wording.holds import state_line


@dataclass(frozen=True)
class Log:
    """Running records of one kind: how many lines there are, how many have gaps, how many queries are open."""

    title: Any
    lines: int
    incomplete: int
    queries: int
    url: str


@require_safe
@requires(Permission.VIEW_CLINICAL)
def casebook(request: AuthenticatedRequest, number: str) -> HttpResponse:
    """Visits by forms, either way round; logs; milestones. Now, or as of a moment."""
    subject, moment = find_subject_at(request.actor, number, asked_for(request.GET))
    records = gather([subject], moment)[0]
    records.add_holds(asof.held_at(subject, moment))
    later = request.GET.get("later") == "1"
    table = matrix.build(records, later=later)
    again = _screened_again_as(subject, moment)
    context = {
        "subject": subject,
        "moment": moment,
        "matrix": table,
        "visits_across": request.GET.get("across") == "visits",
        "later": later,
        "logs": list(_logs(records)),
        "next": table.next_visit,
        "infusion_day": schedule.infusion_day(records.today, subject.infusion_on) if subject.infusion_on else None,
        "open_queries": records.open_queries,
        "state_line": state_line(subject) if moment is None else None,
        "hold": HoldState(records.hold).label if records.hold else "",
        "links": _links(request, subject) if moment is None else [],
        "may_add_visit": moment is None and request.actor.can(Permission.MANAGE_VISITS, subject.site),
        "again": again,
        "may_screen_again": moment is None
        and not again
        and subject.may_be_screened_again
        and request.actor.can(Permission.ADD_SUBJECT, subject.site),
        "may_read_trail": request.actor.can(Permission.VIEW_TRAIL, subject.site),
    }
    return render(request, "core/subject_detail.html", context)


def _screened_again_as(subject: Subject, moment: Moment | None) -> str:
    """The number of the next casebook of the same person, if it was there by then. One statement, of who left."""
    if subject.left_on is None:
        return ""
    later = Subject.objects.filter(previous=subject)
    if moment is not None:
        later = later.filter(changes__seq=1, changes__at__lte=moment.at)
    return later.values_list("number", flat=True).first() or ""


def _links(request: AuthenticatedRequest, subject: Subject) -> list[tuple[str, str, str]]:
    """Where else this person works on the subject: address, icon, words."""
    pages = (
        (Permission.VERIFY_SOURCE, "verify", "check-circle", _("Verify")),
        (Permission.VERIFY_SOURCE, "review", "eye", _("Changed since my review")),
        (Permission.SIGN, "subject-sign", "pencil", _("Sign")),
        (Permission.VIEW_CLINICAL, "signature-list", "pencil", _("Signatures")),
        (Permission.VIEW_CLINICAL, "reconciliation", "check-circle", _("Safety reconciliation")),
        (Permission.VIEW_CLINICAL, "hold-page", "lock", _("Freeze and lock")),
        (Permission.VIEW_CLINICAL, "subject-derived", "layers", _("Derived values")),
        (Permission.TRANSFER_SUBJECT, "subject-transfer", "arrow-right", _("Transfer")),
        (Permission.VIEW_TRAIL, "mask-list", "slash-circle", _("Masking")),
    )
    return [
        (reverse(name, kwargs={"number": subject.number}), icon, words)
        for permission, name, icon, words in pages
        if request.actor.can(permission, subject.site)
    ]


def _logs(records: Records) -> Iterator[Log]:
    for form in read.forms():
        if form.log:
            lines = [line for line in records.log_lines if line.form_code == form.code]
            yield Log(
                title=form.title,
                lines=sum(line.state != FormState.VOIDED for line in lines),
                incomplete=sum(line.state == FormState.INCOMPLETE for line in lines),
                queries=records.queries.get((LOG, form.code), 0),
                url=records.keep(reverse("log-list", args=[records.subject.number, form.code])),
            )
