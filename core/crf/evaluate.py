"""Compute what is derived and find what deserves a second look. Reads only; acts write what comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from core.crf.fields import as_json
from core.crf.items import FormDef, Item, Kind, Rule
from core.crf.rules import Context, Strength, rules_of
from core.crf.values import Measured, PartialDate
from core.models.crf import Crf, CrfRow, Declared
from core.models.subject import Subject

RANGE_TEXT = _("%(label)s: %(value)s is outside the expected range of %(low)s to %(high)s %(unit)s. Please check.")
FLOOR_TEXT = _("%(label)s: %(value)s is below the expected %(low)s %(unit)s. Please check.")
CEILING_TEXT = _("%(label)s: %(value)s is above the expected %(high)s %(unit)s. Please check.")
FUTURE_TEXT = _("%(label)s lies in the future. Please check.")
DATED = (Kind.DATE, Kind.PARTIAL_DATE, Kind.MOMENT)


@dataclass(frozen=True)
class Firing:
    """An edit check that fired: where, why, and on which value."""

    check_id: str
    kind: str
    field: str
    message: Any
    value: Any
    group: str = ""
    row_key: int | None = None
    params: tuple[tuple[str, Any], ...] = ()
    reads: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[str, int | None, str, str]:
        """What makes two firings the same question."""
        return (self.group, self.row_key, self.field, self.check_id)

    def text(self, language: str) -> str:
        """The wording in one language."""
        with override(language):
            return (
                str(self.message) % {key: str(value) for key, value in self.params}
                if self.params
                else str(self.message)
            )


def answers(row: models.Model, items: Iterable[Item]) -> dict[str, Any]:
    """Item name -> value; of a file its id: no question reads what is in it."""
    return {item.name: getattr(row, f"{item.name}_id" if item.kind is Kind.FILE else item.name) for item in items}


def derive(form: FormDef, record: Crf) -> dict[str, Any]:
    """Item name -> derived value, None where an input is still missing."""
    known = answers(record, form.items)
    for derivation in form.derivations:
        inputs = {name: known[name] for name in derivation.reads}
        ready = all(value is not None for name, value in inputs.items() if name not in derivation.spares)
        known[derivation.target] = derivation.compute(**inputs) if ready else None
    return {derivation.target: known[derivation.target] for derivation in form.derivations}


def gaps(row: Declared, items: Iterable[Item]) -> list[str]:
    """The items that are asked, not optional, empty, and without a missing reason."""
    items = tuple(items)
    known = answers(row, items)
    return [
        item.name
        for item in items
        if not item.derived and not item.optional and known[item.name] is None
        if item.name not in row.missing and item.is_asked(known)
    ]


def unasked(values: Mapping[str, Any], items: Iterable[Item]) -> list[Item]:
    """The items that have a value though the other answer says they are not asked: both cannot be what was observed."""
    return [item for item in items if values.get(item.name) is not None and not item.is_asked(values)]


def firings(form: FormDef, record: Crf, rows: Mapping[str, Sequence[CrfRow]], context: Context) -> list[Firing]:
    """Every check of the form that fires on the record as it stands."""
    if record.voided:
        return []
    extra = {"visit_on": context.visit_on, "subject": context.subject}
    found = _of_row(record, form.items, form.rules, extra)
    for group in form.rows:
        for row in rows.get(group.name, ()):
            if not row.voided:
                found += _of_row(row, group.items, group.rules, extra, group.name, row.key)
    return found + across(form.code, context)


def across(form_code: str, context: Context) -> list[Firing]:
    """The rules across forms that do not hold."""
    return [
        Firing(rule.id, "DEVIATION" if rule.strength is Strength.DEVIATION else "RULE", rule.item, rule.message, value)
        for rule in rules_of(form_code)
        if rule.holds(context) is False
        for value in [_stored(context.record, rule.item)]
    ]


def _of_row(
    row: Declared,
    items: tuple[Item, ...],
    rules: tuple[Rule, ...],
    extra: Mapping[str, Any],
    group: str = "",
    key: int | None = None,
) -> list[Firing]:
    values = (item for item in items if item.kind is not Kind.FILE)
    found = [firing for item in values for firing in _of_item(row, item, extra["subject"], group, key)]
    known = answers(row, items) | dict(extra)
    for rule in rules:
        inputs = {name: known[name] for name in rule.reads if name in known}
        ready = all(value is not None for name, value in inputs.items() if name not in rule.spares)
        if len(inputs) == len(rule.reads) and ready and not rule.holds(**inputs):
            value = _stored(row, rule.item)
            found.append(Firing(rule.id, "RULE", rule.item, rule.message, value, group, key, reads=rule.reads))
    return found


def _of_item(row: Declared, item: Item, subject: Subject, group: str, key: int | None) -> Iterator[Firing]:
    """What every figure and every date is checked for, whatever the form."""
    value = getattr(row, item.name)
    if _is_outside(item, value):
        yield _range_firing(row, item, group, key)
    if value is not None and item.kind in DATED and _is_ahead(value, subject):
        params = (("label", item.label),)
        yield Firing("FUTURE", "RULE", item.name, FUTURE_TEXT, _stored(row, item.name), group, key, params)


def _is_ahead(value: Any, subject: Subject) -> bool:
    """Certainly later than now on the site's clock; of a partial date the earliest day it can be."""
    if isinstance(value, datetime):
        return value > timezone.now()
    day = value.earliest if isinstance(value, PartialDate) else value
    return bool(day > subject.site.today())


def _is_outside(item: Item, value: Any) -> bool:
    if value is None or (item.low is None and item.high is None):
        return False
    figure = value.value if isinstance(value, Measured) else Decimal(value)
    return (item.low is not None and figure < item.low) or (item.high is not None and figure > item.high)


def _range_firing(row: Declared, item: Item, group: str, key: int | None) -> Firing:
    value = getattr(row, item.name)
    params = (("label", item.label), ("value", value), ("low", item.low), ("high", item.high), ("unit", item.unit))
    text = CEILING_TEXT if item.low is None else FLOOR_TEXT if item.high is None else RANGE_TEXT
    return Firing("RANGE", "RANGE", item.name, text, _stored(row, item.name), group, key, params)


def _stored(row: Any, name: str) -> Any:
    field = row._meta.get_field(name) if any(field.name == name for field in row._meta.fields) else None
    return None if field is None else as_json(field, getattr(row, field.attname))
