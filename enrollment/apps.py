"""Enrolment, leukapheresis, the product and its chain of identity."""

from __future__ import annotations

from django.apps import AppConfig


class EnrollmentConfig(AppConfig):
    """Enrolment, leukapheresis, the product and its chain of identity."""

    name = "enrollment"
    default_auto_field = "django.db.models.BigAutoField"
