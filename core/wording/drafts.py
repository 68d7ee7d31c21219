"""The journal in words: what was typed and not saved, shown as such in time order (AUD-03)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from core.crf.items import MISSING_REASONS, FormDef, Item, Kind
from core.models import DraftEntry
from core.places import NEW, Place
from core.wording.fields import missing_label, row_title

INPUT = re.compile(r"(?:(?P<group>\w+?)-(?P<key>\d+)-)?(?P<item>\w+?)(?:__(?P<part>\w+))?")


@dataclass(frozen=True)
class Typed:
    """One input as typed at one moment; `discarded`: the person let go of all that was typed."""

    at: datetime
    name: str
    what: str
    text: str
    discarded: bool = False


@dataclass
class Sitting:
    """What one person typed on one page, between two other events."""

    who: str
    token: object
    typed: list[Typed] = field(default_factory=list)

    kind = "typed"

    @property
    def at(self) -> datetime:
        """When the last of it was typed."""
        return self.typed[-1].at

    @property
    def since(self) -> datetime:
        """When the first of it was typed."""
        return self.typed[0].at


def entries(place: Place, tokens: Iterable[object] = ()) -> list[DraftEntry]:
    """All that anyone typed on the record's page, oldest first. `tokens`: the pages on which a line of a log began. One
    statement."""
    kept = Q(record_key=place.key)
    if place.form.log and place.key != NEW:
        kept |= Q(record_key=NEW, page_token__in=[token for token in tokens if token])
    found = DraftEntry.objects.filter(
        kept, subject=place.subject, visit_name=place.at.name, form_code=place.form.code
    ).select_related("user")
    return list(found.order_by("id"))


def about(entry: DraftEntry, name: str) -> bool:
    """Is it about this input (or a part of it, or its missing reason)? Letting go is about every input."""
    return entry.discarded or entry.name == name or entry.name.startswith(f"{name}__")


def tell(entry: DraftEntry, form: FormDef) -> Typed:
    """A line of the journal in words."""
    if entry.discarded:
        return Typed(entry.at, "", "", "", discarded=True)
    what, item, part = _input(entry.name, form)
    return Typed(entry.at, entry.name, what, _text(entry.value, item, part))


def _input(name: str, form: FormDef) -> tuple[str, Item | None, str]:
    """What an input is called, the item behind it, and which part of it."""
    match = INPUT.fullmatch(name)
    group = next((rows for rows in form.rows if match and rows.name == match["group"]), None)
    items = group.items if group else form.items
    item = next((item for item in items if match and item.name == match["item"]), None)
    if match is None or item is None:
        return _other(name), None, ""
    part = match["part"] or ""
    label = missing_label(item.label) if part == "missing" else str(item.label)
    if group:
        label = _("%(row)s: %(item)s") % {"row": row_title(group.label, match["key"]), "item": label}
    return label, item, part


def _other(name: str) -> str:
    known = {"visit_on": _("Visit date"), "reason": _("Reason for the change")}
    return known.get(name, name)


def _text(value: str, item: Item | None, part: str) -> str:
    """As typed; a chosen code by its label."""
    if part == "missing":
        return str(MISSING_REASONS.get(value, value))
    if item is not None and item.kind is Kind.CODED:
        return str(item.label_of(value))
    if item is not None and item.kind is Kind.SEVERAL and value.startswith("["):
        return ", ".join(str(item.label_of(code)) for code in json.loads(value))
    return value
