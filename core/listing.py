"""Long lists a page at a time, by key: no counting, and the last page costs what the first one does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from django import forms
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actor import Actor
from accounts.models import Site
from accounts.permissions import Permission
from core.models import Subject

SIZE = 25
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
BIGGEST = 2**63 - 1

ANY = gettext_lazy("any")

RowT = TypeVar("RowT", bound=Model)


@dataclass(frozen=True)
class Page(Generic[RowT]):
    """Some rows of a list, and where the pages before and after begin; empty where there is none."""

    rows: list[RowT]
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Key:
    """A row's place in the list: its moment, and its number among rows of the same moment."""

    at: datetime
    id: int

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // MICROSECOND}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> Key | None:
        """None for what no page of ours wrote."""
        moment, _dash, number = text.partition("-")
        if not (moment.isdecimal() and number.isdecimal()) or len(text) > 40 or int(number) > BIGGEST:
            return None
        try:
            return cls(EPOCH + int(moment) * MICROSECOND, int(number))
        except OverflowError:
            return None


def page_of(
    rows: QuerySet[RowT], stamp: str, asked: Mapping[str, Any], *, newest_first: bool = True, size: int = SIZE
) -> Page[RowT]:
    """The page that `asked` names by `after` or `before`, else the first. One statement, by the index on `stamp`."""
    after, before = (Key.parse(str(asked.get(name, ""))) for name in ("after", "before"))
    backward = after is None and before is not None
    descending = newest_first != backward
    start = before if backward else after
    if start:
        rows = rows.filter(_beyond(stamp, start, descending=descending))
    sign = "-" if descending else ""
    found = list(rows.order_by(f"{sign}{stamp}", f"{sign}id")[: size + 1])
    more, found = len(found) > size, found[:size]
    if backward:
        found.reverse()
    has_before, has_after = (more, True) if backward else (start is not None, more)
    ends = [str(Key(getattr(row, stamp), row.pk)) for row in (found[0], found[-1])] if found else ["", ""]
    return Page(found, ends[0] if has_before else "", ends[1] if has_after else "")


def _beyond(stamp: str, key: Key, *, descending: bool) -> Q:
    """Past a place in the list. The first condition lets PostgreSQL begin there in the index."""
    sign = "lt" if descending else "gt"
    start = Q(**{f"{stamp}__{sign}e": key.at})
    return start & (Q(**{f"{stamp}__{sign}": key.at}) | Q(**{f"id__{sign}": key.id}))


class Filters(forms.Form):
    """What a reader narrows a list by; all of it may be left empty. A list adds its own."""

    site: forms.ModelChoiceField[Site] = forms.ModelChoiceField(
        None, label=gettext_lazy("Site"), required=False, empty_label=ANY
    )
    subject = forms.CharField(label=gettext_lazy("Subject number"), required=False, max_length=20)

    def __init__(self, actor: Actor, permission: Permission, data: Any) -> None:
        super().__init__(data, label_suffix="")
        self.ids = actor.site_ids(permission)
        self.sites = actor.sites(permission)
        self.offer("site", self.sites)
        for field in self.fields.values():
            choice = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = "form-select form-select-sm" if choice else "form-control form-control-sm"

    def offer(self, name: str, choices: Any) -> None:
        """What a drop-down offers: rows, or pairs of code and wording."""
        field = self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = choices
        elif isinstance(field, forms.ChoiceField):
            field.choices = [("", ANY), *choices]

    def clean_subject(self) -> Subject | None:
        """A subject the reader may see; whether another site has that number is not said."""
        number = self.cleaned_data["subject"]
        found = Subject.objects.filter(self.known, number=number).first() if number else None
        if number and found is None:
            raise forms.ValidationError(
                _("There is no subject of this number at your sites. Numbers read like 01-001.")
            )
        return found

    @property
    def known(self) -> Q:
        """Which subjects the reader may name."""
        return Q(site__in=self.sites)

    @property
    def visible(self) -> Q:
        """The sites the reader may see, as a condition on the list's rows."""
        return Q() if self.ids is None else Q(site__in=self.ids)

    @property
    def of_subject(self) -> Q:
        """The same for rows that go with their subject to another site."""
        return Q() if self.ids is None else Q(subject__site__in=self.ids)
