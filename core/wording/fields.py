"""A field of the trail in words: what it is called and what its values mean, as that form version had it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Site
from core.crf import read
from core.crf.display import show
from core.crf.items import MISSING_REASONS, Item, Kind
from core.models import WHOLE, CrfRow, StoredFile, Subject, Visit
from core.models.mask import MASKED
from core.standing import SIGNATURE, VERIFIED

MISSING, VOIDED = "missing.", "voided"
# Kept in every record and told at the head of its page.
SITE = "site_id"
HIDDEN = frozenset({"form_version"})
BARE = {
    SITE: gettext_lazy("Site"),
    "protocol_version": gettext_lazy("Protocol version"),
    "form_version": gettext_lazy("Form version"),
    "previous_id": gettext_lazy("Screened before as"),
    SIGNATURE: gettext_lazy("Signature"),
    WHOLE: gettext_lazy("Entry"),
    VOIDED: gettext_lazy("State"),
}


@dataclass(frozen=True)
class Value:
    """A stored value in words; `bare`: without its unit. A file has an address and its hash. Free text is quoted."""

    text: str
    url: str = ""
    sha256: str = ""
    bare: str = ""
    free: bool = False

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Field:
    """A column of a table of the trail, its missing reason, its mark of verification, or whether its row is void."""

    table: str
    name: str
    version: int | None = None

    @property
    def item_name(self) -> str:
        """The item, also for its missing reason and its verification."""
        return self.name.removeprefix(MISSING).removeprefix(VERIFIED)

    @property
    def item(self) -> Item | None:
        """What the protocol says of it; None for the books."""
        return item_of(self.table, self.item_name, self.version) if is_clinical(self.table) else None

    @property
    def label(self) -> str:
        """What it is called."""
        label = self.item.label if self.item else BARE.get(self.name, self.name)
        if self.name.startswith(VERIFIED):
            return _("%(item)s: source data verification") % {"item": label}
        return missing_label(label) if self.name.startswith(MISSING) else str(label)

    def say(self, stored: Any, files: Mapping[int, StoredFile]) -> Value | None:
        """A value as the trail keeps it, in words; None for no value."""
        if self.name == VOIDED:
            return Value(_("void") if stored else _("in use"))
        if stored is None:
            return None
        if stored == MASKED:
            return masked()
        if self.name == SITE:
            return Value(str(Site.objects.get(pk=stored)))
        if self.name.startswith(VERIFIED):
            return Value(_("verified"))
        if self.name.startswith(MISSING):
            return Value(str(MISSING_REASONS.get(stored, stored)))
        return say(self.table, self.item, stored, files) if self.item else Value(str(stored))


def masked() -> Value:
    """What stands where personal data were masked."""
    return Value(_("[masked]"))


def is_clinical(table: str) -> bool:
    """Is it a table whose rows have items, not one that only grows?"""
    try:
        read.model_of(table)
    except KeyError:
        return False
    return True


def item_of(table: str, name: str, version: int | None) -> Item | None:
    """The item as that version worded it, or as it is worded now where the version was never released."""
    try:
        return read.item_of(table, name, version)
    except KeyError:
        return read.item_of(table, name)


def missing_label(label: Any) -> str:
    """What the missing reason of an item is called."""
    return _("%(item)s: missing reason") % {"item": label}


def say(table: str, item: Item, stored: Any, files: Mapping[int, StoredFile] | None = None) -> Value:
    """A value of an item in words: code labels, unit; a file by its name and hash."""
    if item.kind is Kind.FILE:
        file = (files or {}).get(stored)
        name = file.name if file else _("File %(number)s") % {"number": stored}
        return Value(name, reverse("file-detail", args=[stored]), file.sha256 if file else "")
    column: Any = read.model_of(table)._meta.get_field(item.name)
    value = column.to_python(stored)
    bare = show(replace(item, unit=""), value) if item.unit else ""
    return Value(show(item, value), bare=bare, free=item.kind is Kind.TEXT)


def table_title(table: str) -> str:
    """What a row of a table is called beside the form's own items; empty for the form itself."""
    model = read.model_of(table)
    if issubclass(model, Visit):
        return _("Visit")
    return _("Subject") if issubclass(model, Subject) else ""


def naming_item(model: type[CrfRow]) -> Item | None:
    """The item that names a repeating row, such as the analyte: the first one, where it is a code or a text."""
    first = next(iter(read.items(model)), None)
    return first if first and first.kind in (Kind.CODED, Kind.TEXT) else None


def rows_of(model: type[CrfRow]) -> QuerySet[Any]:
    """The rows of a repeating group, of all records."""
    return model._default_manager.all()


def row_title(group: Any, key: Any, name: str = "") -> str:
    """A repeating row: by its own name where it has one, else by its group; the key is never renumbered."""
    return _("%(name)s (row %(key)s)") % {"name": name or group, "key": key}
