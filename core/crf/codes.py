"""Code lists that more than one form uses (CDISC controlled terminology where it has them)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class NoYes(models.TextChoices):
    """NY: no, yes."""

    NO = "N", _("No")
    YES = "Y", _("Yes")
