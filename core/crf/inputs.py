"""Form fields: they take what people type, say what is wrong in words that help, and lose nothing of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.display import figure
from core.crf.fields import Bounded, ValueText
from core.crf.items import Item, Kind

DAY = re.compile(r"(\d{4})[-/. ]?(\d{1,2})[-/. ]?(\d{1,2})")
CLOCK = re.compile(r"(\d{1,2})[:：.]?(\d{2})")
FIRST_YEAR = 1902  # before it, clocks had no offset in whole minutes
WRONG_DAY = _("There is no such date. Type it as 2026-03-05 or 20260305.")
WRONG_CLOCK = _("There is no such time. Type it as 14:30 or 1430.")
WRONG_MOMENT = _("Type date and time as 2026-03-05 14:30.")
WRONG_NUMBER = {"invalid": _("Type a number with a point, for example 36.5. Letters and commas are not taken.")}
WRONG_WHOLE = {"invalid": _("Type a whole number, for example 72. Letters, points and commas are not taken.")}
TOO_SMALL, TOO_LARGE = _("It cannot be less than %(limit_value)s."), _("It cannot be more than %(limit_value)s.")


def parse_day(text: str) -> date:
    """`2026-03-05`, `20260305`, `2026/3/5`. ValidationError otherwise."""
    match = DAY.fullmatch(text.strip())
    try:
        return date(*map(int, match.groups())) if match else _refuse(WRONG_DAY)
    except ValueError as error:
        raise ValidationError(WRONG_DAY) from error


def parse_clock(text: str) -> time:
    """`14:30`, `1430`, `9:05`. ValidationError otherwise."""
    match = CLOCK.fullmatch(text.strip())
    try:
        return time(int(match[1]), int(match[2])) if match else _refuse(WRONG_CLOCK)
    except ValueError as error:
        raise ValidationError(WRONG_CLOCK) from error


def _refuse(message: Any) -> Any:
    raise ValidationError(message)


class TextValue(forms.CharField):
    """A text input whose text is parsed into a value; the text as typed stays on the page when it cannot be."""

    def __init__(self, parse: Callable[[str], Any], **options: Any) -> None:
        self.parse = parse
        super().__init__(max_length=40, **options)

    def clean(self, value: Any) -> Any:
        """The value, or None for nothing typed."""
        text = super().clean(value)
        return self.parse(text) if text else None


class PlainNumber(forms.DecimalField):
    """Digits and a point: no exponent, no underscore, nothing a reader would take for another figure."""

    plain = re.compile(r"[+-]?\d+([.]\d+)?", re.ASCII)

    def to_python(self, value: Any) -> Any:
        """A figure as one would write it; ValidationError otherwise."""
        if value not in (None, "") and not self.plain.fullmatch(str(value).strip()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class PlainWhole(forms.IntegerField):
    """Digits alone."""

    plain = re.compile(r"[+-]?\d+", re.ASCII)

    def to_python(self, value: Any) -> Any:
        """A whole figure as one would write it; ValidationError otherwise."""
        if value not in (None, "") and not self.plain.fullmatch(str(value).strip()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


def moment_parser(clock: ZoneInfo) -> Callable[[str], datetime]:
    """Date and time as the site's clock showed them; the offset is the site's at that moment."""

    def parse(text: str) -> datetime:
        day, _, rest = text.strip().replace("T", " ").partition(" ")
        if not rest:
            raise ValidationError(WRONG_MOMENT)
        typed = rest.strip()
        offset = re.search(r"\s*([+-]\d{2}:\d{2})$", typed)
        local = datetime.combine(parse_day(day), parse_clock(typed[: offset.start()] if offset else typed))
        try:
            moment = local.replace(tzinfo=datetime.strptime(offset[1], "%z").tzinfo if offset else clock)
            away = moment.utcoffset() or timedelta()
        except (ValueError, OverflowError) as error:
            raise ValidationError(WRONG_MOMENT) from error
        if local.year < FIRST_YEAR or abs(away) >= timedelta(hours=15) or away.seconds % 60:
            raise ValidationError(WRONG_MOMENT)
        return moment

    return parse


def _value_parser(model_field: ValueText) -> Callable[[str], Any]:
    return model_field.to_python


def build(item: Item, model_field: models.Field[Any, Any], clock: ZoneInfo) -> forms.Field:
    """The form field of an item. Every one may be left empty."""
    options: dict[str, Any] = {"label": item.label, "required": False}
    makers: dict[Kind, Callable[[], forms.Field]] = {
        Kind.TEXT: lambda: forms.CharField(
            max_length=model_field.max_length, widget=_text_widget(model_field), **options
        ),
        Kind.CODED: lambda: forms.ChoiceField(choices=_choices(item), **options),
        Kind.SEVERAL: lambda: forms.MultipleChoiceField(choices=_choices(item)[1:], **options),
        Kind.INTEGER: lambda: PlainWhole(widget=forms.TextInput, error_messages=WRONG_WHOLE, **options),
        Kind.DECIMAL: lambda: _decimal(model_field, options),
        Kind.DATE: lambda: TextValue(parse_day, **options),
        Kind.TIME: lambda: TextValue(parse_clock, **options),
        Kind.MOMENT: lambda: TextValue(moment_parser(clock), **options),
        Kind.PARTIAL_DATE: lambda: TextValue(_value_parser(model_field), **options),  # type: ignore[arg-type]
        Kind.MEASURED: lambda: TextValue(_value_parser(model_field), **options),  # type: ignore[arg-type]
        Kind.FILE: lambda: forms.FileField(**options),
    }
    field = makers[item.kind]()
    if isinstance(model_field, Bounded):
        _bound(field, model_field)
    return field


def _choices(item: Item) -> list[tuple[str, Any]]:
    return [("", ""), *((code.code, code.label) for code in item.codes)]


def _text_widget(model_field: models.Field[Any, Any]) -> forms.Widget:
    return forms.Textarea(attrs={"rows": 2}) if (model_field.max_length or 0) > 200 else forms.TextInput()


def _decimal(model_field: Any, options: dict[str, Any]) -> forms.Field:
    return PlainNumber(
        max_digits=model_field.max_digits,
        decimal_places=model_field.decimal_places,
        widget=forms.TextInput,
        error_messages=WRONG_NUMBER,
        **options,
    )


def _bound(field: forms.Field, model_field: Bounded) -> None:
    if model_field.at_least is not None:
        field.validators.append(MinValueValidator(model_field.at_least, TOO_SMALL))
    if model_field.at_most is not None:
        field.validators.append(MaxValueValidator(model_field.at_most, TOO_LARGE))


def shown(item: Item, value: Any) -> str | list[str]:
    """A stored value as it stands in its input."""
    if value is None:
        return [] if item.kind is Kind.SEVERAL else ""
    if item.kind is Kind.SEVERAL:
        return list(value)
    if item.kind is Kind.MOMENT:
        return str(value.strftime("%Y-%m-%d %H:%M ")) + str(value.isoformat()[-6:])
    if isinstance(value, Decimal):
        return figure(value)
    return str(value.strftime("%H:%M") if isinstance(value, time) else value)
