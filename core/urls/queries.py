"""Addresses of the queries: the list, a thread and its steps, what is asked at a place, and several at once."""

from __future__ import annotations

from collections.abc import Callable

from django.http.response import HttpResponseBase
from django.urls import path

from core.views import queries, query_bulk, query_list, query_raise

VISIT = "subjects/<str:number>/visits/<str:visit>/"
places: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
    ("queries/", query_raise.show, "query-form"),
    ("queries/raise/", query_raise.raise_, "query-form-raise"),
    ("queries/<str:field>/", query_raise.show, "query-item"),
    ("queries/<str:field>/raise/", query_raise.raise_, "query-item-raise"),
]

urlpatterns = [
    path("queries/", query_list.index, name="query-list"),
    path("queries/raise/", query_bulk.choose, name="query-raise-many"),
    path("queries/raise/preview/", query_bulk.preview_raise, name="query-raise-preview"),
    path("queries/raise/all/", query_bulk.raise_all, name="query-raise-all"),
    path("queries/close/preview/", query_bulk.preview_close, name="query-close-preview"),
    path("queries/close/all/", query_bulk.close_all, name="query-close-all"),
    path("queries/<int:pk>/", queries.detail, name="query-detail"),
    path("queries/<int:pk>/answer/", queries.answer, name="query-answer"),
    path("queries/<int:pk>/close/", queries.close, name="query-close"),
    path("queries/<int:pk>/reopen/", queries.reopen, name="query-reopen"),
    path("queries/<int:pk>/cancel/", queries.cancel, name="query-cancel"),
    path(f"{VISIT}queries/", query_raise.show, name="query-visit"),
    path(f"{VISIT}queries/raise/", query_raise.raise_, name="query-visit-raise"),
    *(path(f"{VISIT}<str:code>/<int:key>/{tail}", view, name=name) for tail, view, name in places),
    *(path(f"{VISIT}<str:code>/{tail}", view, name=name) for tail, view, name in places),
]
