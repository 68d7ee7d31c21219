"""Database fields of values that Python has no type for: partial dates, moments as observed, censored results."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from core.crf.item_field import CharField, ItemField
from core.crf.values import Measured, PartialDate, parse_moment, write_moment


class ValueText(ItemField, CharField):
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
