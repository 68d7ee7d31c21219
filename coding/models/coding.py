"""What an answer was coded as, each time it was."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Site
from coding.models.dictionary import Dictionary, Term
from core.models import Noted, Subject


class How(models.TextChoices):
    """How the term was found."""

    EXACT = "EXACT", _("The same words")
    SYNONYM = "SYNONYM", _("By synonym")
    CARRIED = "CARRIED", _("Carried over to a new version")
    HAND = "HAND", _("By a person")


class Coding(Noted):
    """The words of one answer and the term chosen for them. It counts while the answer reads so; the newest counts."""

    heeds_lock = True

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    visit_name = models.CharField(max_length=12)
    form_code = models.CharField(max_length=12)
    record_key = models.PositiveIntegerField()
    group = models.CharField(max_length=63, blank=True)
    row_key = models.PositiveIntegerField(default=0)
    field = models.CharField(max_length=63)
    verbatim = models.TextField()
    dictionary = models.ForeignKey(Dictionary, on_delete=models.PROTECT, related_name="+")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")
    how = models.CharField(max_length=8, choices=How.choices)
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=150)
    role = models.CharField(max_length=20, blank=True)

    class Meta:
        verbose_name = _("coding")
        indexes = [models.Index(fields=["subject", "form_code", "record_key"], name="coding_by_record")]

    def __str__(self) -> str:
        return f"{self.verbatim}: {self.term_id}"

    @property
    def place(self) -> tuple[int, str, str, int, str, int, str]:
        """Which answer of which record it is about."""
        return (
            self.subject_id, self.visit_name, self.form_code, self.record_key, self.group, self.row_key, self.field,
        )  # fmt: skip
