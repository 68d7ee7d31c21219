"""What any trial needs: subjects, visits, forms, acts and the trail."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """Machinery shared by every form of the trial."""

    name = "core"
    verbose_name = _("Trial")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load the system checks, every app's rules across forms, and the site's wording, which has to be right."""
        from core import checks  # noqa: F401, PLC0415
        from core.crf import licensed  # noqa: PLC0415

        autodiscover_modules("rules")
        licensed.wording()
