"""Database fields of a form. Codes, types and hard limits are CHECKs; wording makes no migration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from core.crf.item_field import (
    NOT_OFFERED,
    ArrayField,
    CharField,
    DateField,
    DecimalField,
    ForeignKey,
    IntegerField,
    ItemField,
    TimeField,
    quoted,
)
from core.crf.value_fields import Moment as Moment
from core.crf.value_fields import PartialDay as PartialDay
from core.crf.value_fields import Result as Result
from core.crf.value_fields import ValueText as ValueText


class Text(ItemField, CharField):
    """Free text; a blank is no value."""

    check_sql = "{column} <> ''"

    def get_prep_value(self, value: Any) -> Any:
        """An empty text is stored as no value."""
        return super().get_prep_value(value) or None

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """Signs that no text can hold are a type error: NUL, halves of a character."""
        super().validate(value, model_instance)
        if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in value or ""):
            raise ValidationError(_("The text holds a sign that cannot be stored. Type it again."), code="invalid")


class Coded(ItemField, CharField):
    """One code of a closed list."""

    def __init__(self, *args: Any, codes: Sequence[str] = (), **kwargs: Any) -> None:
        self.codes = tuple(codes)
        super().__init__(*args, **{"max_length": 32} | kwargs)

    def deconstruct(self) -> Any:
        """The codes are structure: a new code is a migration."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_length", None)
        return name, path, args, kwargs | {"codes": list(self.codes)}

    def db_check(self, connection: BaseDatabaseWrapper) -> str | None:
        """Only codes of the list."""
        return f"{self.quoted_name(connection)} IN ({quoted(self.codes)})"

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """A code outside the list is a type error."""
        super().validate(value, model_instance)
        if value not in (None, "") and value not in self.codes:
            raise ValidationError(NOT_OFFERED, code="invalid_choice", params={"answer": value})


class Bounded(ItemField):
    """A number with hard limits: beyond them it cannot be what was observed."""

    excluded: str | None = None

    def __init__(self, *args: Any, at_least: Any = None, at_most: Any = None, **kwargs: Any) -> None:
        self.at_least, self.at_most = at_least, at_most
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Hard limits are structure."""
        name, path, args, kwargs = super().deconstruct()
        limits = {"at_least": self.at_least, "at_most": self.at_most}
        return name, path, args, kwargs | {key: value for key, value in limits.items() if value is not None}

    def db_check(self, connection: BaseDatabaseWrapper) -> str | None:
        """Within the hard limits."""
        column = self.quoted_name(connection)
        limits = ((">=", self.at_least), ("<=", self.at_most), ("<>", self.excluded))
        return " AND ".join(f"{column} {sign} {limit}" for sign, limit in limits if limit is not None) or None

    def to_python(self, value: Any) -> Any:
        """Python reads 1_000 as a number; a person who typed it meant something else."""
        if isinstance(value, str) and "_" in value:
            raise ValidationError(_("Enter a number."), code="invalid")
        return super().to_python(value)

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """Beyond a hard limit is a type error."""
        super().validate(value, model_instance)
        if value is None:
            return
        if self.at_least is not None and value < self.at_least:
            raise ValidationError(_("Enter a number not below %(limit)s."), "out_of_bounds", {"limit": self.at_least})
        if self.at_most is not None and value > self.at_most:
            raise ValidationError(_("Enter a number not above %(limit)s."), "out_of_bounds", {"limit": self.at_most})


class Whole(Bounded, IntegerField):
    """A whole number."""


class Number(Bounded, DecimalField):
    """A decimal number; never a float."""

    excluded = "'NaN'"  # for PostgreSQL a numeric, and the greatest of all


class Day(ItemField, DateField):
    """A full date."""

    check_sql = "{column} >= '1900-01-01'::date AND isfinite({column})"

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """Nothing of this trial happened before 1900."""
        super().validate(value, model_instance)
        if value is not None and value.year < 1900:
            raise ValidationError(_("There is no such date. Check the year."), code="invalid")


class Clock(ItemField, TimeField):
    """A time of day as the site's clock showed it."""

    check_sql = "{column} < '24:00'::time"

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """No clock on a wall shows fractions of a second."""
        super().validate(value, model_instance)
        if value is not None and value.microsecond:
            raise ValidationError(_("Enter the time as hours and minutes, for example 09:30."), code="invalid")


class Several(ItemField, ArrayField):
    """Several codes of a closed list, in the list's order."""

    def __init__(self, *args: Any, codes: Sequence[str] = (), **kwargs: Any) -> None:
        self.codes = tuple(codes)
        kwargs["base_field"] = models.CharField(max_length=32)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """The codes are structure."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("base_field", None)
        return name, path, args, kwargs | {"codes": list(self.codes)}

    def db_check(self, connection: BaseDatabaseWrapper) -> str | None:
        """Only codes of the list, and never an empty set."""
        column = self.quoted_name(connection)
        return f"{column} <@ ARRAY[{quoted(self.codes)}]::varchar[] AND cardinality({column}) > 0"

    def run_validators(self, value: Any) -> None:
        """No value has nothing to validate; Django's own array field would count through it."""
        if value is not None:
            super().run_validators(value)

    def to_python(self, value: Any) -> Any:
        """Each once, in the list's order; none chosen is no value. What is not in the list stays, to be refused."""
        chosen = value if isinstance(value, list) else [value] if value else []
        known = [code for code in self.codes if code in chosen]
        return known + [code for code in chosen if code not in self.codes] or None

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """A code outside the list is a type error."""
        for code in value or ():
            if code not in self.codes:
                raise ValidationError(NOT_OFFERED, code="invalid_choice", params={"answer": code})


class Attached(ItemField, ForeignKey):
    """A file, kept once and never overwritten; the column is named as the item."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"to": "core.StoredFile", "on_delete": models.PROTECT, "related_name": "+"}
        super().__init__(*args, **kwargs)

    def contribute_to_class(
        self, cls: type[models.Model], name: str, private_only: bool = False, **kwargs: Any
    ) -> None:
        """The column is named as the item, so that the trail names it so."""
        self.db_column = name
        super().contribute_to_class(cls, name, private_only, **kwargs)

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        """A file kept for this very subject; what was kept for another is none of its."""
        of: Any = getattr(model_instance, "parent", model_instance)
        if value is not None and getattr(value, "subject_id", None) != of.subject_id:
            raise ValidationError(_("This file was not kept for this subject. Choose the file again."), code="invalid")
        return value

    def deconstruct(self) -> Any:
        """Target and column belong to the class."""
        name, path, args, kwargs = super().deconstruct()
        for key in ("to", "on_delete", "related_name", "db_column"):
            kwargs.pop(key, None)
        return name, path, args, kwargs


def as_json(field: models.Field[Any, Any], value: Any) -> Any:
    """A value as PostgreSQL's `to_jsonb` gives its column: what the trail keeps of it."""
    if value is None:
        return None
    stored = field.get_prep_value(value)
    if isinstance(field, models.DecimalField) and stored is not None:
        return Decimal(stored).quantize(Decimal(1).scaleb(-field.decimal_places))
    return stored.isoformat() if isinstance(stored, (date, datetime)) or hasattr(stored, "isoformat") else stored


def column(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    """The database field of an item."""
    field = model._meta.get_field(name)
    if not isinstance(field, models.Field):
        raise TypeError(f"{name} of {model.__name__} is no column")
    return field
