"""Addresses of what is derived."""

from __future__ import annotations

from django.urls import path

from reports import views

urlpatterns = [path("subjects/<str:number>/derived/", views.derived, name="subject-derived")]
