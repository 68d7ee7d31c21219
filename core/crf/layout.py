"""The crispy layout of a form, derived from its declaration: sections by heading, an item a row, tables for groups."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, LayoutObject
from django.forms import Textarea
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.crf import provenance, read
from core.crf.display import show
from core.crf.items import MISSING_REASONS, Item, Kind, RowsDef

if TYPE_CHECKING:
    from core.crf.forms import CrfForm, ItemsForm

SELECT_FROM = 8  # a longer code list is a drop-down, a shorter one a row of choices
SHORT = 16
WIDTHS = {
    Kind.INTEGER: "input-number",
    Kind.DECIMAL: "input-number",
    Kind.MEASURED: "input-number",
    Kind.DATE: "input-date",
    Kind.PARTIAL_DATE: "input-date",
    Kind.TIME: "input-time",
    Kind.MOMENT: "input-moment",
}
PATTERNS = {
    Kind.DATE: "YYYY-MM-DD",
    Kind.PARTIAL_DATE: "YYYY-MM-DD",
    Kind.TIME: "HH:MM",
    Kind.MOMENT: "YYYY-MM-DD HH:MM",
}


class Section(LayoutObject):  # type: ignore[misc]  # crispy has no types
    """A heading and the items under it."""

    def __init__(self, heading: Any, items: list[Item]) -> None:
        self.heading, self.items = heading, items

    def render(self, form: CrfForm, context: Any, template_pack: Any = None, **kwargs: Any) -> SafeString:
        """The section's HTML."""
        rows = [ItemView(item, form) for item in self.items]
        name = self.items[0].name
        extra = {"heading": self.heading, "rows": rows, "id": f"section-{name}"}
        template = "core/_form_folded.html" if name == provenance.MODE else "core/_form_section.html"
        return render_to_string(template, context.flatten() | extra)


class Group(LayoutObject):  # type: ignore[misc]  # crispy has no types
    """A repeating group as a table."""

    def __init__(self, index: int) -> None:
        self.index = index

    def render(self, form: CrfForm, context: Any, template_pack: Any = None, **kwargs: Any) -> SafeString:
        """The group's HTML, with the empty row from which new ones are made."""
        group, row_forms = form.groups[self.index]
        empty = form.empty_row(group)
        extra = {
            "group": group,
            "rows": [RowView(row, group) for row in row_forms],
            "empty": RowView(empty, group),
            "next": form.next_key(group),
        }
        return render_to_string("core/_form_group.html", context.flatten() | extra)


class ItemView:
    """All that a template needs to show one item."""

    def __init__(self, item: Item, form: ItemsForm) -> None:
        self.item, self.form = item, form
        self.queries = form.queries.get(form.add_prefix(item.name), [])
        self.bound = None if item.derived else form[item.name]
        self.missing = None if item.derived else form[f"{item.name}__missing"]

    @property
    def name(self) -> str:
        """The input's full name."""
        return self.form.add_prefix(self.item.name)

    @property
    def style(self) -> str:
        """Which input it is."""
        if self.item.derived:
            return "derived"
        if self.item.kind is Kind.CODED:
            return "select" if len(self.item.codes) >= SELECT_FROM else "choices"
        return {Kind.SEVERAL: "several", Kind.FILE: "file", Kind.TEXT: "text"}.get(self.item.kind, "value")

    @property
    def is_row(self) -> bool:
        """Do the choices stand side by side?"""
        return all(len(str(code.label)) <= SHORT for code in self.item.codes) and len(self.item.codes) <= 5

    @property
    def choices(self) -> list[tuple[str, Any, str, bool]]:
        """Code, wording, the key that picks it, chosen."""
        value = self.value
        chosen = value if isinstance(value, list) else [value]
        keys = [code.code if self.item.score else str(index) for index, code in enumerate(self.item.codes, 1)]
        return [(c.code, c.label, key, c.code in chosen) for c, key in zip(self.item.codes, keys, strict=True)]

    @property
    def value(self) -> Any:
        """What stands in the input."""
        return "" if self.bound is None else self.bound.value() or ""

    @property
    def is_long(self) -> bool:
        """Does the text want more than one line?"""
        return self.bound is not None and isinstance(self.bound.field.widget, Textarea)

    @property
    def file(self) -> Any:
        """The file that is kept for it."""
        if self.form.is_bound:
            return self.form.kept(self.item)
        return None if self.form.row is None else getattr(self.form.row, self.item.name)

    @property
    def width(self) -> str:
        """The input's width class."""
        return WIDTHS.get(self.item.kind, "")

    @property
    def pattern(self) -> str:
        """How to type it."""
        return PATTERNS.get(self.item.kind, "")

    @property
    def is_numeric(self) -> bool:
        """Does a phone show the number pad?"""
        return self.item.kind in (Kind.INTEGER, Kind.DECIMAL)

    @property
    def is_gap(self) -> bool:
        """Is it one of the answers the saved form still lacks?"""
        return self.item.name in self.form.gaps

    @property
    def expected(self) -> str:
        """The expected range in words."""
        low, high = self.item.low, self.item.high
        if low is None and high is None:
            return ""
        if low is None:
            return _("Expected at most %(high)s") % {"high": high}
        if high is None:
            return _("Expected at least %(low)s") % {"low": low}
        return _("Expected %(low)s to %(high)s") % {"low": low, "high": high}

    @property
    def stored(self) -> str:
        """What is saved, in words."""
        return show(self.item, None if self.form.row is None else getattr(self.form.row, self.item.name))

    @property
    def stored_missing(self) -> Any:
        """Why it is missing, as saved."""
        code = "" if self.form.row is None else self.form.row.missing.get(self.item.name, "")
        return MISSING_REASONS.get(code, "")

    @property
    def sum_of(self) -> str:
        """For the total of a rated scale: the inputs the page adds up while they are answered."""
        rule = read.derivation_of(self.form.place.form, self.item.name) if self.item.derived else None
        scores = {item.name for item in self.form.items if item.score}
        return " ".join(rule.reads) if rule and set(rule.reads) <= scores else ""

    @property
    def asked_if(self) -> str:
        """On which other answer it depends, as the page's script reads it."""
        if self.item.asked_if is None:
            return ""
        name, codes = self.item.asked_if
        return f"{self.form.add_prefix(name)}={'|'.join(codes)}"


class RowView:
    """All that a template needs to show one repeating row."""

    def __init__(self, form: ItemsForm, group: RowsDef) -> None:
        self.form = form
        self.prefix = form.add_prefix("")
        self.items = [ItemView(item, form) for item in group.items]

    @property
    def title(self) -> str:
        """What names the row: its first answer in words."""
        first = self.items[0]
        return str(first.item.label_of(first.value)) if first.value else ""

    @property
    def voided(self) -> bool:
        """Is the row void, or about to be?"""
        return bool(self.form["voided"].value())


def helper(form: CrfForm) -> FormHelper:
    """The form's crispy helper; the page brings its own form tag and buttons."""
    made = FormHelper(form)
    made.form_tag = False
    made.disable_csrf = True
    *sections, transcription = [Section(heading, items) for heading, items in _sections(form.place.form.items)]
    made.layout = Layout(*sections, *(Group(index) for index in range(len(form.groups))), transcription)
    return made


def _sections(items: Iterable[Item]) -> list[tuple[Any, list[Item]]]:
    found: list[tuple[Any, list[Item]]] = []
    for item in items:
        if item.heading or not found:
            found.append((item.heading, []))
        found[-1][1].append(item)
    return found
