"""Addresses of the list of protocol deviations."""

from __future__ import annotations

from django.urls import path

from core.views import deviations

urlpatterns = [path("deviations/", deviations.index, name="deviation-list")]
