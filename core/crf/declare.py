"""The words in which a form is declared. Each returns a real Django field that carries its item."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db import models

from core.crf import fields
from core.crf.items import Answer, Code, Derivation, Item, Kind, Rule

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from core.models.crf import Crf

type_of_codes = type[models.TextChoices]


@dataclass(frozen=True)
class Spec:
    """What a form is: code, title, version, SDTM domain.

    `log`: lines belong to the subject, not to a visit (adverse events). `summary`: items that name a line in a list.
    `anchors`: anchor -> item whose date fixes it. `version`: raised when wording, codes or order change after release.
    `applies_if`: form, item, codes: the form is asked of the subjects who answered so there.
    `panel`: dotted name of a function (place, rows) -> dict with a `template`, shown above the questions.
    `safety`: is entered whatever consent and withdrawal say of other data.
    `licensed`: an instrument whose full wording belongs to others; a site may supply it (core/crf/licensed.py).
    `after_lock`: a new line may be entered where everything is frozen or locked, with a reason (a log only).
    """

    code: str
    title: StrOrPromise
    version: int
    domain: str
    log: bool = False
    anchors: Mapping[str, str] = field(default_factory=dict)
    summary: tuple[str, ...] = ()
    note: StrOrPromise = ""
    applies_if: tuple[str, str, tuple[str, ...]] | None = None
    panel: str = ""
    safety: bool = False
    licensed: bool = False
    after_lock: bool = False


@dataclass(frozen=True)
class RowsSpec:
    """What a repeating group is: the form it belongs to, its name there, the rows a new form starts with."""

    form: type[Crf]
    name: str
    title: StrOrPromise
    start: tuple[Mapping[str, str], ...] = ()


def _item(kind: Kind, label: StrOrPromise, options: dict[str, Any]) -> Item:
    low, high = options.pop("expect", (None, None))
    asked = options.pop("asked_if", None)
    if asked:
        options["asked_if"] = (asked[0], asked[1] if isinstance(asked[1], tuple) else (asked[1],))
    return Item("", kind, label, low=_number(low), high=_number(high), **options)


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _codes(codes: type_of_codes) -> tuple[Code, ...]:
    return tuple(Code(value, label) for value, label in codes.choices)


def text(label: StrOrPromise, *, length: int = 200, **options: Any) -> fields.Text:
    """Free text of at most `length` characters."""
    return fields.Text(label, max_length=length, item=_item(Kind.TEXT, label, options))


def coded(label: StrOrPromise, codes: type_of_codes, **options: Any) -> fields.Coded:
    """One answer of a code list. `score=True` where the codes are points of a rated scale."""
    item = _item(Kind.CODED, label, {"codes": _codes(codes)} | options)
    return fields.Coded(label, codes=codes.values, item=item)


def several(label: StrOrPromise, codes: type_of_codes, **options: Any) -> fields.Several:
    """Any number of answers of a code list."""
    item = _item(Kind.SEVERAL, label, {"codes": _codes(codes)} | options)
    return fields.Several(verbose_name=label, codes=codes.values, item=item)


def integer(label: StrOrPromise, *, limits: tuple[int, int] = (0, 10**9), **options: Any) -> fields.Whole:
    """A whole number in `unit`. `limits` are hard (a type error beyond them), `expect` is soft (a query)."""
    item = _item(Kind.INTEGER, label, options)
    return fields.Whole(label, at_least=limits[0], at_most=limits[1], item=item)


def decimal(
    label: StrOrPromise,
    *,
    digits: int = 8,
    places: int = 2,
    limits: tuple[int | None, int | None] = (0, None),
    **options: Any,
) -> fields.Number:
    """A decimal in `unit` with at most `digits` figures, `places` of them after the point. `limits` are hard."""
    item = _item(Kind.DECIMAL, label, options)
    size = {"max_digits": digits, "decimal_places": places}
    return fields.Number(label, at_least=limits[0], at_most=limits[1], item=item, **size)


def date(label: StrOrPromise, **options: Any) -> fields.Day:
    """A full date."""
    return fields.Day(label, item=_item(Kind.DATE, label, options))


def partial_date(label: StrOrPromise, **options: Any) -> fields.PartialDay:
    """A date of which the day, or month and day, may be unknown; never completed."""
    return fields.PartialDay(label, item=_item(Kind.PARTIAL_DATE, label, options))


def time(label: StrOrPromise, **options: Any) -> fields.Clock:
    """A time of day on the site's clock."""
    return fields.Clock(label, item=_item(Kind.TIME, label, options))


def moment(label: StrOrPromise, **options: Any) -> fields.Moment:
    """A date and time with offset, as the site's clock showed it."""
    return fields.Moment(label, item=_item(Kind.MOMENT, label, options))


def measured(label: StrOrPromise, **options: Any) -> fields.Result:
    """A result with its operator (`<0.5`); its unit is fixed (`unit=`) or an item of its own."""
    return fields.Result(label, item=_item(Kind.MEASURED, label, options))


def file(label: StrOrPromise, **options: Any) -> fields.Attached:
    """A PDF, PNG or JPEG; content and size are checked, the hash is kept, nothing is overwritten."""
    return fields.Attached(verbose_name=label, item=_item(Kind.FILE, label, options))


Declares: TypeAlias = "Callable[[Callable[..., Any]], staticmethod[..., Any]]"


def rule(id: str, message: StrOrPromise, *, forms: tuple[str, ...] = (), reads: tuple[str, ...] = ()) -> Declares:
    """An edit check within a form: its parameters are the items it reads; it runs when all are answered. Soft, always.

    A parameter with the default None may be empty: `lbclsig=None`. `visit_on`, `subject`, `rows` (the form's own rows
    by group), `parent` (of a row: its form) and `context` can be read as well; it gives the records of the `forms`
    named: `context.records("DM")`. `reads` names the items for a function made in a loop: it takes them as keywords
    (`**answers`), and any of them may be empty. Instead of False a rule may return the words its message has places
    for: `%(test)s`.
    """
    return _check(id, message, forms, reads, refuses=False)


def refuse(id: str, message: StrOrPromise, *, forms: tuple[str, ...] = (), reads: tuple[str, ...] = ()) -> Declares:
    """A protocol gate: while it is false the last item it reads, a decision, cannot be saved so. As `rule` otherwise.

    For decisions only (eligible, authorise). What has happened is always recordable.
    """
    return _check(id, message, forms, reads, refuses=True)


def _check(
    id: str, message: StrOrPromise, forms: tuple[str, ...], reads: tuple[str, ...], *, refuses: bool
) -> Declares:
    def declare(holds: Callable[..., Answer]) -> staticmethod[..., Answer]:
        function = staticmethod(holds)
        made = Rule(id, message, reads or _reads(holds), holds, _spares(holds, reads), forms, refuses)
        function.crf_rule = made  # type: ignore[attr-defined]
        return function

    return declare


def derive(
    target: str, id: str, *, version: int = 1, forms: tuple[str, ...] = (), reads: tuple[str, ...] = ()
) -> Declares:
    """A derived value: computed from the items that are its parameters, stored, never typed. Empty until all have one.

    A parameter with the default None may be empty. A derivation may read what one above it derived, and what a rule
    may read beside items; where it reads further than its own form, a stored value that was left behind is queried.
    `reads`: as in a rule.
    """

    def declare(compute: Callable[..., Any]) -> staticmethod[..., Any]:
        function = staticmethod(compute)
        derivation = Derivation(id, version, target, reads or _reads(compute), compute, _spares(compute, reads), forms)
        function.crf_derivation = derivation  # type: ignore[attr-defined]
        return function

    return declare


def _reads(function: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)


def _spares(function: Callable[..., Any], named: tuple[str, ...]) -> frozenset[str]:
    if named:
        return frozenset(named)
    parameters = inspect.signature(function).parameters.values()
    return frozenset(parameter.name for parameter in parameters if parameter.default is None)


def load_forms(package: str) -> None:
    """Import every file of an app's `models`, so that a new form is one new file."""
    for module in pkgutil.iter_modules(import_module(package).__path__):
        import_module(f"{package}.{module.name}")
