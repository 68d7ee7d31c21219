"""The demo trial: invented people, entered through the same acts as real ones."""

from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """A command and what it loads; no tables, no pages."""

    name = "demo"
