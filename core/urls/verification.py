"""Addresses of source data verification and review."""

from __future__ import annotations

from django.urls import path

from core.views import reviewing, verification

urlpatterns = [
    path("verify/", verification.index, name="verify-list"),
    path("subjects/<str:number>/verify/", verification.detail, name="verify"),
    path("subjects/<str:number>/verify/save/", verification.save, name="verify-save"),
    path("reviewed/", reviewing.index, name="review-list"),
    path("subjects/<str:number>/reviewed/", reviewing.detail, name="review"),
    path("subjects/<str:number>/reviewed/mark/", reviewing.mark, name="review-mark"),
]
