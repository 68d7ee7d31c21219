"""What every clinical table has: a history, and no way to delete."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from simple_history.models import HistoricalRecords


class NeverDeleted(models.QuerySet[Any]):
    """Rows are voided by an act, never deleted (AUD-04). The database refuses as well."""

    def delete(self) -> NoReturn:
        """Refused."""
        raise TypeError("clinical rows are voided, never deleted")


class TrailRow(models.Model):
    """A history row names the change record that explains it."""

    change = models.ForeignKey("core.Change", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class Recorded(models.Model):
    """A clinical table. Its rows change only through acts: any other write is refused by PostgreSQL at commit."""

    objects = NeverDeleted.as_manager()
    history = HistoricalRecords(
        inherit=True,
        bases=[TrailRow],
        history_change_reason_field=models.TextField(null=True),
    )

    class Meta:
        abstract = True

    def delete(self, using: Any = None, keep_parents: bool = False) -> NoReturn:
        """Refused."""
        raise TypeError("clinical rows are voided, never deleted")
