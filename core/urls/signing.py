"""Addresses of signing."""

from __future__ import annotations

from django.urls import URLPattern, path

from core.views import signing

urlpatterns: list[URLPattern] = [
    path("subjects/<str:number>/sign/", signing.sign, name="subject-sign"),
    path("subjects/<str:number>/signatures/", signing.index, name="signature-list"),
    path("signature-statement/", signing.statement, name="signature-statement"),
]
