"""What readers record of their reading: how far a record was reviewed, and reviews of the trail itself (AUD-06)."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models.subject import Subject


class ReadMark(models.Model):
    """A person has looked at a record up to a change of the subject. Append-only; the last one counts."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    visit_name = models.CharField(max_length=12)
    form_code = models.CharField(max_length=12)
    record_key = models.PositiveIntegerField()
    seq = models.PositiveIntegerField()
    at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        verbose_name = _("record reviewed")
        indexes = [
            models.Index(
                fields=["user", "subject", "form_code", "visit_name", "record_key", "-seq"], name="read_by_record"
            )
        ]

    def __str__(self) -> str:
        return f"{self.form_code} {self.record_key} up to {self.seq}"


class Outcome(models.TextChoices):
    """What came of a review of the trail."""

    NOTHING = "NOTHING", _("Nothing to pursue")
    QUERIES = "QUERIES", _("Queries were raised")
    TRAINING = "TRAINING", _("The site is trained again")
    ESCALATED = "ESCALATED", _("Passed on to the sponsor")


class TrailReview(models.Model):
    """One review of the trail: what was looked at, by whom, what was found, what follows. Never changed once signed."""

    number = models.PositiveIntegerField(unique=True)
    scope = models.TextField(blank=True)
    address = models.CharField(max_length=1000, blank=True)
    from_on = models.DateField()
    to_on = models.DateField()
    changes = models.PositiveIntegerField()
    finding = models.TextField()
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    next_due_on = models.DateField()
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reviewer_name = models.CharField(max_length=150)
    role = models.CharField(max_length=20)
    signed_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        verbose_name = _("review of the trail")
        indexes = [models.Index(fields=["-signed_at", "-id"], name="trailreview_by_time")]

    def __str__(self) -> str:
        return f"{self.number}"
