"""Medical coding."""

from __future__ import annotations

from django.apps import AppConfig


class CodingConfig(AppConfig):
    """What was written in words, as a term of a dictionary (MedDRA, WHODrug)."""

    name = "coding"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The trail tells of codings in words."""
        from coding.wording import register  # noqa: PLC0415  the models are loaded by now

        register()
