"""Addresses of the pages on dosing."""

from __future__ import annotations

from django.urls import path

from dosing import views

urlpatterns = [path("dose-escalation/", views.dose_escalation, name="dose-escalation")]
