"""The verification plan: which answers are checked against source, of which subjects, and how far that has come."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from core.crf import evaluate, read
from core.crf.items import FormDef, Item
from core.models import Crf, CrfRow, Subject
from core.models.crf import Declared

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SEP = "\x1f"
Rows = Mapping[str, Sequence[CrfRow]]


class Need(StrEnum):
    """Of whom an answer is checked against source."""

    REQUIRED = "REQUIRED"  # of every subject
    TARGETED = "TARGETED"  # of a share of the subjects
    NONE = "NONE"  # of nobody; it may be verified all the same


@dataclass(frozen=True)
class Check:
    """What the plan wants of an answer. `share` in percent of the subjects, where it is targeted."""

    need: Need
    share: int = 0


REQUIRED = Check(Need.REQUIRED)
NONE = Check(Need.NONE)


def targeted(share: int) -> Check:
    """Of so many subjects in a hundred, and of the first ones of each site."""
    return Check(Need.TARGETED, share)


@dataclass(frozen=True)
class FormPlan:
    """One form: what holds for its answers, and the exceptions: item -> check, of a repeating row `group.item`.

    What is derived is computed from answers that are checked themselves, so it is checked only where it is named.
    `source` tells the monitor where to look.
    """

    default: Check
    items: Mapping[str, Check] = field(default_factory=dict)
    source: StrOrPromise = ""

    def check(self, item: Item, group: str = "") -> Check:
        """What it wants of one item."""
        return self.items.get(f"{group}.{item.name}" if group else item.name, NONE if item.derived else self.default)


@dataclass(frozen=True)
class Plan:
    """The whole trial, by form code. Of the first subjects of each site all that is targeted is checked."""

    forms: Mapping[str, FormPlan]
    first_of_site: int = 0


class Answer(NamedTuple):
    """One answer of a record: its item, and the repeating row it stands in, where it does."""

    group: str
    row_key: int | None
    item: str

    @property
    def input(self) -> str:
        """The name of its input on a page: `temp`, `results-3-lborres`."""
        return f"{self.group}-{self.row_key}-{self.item}" if self.group else self.item

    @classmethod
    def parse(cls, text: str) -> Answer | None:
        """None for what no page of ours wrote."""
        group, dash, rest = text.partition("-")
        if not dash:
            return cls("", None, text) if text else None
        key, _dash, item = rest.partition("-")
        return cls(group, int(key), item) if key.isdecimal() and len(key) < 10 and item else None


@dataclass(frozen=True)
class Standing:
    """An answer as it stands in its record: asked or not, there or not, verified or not."""

    answer: Answer
    item: Item
    row: Declared
    value: Any
    asked: bool

    @property
    def given(self) -> bool:
        """Is there something to verify: a value, or the reason why there is none?"""
        return self.value is not None or self.item.name in self.row.missing

    @property
    def verified(self) -> bool:
        """Does a mark stand?"""
        return self.item.name in self.row.verified


IN_FULL = FormPlan(REQUIRED)


def plan() -> Plan:
    """The plan of this trial, as settings.TRIAL_VERIFICATION names it."""
    return _load(settings.TRIAL_VERIFICATION)


@cache
def _load(module: str) -> Plan:
    found = getattr(import_module(module), "PLAN", None)
    if not isinstance(found, Plan):
        raise ImproperlyConfigured(f"TRIAL_VERIFICATION: {module} has no PLAN made of core.verification.Plan.")
    return found


def need(code: str, item: Item, subject_number: str, group: str = "") -> bool:
    """Does the plan want this item of this subject verified? A form it does not name yet is verified in full."""
    check = plan().forms.get(code, IN_FULL).check(item, group)
    if check.need is Need.TARGETED:
        return is_targeted(code, subject_number, check.share)
    return check.need is Need.REQUIRED


def is_targeted(code: str, subject_number: str, share: int) -> bool:
    """Does the subject fall into the share? Drawn by a hash of number and form: the same today and in ten years."""
    ordinal = subject_number.rpartition("-")[2]
    if share and ordinal.isdecimal() and int(ordinal) <= plan().first_of_site:
        return True
    drawn = hashlib.sha256(SEP.join((subject_number, code)).encode()).digest()
    return int.from_bytes(drawn[:8], "big") * 100 < share * 2**64


def standings(form: FormDef, record: Crf, rows: Rows) -> Iterator[Standing]:
    """Every answer of a record in the order of the form; what stands in a void row counts for nothing."""
    yield from _standings(record, form.items)
    for group in form.rows:
        for row in rows.get(group.name, ()):
            if not row.voided:
                yield from _standings(row, group.items, group.name, row.key)


def _standings(row: Declared, items: Sequence[Item], group: str = "", key: int | None = None) -> Iterator[Standing]:
    known = evaluate.answers(row, items)
    for item in items:
        yield Standing(Answer(group, key, item.name), item, row, known[item.name], item.is_asked(known))


def required(form: FormDef, record: Crf, rows: Rows, subject_number: str) -> list[Standing]:
    """The answers that the plan wants verified: those that are asked and given. A void record needs none."""
    if record.voided:
        return []
    return [
        standing
        for standing in standings(form, record, rows)
        if standing.asked and standing.given and need(form.code, standing.item, subject_number, standing.answer.group)
    ]


def required_items(form: FormDef, record: Crf, rows: Rows, subject_number: str) -> list[Answer]:
    """Where they stand."""
    return [standing.answer for standing in required(form, record, rows, subject_number)]


def count(form: FormDef, record: Crf, rows: Rows, subject: Subject) -> tuple[int, int]:
    """How many answers of a record the plan wants verified, and how many of those are."""
    found = required(form, record, rows, subject.number)
    return len(found), sum(standing.verified for standing in found)


def problems(plan: Plan) -> list[CheckMessage]:
    """What is wrong with a plan: it names what is not there, or draws no possible share."""
    known = read.form_models()
    found = [
        _error(f"names form {code}", "Name a declared form.", "core.E131") for code in plan.forms if code not in known
    ]
    for code, form in plan.forms.items():
        found += [
            _error(f"names {code}.{name}", "Name an item of the form, `group.item` in a row.", "core.E132")
            for name in form.items
            if code in known and name not in _names(code)
        ]
        found += [
            _error(f"targets {check.share} percent of {code}", "A share is 1 to 99 percent.", "core.E133")
            for check in (form.default, *form.items.values())
            if check.need is Need.TARGETED and not 0 < check.share < 100
        ]
    return found


def _names(code: str) -> set[str]:
    """Every item any version of a form ever asked."""
    form = read.form(code)
    rows = {f"{group.name}.{item.name}" for group in form.rows for item in read.items(group.model)}
    return {item.name for item in read.items(form.model)} | rows


def _error(what: str, hint: str, id: str) -> CheckMessage:
    return Error(f"the verification plan {what}", hint=hint, id=id)
