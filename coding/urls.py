"""Addresses of medical coding."""

from __future__ import annotations

from django.urls import path

from coding import views

urlpatterns = [
    path("coding/", views.index, name="coding-list"),
    path("coding/words/", views.words, name="coding-words"),
    path("coding/code/", views.code, name="coding-code"),
]
