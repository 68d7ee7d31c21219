"""What follows the infusion: overdue visits, reminders, long-term follow-up."""

from __future__ import annotations

from django.apps import AppConfig


class FollowupConfig(AppConfig):
    """What follows the infusion: overdue visits, reminders, long-term follow-up."""

    name = "followup"
    default_auto_field = "django.db.models.BigAutoField"
