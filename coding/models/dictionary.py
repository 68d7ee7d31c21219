"""A licensed dictionary as loaded from its files, and the site's own synonyms. These tables only grow."""

from __future__ import annotations

import unicodedata

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def normal(text: str) -> str:
    """A text as it is compared: width, case, spaces and a closing full stop make no difference."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(folded.split()).rstrip(".。 ")


class DictionaryKind(models.TextChoices):
    """Which dictionary. Both are licensed: the trial brings its own files."""

    MEDDRA = "MEDDRA", "MedDRA"
    WHODRUG = "WHODRUG", "WHODrug"


class Dictionary(models.Model):
    """One version of a dictionary in one language. The one loaded last of its kind and language is in force."""

    only_grows = True

    kind = models.CharField(max_length=8, choices=DictionaryKind.choices)
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=8)
    loaded_at = models.DateTimeField(auto_now_add=True)
    sha256 = models.CharField(max_length=64)
    terms_count = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("dictionary")
        constraints = [models.UniqueConstraint(fields=["kind", "version", "language"], name="dictionary_loaded_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.version} ({self.language})"


class Term(models.Model):
    """A lowest-level term or a drug name. `path` leads up: preferred term to system organ class, or the ATC classes."""

    only_grows = True

    dictionary = models.ForeignKey(Dictionary, on_delete=models.PROTECT, related_name="terms")
    code = models.CharField(max_length=20)
    text = models.CharField(max_length=300)
    normal = models.CharField(max_length=300)
    is_current = models.BooleanField(default=True)
    path = models.JSONField(default=list)

    class Meta:
        verbose_name = _("term")
        indexes = [
            models.Index(fields=["dictionary", "normal"], name="term_by_text"),
            models.Index(fields=["dictionary", "code"], name="term_by_code"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def place(self) -> str:
        """Where it stands in the dictionary, in words."""
        return " › ".join(step["text"] for step in self.path)


class Synonym(models.Model):
    """Words that mean a term wherever they are written. The newest row for the words counts; without code none does."""

    only_grows = True

    kind = models.CharField(max_length=8, choices=DictionaryKind.choices)
    normal = models.CharField(max_length=300)
    code = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("synonym")
        indexes = [models.Index(fields=["kind", "normal", "-id"], name="synonym_by_text")]

    def __str__(self) -> str:
        return f"{self.normal}: {self.code}"
