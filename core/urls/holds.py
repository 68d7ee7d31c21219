"""Addresses of freezing and locking: of a subject (with its visits and forms), of a site, of the study."""

from __future__ import annotations

from django.urls import path

from core.views import holds

SCOPES = ("subjects/<str:number>/lock/", "sites/<str:code>/lock/", "study/lock/")
ACTS = (
    ("freeze/", holds.freeze, "hold-freeze"),
    ("unfreeze/", holds.unfreeze, "hold-unfreeze"),
    ("lock/", holds.lock, "hold-lock"),
    ("ask-unlock/", holds.ask_unlock, "hold-ask-unlock"),
    ("unlock/", holds.unlock, "hold-unlock"),
    ("refuse-unlock/", holds.refuse_unlock, "hold-refuse-unlock"),
)

urlpatterns = [
    *(path(scope, holds.page, name="hold-page") for scope in SCOPES),
    *(path(f"{scope}{tail}", view, name=name) for scope in SCOPES for tail, view, name in ACTS),
]
