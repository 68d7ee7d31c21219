"""The casebook of a subject: everything at a glance."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.permissions import Permission
from core import matrix, schedule
from core.crf import read
from core.models.crf import FormState
from core.places import find_subject
from core.records import Records, gather


@require_safe
@requires(Permission.VIEW_CLINICAL)
def casebook(request: AuthenticatedRequest, number: str) -> HttpResponse:
    """Visits by forms, or turned; logs; milestones."""
    subject = find_subject(request.actor, number)
    records = gather([subject])[0]
    later = "later" in request.GET
    table = matrix.build(records, later=later)
    day = schedule.infusion_day(records.today, subject.infusion_on) if subject.infusion_on else None
    context = {
        "subject": subject,
        "matrix": table,
        "phases": list(matrix.phases(table)),
        "turned": request.GET.get("across") == "visits",
        "later": later,
        "logs": _logs(records),
        "infusion_day": day,
        "open_queries": records.open_queries,
        "legend": ("complete", "incomplete", "due", "overdue", "upcoming", "missed", "void"),
        "may_add_visit": request.actor.can(Permission.MANAGE_VISITS, subject.site),
        "may_read_trail": request.actor.can(Permission.VIEW_TRAIL, subject.site),
    }
    return render(request, "core/subject_detail.html", context)


def _logs(records: Records) -> list[dict[str, Any]]:
    return [
        {
            "title": form.title,
            "lines": sum(line.form_code == form.code and line.state != FormState.VOIDED for line in records.log_lines),
            "open": sum(
                line.form_code == form.code and line.state == FormState.INCOMPLETE for line in records.log_lines
            ),
            "queries": records.queries.get(("LOG", form.code), 0),
            "url": reverse("log-list", args=[records.subject.number, form.code]),
        }
        for form in read.forms()
        if form.log
    ]
