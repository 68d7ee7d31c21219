"""Rows that an act adds and nobody changes: each is carried whole by an item of the act's change record."""

from __future__ import annotations

from typing import Any

from django.db import models

from core.models.change import ExactJSON

# Never part of what is carried: what numbers the row, what the change record itself says, and what moves later.
NOT_CARRIED = frozenset({"id", "change_id", "at", "opened_at", "uploaded_at", "content", "masked"})


class Noted(models.Model):
    """A row of an append-only table, explained by the change record of the act that added it.

    `moves`: columns that follow later steps; without any the table only grows. `stamped`: the column of its time.
    `heeds_lock`: PostgreSQL refuses a row about a place that is locked.
    """

    change = models.ForeignKey("core.Change", on_delete=models.PROTECT, related_name="+")
    moves: tuple[str, ...] = ()
    stamped = "at"
    heeds_lock = False

    class Meta:
        abstract = True

    def carried(self) -> dict[str, Any]:
        """The row as its item carries it: column -> value, without what is empty or moves later."""
        return {
            str(field.column): value
            for field in self._meta.concrete_fields
            if field.column not in NOT_CARRIED and field.column not in self.moves
            if (value := _plain(field, getattr(self, field.attname))) is not None
        }


def _plain(field: Any, value: Any) -> Any:
    return value if value is None or isinstance(field, ExactJSON) else field.to_python(value)
