"""Addresses of the change list and of its files."""

from __future__ import annotations

from django.urls import path

from core.views import changes

urlpatterns = [
    path("changes/", changes.index, name="change-list"),
    path("changes/export.csv", changes.export_csv, name="change-export-csv"),
    path("changes/export.xlsx", changes.export_xlsx, name="change-export-xlsx"),
]
