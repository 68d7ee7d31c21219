"""Answers made up for whatever form is declared: what is tested over every form is tested with these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.actor import Actor
from core.actions import file
from core.actions.entry import Entry, RowEntry
from core.crf import fields
from core.crf.items import FormDef, Item, Kind, RowsDef
from core.models import StoredFile
from core.testing.trial import VISIT_ON

PARTIAL = ("2026-02-05", "2026-01", "2025")
RESULTS = ("<0.5", "5.10", "7.25")


def sample_entry(form: FormDef, variant: int, *, files: tuple[StoredFile, ...] = ()) -> Entry:
    """Every question of the form answered. Variants 0 and 1 ask the same questions, 2 takes the other branches.

    Repeating rows: two in variant 0; in 1 the first is changed, the second void and a third added; 2 answers all anew.
    A decision that the protocol may refuse is answered with its last code, the one that holds back.
    """
    rows = {group.name: _rows(group, variant) for group in form.rows}
    decisions = {rule.item for rule in form.rules if rule.refuses}
    held = {item.name: item.codes[-1].code for item in form.items if item.name in decisions and item.codes}
    return Entry(sample_values(form.model, form.items, variant, files, held), rows=rows, visit_on=VISIT_ON)


def sample_values(
    model: Any,
    items: Iterable[Item],
    variant: int,
    files: tuple[StoredFile, ...] = (),
    held: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Item name -> answer; None where the other answers say that it is not asked. `held`: what is answered so."""
    items = tuple(items)
    gates = _gates(items)
    values: dict[str, Any] = {}
    for item in items:
        if not item.derived:
            field = model._meta.get_field(item.name)
            answer = (
                _gate(item, gates[item.name], variant) if item.name in gates else _answer(item, field, variant, files)
            )
            answer = (held or {}).get(item.name, answer)
            values[item.name] = answer if item.is_asked(values) else None
    return values


def _gates(items: tuple[Item, ...]) -> dict[str, tuple[str, ...]]:
    """Item that others hang on -> the answers for which most of them are asked."""
    asked = Counter(item.asked_if for item in items if item.asked_if)
    return {name: wanted for (name, wanted), _ in reversed(asked.most_common())}


def _rows(group: RowsDef, variant: int) -> list[RowEntry]:
    def row(number: int, key: int | None, voided: bool = False) -> RowEntry:
        return RowEntry(sample_values(group.model, group.items, number), key, voided=voided)

    if variant == 0:
        return [row(0, 1), row(0, 2)]
    return [row(variant, 1), row(0, 2, voided=variant == 1), row(0, None if variant == 1 else 3)]


def _gate(item: Item, wanted: tuple[str, ...], variant: int) -> Any:
    """An answer that other questions hang on."""
    others = [code.code for code in item.codes if code.code not in wanted]
    chosen = wanted[0] if variant < 2 or not others else others[0]
    return [chosen] if item.kind is Kind.SEVERAL else chosen


def _answer(item: Item, field: Any, variant: int, files: tuple[StoredFile, ...]) -> Any:
    if item.kind is Kind.FILE:
        return files[variant % len(files)] if files else None
    if item.kind in (Kind.INTEGER, Kind.DECIMAL):
        return _figure(item, field, variant)
    codes = [code.code for code in item.codes]
    made: Mapping[Kind, Any] = {
        Kind.TEXT: f"Note {variant} 说明"[: getattr(field, "max_length", None)],
        Kind.CODED: codes[variant % len(codes)] if codes else None,
        Kind.SEVERAL: codes[: variant + 1],
        Kind.DATE: date(2026, 2, 1 + variant),
        Kind.PARTIAL_DATE: PARTIAL[variant],
        Kind.TIME: f"{8 + variant:02}:30",
        Kind.MOMENT: f"2026-02-0{1 + variant}T14:30+08:00",
        Kind.MEASURED: RESULTS[variant],
    }
    return made[item.kind]


def _figure(item: Item, field: fields.Bounded, variant: int) -> str:
    """Within the hard limits and, where there is one, within the expected range."""
    lowest = next((bound for bound in (item.low, field.at_least) if bound is not None), 0)
    step = Decimal(1).scaleb(-getattr(field, "decimal_places", 0))
    return format(Decimal(lowest) + step * (variant + 1), "f")


def keep_files(subject: Any, by: Actor) -> tuple[StoredFile, ...]:
    """Three files of a subject: a PDF, a PNG and a JPEG."""
    kinds = (("scan.pdf", b"%PDF-1.7 one"), ("scan.png", b"\x89PNG\r\n\x1a\n two"), ("scan.jpg", b"\xff\xd8\xff three"))
    return tuple(file.keep(subject, SimpleUploadedFile(name, content), by=by) for name, content in kinds)
