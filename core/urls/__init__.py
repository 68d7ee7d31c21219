"""Addresses of the pages. A form of a visit needs no number; a line of a log has one."""

from __future__ import annotations

from collections.abc import Callable

from django.http.response import HttpResponseBase
from django.urls import include, path

from core.urls import (
    blank,
    deviations,
    holds,
    listings,
    masking,
    moments,
    queries,
    reconciliation,
    sealing,
    signing,
    trail,
    verification,
)
from core.views import casebook, crf, drafts, files, health, history, home, subjects, transfers, visits

crf_pages: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
    ("", crf.edit, "crf-edit"),
    ("void/", crf.void, "crf-void"),
    ("draft/", drafts.keep, "crf-draft"),
    ("draft/discard/", drafts.discard, "crf-draft-discard"),
    ("history/", history.record, "crf-history"),
    ("history/<str:field>/", history.field, "crf-field-history"),
]
FORM = "subjects/<str:number>/visits/<str:visit>/<str:code>/"

AREAS = (
    *(blank, deviations, holds, listings, masking, moments, queries, reconciliation),
    *(sealing, signing, trail, verification),
)

urlpatterns = [
    *(path("", include(area)) for area in AREAS),
    path("", home.home, name="home"),
    path("subjects/", subjects.index, name="subject-list"),
    path("subjects/add/", subjects.add, name="subject-add"),
    path("subjects/<str:number>/", casebook.casebook, name="subject-detail"),
    path("subjects/<str:number>/transfer/", transfers.transfer, name="subject-transfer"),
    path("subjects/<str:number>/screen-again/", subjects.screen_again, name="subject-screen-again"),
    path("subjects/<str:number>/unscheduled/", visits.add, name="visit-add"),
    path("subjects/<str:number>/visits/<str:visit>/", visits.detail, name="visit-detail"),
    path("subjects/<str:number>/visits/<str:visit>/date/", visits.save_date, name="visit-date"),
    path("subjects/<str:number>/visits/<str:visit>/missed/", visits.mark_missed, name="visit-missed"),
    path("subjects/<str:number>/log/<str:code>/", crf.log, name="log-list"),
    path("files/<int:pk>/", files.detail, name="file-detail"),
    path("health/", health.health, name="health"),
    *(path(f"{FORM}<int:key>/{tail}", view, name=name) for tail, view, name in crf_pages),
    *(path(f"{FORM}{tail}", view, name=name) for tail, view, name in crf_pages),
]
