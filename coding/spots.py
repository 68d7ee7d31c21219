"""Every answer that is to be coded, with the coding that stands for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from accounts.actor import Actor
from accounts.permissions import Permission
from coding.models import Coding, Dictionary, DictionaryKind, Synonym, Term, normal
from core.crf import read
from core.crf.items import FormDef, Item, RowsDef
from core.models import Crf, CrfRow, Subject
from core.places import LOG


@dataclass(frozen=True)
class Spot:
    """One answer in words, where it stands, and how it was coded (None: not as it reads now)."""

    subject: Subject
    visit_name: str
    form: FormDef
    record_key: int
    group: str
    row_key: int
    item: Item
    verbatim: str
    coding: Coding | None = None

    @property
    def kind(self) -> str:
        """The dictionary it is coded by."""
        return self.item.coded_by

    @property
    def url(self) -> str:
        """The form's page, at the answer."""
        args: list[Any] = [self.subject.number, self.visit_name, self.form.code]
        args += [self.record_key] if self.form.log or self.record_key != 1 else []
        prefix = f"{self.group}-{self.row_key}-" if self.group else ""
        return f"{reverse('crf-edit', args=args)}#item-{prefix}{self.item.name}"

    @property
    def ask_url(self) -> str:
        """Where a question about the words is put to the site."""
        args: list[Any] = [self.subject.number, self.visit_name, self.form.code]
        args += [self.record_key] if self.form.log or self.record_key != 1 else []
        row = f"?row={self.group}-{self.row_key}" if self.group else ""
        return reverse("query-item", args=[*args, self.item.name]) + row

    @property
    def token(self) -> str:
        """What stands for it on a page: the answer, and the coding it had when it was shown."""
        return "/".join(str(part) for part in (*self.place, self.coding.pk if self.coding else 0))

    @property
    def place(self) -> tuple[int, str, str, int, str, int, str]:
        """What finds its codings."""
        return (
            self.subject.pk, self.visit_name, self.form.code, self.record_key, self.group, self.row_key, self.item.name,
        )  # fmt: skip


def spots(actor: Actor | None = None, subject: Subject | None = None) -> list[Spot]:
    """All answers to be coded that a person may read (None: the system), in the order of subjects.

    A statement for each form and group that has such items, and one for the codings.
    """
    within: dict[str, Any] = {} if subject is None else {"subject": subject}
    ids = None if actor is None else actor.site_ids(Permission.VIEW_CLINICAL)
    if ids is not None:
        within["subject__site__in"] = ids
    stands: dict[Any, Coding] = {}
    for coding in Coding.objects.filter(**within).select_related("term", "dictionary", "subject").order_by("id"):
        stands[coding.place] = coding
    found = [spot for form in read.forms() for spot in _of_form(form, within)]
    return sorted(
        (_with(spot, stands.get(spot.place)) for spot in found),
        key=lambda spot: (spot.subject.number, spot.form.code, spot.record_key, spot.row_key),
    )


def _with(spot: Spot, coding: Coding | None) -> Spot:
    """A coding stands for the words it was given for."""
    stands = coding is not None and coding.verbatim == spot.verbatim
    return Spot(**{**vars(spot), "coding": coding if stands else None})


def _of_form(form: FormDef, within: dict[str, Any]) -> Iterator[Spot]:
    items = [item for item in form.items if item.coded_by]
    if items:
        for record in form.model.objects.filter(voided=False, **within).select_related("subject__site", "visit"):
            yield from _answers(form, record, "", record, items)
    for group in form.rows:
        yield from _of_group(form, group, {f"parent__{name}": value for name, value in within.items()})


def _of_group(form: FormDef, group: RowsDef, within: dict[str, Any]) -> Iterator[Spot]:
    items = [item for item in group.items if item.coded_by]
    if items:
        model: Any = group.model  # every group's own class has a parent
        rows = model.objects.filter(voided=False, parent__voided=False, **within)
        for row in rows.select_related("parent__subject__site", "parent__visit"):
            yield from _answers(form, row.parent, group.name, row, items)


def _answers(form: FormDef, record: Crf, group: str, row: Crf | CrfRow, items: Sequence[Item]) -> Iterator[Spot]:
    visit = record.visit.name if record.visit else LOG
    row_key = row.key if group else 0
    for item in items:
        text = getattr(row, item.name)
        if text:
            yield Spot(record.subject, visit, form, record.key, group, row_key, item, text)


def in_force(kind: str) -> list[Dictionary]:
    """The version of a dictionary in force, in each language it was loaded in."""
    newest: dict[str, Dictionary] = {}
    for dictionary in Dictionary.objects.filter(kind=kind).order_by("id"):
        newest[dictionary.language] = dictionary
    return list(newest.values())


def synonyms(kind: str) -> dict[str, str]:
    """Words -> code."""
    newest = {row.normal: row.code for row in Synonym.objects.filter(kind=kind).order_by("id")}
    return {words: code for words, code in newest.items() if code}


def exact_terms(kind: str, texts: Sequence[str]) -> dict[str, Term]:
    """Words -> the current term that reads just so. Words that two terms read are left to a person."""
    wanted = {normal(text) for text in texts}
    terms = Term.objects.filter(dictionary__in=in_force(kind), normal__in=wanted, is_current=True)
    found: dict[str, list[Term]] = {}
    for term in terms.select_related("dictionary"):
        found.setdefault(term.normal, []).append(term)
    return {words: same[0] for words, same in found.items() if len({term.code for term in same}) == 1}


KINDS = tuple(DictionaryKind.values)
