"""Change records in words: who did what to which item, from which value to which, where, when and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from core.crf import read
from core.crf.items import Kind
from core.models import DATA_KINDS, WHOLE, Change, ChangeItem, CrfRow, StoredFile
from core.standing import SIGNATURE, VERIFIED
from core.wording import acts, noted
from core.wording.acts import Verb
from core.wording.fields import (
    HIDDEN,
    MISSING,
    SITE,
    VOIDED,
    Field,
    Value,
    is_clinical,
    masked,
    naming_item,
    row_title,
    table_title,
)
from core.wording.noted import Noted, Referred
from core.wording.people import Who, system
from core.wording.places import Where
from core.wording.sentences import Sentence, closed, stage

Row = tuple[str, int]
FEW = 3  # lines of one kind that are told one by one


@dataclass(frozen=True)
class Line:
    """One changed field, or one row that an act added. `said`: the sentence without reason, stage and full stop."""

    who: Who
    verb: str
    row: str
    label: str
    old: Value | None
    new: Value | None
    said: Sentence
    rule: str = ""
    url: str = ""
    reason: str = ""
    stage: str = ""
    machine: bool = False

    @property
    def what(self) -> str:
        """The item, with its row where there are several."""
        return _("%(row)s: %(item)s") % {"row": self.row, "item": self.label} if self.row else self.label

    @property
    def by(self) -> str:
        """Whose value it is: a derived one is the system's, whoever saved the form (AUD-09)."""
        return system(self.rule) if self.rule else _("System") if self.machine else self.who.label

    @property
    def by_system(self) -> bool:
        """No person typed it."""
        return bool(self.rule) or self.machine or self.who.is_system

    @property
    def is_value(self) -> bool:
        """A value of the casebook, not what was said or marked about one."""
        return self.verb in (Verb.ENTER, Verb.CHANGE, Verb.VOID, Verb.RESTORE)

    @property
    def sentence(self) -> Sentence:
        """With the stage of review. The reason is the whole act's and stands beside its lines."""
        return closed(self.said, when=self.stage)

    @property
    def full(self) -> Sentence:
        """All of it: who, what, where, from which value to which, why, at which stage of review."""
        return closed(self.said, self.reason, self.stage)


@dataclass(frozen=True)
class Fold:
    """Lines of one kind under one sentence; a single line is told by itself."""

    sentence: Sentence
    lines: tuple[Line, ...] = ()


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

    @property
    def reason(self) -> str:
        """Why, as it was given; said so where it was masked."""
        return reason_of(self.change)

    @property
    def values(self) -> list[Line]:
        """The lines that are values."""
        return [line for line in self.lines if line.is_value]

    @property
    def others(self) -> list[Fold]:
        """What else the act did: marks, signatures, questions, holds."""
        return fold([line for line in self.lines if not line.is_value], self.where)

    @property
    def folds(self) -> list[Fold]:
        """All its lines, many of one kind under one sentence; a single one with the reason."""
        if len(self.lines) == 1:
            return [Fold(self.lines[0].full)]
        return fold(self.lines, self.where)


def fold(lines: Sequence[Line], where: Where) -> list[Fold]:
    """Neighbouring lines of one kind and person together where they are many and say no change of a value."""
    groups: list[list[Line]] = []
    for line in lines:
        if groups and (groups[-1][0].verb, groups[-1][0].by) == (line.verb, line.by):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [each for group in groups for each in _folded(group, where)]


def _folded(group: Sequence[Line], where: Where) -> list[Fold]:
    first = group[0]
    said = acts.many(first.verb, len(group), system(first.rule) if first.rule else first.who.full, where.of_record())
    if said is None or len(group) <= FEW:
        return [Fold(line.sentence) for line in group]
    return [Fold(closed(said), tuple(group))]


@dataclass(frozen=True)
class Behind:
    """What the items of some changes refer to: files, queries, signatures, and the names of rows over time."""

    files: Mapping[int, StoredFile]
    names: Mapping[Row, Sequence[ChangeItem]]
    referred: Referred

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
        return str(Field(item.table_name, naming.name, version).say(named[-1].new, self.files) or "")


def look_behind(items: Sequence[ChangeItem]) -> Behind:
    """At most six statements, however many items."""
    numbers = {number for item in items if _is_file(item) for number in (item.old, item.new) if number is not None}
    files = StoredFile.objects.defer("content").in_bulk(numbers) if numbers else {}
    rows = [
        item for item in items if is_clinical(item.table_name) and issubclass(read.model_of(item.table_name), CrfRow)
    ]
    names: dict[Row, list[ChangeItem]] = defaultdict(list)
    for given in _names(rows):
        names[given.table_name, given.row_id].append(given)
    signed = {number for item in items if item.field == SIGNATURE for number in (item.old, item.new) if number}
    return Behind(files, names, noted.referred([item for item in items if item.field == WHOLE], signed))


def _is_file(item: ChangeItem) -> bool:
    if item.masked or item.field.startswith((MISSING, VERIFIED)):
        return False
    known = Field(item.table_name, item.field).item
    return known is not None and known.kind is Kind.FILE


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


def is_told(item: ChangeItem) -> bool:
    """Not where another line of the same act says it, or the head of the record's page."""
    if item.field == SITE and item.old is None:
        return False  # the head of every record says it
    if item.field in HIDDEN or item.field == SIGNATURE and item.new is not None:
        return False
    return not (item.field == WHOLE and noted.is_quiet(item))


def tell(changes: Sequence[Change], items: Iterable[ChangeItem]) -> list[Told]:
    """The changes in words, in the order given, with those of their items to be shown; site and subject loaded."""
    shown = [item for item in items if is_told(item)]
    behind = look_behind(shown)
    by_change: dict[int, list[ChangeItem]] = defaultdict(list)
    for item in shown:
        by_change[item.change_id].append(item)
    return [_told(change, by_change[change.pk], behind) for change in changes]


def _told(change: Change, items: Iterable[ChangeItem], behind: Behind) -> Told:
    who, where = Who.of(change, change.site), where_of(change)
    return Told(change, who, where, tuple(line(change, item, behind) for item in items))


def reason_of(change: Change) -> str:
    """Why, as it was given; said so where it was masked."""
    return str(masked()) if change.reason_masked else change.reason


def where_of(change: Change) -> Where:
    """Where in the casebook it was."""
    return Where(change.subject, change.visit_name, change.form_code, change.record_key, change.form_version)


def line(change: Change, item: ChangeItem, behind: Behind) -> Line:
    """One changed field in words, or one row that was added; site and subject of the change loaded."""
    who, where = Who.of(change, change.site), where_of(change)
    reason = reason_of(change)
    if not is_clinical(item.table_name):
        said = noted.tell(Noted(item, who, where, behind.referred))
        field = Field(item.table_name, item.field)
        machine = noted.by_system(item)
        # The reason is the person's; what the system added of its own has none.
        return Line(who, Verb.ADD, "", field.label, None, None, said, reason="" if machine else reason, machine=machine)
    field = Field(item.table_name, item.field, where.form_version)
    row = behind.row(item, where.form_version)
    old, new = field.say(item.old, behind.files), field.say(item.new, behind.files)
    verb, url = acts.verb_of(change, item), _history_of(item, where)
    act = acts.Done(verb, change.kind, who, where, item, field, row, old, new, url, behind.referred.signatures)
    reviewed = stage(was_verified=item.was_verified, was_signed=item.was_signed) if change.kind in DATA_KINDS else ""
    why = "" if verb in (Verb.FALL, Verb.SUPERSEDE) else reason  # these say their own
    return Line(who, verb, row, field.label, old, new, acts.tell(act), item.system_rule, url, why, reviewed)


def _history_of(item: ChangeItem, where: Where) -> str:
    """The page of that one item's history; empty for what is no item of the form."""
    model, name = read.model_of(item.table_name), item.field.removeprefix(MISSING).removeprefix(VERIFIED)
    if not where.is_form or name in (VOIDED, SIGNATURE) or table_title(item.table_name):
        return ""
    row = f"?row={model.rows.name}-{item.row_key}" if issubclass(model, CrfRow) else ""
    return f"{where.history_url}{name}/{row}"
