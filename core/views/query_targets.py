"""The records at which one question may be asked of many: an item of a form, over sites and subjects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actor import Actor
from accounts.permissions import Permission
from core.asking import Spot
from core.crf import read
from core.crf.fields import as_json
from core.crf.items import MISSING_REASONS, FormDef, Item
from core.listing import Filters
from core.models import Crf
from core.places import LOG
from core.views.posted import whole
from core.wording.fields import Value, naming_item, row_title, rows_of, say
from core.wording.places import Where

MOST = 100  # of one preview: more than anybody checks by eye
EMPTY, GIVEN = "empty", "given"
DOT = "."


@dataclass(frozen=True)
class Question:
    """Which item of which form: the whole form where there is no item; `group` for an item of repeating rows."""

    form: FormDef
    item: Item | None
    group: str = ""

    @classmethod
    def parse(cls, code: str, name: str) -> Question | None:
        """As a page posts it: `VS` and `sysbp`, `CHEM` and `results.lborres`. None for what no form asks."""
        if code not in read.form_models():
            return None
        form, (group, _dot, item) = read.form(code), name.rpartition(DOT)
        found = next((one for key, one in _choices(form) if key == name), None) if name else None
        return None if name and found is None else cls(form, found, group if item else "")

    @property
    def name(self) -> str:
        """As a page posts it."""
        item = self.item.name if self.item else ""
        return f"{self.group}{DOT}{item}" if self.group else item

    @property
    def label(self) -> str:
        """In words."""
        words = {"form": self.form.title, "item": self.item.label if self.item else _("The whole form")}
        return _("%(form)s: %(item)s") % words


@dataclass(frozen=True)
class Target:
    """One record, or one row of it, with what it says."""

    spot: Spot
    where: Where
    row: str
    value: Value | None
    revision: int
    pk: int

    @property
    def token(self) -> str:
        """The record and row in the version it was seen."""
        return f"{self.pk}-{self.spot.row_key or 0}-{self.revision}"


class TargetFilters(Filters):
    """One item of one form; by site, subject, and whether it has a value."""

    form = forms.ChoiceField(label=gettext_lazy("Form"))
    item = forms.ChoiceField(label=gettext_lazy("Item"), required=False)
    value = forms.ChoiceField(label=gettext_lazy("Value"), required=False)
    field_order = ("form", "item", "value")

    def __init__(self, actor: Actor, data: QueryDict) -> None:
        asked = data.dict()
        code, item = asked.get("form", ""), asked.get("item", "")
        items = dict(_choices(read.form(code))) if code in read.form_models() else {}
        if item not in items and any(item == name for form in read.forms() for name, _item in _choices(form)):
            del asked["item"]  # another form was chosen, and the item of the former one was sent along
        super().__init__(actor, Permission.RAISE_QUERY, asked or None)
        self.offer("form", [(form.code, form.title) for form in read.forms()])
        self.offer("value", [(EMPTY, _("empty")), (GIVEN, _("given"))])
        offered = [("", _("The whole form")), *((name, each.label) for name, each in items.items())]
        self.fields["item"].choices = offered  # type: ignore[attr-defined]  # a drop-down

    def question(self) -> Question:
        """What is asked. The form must be valid."""
        found = Question.parse(self.cleaned_data["form"], self.cleaned_data["item"])
        if found is None:
            raise ValueError("a valid form names an item of the form it names")
        return found

    def targets(self) -> list[Target]:
        """The records that fit, at most one more than a preview takes. The form must be valid."""
        asked, question = self.cleaned_data, self.question()
        found, up = _rows(question, self.ids), "parent__" if question.group else ""
        exact = {f"{up}subject__site": asked["site"], f"{up}subject": asked["subject"]}
        found = found.filter(**{name: value for name, value in exact.items() if value})
        if question.item and asked["value"]:
            found = found.filter(**{f"{question.item.name}__isnull": asked["value"] == EMPTY})
        return _told(question, found[: MOST + 1])


def chosen(actor: Actor, question: Question, tokens: Sequence[str]) -> list[tuple[Target, int]] | None:
    """The records a page posts, as they are now, each with the version it was seen in; None where one is not there."""
    parts = [tuple(whole(part) for part in token.split("-")) for token in tokens]
    if any(len(part) != 3 for part in parts):
        return None
    seen = {(pk, row): revision for pk, row, revision in parts}
    keys = {pk for pk, _row in seen}
    within = Q(parent__in=keys) if question.group else Q(pk__in=keys)
    found = _told(question, _rows(question, actor.site_ids(Permission.VIEW_CLINICAL)).filter(within))
    kept = [(target, seen[at]) for target in found if (at := (target.pk, target.spot.row_key or 0)) in seen]
    return kept if len(kept) == len(seen) else None


def _choices(form: FormDef) -> list[tuple[str, Item]]:
    """Every item of a form and of its repeating rows, as a page posts it."""
    rows = [(f"{group.name}{DOT}{item.name}", item) for group in form.rows for item in group.items]
    return [(item.name, item) for item in form.items] + rows


def _rows(question: Question, sites: frozenset[int] | None) -> QuerySet[Any]:
    """The records, or their rows, that are not void, at the sites a person sees; in the order of the casebook."""
    up = "parent__" if question.group else ""
    found = rows_of(question.form.group(question.group).model) if question.group else question.form.model.objects.all()
    kept = found.filter(voided=False, **({"parent__voided": False} if up else {}))
    if sites is not None:
        kept = kept.filter(**{f"{up}subject__site__in": sites})
    order = ("subject__number", "visit__visit_on", "key")
    rows = kept.select_related(f"{up}subject__site", f"{up}visit", *([up.rstrip("_")] if up else []))
    return rows.order_by(*(f"{up}{name}" for name in order), *(["key"] if up else []))


def _told(question: Question, rows: Iterable[Any]) -> list[Target]:
    """In words, without the records of a version that did not ask."""
    found = [(row.parent if question.group else row, row) for row in rows]
    return [_target(question, record, row) for record, row in found if _is_asked(question, record)]


def _is_asked(question: Question, record: Crf) -> bool:
    form = read.form(question.form.code, record.form_version)
    items = form.group(question.group).items if question.group else form.items
    return question.item is None or question.item.name in {item.name for item in items}


def _target(question: Question, record: Crf, row: Any) -> Target:
    visit_name = record.visit.name if record.visit else LOG
    item = question.item.name if question.item else ""
    key = row.key if question.group else None
    spot = Spot(record.subject, visit_name, question.form.code, record.key, item, question.group, key)
    where = Where(record.subject, visit_name, question.form.code, record.key, record.form_version)
    return Target(spot, where, _row_title(question, row), _value(question.item, row), record.revision, record.pk)


def _row_title(question: Question, row: Any) -> str:
    if not question.group:
        return ""
    group = question.form.group(question.group)
    naming = naming_item(group.model)
    value = getattr(row, naming.name) if naming else None
    called = "" if naming is None or value is None else str(say(group.model._meta.db_table, naming, value))
    return row_title(group.label, row.key, called)


def _value(item: Item | None, row: Any) -> Value | None:
    if item is None:
        return None
    if reason := row.missing.get(item.name):
        return Value(str(MISSING_REASONS.get(reason, reason)))
    column = row._meta.get_field(item.name)
    stored = as_json(column, getattr(row, column.attname))
    return None if stored is None else say(row._meta.db_table, item, stored)
