"""The conclusion of a test, as laboratories word it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Finding(models.TextChoices):
    """Negative, positive, or neither for certain."""

    NEGATIVE = "NEG", _("Negative")
    POSITIVE = "POS", _("Positive")
    INDETERMINATE = "IND", _("Indeterminate")


def contradicts(finding: str, above: bool | None) -> bool:
    """Does the conclusion contradict whether the figure is above its limit? Not while that is not certain (None)."""
    return (finding == Finding.NEGATIVE and above is True) or (finding == Finding.POSITIVE and above is False)
