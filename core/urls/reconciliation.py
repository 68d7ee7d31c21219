"""Address of the safety reconciliation of a subject."""

from __future__ import annotations

from django.urls import path

from core.views import reconciliation

urlpatterns = [path("subjects/<str:number>/reconciliation/", reconciliation.index, name="reconciliation")]
