"""Addresses of blank forms."""

from __future__ import annotations

from django.urls import path

from core.views import blank

urlpatterns = [
    path("blank-forms/", blank.index, name="blank-index"),
    path("blank-forms/<str:visit>/", blank.visit, name="blank-visit"),
    path("blank-forms/<str:visit>/<str:code>/", blank.form, name="blank-form"),
]
