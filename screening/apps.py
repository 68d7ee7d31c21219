"""Consent, demography, and what decides whether a person may take part."""

from __future__ import annotations

from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    """Consent, demography, and what decides whether a person may take part."""

    name = "screening"
    default_auto_field = "django.db.models.BigAutoField"
