"""What different records of a subject say of the same thing, and where they differ (SAF-06).

Apps declare in their `rules.py` what is reconciled. Each difference is a query at the record it is shown at, like an
edit check (core/reconciled.py tells how it stands); it is listed on the page of reconciliation, and no lock is
made while one is neither mended nor justified.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from core.crf.rules import Context
    from core.models import CrfRow

Rows = Callable[[Any, str], Sequence[Any]]


def _rows_at_hand(record: Any, group: str) -> Sequence[Any]:
    return [row for row in (record.group_rows or {}).get(group, ()) if not row.voided]


@dataclass(frozen=True)
class Casebook:
    """The records of a subject that count, by form code; `rows` gives the rows of one of them that count."""

    forms: Mapping[str, Sequence[Any]]
    rows: Rows = _rows_at_hand

    def lines(self, code: str) -> list[Any]:
        """The lines of a log, by number."""
        return sorted(self.forms.get(code, ()), key=lambda record: record.key)

    def line(self, code: str, key: int | None) -> Any:
        """One line; None where there is none that counts."""
        return next((record for record in self.forms.get(code, ()) if record.key == key), None)


@dataclass(frozen=True)
class Difference:
    """One difference: shown at an item of a line, in words with their parts, between these lines.

    `values`: what is compared, as stored. While they differ otherwise than before, it is another question.
    """

    id: str
    form: str
    key: int
    item: str
    message: Any
    params: tuple[tuple[str, Any], ...] = ()
    values: tuple[Any, ...] = ()
    beside: tuple[tuple[str, int], ...] = ()

    @property
    def check_id(self) -> str:
        """What its query is known by."""
        if not self.values:
            return self.id
        said = "\x1f".join(str(value) for value in self.values)
        return f"{self.id}.{hashlib.sha256(said.encode()).hexdigest()[:6]}"

    @property
    def text(self) -> str:
        """In the reader's language."""
        return str(self.message) % {name: str(value) for name, value in self.params}

    @property
    def place(self) -> tuple[str, int, str, str]:
        """What finds its query: form, line, item, check."""
        return (self.form, self.key, self.item, self.check_id)


Finder: TypeAlias = "Callable[[Casebook], Iterable[Difference]]"


@dataclass(frozen=True)
class Reconciler:
    """What finds differences between these forms."""

    forms: tuple[str, ...]
    find: Finder = field(compare=False)


RECONCILERS: list[Reconciler] = []


def reconciles(*forms: str) -> Callable[[Finder], Finder]:
    """Declare what finds differences between these logs, by code."""

    def declare(find: Finder) -> Finder:
        RECONCILERS.append(Reconciler(forms, find))
        return find

    return declare


def forms_of() -> tuple[str, ...]:
    """The logs that are reconciled, each once."""
    return tuple(dict.fromkeys(code for each in RECONCILERS for code in each.forms))


def differences(casebook: Casebook) -> list[Difference]:
    """All differences of a casebook, by form and line."""
    found = {difference.place: difference for each in RECONCILERS for difference in each.find(casebook)}
    order = forms_of()
    return sorted(found.values(), key=lambda one: (order.index(one.form), one.key, one.check_id))


def at_hand(code: str, context: Context, rows: Mapping[str, Sequence[CrfRow]]) -> list[Difference]:
    """The differences shown at the record at hand. A statement for each form that was not fetched yet."""
    wanted = [each for each in RECONCILERS if code in each.forms]
    codes = tuple(dict.fromkeys(form for each in wanted for form in each.forms))
    reading = context.reading(codes)
    forms = {form: [*reading.records(form), *([context.record] if form == code else ())] for form in codes}

    def rows_of(record: Any, group: str) -> Sequence[Any]:
        if record is not context.record:
            return reading.rows(record, group)
        return [row for row in rows.get(group, ()) if not row.voided]

    casebook = Casebook(forms, rows_of)
    found = {one.place: one for each in wanted for one in each.find(casebook)}
    return [one for one in found.values() if (one.form, one.key) == (code, context.record.key)]
