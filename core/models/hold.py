"""Freeze and lock: a form, a visit, a subject, a site or the study is held, and every step of it is on record."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Site
from core.models.noted import Noted
from core.models.subject import Subject


class Level(models.TextChoices):
    """What is held. Site and study are held subject by subject, so that each subject's chain tells of it."""

    FORM = "FORM", _("Form")
    VISIT = "VISIT", _("Visit")
    SUBJECT = "SUBJECT", _("Subject")
    SITE = "SITE", _("Site")
    STUDY = "STUDY", _("Study")


class HoldState(models.TextChoices):
    """Frozen: no data change, review goes on. Locked: nothing changes."""

    FREE = "FREE", _("Free")
    FROZEN = "FROZEN", _("Frozen")
    LOCKED = "LOCKED", _("Locked")


class HoldVerb(models.TextChoices):
    """What was done to a hold."""

    FREEZE = "FREEZE", _("Froze")
    UNFREEZE = "UNFREEZE", _("Released")
    LOCK = "LOCK", _("Locked")
    ASK = "ASK", _("Asked to unlock")
    UNLOCK = "UNLOCK", _("Unlocked")
    REFUSE = "REFUSE", _("Refused to unlock")


class Hold(Noted):
    """How something of one subject is held now. Follows from its steps; `asked`: somebody wants it unlocked."""

    moves = ("state", "asked")
    stamped = ""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="holds")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=8, choices=Level.choices)
    visit_name = models.CharField(max_length=12, blank=True)
    form_code = models.CharField(max_length=12, blank=True)
    record_key = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=HoldState.choices)
    asked = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("freeze or lock")
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "level", "visit_name", "form_code", "record_key"], name="hold_once_per_place"
            )
        ]
        indexes = [models.Index(fields=["site", "level", "state"], name="hold_by_site")]

    def __str__(self) -> str:
        return f"{self.level} {self.visit_name} {self.form_code}: {self.state}"


class HoldStep(Noted):
    """One step: immutable, timed, attributed. Unlocking takes one who asks and another who agrees."""

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="steps")
    verb = models.CharField(max_length=8, choices=HoldVerb.choices)
    state = models.CharField(max_length=8, choices=HoldState.choices)
    asked = models.BooleanField(default=False)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=150)
    role = models.CharField(max_length=20)
    text = models.TextField(blank=True)

    class Meta:
        verbose_name = _("step of a freeze or lock")

    def __str__(self) -> str:
        return f"{self.hold_id}: {self.verb}"
