"""Walk the declarations. The one way from a form's code, a model or a table name to what the protocol says of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

from core.crf import snapshot
from core.crf.item_field import ItemField
from core.crf.items import Derivation, FormDef, Item, RowsDef, Rule
from core.crf.provenance import common, own
from core.crf.rules import rules_of
from core.models.crf import Crf, CrfRow, Declared
from core.models.recorded import Recorded


def _concrete(base: type[models.Model]) -> Iterator[Any]:
    return (model for model in apps.get_models() if issubclass(model, base))


@cache
def form_models() -> dict[str, type[Crf]]:
    """Form code -> model, for every declared form."""
    return {model.crf.code: model for model in _concrete(Crf)}


def forms() -> tuple[FormDef, ...]:
    """Every form in its current version, in the order the apps declare them."""
    return tuple(form(code) for code in form_models())


@cache
def form(code: str, version: int | None = None) -> FormDef:
    """A form, current or as released in an earlier version. KeyError where there is none."""
    model = form_models()[code]
    live = _live(model)
    if version is None or version == live.version:
        return live
    return snapshot.restore(live, version)


def _live(model: type[Crf]) -> FormDef:
    spec = model.crf
    return FormDef(
        code=spec.code,
        title=spec.title,
        version=spec.version,
        domain=spec.domain,
        model=model,
        items=_items(model, spec.version),
        rows=tuple(_rows(row, spec.version) for row in _concrete(CrfRow) if row.rows.form is model),
        rules=_declared(model, "crf_rule"),
        derivations=_declared(model, "crf_derivation"),
        log=spec.log,
        anchors=spec.anchors,
        summary=spec.summary,
        note=spec.note,
        applies_if=spec.applies_if,
        panel=spec.panel,
        safety=spec.safety,
        licensed=spec.licensed,
        after_lock=spec.after_lock,
    )


def _rows(model: type[CrfRow], version: int) -> RowsDef:
    spec = model.rows
    rules, derivations = _declared(model, "crf_rule"), _declared(model, "crf_derivation")
    return RowsDef(spec.name, spec.title, model, _items(model, version), rules, spec.start, derivations)


def items(model: type[models.Model]) -> tuple[Item, ...]:
    """Every item a model ever asked, in order; derived ones know their rule."""
    rules = {derivation.target: derivation.id for derivation in _declared(model, "crf_derivation")}
    declared = (field.item for field in model._meta.local_fields if isinstance(field, ItemField) and field.item)
    first = getattr(model, "first", ())
    ordered = sorted(declared, key=lambda item: first.index(item.name) if item.name in first else len(first))
    found = tuple(replace(item, rule=rules.get(item.name, "")) for item in ordered)
    return (*own(found), *common(found))


def _items(model: type[models.Model], version: int) -> tuple[Item, ...]:
    return tuple(item for item in items(model) if item.is_in(version))


def _declared(model: type[models.Model], mark: str) -> tuple[Any, ...]:
    members = (member for base in reversed(model.__mro__) for member in vars(base).values())
    return tuple(
        getattr(member, mark) for member in members if isinstance(member, staticmethod) and hasattr(member, mark)
    )


@cache
def recorded_models() -> tuple[type[Recorded], ...]:
    """Every clinical table."""
    return tuple(_concrete(Recorded))


@cache
def model_of(table: str) -> type[Recorded]:
    """The model behind a table name of the trail. KeyError where the table is not clinical."""
    return {model._meta.db_table: model for model in recorded_models()}[table]


@cache
def item_of(table: str, name: str, version: int | None = None) -> Item | None:
    """The item behind a field of the trail, worded as that version of the form worded it."""
    model = model_of(table)
    known = items(model)
    if version is not None and issubclass(model, Declared):
        known = _worded(model, version) + known
    return next((item for item in known if item.name == name), None)


def _worded(model: type[Declared], version: int) -> tuple[Item, ...]:
    if issubclass(model, Crf):
        return form(model.crf.code, version).items
    if issubclass(model, CrfRow):
        return next(rows.items for rows in form(model.rows.form.crf.code, version).rows if rows.model is model)
    return ()


def rule_message(form_def: FormDef, check_id: str) -> Any:
    """The wording of an edit check; its id where this version does not know it."""
    rules: tuple[Rule, ...] = form_def.rules + tuple(rule for rows in form_def.rows for rule in rows.rules)
    return next((rule.message for rule in rules if rule.id == check_id), check_id)


def derivation_of(form_def: FormDef, name: str) -> Derivation | None:
    """The derivation that writes an item."""
    return next((derivation for derivation in form_def.derivations if derivation.target == name), None)


@cache
def forms_read(code: str) -> tuple[str, ...]:
    """The other forms that a form's rules and derivations declare to read, each once."""
    parts = form(code).parts
    named = [check.forms for part in parts for check in part.rules]
    named += [check.forms for part in parts for check in part.derivations]
    named += [rule.forms for rule in rules_of(code)]
    return tuple(dict.fromkeys(name for forms in named for name in forms))
