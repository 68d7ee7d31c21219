"""Database fields of a form. Codes, types and hard limits are CHECKs; wording makes no migration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from core.crf.item_field import NOT_OFFERED, ItemField, quoted
from core.crf.values import Measured, PartialDate, parse_moment, write_moment


class Text(ItemField, models.CharField):
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


class Coded(ItemField, models.CharField):
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
        return f"{connection.ops.quote_name(self.column)} IN ({quoted(self.codes)})"

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
        column = connection.ops.quote_name(self.column)
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


class Whole(Bounded, models.IntegerField):
    """A whole number."""


class Number(Bounded, models.DecimalField):
    """A decimal number; never a float."""

    excluded = "'NaN'"  # for PostgreSQL a numeric, and the greatest of all


class Day(ItemField, models.DateField):
    """A full date."""

    check_sql = "{column} >= '1900-01-01'::date AND isfinite({column})"

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """Nothing of this trial happened before 1900."""
        super().validate(value, model_instance)
        if value is not None and value.year < 1900:
            raise ValidationError(_("There is no such date. Check the year."), code="invalid")


class Clock(ItemField, models.TimeField):
    """A time of day as the site's clock showed it."""

    check_sql = "{column} < '24:00'::time"

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """No clock on a wall shows fractions of a second."""
        super().validate(value, model_instance)
        if value is not None and value.microsecond:
            raise ValidationError(_("Enter the time as hours and minutes, for example 09:30."), code="invalid")


class ValueText(ItemField, models.CharField):
    """A value object kept as canonical text."""

    length = 25

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = self.length
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """The length belongs to the class."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_length", None)
        return name, path, args, kwargs

    def parse(self, text: str) -> Any:
        """The value object of a text; ValueError where it is none."""
        raise NotImplementedError

    def write(self, value: Any) -> str:
        """The canonical text of a value object."""
        return str(value)

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        """Read back as the value object."""
        return None if value is None else self.parse(value)

    def to_python(self, value: Any) -> Any:
        """Text or value object to value object; ValidationError says what to type."""
        if value in (None, "") or not isinstance(value, str):
            return value or None
        try:
            return self.parse(value)
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error

    def get_prep_value(self, value: Any) -> str | None:
        """Stored as canonical text."""
        return None if value in (None, "") else self.write(self.to_python(value))

    def value_to_string(self, obj: models.Model) -> str:
        """For serializers."""
        return self.get_prep_value(self.value_from_object(obj)) or ""

    def run_validators(self, value: Any) -> None:
        """The parser is the validator; length checks do not fit a value object."""


class PartialDay(ValueText):
    """A date of which day or month may be unknown."""

    length = 10
    check_sql = (
        "{column} IS NULL OR ({column} ~ '^[0-9]{{4}}(-[0-9]{{2}}(-[0-9]{{2}})?)?$' "
        "AND ({column} || substr('-01-01', length({column}) - 3))::date IS NOT NULL)"
    )

    def parse(self, text: str) -> PartialDate:
        """ISO 8601 reduced form."""
        return PartialDate.parse(text)


class Moment(ValueText):
    """A date and time with the offset of the clock it was read from."""

    length = 25
    check_sql = (
        "{column} IS NULL OR ({column} ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}"
        "T([01][0-9]|2[0-3]):[0-5][0-9][+-](0[0-9]|1[0-4]):[0-5][0-9]$' AND {column}::timestamptz IS NOT NULL)"
    )

    def parse(self, text: str) -> datetime:
        """ISO 8601 with offset, to the minute."""
        return parse_moment(text)

    def to_python(self, value: Any) -> Any:
        """A moment without its offset could be any of 26 hours."""
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValidationError(_("Enter the date and time with its offset."), code="invalid")
        return super().to_python(value)

    def write(self, value: Any) -> str:
        """The wall time and offset as observed."""
        return write_moment(value)


class Result(ValueText):
    """A result with its operator, digits as reported."""

    length = 24
    check_sql = "{column} ~ '^(<|<=|>|>=)?[0-9]{{1,12}}([.][0-9]{{1,8}})?$'"

    def parse(self, text: str) -> Measured:
        """`<0.5`."""
        return Measured.parse(text)


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
        column = connection.ops.quote_name(self.column)
        return f"{column} <@ ARRAY[{quoted(self.codes)}]::varchar[] AND cardinality({column}) > 0"

    def get_prep_value(self, value: Any) -> Any:
        """In the list's order; none chosen is no value."""
        return [code for code in self.codes if code in value] or None if value else None

    def run_validators(self, value: Any) -> None:
        """No value has nothing to validate; Django's own array field would count through it."""
        if value is not None:
            super().run_validators(value)

    def to_python(self, value: Any) -> Any:
        """A list, or no value; a text is no list."""
        return value if isinstance(value, list) else [value] if value else None

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """A code outside the list is a type error."""
        for code in value or ():
            if code not in self.codes:
                raise ValidationError(NOT_OFFERED, code="invalid_choice", params={"answer": code})


class Attached(ItemField, models.ForeignKey):
    """A file, kept once and never overwritten; the column is named as the item."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"to": "core.StoredFile", "on_delete": models.PROTECT, "related_name": "+"}
        super().__init__(*args, **kwargs)

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        """The column is named as the item, so that the trail names it so."""
        self.db_column = name
        super().contribute_to_class(cls, name, private_only=private_only)

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
