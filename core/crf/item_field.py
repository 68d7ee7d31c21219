"""What every database field of a form has: it carries its item, it may be empty, and its type is a CHECK."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib.postgres import fields as postgres
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy

from core.crf.items import Item

if TYPE_CHECKING:
    # Django's fields are generic for the type checker alone.
    Base = models.Field[Any, Any]
    CharField = models.CharField[Any, Any]
    DateField = models.DateField[Any, Any]
    DecimalField = models.DecimalField[Any, Any]
    ForeignKey = models.ForeignKey[Any, Any]
    IntegerField = models.IntegerField[Any, Any]
    TimeField = models.TimeField[Any, Any]
    ArrayField = postgres.ArrayField[Any, Any]
else:
    Base = object
    CharField, DateField, DecimalField = models.CharField, models.DateField, models.DecimalField
    ForeignKey, IntegerField, TimeField = models.ForeignKey, models.IntegerField, models.TimeField
    ArrayField = postgres.ArrayField

NOT_STRUCTURE = ("verbose_name", "help_text", "choices", "null", "blank")
NOT_OFFERED = gettext_lazy("%(answer)s is not one of the answers offered. Choose one of the list.")


def quoted(codes: Sequence[str]) -> str:
    """Codes as a list of SQL text constants."""
    return ", ".join("'" + code.replace("'", "''") + "'" for code in codes)


class ItemField(Base):
    """A nullable column that carries its item. Every item may be empty: a gap is a query, not an error."""

    check_sql = ""

    def __init__(self, *args: Any, item: Item | None = None, **kwargs: Any) -> None:
        self.item = item
        kwargs |= {"null": True, "blank": True}
        super().__init__(*args, **kwargs)

    def contribute_to_class(
        self, cls: type[models.Model], name: str, private_only: bool = False, **kwargs: Any
    ) -> None:
        """The item learns the field's name: it is written nowhere else."""
        if self.item is not None:
            self.item = replace(self.item, name=name)
        super().contribute_to_class(cls, name, private_only=private_only, **kwargs)

    def deconstruct(self) -> Any:
        """Wording, help and ranges stay out of the migrations; codes and hard limits do not."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {key: value for key, value in kwargs.items() if key not in NOT_STRUCTURE}

    def db_check(self, connection: BaseDatabaseWrapper) -> str | None:
        """The column's CHECK, made of `check_sql` with the column's name in it."""
        return self.check_sql.format(column=self.quoted_name(connection)) or None

    def quoted_name(self, connection: BaseDatabaseWrapper) -> str:
        """The column's name as SQL has it."""
        return connection.ops.quote_name(str(self.column))
