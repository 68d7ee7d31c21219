"""Signatures in words: what waits for one, with its content or what changed since the last one; what was signed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.crf import evaluate, read
from core.crf.items import MISSING_REASONS, Item, Kind
from core.models import DATA_KINDS, Change, ChangeItem, Signature, StoredFile, Subject
from core.models.crf import Declared, FormState
from core.places import LOG
from core.signing import Filed, Key, Signable
from core.signing_proof import Evidence, faults
from core.standing import SIGNATURE, VERIFIED
from core.wording import trail
from core.wording.fields import Value, naming_item, row_title, say
from core.wording.people import Who
from core.wording.places import Where, visit_title
from core.wording.trail import Told

REF = re.compile(r"(?P<visit>[A-Z0-9-]{1,12})\.(?P<code>[A-Z0-9]{1,12})\.(?P<key>[0-9]{1,9})", re.ASCII)
# Read and accepted by each signer before the first signature (21 CFR 11.100(c), Electronic Signature Law of the PRC).
STATEMENT = _(
    "My electronic signature in this system, made with my user name and my password, is the legally binding equivalent"
    " of my handwritten signature. I alone know my password, I let nobody sign for me, and I answer for what is signed"
    " under my name as for what I sign by hand."
)


@dataclass(frozen=True)
class Answer:
    """One item of a record: its value, or why there is none."""

    label: str
    value: Value | None
    missing: str = ""


@dataclass(frozen=True)
class Block:
    """The answers of a record, or of one of its repeating rows."""

    title: str
    answers: Sequence[Answer]
    voided: bool = False


@dataclass(frozen=True)
class Card:
    """A form that waits for a signature, as the page shows it: its content, or what changed since the last one."""

    form: Signable
    blocks: Sequence[Block] = ()
    delta: Sequence[Told] = ()

    @property
    def where(self) -> Where:
        """Its place in words."""
        return Where(self.form.place.subject, *self.form.key, self.form.record.form_version)

    @property
    def state(self) -> tuple[str, str]:
        """Its state and the word for it."""
        return state_of(self.form.status.state, self.form.status.gaps)

    @property
    def shown(self) -> str:
        """What the page shows of it: its version and the digest of its content, as it is posted back."""
        return f"{self.form.record.revision}:{self.form.digest}"

    @property
    def last(self) -> Signed | None:
        """The signature it had before."""
        return Signed(self.form.last) if self.form.last else None


def state_of(state: str, gaps: int) -> tuple[str, str]:
    """The class of the design and the word; empty: the design's own word."""
    if state == FormState.INCOMPLETE:
        return "incomplete", ngettext("%(n)s gap", "%(n)s gaps", gaps) % {"n": gaps}
    return ("void" if state == FormState.VOIDED else "complete"), ""


def cards(subject: Subject, forms: Sequence[Signable]) -> list[Card]:
    """In the order given. At most five statements, however many forms."""
    again = [form for form in forms if form.last]
    deltas = _deltas(subject, again) if again else {}
    fresh = [form for form in forms if not form.last]
    files = _files(fresh)
    blocks = {form.key: list(_blocks(form, files)) for form in fresh}
    return [Card(form, blocks.get(form.key, ()), deltas.get(form.key, ())) for form in forms]


def _deltas(subject: Subject, forms: Sequence[Signable]) -> dict[Key, list[Told]]:
    """What changed in each form since its last signature, the first change first."""
    since = {form.key: form.last.change_id for form in forms if form.last}
    places = reduce(
        or_, (Q(visit_name=key[0], form_code=key[1], record_key=key[2], id__gt=n) for key, n in since.items())
    )
    found = Change.objects.filter(places, subject=subject, kind__in=DATA_KINDS).select_related("site", "subject")
    changes = list(found.order_by("seq"))
    tables = {model._meta.db_table for form in forms for model in _models(form)}
    items = ChangeItem.objects.filter(change__in=changes, table_name__in=tables).exclude(field=SIGNATURE)
    told: dict[Key, list[Told]] = defaultdict(list)
    for each in trail.tell(changes, items.exclude(field__startswith=VERIFIED).order_by("id")):
        change = each.change
        told[change.visit_name, change.form_code, change.record_key or 0].append(each)
    _add_visits(subject, since, told)
    return told


def _add_visits(subject: Subject, since: Mapping[Key, int], told: dict[Key, list[Told]]) -> None:
    """What changed of the visits themselves: their dates are part of what is signed."""
    if not since:
        return
    found = Change.objects.filter(subject=subject, kind__in=DATA_KINDS, form_code="", id__gt=min(since.values()))
    changes = list(
        found.filter(visit_name__in={key[0] for key in since}).select_related("site", "subject").order_by("seq")
    )
    items = ChangeItem.objects.filter(change__in=changes, table_name="core_visit")
    for each in trail.tell(changes, items.order_by("id")):
        for key, signed in since.items():
            if key[0] == each.change.visit_name and each.change.pk > signed:
                told[key] = sorted([*told[key], each], key=lambda one: one.change.seq)


def _models(form: Filed) -> Iterator[type[Declared]]:
    """The form's own table and those of its rows: what a signature stands for."""
    yield form.place.form.model
    yield from (group.model for group in form.place.form.rows)


def _files(forms: Iterable[Filed]) -> Mapping[int, StoredFile]:
    numbers = {
        getattr(form.record, f"{item.name}_id")
        for form in forms
        for item in form.place.form.items
        if item.kind is Kind.FILE
    } - {None}
    return StoredFile.objects.defer("content").in_bulk(numbers) if numbers else {}


def _blocks(form: Filed, files: Mapping[int, StoredFile]) -> Iterator[Block]:
    yield Block("", list(_answers(form.record, form.place.form.items, files)), form.record.voided)
    for group in form.place.form.rows:
        naming = naming_item(group.model)
        for row in form.rows[group.name]:
            name = say(row._meta.db_table, naming, getattr(row, naming.name)).text if naming else ""
            answers = list(_answers(row, group.items, files))
            yield Block(row_title(group.label, row.key, name), answers, row.voided)


def _answers(row: Declared, items: Iterable[Item], files: Mapping[int, StoredFile]) -> Iterator[Answer]:
    """What was answered, what is missing and why, and what is still open; not what was not asked."""
    items = tuple(items)
    known, gaps = evaluate.answers(row, items), set(evaluate.gaps(row, items))
    for item in items:
        stored: Any = known[item.name]
        if stored is not None:
            yield Answer(str(item.label), say(row._meta.db_table, item, stored, files))
        elif item.name in row.missing or item.name in gaps:
            reason = row.missing.get(item.name, "")
            yield Answer(str(item.label), None, str(MISSING_REASONS.get(reason, reason)))


@dataclass(frozen=True)
class Signed:
    """A signature as it is printed: who, when on the signer's clock, what it means; and what became of it (SIG-01)."""

    signature: Signature
    faults: Sequence[str] = ()
    ended: Change | None = None

    @property
    def where(self) -> Where:
        """What was signed."""
        each = self.signature
        return Where(each.subject, each.visit_name, each.form_code, each.record_key, each.form_version)

    @property
    def who(self) -> str:
        """Full name and role, as at the time."""
        return Who(self.signature.actor_name, self.signature.role, self.signature.site).label

    @property
    def meaning(self) -> str:
        """In the reader's language."""
        return str(self.signature.get_meaning_display())

    @property
    def at(self) -> datetime:
        """On the signer's clock, with the offset that was kept."""
        zone = datetime.strptime(self.signature.utc_offset, "%z").tzinfo
        return self.signature.at.astimezone(zone)

    @property
    def printed_at(self) -> str:
        """Date, time and offset, as on paper."""
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.signature.utc_offset}"

    @property
    def stands(self) -> bool:
        """Does it count?"""
        return self.ended is None

    @property
    def ended_by(self) -> str:
        """Whose change superseded it."""
        return Who.of(self.ended, self.ended.site).label if self.ended else ""


def signed(signatures: Sequence[Signature], found: Evidence) -> list[Signed]:
    """In the order given, each with what speaks against it and the change that superseded it."""
    ended = {number: item.change for number, item in found.ended.items()}
    return [Signed(each, list(faults(each, found)), ended.get(each.pk)) for each in signatures]


def ref_title(subject: Subject, ref: str) -> str:
    """A form by the name the page gave it, in words; empty for what no page of ours wrote."""
    match = REF.fullmatch(ref)
    if match is None or match["code"] not in read.form_models():
        return ""
    where = Where(subject, match["visit"], match["code"], int(match["key"]))
    return f"{visit_label(where.visit_name, subject.protocol_version)} · {where.form}"


def visit_label(name: str, version: int) -> str:
    """A visit's title; running records have one of their own."""
    return str(_("Running records")) if name == LOG else visit_title(name, version)
