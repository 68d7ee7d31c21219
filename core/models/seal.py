"""Seals: the ends of all chains, signed with a key the database does not hold, and sent out of the database."""

from __future__ import annotations

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.utils.translation import gettext_lazy as _


class SealCause(models.TextChoices):
    """Why a seal was made."""

    HOURLY = "HOURLY", _("The hour is over")
    SIGNATURE = "SIGNATURE", _("A signature")
    LOCK = "LOCK", _("A lock")
    ASKED = "ASKED", _("Asked for by a person")


class Seal(models.Model):
    """One seal: the document as signed, byte for byte. Append-only; the copies outside are what counts."""

    number = models.PositiveIntegerField(unique=True)
    at = models.DateTimeField(db_default=TransactionNow())
    cause = models.CharField(max_length=10, choices=SealCause.choices)
    document = models.TextField()
    sha256 = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)
    key_id = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("seal")

    def __str__(self) -> str:
        return f"{self.number}"


class SealDelivery(models.Model):
    """A seal on its way to one recipient."""

    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="deliveries")
    address = models.CharField(max_length=254)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("delivery of a seal")
        constraints = [models.UniqueConstraint(fields=["seal", "address"], name="seal_once_per_address")]
        indexes = [models.Index(fields=["id"], condition=models.Q(sent_at=None), name="seal_unsent")]

    def __str__(self) -> str:
        return f"{self.seal_id}: {self.address}"
