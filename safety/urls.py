"""Addresses of the reports of a serious event."""

from __future__ import annotations

from django.urls import path

from safety import views

REPORTS = "subjects/<str:number>/visits/LOG/SAE/<int:key>/reports/"

urlpatterns = [
    path(REPORTS, views.reports, name="sae-reports"),
    path(f"{REPORTS}freeze/", views.freeze, name="sae-report-freeze"),
]
