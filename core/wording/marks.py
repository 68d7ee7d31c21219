"""Marks of verification in words: who verified which value when, and what became of the mark (QRY-02)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Site
from core.crf.items import Kind
from core.models import WHOLE, ChangeItem, ChangeKind, StoredFile, Subject
from core.models.crf import Declared
from core.standing import VERIFIED, is_mark
from core.wording.fields import MISSING, VOIDED, Field
from core.wording.people import Who

# Table, row and item: where a mark stands.
Spot = tuple[str, int, str]


@dataclass(frozen=True)
class End:
    """How a mark ended: the value changed, or the mark was taken back."""

    who: Who
    at: datetime
    taken_back: bool
    reason: str


@dataclass(frozen=True)
class Mark:
    """One mark: set by whom, when, on which value. `end` is None while it stands."""

    who: Who
    at: datetime
    site: Site
    value: str
    end: End | None = None

    @property
    def fate(self) -> str:
        """What became of it, in words; empty while it stands."""
        if self.end is None:
            return ""
        who = {"who": self.end.who.label}
        return _("taken back by %(who)s") % who if self.end.taken_back else _("changed since by %(who)s") % who


@dataclass(frozen=True)
class Past:
    """What the trail says of a subject's answers: the marks they had, and in which change each last altered."""

    marks: Mapping[Spot, Sequence[Mark]]
    altered: Mapping[Spot, int]

    def of(self, row: Declared, item: str) -> Sequence[Mark]:
        """The marks of an answer, oldest first."""
        return self.marks.get(_spot_of(row, item), ())

    def is_altered(self, row: Declared, item: str, seq: int) -> bool:
        """Did the answer change after that change of the subject?"""
        return self.altered.get(_spot_of(row, item), 0) > seq


def past_of(subject: Subject, visit_name: str) -> Past:
    """The past of all that was entered at a visit. One statement, and one more where there are files."""
    found = ChangeItem.objects.filter(change__subject=subject, change__visit_name=visit_name).exclude(field=WHOLE)
    return replay(list(found.select_related("change__site").order_by("id")))


def replay(items: Sequence[ChangeItem]) -> Past:
    """The marks that these items, oldest first, tell of."""
    files = _files(items)
    values: dict[Spot, str] = {}
    marks: dict[Spot, list[Mark]] = {}
    altered: dict[Spot, int] = {}
    for item in items:
        spot = (item.table_name, item.row_id, item.field.removeprefix(VERIFIED).removeprefix(MISSING))
        if item.field.startswith(VERIFIED):
            _turn(marks.setdefault(spot, []), item, values.get(spot, ""))
        elif not is_mark(item.field) and item.field != VOIDED:
            altered[spot] = item.change.seq
            _learn(values, spot, item, files)
    return Past(marks, altered)


def _learn(values: dict[Spot, str], spot: Spot, item: ChangeItem, files: Mapping[int, StoredFile]) -> None:
    """A value, or the reason why it is missing: of one change the one that is there."""
    if item.new is not None:
        values[spot] = str(Field(item.table_name, item.field, item.change.form_version).say(item.new, files) or "")


def _turn(marks: list[Mark], item: ChangeItem, value: str) -> None:
    """A mark begins, or the last one ends."""
    change, who = item.change, Who.of(item.change, item.change.site)
    if item.new is not None:
        marks.append(Mark(who, change.at, change.site, value))
    elif marks:
        end = End(who, change.at, change.kind == ChangeKind.VERIFY, change.reason)
        marks[-1] = replace(marks[-1], end=end)


def _files(items: Iterable[ChangeItem]) -> dict[int, StoredFile]:
    numbers = {item.new for item in items if item.new is not None and _is_file(item)}
    return StoredFile.objects.defer("content").in_bulk(numbers) if numbers else {}


def _is_file(item: ChangeItem) -> bool:
    if is_mark(item.field) or item.field.startswith(MISSING) or item.masked:
        return False
    known: Any = Field(item.table_name, item.field).item
    return known is not None and known.kind is Kind.FILE


def _spot_of(row: Declared, item: str) -> Spot:
    return row._meta.db_table, row.pk, item
