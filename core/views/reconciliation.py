"""Safety reconciliation of a subject: where the logs differ, what was said of it, and where to mend it (SAF-06)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.permissions import Permission
from core.crf import read
from core.models import QueryEvent
from core.places import LOG, find_subject
from core.reconcile import forms_of
from core.reconciled import Standing, standing
from core.wording.places import Where


@dataclass(frozen=True)
class Line:
    """One difference: where it is shown, what it is about, between which lines it is, what became of its query."""

    standing: Standing

    @property
    def where(self) -> Where:
        """The record it is shown at."""
        return self._at(self.standing.difference.form, self.standing.difference.key)

    @property
    def item(self) -> Any:
        """What the item is called."""
        return read.form(self.standing.difference.form).item(self.standing.difference.item).label

    @property
    def text(self) -> str:
        """The difference in words."""
        return self.standing.difference.text

    @property
    def beside(self) -> list[Where]:
        """The other lines."""
        return [self._at(form, key) for form, key in self.standing.difference.beside]

    @property
    def query_url(self) -> str:
        """The thread of its query; empty until it was asked."""
        return reverse("query-detail", args=[self.standing.query.pk]) if self.standing.query else ""

    @property
    def answer(self) -> QueryEvent | None:
        """The justification."""
        return self.standing.answer

    def _at(self, form: str, key: int) -> Where:
        return Where(self.standing.subject, LOG, form, key)


@require_safe
@requires(Permission.VIEW_CLINICAL)
def index(request: AuthenticatedRequest, number: str) -> HttpResponse:
    """Every difference between the logs as they are now; those that wait first."""
    subject = find_subject(request.actor, number)
    lines = [Line(each) for each in standing([subject])]
    context = {
        "subject": subject,
        "site": subject.site,
        "lines": sorted(lines, key=lambda line: line.standing.is_justified),
        "waiting": sum(not line.standing.is_justified for line in lines),
        "logs": [
            (read.form(code).title, reverse("log-list", args=[number, code]))
            for code in forms_of()
            if code in read.form_models()
        ],
    }
    return render(request, "core/reconciliation.html", context)
