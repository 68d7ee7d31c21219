"""Labels and values in the words of the forms they stand on, also of forms that are not declared yet."""

from __future__ import annotations

from typing import Any

from core import schedule
from core.crf import read
from core.crf.display import show
from core.crf.items import Item


def title(code: str) -> str:
    """A form's title; its bare code where nobody knows it."""
    if code in read.form_models():
        return str(read.form(code).title)
    return str(schedule.forms_to_come().get(code, code))


def item_of(code: str, name: str, group: str = "") -> Item | None:
    """An item of a form, or of its rows; None where the form is not declared or has none of that name."""
    if code not in read.form_models():
        return None
    form = read.form(code)
    parts = [rows.items for rows in form.rows if rows.name == group] if group else [form.items]
    return next((item for items in parts for item in items if item.name == name), None)


def label(code: str, name: str, group: str = "") -> str:
    """What is asked, with the form it is asked on."""
    item = item_of(code, name, group)
    return f"{title(code)}: {item.label if item else name}"


def shown(code: str, name: str, value: Any, group: str = "") -> str:
    """A value as the form's page shows it."""
    item = item_of(code, name, group)
    return show(item, value) if item else str(value)
