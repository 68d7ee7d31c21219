"""Files that belong to a form: kept in the database with their hash, never overwritten."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models.noted import Noted
from core.models.subject import Subject


class StoredFile(Noted):
    """A PDF, PNG or JPEG as uploaded. A new version is a new row; the old one stays."""

    stamped = "uploaded_at"

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("file")

    def __str__(self) -> str:
        return self.name
