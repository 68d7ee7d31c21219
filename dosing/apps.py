"""Lymphodepletion and CAR-T infusion."""

from __future__ import annotations

from django.apps import AppConfig


class DosingConfig(AppConfig):
    """Lymphodepletion and CAR-T infusion."""

    name = "dosing"
    default_auto_field = "django.db.models.BigAutoField"
