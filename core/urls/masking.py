"""Addresses of masking personal data entered by mistake."""

from __future__ import annotations

from django.urls import path

from core.views import masking

urlpatterns = [
    path("subjects/<str:number>/masking/", masking.index, name="mask-list"),
    path("subjects/<str:number>/masking/<str:target>/<int:pk>/ask/", masking.ask, name="mask-ask"),
    path("subjects/<str:number>/masking/<int:pk>/decide/", masking.decide, name="mask-decide"),
]
