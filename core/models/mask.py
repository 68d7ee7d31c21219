"""Masking personal data entered by mistake: one asks, another agrees, the chain still verifies (ADM-09)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Site
from core.models.change import ExactJSON
from core.models.noted import Noted
from core.models.subject import Subject

MASKED = "[masked]"


class MaskTarget(models.TextChoices):
    """What holds the personal data."""

    VALUE = "VALUE", _("A former value of a text item")
    REASON = "REASON", _("The reason of a change")
    QUERY = "QUERY", _("The text of a query")


class MaskRequest(Noted):
    """Somebody asks that a text be masked. `target_id`: the changed field, the change, or the step of the query."""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="mask_requests")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    target = models.CharField(max_length=8, choices=MaskTarget.choices)
    target_id = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=150)
    role = models.CharField(max_length=20)

    class Meta:
        verbose_name = _("request to mask")

    def __str__(self) -> str:
        return f"{self.target} {self.target_id}"


class MaskDecision(Noted):
    """What another person decided. `names`: every place that was masked, [table, number, column], for the verifier."""

    request = models.OneToOneField(MaskRequest, on_delete=models.PROTECT, related_name="decision")
    granted = models.BooleanField()
    names = ExactJSON(null=True)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=150)
    role = models.CharField(max_length=20)

    class Meta:
        verbose_name = _("decision on masking")

    def __str__(self) -> str:
        return f"{self.request_id}: {self.granted}"
