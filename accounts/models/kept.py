"""Rows that are ended or made inactive, never deleted, with every state kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeVar

from django.db import models, transaction
from simple_history.models import HistoricalRecords

if TYPE_CHECKING:
    from accounts.models.user import User

NEVER_DELETED = "Accounts, sites and memberships are ended or made inactive, never deleted."

RowT = TypeVar("RowT", bound=models.Model)


class KeptQuerySet(models.QuerySet[RowT]):
    """Rows that stand in the trail by name: none is ever deleted."""

    def delete(self) -> NoReturn:
        raise models.ProtectedError(NEVER_DELETED, set())


class Kept(models.Model):
    """A row that is ended or made inactive, never deleted; every change of it is in its history.

    `named_by`: the columns that name it in the event of each change, for tables of other apps.
    """

    named_by: ClassVar[str] = ""

    class Meta:
        abstract = True

    def attribute_to(self, by: User, reason: str) -> None:
        """Whom and why the history names at the next save; without it: the person of the request, no reason."""
        self._history_user = by
        self._change_reason = reason

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The row and its history commit together: the database refuses the one without the other."""
        with transaction.atomic():
            super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise models.ProtectedError(NEVER_DELETED, {self})


def kept_history(excluded_fields: tuple[str, ...] = ()) -> HistoricalRecords:
    """Every state of a row, by whom and why."""
    return HistoricalRecords(
        history_change_reason_field=models.TextField(null=True),
        excluded_fields=list(excluded_fields),
    )
