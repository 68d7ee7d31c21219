"""What follows from a subject's records."""

from __future__ import annotations

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """What follows from a subject's records."""

    name = "reports"
