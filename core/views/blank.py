"""Blank forms to print: a list of them, all of a visit, or one."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.permissions import Permission
from core import blank
from core.crf import read
from core.models import Subject
from core.places import find_subject
from core.records import gather
from core.schedule import VisitDef


@require_safe
@requires(Permission.VIEW_CLINICAL)
def index(request: AuthenticatedRequest) -> HttpResponse:
    """Every visit with its forms; for a subject, with the number filled in and without what is not asked of it."""
    subject = _subject(request)
    listed = [
        (visit, [(code, read.form(code).title) for code in codes])
        for visit in _visits(subject)
        if (codes := _codes(visit, subject))
    ]
    return render(request, "core/blank_index.html", {"visits": listed, "subject": subject, "query": _query(subject)})


@require_safe
@requires(Permission.VIEW_CLINICAL)
def visit(request: AuthenticatedRequest, visit: str) -> HttpResponse:
    """All forms of a visit as one document."""
    subject = _subject(request)
    found = _visit(visit, subject)
    return _page(request, found, _codes(found, subject), subject, found.label)


@require_safe
@requires(Permission.VIEW_CLINICAL)
def form(request: AuthenticatedRequest, visit: str, code: str) -> HttpResponse:
    """One form of a visit."""
    subject = _subject(request)
    found = _visit(visit, subject)
    if code not in blank.codes_of(found):
        raise Http404
    return _page(request, found, [code], subject, read.form(code).title)


def _page(
    request: AuthenticatedRequest, visit: VisitDef, codes: list[str], subject: Subject | None, title: Any
) -> HttpResponse:
    paper = blank.paper(codes, visit, subject.number if subject else "")
    context = {"paper": paper, "visit": visit, "subject": subject, "query": _query(subject), "title": title}
    return render(request, "core/blank_page.html", context)


def _subject(request: AuthenticatedRequest) -> Subject | None:
    number = request.GET.get("subject", "")
    return find_subject(request.actor, number) if number else None


def _query(subject: Subject | None) -> str:
    return f"?subject={subject.number}" if subject else ""


def _visits(subject: Subject | None) -> tuple[VisitDef, ...]:
    return blank.visits(subject.protocol_version if subject else None)


def _visit(code: str, subject: Subject | None) -> VisitDef:
    found = next((visit for visit in _visits(subject) if visit.code == code), None)
    if found is None or not blank.codes_of(found):
        raise Http404
    return found


def _codes(visit: VisitDef, subject: Subject | None) -> list[str]:
    if subject is None:
        return blank.codes_of(visit)
    records = gather([subject])[0]
    return records.asked(visit)
