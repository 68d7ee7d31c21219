"""Addresses of looking back."""

from __future__ import annotations

from django.urls import path

from core.views import moments

urlpatterns = [
    path("subjects/<str:number>/standing/", moments.standing, name="subject-standing"),
    path("subjects/<str:number>/difference/", moments.compare, name="subject-difference"),
]
