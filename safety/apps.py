"""Adverse events and protocol deviations."""

from __future__ import annotations

from django.apps import AppConfig


class SafetyConfig(AppConfig):
    """Adverse events and protocol deviations."""

    name = "safety"
    default_auto_field = "django.db.models.BigAutoField"
