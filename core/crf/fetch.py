"""Fetch a subject's records of a form together with their visits and their first group of rows, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.crf.items import FormDef
    from core.models import Subject


def records_of(form: FormDef, subject: Subject) -> list[Any]:
    """The records that count, oldest first, each with its `visit` and its first group of rows in `group_rows`.

    A join and not a query of its own: what a save costs must not grow with what its rules look at.
    """
    from core.models import Visit  # noqa: PLC0415  models import the words of declaration

    group = form.rows[0] if form.rows else None
    models: list[tuple[str, Any]] = [("", form.model), ("visit__", Visit)]
    if group is not None:
        models.append((f"{group.name}__", group.model))
    columns = [f"{prefix}{field.attname}" for prefix, model in models for field in model._meta.concrete_fields]
    order = ["entered_at", "id", *([f"{group.name}__key"] if group else [])]
    found: dict[int, Any] = {}
    for line in form.model.objects.filter(subject=subject, voided=False).order_by(*order).values_list(*columns):
        record, visit, *rows = _instances(models, line)
        known = found.setdefault(record.pk, record)
        if known is record:
            record.subject, record.visit = subject, visit
            record.group_rows = {}
        if group is not None and rows[0] is not None:
            rows[0].parent = known
            known.group_rows.setdefault(group.name, []).append(rows[0])
    return list(found.values())


def _instances(models: Sequence[tuple[str, Any]], line: Sequence[Any]) -> list[Any]:
    """One row of the join as an instance of each model; None where the join found none."""
    made, start = [], 0
    for _prefix, model in models:
        names = [field.attname for field in model._meta.concrete_fields]
        values = line[start : start + len(names)]
        start += len(names)
        key = values[names.index(model._meta.pk.attname)]
        made.append(None if key is None else model.from_db("default", names, values))
    return made
