"""A value in words: codes by their label, with the unit, as the form's version worded it."""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal
from typing import Any

from django.utils.translation import pgettext

from core.crf.items import Item, Kind


def show(item: Item, value: Any) -> str:
    """The value of an item as a person reads it; empty for none."""
    if value is None or value == []:
        return ""
    if item.kind is Kind.CODED:
        return str(item.label_of(value))
    if item.kind is Kind.SEVERAL:
        between = pgettext("between the answers of a list", ", ")
        return between.join(str(item.label_of(code)) for code in value)
    text = _plain(value)
    return f"{text} {item.unit}" if item.unit else text


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} {value.isoformat()[-6:]}"
    if isinstance(value, Decimal):
        return figure(value)
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)


def figure(value: Decimal) -> str:
    """A decimal without the zeros that a column of three and more places adds; one or two may have been observed."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if len(text.partition(".")[2]) > 2 else text
