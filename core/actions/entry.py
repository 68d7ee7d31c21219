"""What a person entered on one form, and how it becomes the rows of a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.crf import evaluate
from core.crf.fields import column
from core.crf.items import MISSING_REASONS, FormDef, Item, RowsDef
from core.crf.provenance import own
from core.crf.rules import Context
from core.models import Crf, CrfRow
from core.models.crf import Declared


@dataclass(frozen=True)
class RowEntry:
    """One repeating row as entered. `key` None is a new row."""

    values: Mapping[str, Any]
    key: int | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    voided: bool = False


@dataclass(frozen=True)
class Entry:
    """One form as entered: item -> value, item -> missing reason, group -> rows, and the date of the visit."""

    values: Mapping[str, Any]
    missing: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, Sequence[RowEntry]] = field(default_factory=dict)
    visit_on: date | None = None


def fill(row: Declared, items: Iterable[Item], values: Mapping[str, Any], missing: Mapping[str, str]) -> None:
    """Set the row's answers. ValidationError (item name -> messages) for what cannot be what was observed."""
    typed = [item for item in items if not item.derived]
    errors: dict[str, list[str]] = {}
    for item in typed:
        if item.name not in values and item.name not in missing:
            continue
        try:
            setattr(row, item.name, _clean(row, item, values.get(item.name)))
        except ValidationError as error:
            errors[item.name] = list(error.messages)
    _fill_missing(row, typed, missing, errors)
    for item in evaluate.unasked(evaluate.answers(row, typed), typed):
        errors.setdefault(item.name, []).append(
            _("The answer above says that this is not asked. Clear one of the two.")
        )
    if errors:
        raise ValidationError(errors)


def _clean(row: Declared, item: Item, value: Any) -> Any:
    return column(type(row), item.name).clean(None if value in ("", [], ()) else value, row)


def _fill_missing(row: Declared, typed: list[Item], missing: Mapping[str, str], errors: dict[str, list[str]]) -> None:
    answers = evaluate.answers(row, typed)
    given = {name: code for name, code in missing.items() if name in answers and code}
    for name, code in given.items():
        if code not in MISSING_REASONS:
            errors.setdefault(name, []).append(_("Choose one of the reasons offered."))
        elif answers[name] is not None:
            errors.setdefault(name, []).append(_("Give either the value or why it is missing, not both."))
    kept = {name: code for name, code in row.missing.items() if name not in missing and answers.get(name) is None}
    row.missing = kept | given


def is_blank(row: Declared, items: Iterable[Item]) -> bool:
    """Nothing was answered and nothing said to be missing."""
    typed = (item for item in own(items) if not item.derived)
    return not row.missing and all(value is None for value in evaluate.answers(row, typed).values())


def fill_rows(group: RowsDef, record: Crf, present: Sequence[CrfRow], entries: Sequence[RowEntry]) -> list[CrfRow]:
    """The group's rows with the entries set, new ones with the next free keys. ValidationError names row and item."""
    rows = {row.key: row for row in present}
    next_key = max(rows, default=0) + 1
    errors: dict[str, list[str]] = {}
    for index, entry in enumerate(entries):
        row = rows.get(entry.key) if entry.key is not None else None
        if row is not None and row.voided:
            continue  # what is void stays as it is; the page shows it to be read only
        row = row or group.model(key=entry.key or next_key, **{"parent": record})
        try:
            fill(row, group.items, entry.values, entry.missing)
        except ValidationError as error:
            errors |= {f"{group.name}.{index}.{name}": texts for name, texts in error.message_dict.items()}
        row.voided = entry.voided
        if row.pk or not is_blank(row, group.items):
            rows[row.key] = row
            next_key = max(next_key, row.key + 1)
    if errors:
        raise ValidationError(errors)
    return list(rows.values())


def derived(form: FormDef, record: Crf, rows: Mapping[str, Sequence[CrfRow]], context: Context) -> None:
    """Set the derived values: those of the rows first, which the form's own may read. What is void stays as it is."""
    for group in form.rows:
        beside = evaluate.given(context, rows, record)
        for row in rows.get(group.name, ()):
            if not row.voided:
                _set(row, evaluate.derive(group.items, group.derivations, row, beside))
    _set(record, evaluate.derive(form.items, form.derivations, record, evaluate.given(context, rows)))


def _set(row: Declared, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, None if value is None else column(type(row), name).clean(value, row))


def authors(part: FormDef | RowsDef) -> dict[str, str]:
    """Item name -> the rule that is the author of its value."""
    return {derivation.target: derivation.author for derivation in part.derivations}
