"""Change records in words: who did what to which item, from which value to which, where, when and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from core.crf import read
from core.crf.items import Kind
from core.models import Change, ChangeItem, ChangeKind, CrfRow, StoredFile
from core.wording.fields import HIDDEN, MISSING, VOIDED, Field, Value, naming_item, row_title, say, table_title
from core.wording.people import Who, system
from core.wording.places import Where

Row = tuple[str, int]


@dataclass(frozen=True)
class Line:
    """One changed field."""

    who: Who
    verb: str
    row: str
    label: str
    old: Value | None
    new: Value | None
    rule: str = ""
    url: str = ""

    @property
    def what(self) -> str:
        """The item, with its row where there are several."""
        return _("%(row)s: %(item)s") % {"row": self.row, "item": self.label} if self.row else self.label

    @property
    def by(self) -> str:
        """Whose value it is: a derived one is the system's, whoever saved the form (AUD-09)."""
        return system(self.rule) if self.rule else self.who.label

    @property
    def by_system(self) -> bool:
        """No person typed it."""
        return bool(self.rule) or self.who.is_system

    @property
    def sentence(self) -> str:
        """The line as a sentence; the values stand beside it."""
        said = {"who": self.by, "what": self.what}
        if self.verb == ChangeKind.CREATE:
            return _("%(who)s entered %(what)s.") % said
        if self.verb == ChangeKind.VOID:
            return _("%(who)s voided %(what)s.") % said
        return _("%(who)s changed %(what)s.") % said


@dataclass(frozen=True)
class Told:
    """One change record with its lines."""

    change: Change
    who: Who
    where: Where
    lines: tuple[Line, ...]

    kind = "change"

    @property
    def at(self) -> datetime:
        """The server's time."""
        return self.change.at

    @property
    def verb(self) -> str:
        """Entered, changed or voided, in words."""
        return str(self.change.get_kind_display())


@dataclass(frozen=True)
class Behind:
    """What the items of some changes refer to: files by number, and the names of repeating rows over time."""

    files: Mapping[int, StoredFile]
    names: Mapping[Row, Sequence[ChangeItem]]

    def row(self, item: ChangeItem, version: int | None) -> str:
        """Which row a line is about; empty for the form's own items."""
        model = read.model_of(item.table_name)
        if not issubclass(model, CrfRow):
            return table_title(item.table_name)
        return row_title(model.rows.title, item.row_key, self._name(model, item, version))

    def _name(self, model: type[CrfRow], item: ChangeItem, version: int | None) -> str:
        naming = naming_item(model)
        known = self.names.get((item.table_name, item.row_id), ())
        named = [given for given in known if given.change_id <= item.change_id and given.new is not None]
        if naming is None or not named:
            return ""
        field = Field(item.table_name, naming.name, version)
        return str(say(item.table_name, field.item or naming, named[-1].new))


def look_behind(items: Sequence[ChangeItem]) -> Behind:
    """At most two statements, however many items."""
    numbers = {number for item in items if _is_file(item) for number in (item.old, item.new) if number is not None}
    files = StoredFile.objects.defer("content").in_bulk(numbers) if numbers else {}
    rows = [item for item in items if issubclass(read.model_of(item.table_name), CrfRow)]
    names: dict[Row, list[ChangeItem]] = defaultdict(list)
    for given in _names(rows):
        names[given.table_name, given.row_id].append(given)
    return Behind(files, names)


def _is_file(item: ChangeItem) -> bool:
    known = Field(item.table_name, item.field).item
    return known is not None and known.kind is Kind.FILE and not item.field.startswith(MISSING)


def _names(rows: Sequence[ChangeItem]) -> Iterator[ChangeItem]:
    models = {table: read.model_of(table) for table in {item.table_name for item in rows}}
    naming = {table: naming_item(model) for table, model in models.items() if issubclass(model, CrfRow)}
    fields = {item.name for item in naming.values() if item}
    found = ChangeItem.objects.filter(
        table_name__in=naming, row_id__in={item.row_id for item in rows}, field__in=fields
    ).order_by("id")
    for given in found if fields else ():
        item = naming[given.table_name]
        if item and item.name == given.field:
            yield given


def tell(changes: Sequence[Change], items: Iterable[ChangeItem]) -> list[Told]:
    """The changes in words, in the order given, with those of their items to be shown; site and subject loaded."""
    items = [item for item in items if item.field not in HIDDEN]
    behind = look_behind(items)
    by_change: dict[int, list[ChangeItem]] = defaultdict(list)
    for item in items:
        by_change[item.change_id].append(item)
    return [_told(change, by_change[change.pk], behind) for change in changes]


def _told(change: Change, items: Iterable[ChangeItem], behind: Behind) -> Told:
    who = Who.of(change, change.site)
    where = Where(change.subject, change.visit_name, change.form_code, change.record_key, change.form_version)
    return Told(change, who, where, tuple(line(item, who, where, behind) for item in items))


def line(item: ChangeItem, who: Who, where: Where, behind: Behind) -> Line:
    """One changed field in words."""
    field = Field(item.table_name, item.field, where.form_version)
    return Line(
        who=who,
        verb=_verb(item),
        row=behind.row(item, where.form_version),
        label=field.label,
        old=field.say(item.old, behind.files),
        new=field.say(item.new, behind.files),
        rule=item.system_rule,
        url=_history_of(item, where),
    )


def _verb(item: ChangeItem) -> str:
    if item.field == VOIDED:
        return ChangeKind.VOID if item.new else ChangeKind.CHANGE
    return ChangeKind.CREATE if item.old is None else ChangeKind.CHANGE


def _history_of(item: ChangeItem, where: Where) -> str:
    """The page of that one item's history; empty for what is no item of the form."""
    model, name = read.model_of(item.table_name), item.field.removeprefix(MISSING)
    if not where.is_form or name == VOIDED or table_title(item.table_name):
        return ""
    row = f"?row={model.rows.name}-{item.row_key}" if issubclass(model, CrfRow) else ""
    return f"{where.history_url}{name}/{row}"
