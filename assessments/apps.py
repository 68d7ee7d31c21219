"""Forms used at more than one visit: scales, vital signs, laboratory, pregnancy test."""

from __future__ import annotations

from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    """Forms used at more than one visit: scales, vital signs, laboratory, pregnancy test."""

    name = "assessments"
    default_auto_field = "django.db.models.BigAutoField"
