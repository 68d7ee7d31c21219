"""From a declaration to a page's form: inputs, missing reasons, rows; and from what was posted to an entry."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.actions.entry import Entry, RowEntry
from core.crf import evaluate, inputs
from core.crf.fields import column
from core.crf.items import MISSING_REASONS, Item, Kind, RowsDef
from core.crf.layout import helper
from core.models import CrfRow, Query, StoredFile
from core.models.crf import Declared
from core.places import Place

MISSING, KEPT = "__missing", "__file"
MAX_ROWS = 300


class ItemsForm(forms.Form):
    """The inputs of a set of items, each with its missing reason, under one prefix."""

    def __init__(self, items: Iterable[Item], model: type[Declared], place: Place, **options: Any) -> None:
        super().__init__(use_required_attribute=False, **options)
        items = tuple(items)
        self.items = tuple(item for item in items if not item.derived)
        self.derived = tuple(item for item in items if item.derived)
        self.place = place
        self.row: Declared | None = None
        self.queries: Mapping[str, list[Query]] = {}
        self.gaps: frozenset[str] = frozenset()
        for item in self.items:
            field = inputs.build(item, column(model, item.name), place.subject.site.clock)
            self.fields[item.name] = field
            choices = [("", ""), *MISSING_REASONS.items()]
            self.fields[item.name + MISSING] = forms.ChoiceField(choices=choices, required=False)

    @property
    def values(self) -> dict[str, Any]:
        """Item name -> value, files as kept; items the page did not send are left as they are."""
        sent = [item for item in self.items if self.was_sent(item)]
        found = {item.name: self.cleaned_data.get(item.name) for item in sent if item.kind is not Kind.FILE}
        return found | {item.name: self.kept(item) for item in sent if item.kind is Kind.FILE}

    def was_sent(self, item: Item) -> bool:
        """Did the page send the item? An open choice sends only its missing reason; a cut-off post sends neither."""
        name = self.add_prefix(item.name)
        return any(name + part in self.data for part in ("", MISSING, KEPT))

    @property
    def missing(self) -> dict[str, str]:
        """Item name -> missing reason; empty where none is given."""
        sent = [item.name for item in self.items if self.add_prefix(item.name) + MISSING in self.data]
        return {name: self.cleaned_data.get(name + MISSING) or "" for name in sent}

    def kept(self, item: Item) -> StoredFile | None:
        """The file kept for a file item, by the hidden input that names it; only this subject's files count."""
        number = self.data.get(self.add_prefix(item.name) + KEPT) if self.is_bound else ""
        files = StoredFile.objects.defer("content").filter(subject=self.place.subject)
        return files.filter(pk=int(number)).first() if number and str(number).isdecimal() else None


class RowForm(ItemsForm):
    """One repeating row. A row of a new form that holds only what it started with was not entered."""

    def __init__(self, group: RowsDef, key: int, row: CrfRow | None, place: Place, **options: Any) -> None:
        super().__init__(group.items, group.model, place, prefix=f"{group.name}-{key}", **options)
        self.group, self.key, self.row = group, key, row
        self.fields["voided"] = forms.BooleanField(required=False)

    @property
    def start(self) -> Mapping[str, str]:
        """What the row began with on a new form: the test's name and the usual unit, never a result."""
        starts = self.group.start
        return starts[self.key - 1] if self.row is None and self.key <= len(starts) else {}

    @property
    def is_entered(self) -> bool:
        """Was anything entered beyond what the row started with?"""
        answered = {name for name, value in self.values.items() if value not in (None, "", [])}
        untouched = all(str(self.cleaned_data.get(name)) == value for name, value in self.start.items())
        if self.row is not None:
            return any(self.was_sent(item) for item in self.items)
        return bool(answered - set(self.start)) or any(self.missing.values()) or not untouched

    def entry(self) -> RowEntry:
        """The row as entered."""
        return RowEntry(self.values, self.key, self.missing, bool(self.cleaned_data.get("voided")))


class CrfForm(ItemsForm):
    """A form of a subject: its items, its rows, the date of a visit that has none yet, the reason for a change.

    `after_lock`: it is entered past a freeze or lock, which needs a reason as well.
    """

    def __init__(
        self, place: Place, rows: Mapping[str, Iterable[CrfRow]], data: Any = None, *, after_lock: bool = False
    ) -> None:
        self.rows_by_group = {name: {row.key: row for row in found} for name, found in rows.items()}
        super().__init__(place.form.items, place.form.model, place, data=data, initial=posted(place, rows))
        self.row = place.record
        self.gaps = frozenset(evaluate.gaps(place.record, place.form.items) if place.record else ())
        if not place.form.log and (place.at.visit is None or (data is not None and "visit_on" in data)):
            self.fields["visit_on"] = inputs.TextValue(inputs.parse_day, label=_("Visit date"), required=False)
        if place.record is not None or after_lock:
            self.fields["reason"] = forms.CharField(label=_("Reason for the change"), max_length=1000, required=False)
        self.groups = [(group, self._row_forms(group)) for group in place.form.rows]
        self.helper = helper(self)

    def _row_forms(self, group: RowsDef) -> list[RowForm]:
        present = self.rows_by_group.get(group.name, {})
        offered = range(1, self.next_key(group) if self.is_bound else len(group.start) + 1)
        keys = sorted({*present, *offered})  # what a new form offers is offered until it is answered
        options = {"data": self.data} if self.is_bound else {"initial": None}
        return [self._row_form(group, key, present.get(key), options) for key in keys]

    def _row_form(self, group: RowsDef, key: int, row: CrfRow | None, options: Mapping[str, Any]) -> RowForm:
        form = RowForm(group, key, row, self.place, **options)
        prefix = form.add_prefix("")
        form.initial = {name.removeprefix(prefix): v for name, v in self.initial.items() if name.startswith(prefix)}
        return form

    def empty_row(self, group: RowsDef) -> ItemsForm:
        """The row from which the page makes new ones; `__key__` stands for the key."""
        form = ItemsForm(group.items, group.model, self.place, prefix=f"{group.name}-__key__")
        form.fields["voided"] = forms.BooleanField(required=False)
        return form

    def next_key(self, group: RowsDef) -> int:
        """The key of the next row to be added."""
        first = max([*self.rows_by_group.get(group.name, {}), len(group.start)]) + 1
        asked = str(self.data.get(f"{group.name}-next", "")) if self.is_bound else ""
        return max(first, min(int(asked), first + MAX_ROWS)) if asked.isdecimal() and len(asked) < 6 else first

    @property
    def row_forms(self) -> list[RowForm]:
        """The rows of all its groups."""
        return [row for _name, rows in self.groups for row in rows]

    def attach(self, queries: Iterable[Query]) -> None:
        """Show each query at its item."""
        found: dict[str, list[Query]] = {}
        for query in queries:
            prefix = f"{query.group}-{query.row_key}-" if query.group else ""
            found.setdefault(prefix + query.field, []).append(query)
        for form in (self, *self.row_forms):
            form.queries = found

    def is_valid(self) -> bool:
        """All its parts are."""
        rows = [form.is_valid() for form in self.row_forms]
        return super().is_valid() and all(rows)

    @property
    def has_errors(self) -> bool:
        """Was anything refused, in any of its parts?"""
        return bool(self.errors) or any(form.errors for form in self.row_forms)

    def entry(self) -> Entry:
        """The form as entered."""
        rows = {group.name: [form.entry() for form in found if form.is_entered] for group, found in self.groups}
        return Entry(self.values, self.missing, rows, self.cleaned_data.get("visit_on"))

    def show_errors(self, errors: Mapping[str, list[str]]) -> None:
        """Put what the act refused beside the inputs it is about."""
        for name, messages in errors.items():
            group, _, rest = name.partition(".")
            target: forms.Form = self
            if rest:
                index, _, name = rest.partition(".")
                entered = [form for g, found in self.groups if g.name == group for form in found if form.is_entered]
                target = entered[int(index)]
            target.add_error(name if name in target.fields else None, messages)


def posted(place: Place, rows: Mapping[str, Iterable[CrfRow]]) -> dict[str, Any]:
    """The record as its page would post it: input name -> text. A new form is empty but for its rows' names."""
    data: dict[str, Any] = {}
    if place.record is not None:
        data |= _posted_row(place.record, place.form.items, "")
    for group in place.form.rows:
        for key, start in enumerate(group.start, 1):
            data |= {f"{group.name}-{key}-{name}": value for name, value in start.items()}
        for row in rows.get(group.name, ()):
            data |= _posted_row(row, group.items, f"{group.name}-{row.key}-")
    return data


def _posted_row(row: Declared, items: Iterable[Item], prefix: str) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for item in items:
        if item.kind is Kind.FILE:
            data[prefix + item.name + KEPT] = str(getattr(row, f"{item.name}_id") or "")
        else:
            data[prefix + item.name] = inputs.shown(item, getattr(row, item.name))
        data[prefix + item.name + MISSING] = row.missing.get(item.name, "")
    return data | ({f"{prefix}voided": "on"} if prefix and row.voided else {})


def restored(place: Place, rows: Mapping[str, Iterable[CrfRow]], typed: Mapping[str, str]) -> QueryDict:
    """The record with what was typed and not saved laid over it, as if it had been posted."""
    data = QueryDict(mutable=True)
    lists = {item.name for item in place.form.items if item.kind is Kind.SEVERAL}
    laid_over = {name: _typed(text, several=name in lists) for name, text in typed.items()}
    for name, value in (posted(place, rows) | laid_over).items():
        data.setlist(name, value if isinstance(value, list) else [value])
    for group in place.form.rows:
        keys = [
            int(part) for name in data if name.startswith(f"{group.name}-") and (part := name.split("-")[1]).isdecimal()
        ]
        data[f"{group.name}-next"] = str(max(keys, default=0) + 1)
    return data


def _typed(text: str, *, several: bool) -> str | list[str]:
    """As the page sent it: a list for several choices, else the very text."""
    if not several:
        return text
    try:
        return [str(code) for code in json.loads(text)]
    except (ValueError, TypeError):
        return [text]


def new_token() -> str:
    """A page's token: the journal and a repeated post are known by it."""
    return str(uuid4())


@dataclass(frozen=True)
class Difference:
    """An input on which two people's versions differ."""

    label: Any
    mine: str
    theirs: str


def compare(form: CrfForm, theirs: Mapping[str, Any], mine: Mapping[str, list[str]]) -> list[Difference]:
    """Where what was typed differs from what somebody else saved in between."""
    parts: list[ItemsForm] = [form, *form.row_forms]
    items = {part.add_prefix(item.name): (item, part) for part in parts for item in part.items}
    found = []
    for name, value in theirs.items():
        item, part = items.get(name.removesuffix(MISSING), (None, None))
        other = value if isinstance(value, list) else [value]
        if item and part and name in mine and mine[name] != other:
            label = item.label if part is form else f"{item.label} ({part.add_prefix('').strip('-')})"
            found.append(Difference(label, _in_words(item, mine[name]), _in_words(item, other)))
    return found


def _in_words(item: Item, values: list[str]) -> str:
    words = [str(MISSING_REASONS.get(value, item.label_of(value))) for value in values if value]
    return ", ".join(words)
