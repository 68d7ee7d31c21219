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

from core import reconcile
from core.crf.fields import as_json, column
from core.crf.items import Derivation, FormDef, Item, Kind, RowsDef, Rule
from core.crf.rules import Context, Strength, rules_of
from core.crf.values import Measured, PartialDate
from core.models.crf import Crf, CrfRow, Declared
from core.models.subject import Subject

RANGE_TEXT = _("%(label)s: %(value)s is outside the expected range of %(low)s to %(high)s %(unit)s. Please check.")
FLOOR_TEXT = _("%(label)s: %(value)s is below the expected %(low)s %(unit)s. Please check.")
CEILING_TEXT = _("%(label)s: %(value)s is above the expected %(high)s %(unit)s. Please check.")
STALE_TEXT = _(
    "%(label)s no longer follows from the answers elsewhere that it was computed from. Save this form again."
)
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


def derive(
    items: Iterable[Item], derivations: Iterable[Derivation], row: Declared, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Item name -> derived value, None where an input is still missing. `given`: what else may be read (GIVEN)."""
    known = answers(row, items) | dict(given)
    found = {}
    for derivation in derivations:
        found[derivation.target] = known[derivation.target] = _applied(derivation, known)
    return found


def given(context: Context, rows: Mapping[str, Sequence[CrfRow]], parent: Crf | None = None) -> dict[str, Any]:
    """What checks of a form may read beside its items; of a row with the form it stands on."""
    standing = {name: [row for row in found if not row.voided] for name, found in rows.items()}
    found = {"visit_on": context.visit_on, "subject": context.subject, "context": context, "rows": standing}
    return found | ({} if parent is None else {"parent": parent})


def _applied(check: Rule | Derivation, known: Mapping[str, Any]) -> Any:
    """What a check says of these answers; None where it cannot run yet."""
    inputs = {name: known[name] for name in check.reads if name in known}
    ready = all(value is not None for name, value in inputs.items() if name not in check.spares)
    if not ready or len(inputs) < len(check.reads):
        return None
    if "context" in inputs:
        inputs["context"] = inputs["context"].reading(check.forms)
    return check.compute(**inputs) if isinstance(check, Derivation) else check.holds(**inputs)


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
    found = _of_row(record, form, given(context, rows))
    for group in form.rows:
        beside = given(context, rows, record)
        for row in rows.get(group.name, ()):
            if not row.voided:
                found += _of_row(row, group, beside)
    return found + across(form.code, context) + differing(form.code, context, rows)


def refusals(
    form: FormDef, record: Crf, rows: Mapping[str, Sequence[CrfRow]], context: Context
) -> dict[str, list[Any]]:
    """Item -> why the decision it holds cannot be taken."""
    known = answers(record, form.items) | given(context, rows)
    found: dict[str, list[Any]] = {}
    for rule in form.rules:
        if rule.refuses and _applied(rule, known) is False:
            found.setdefault(rule.item, []).append(rule.message)
    return found


def across(form_code: str, context: Context) -> list[Firing]:
    """The rules across forms that do not hold."""
    return [
        Firing(rule.id, "DEVIATION" if rule.strength is Strength.DEVIATION else "RULE", rule.item, rule.message, value)
        for rule in rules_of(form_code)
        if rule.holds(context.reading(rule.forms)) is False
        for value in [_stored(context.record, rule.item)]
    ]


def differing(form_code: str, context: Context, rows: Mapping[str, Sequence[CrfRow]]) -> list[Firing]:
    """What this record and another one say differently of the same thing."""
    return [
        Firing(one.check_id, "RULE", one.item, one.message, _stored(context.record, one.item), params=one.params)
        for one in reconcile.at_hand(form_code, context, rows)
    ]


def _of_row(row: Declared, part: FormDef | RowsDef, beside: Mapping[str, Any]) -> list[Firing]:
    group, key = (part.name, row.key) if isinstance(part, RowsDef) else ("", None)
    values = (item for item in part.items if item.kind is not Kind.FILE)
    found = [firing for item in values for firing in _of_item(row, item, beside["subject"], group, key)]
    known = answers(row, part.items) | dict(beside)
    for rule in part.rules:
        said = None if rule.refuses else _applied(rule, known)
        if said is False or isinstance(said, Mapping):
            value, words = _stored(row, rule.item), tuple(said.items()) if said else ()
            found.append(Firing(rule.id, "RULE", rule.item, rule.message, value, group, key, words, rule.reads))
    return found + [*_left_behind(row, part, known, group, key)]


def _left_behind(
    row: Declared, part: FormDef | RowsDef, known: dict[str, Any], group: str, key: int | None
) -> Iterator[Firing]:
    """The derived values that something elsewhere has meanwhile made untrue."""
    for derivation in part.derivations:
        if derivation.looks_further and row.pk is not None:
            target = column(type(row), derivation.target)
            now = _applied(derivation, known)
            if (None if now is None else target.clean(now, row)) != known[derivation.target]:
                label = next(item.label for item in part.items if item.name == derivation.target)
                value = _stored(row, derivation.target)
                yield Firing("STALE", "RULE", derivation.target, STALE_TEXT, value, group, key, (("label", label),))


def _of_item(row: Declared, item: Item, subject: Subject, group: str, key: int | None) -> Iterator[Firing]:
    """What every figure and every date is checked for, whatever the form."""
    value = getattr(row, item.name)
    if _is_outside(item, value):
        yield _range_firing(row, item, group, key)
    if value is not None and _looks_back(item) and _is_ahead(value, subject):
        params = (("label", item.label),)
        yield Firing("FUTURE", "RULE", item.name, FUTURE_TEXT, _stored(row, item.name), group, key, params)


def _looks_back(item: Item) -> bool:
    """Is it the date of something that has happened? What is computed, or said to lie ahead, need not have."""
    return item.kind in DATED and not item.derived and not item.ahead


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
