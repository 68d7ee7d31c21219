"""The search index of the trail: for each mark of a change record (a site, a person, a field, a word) the changes that
bear it, in stretches of consecutive numbers. Written by the database's own functions alone (core/protection/words.sql).
"""

from __future__ import annotations

from django.db import models

STRETCH = 8192  # change numbers in one segment; words.sql has the same figure


class TrailSegment(models.Model):
    """A stretch of change numbers that is in the index, up to and including `until`, with its first and last moment."""

    number = models.PositiveIntegerField(primary_key=True)
    until = models.BigIntegerField()
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "stretch of the trail's index"

    def __str__(self) -> str:
        return f"{self.number}: up to {self.until}"


class TrailMark(models.Model):
    """Which changes of a stretch bear one mark: 1024 bytes are a bit for each, fewer are their places in two bytes."""

    pk = models.CompositePrimaryKey("mark", "segment")
    mark = models.CharField(max_length=140, db_collation="C")
    segment = models.PositiveIntegerField()
    places = models.BinaryField()

    class Meta:
        verbose_name = "mark of the trail's index"

    def __str__(self) -> str:
        return f"{self.mark} in {self.segment}"
