"""What the protocol says of one question: the item that rides on a database field, and its siblings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from core.models.crf import Crf, CrfRow


# What a check says: it holds, it does not, or it does not and these are the words for its message.
Answer: TypeAlias = bool | Mapping[str, Any]


class Kind(StrEnum):
    """The kinds of question."""

    TEXT = "text"
    CODED = "coded"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    PARTIAL_DATE = "partial_date"
    TIME = "time"
    MOMENT = "moment"
    SEVERAL = "several"
    MEASURED = "measured"
    FILE = "file"


# What a rule or a derivation may read beside items: the visit's date, the subject, the other forms, the form's own rows
# (group -> rows that are not void), and of a row the form it stands on.
GIVEN = frozenset({"visit_on", "subject", "context", "rows", "parent"})

MISSING_REASONS: dict[str, StrOrPromise] = {
    "ND": _("Not done"),
    "NA": _("Not applicable"),
    "UNK": _("Unknown"),
    "REF": _("Refused"),
}


@dataclass(frozen=True)
class Bilingual:
    """A text kept in both languages with a released version; shows itself in the reader's."""

    en: str
    zh: str

    def __str__(self) -> str:
        return self.zh if (get_language() or "").startswith("zh") else self.en


@dataclass(frozen=True)
class Code:
    """One answer of a code list: the stored code and its wording."""

    code: str
    label: Any


@dataclass(frozen=True)
class Item:
    """One question of a form, as one version of the form asks it."""

    name: str
    kind: Kind
    label: Any
    unit: str = ""
    help: Any = ""
    heading: Any = ""
    codes: tuple[Code, ...] = ()
    low: Decimal | None = None
    high: Decimal | None = None
    asked_if: tuple[str, tuple[str, ...]] | None = None
    sdtm: str = ""
    since: int = 1
    until: int | None = None
    rule: str = ""
    score: bool = False
    optional: bool = False
    coded_by: str = ""
    ahead: bool = False

    @property
    def derived(self) -> bool:
        """Computed by a rule, never typed."""
        return bool(self.rule)

    def is_in(self, version: int) -> bool:
        """Does that version of the form ask it?"""
        return self.since <= version and (self.until is None or version < self.until)

    def is_asked(self, values: Mapping[str, Any]) -> bool:
        """With these answers, is the question asked?"""
        if self.asked_if is None:
            return True
        name, wanted = self.asked_if
        answer = values.get(name)
        return bool(set(answer or ()) & set(wanted)) if isinstance(answer, (list, tuple)) else answer in wanted

    def label_of(self, code: str) -> Any:
        """The wording of a code; the bare code where this version does not know it."""
        return next((answer.label for answer in self.codes if answer.code == code), code)


@dataclass(frozen=True)
class Rule:
    """An edit check of one form: false means the answers deserve a second look. It never blocks.

    Unless it `refuses`: then the last item it reads is a decision, which the protocol does not allow.
    `forms` are the other forms it reads, by code.
    `spares` are those of the items it reads that may be empty when it runs: the parameters with the default None.
    """

    id: str
    message: Any
    reads: tuple[str, ...]
    holds: Callable[..., Answer]
    spares: frozenset[str] = frozenset()
    forms: tuple[str, ...] = ()
    refuses: bool = False

    @property
    def item(self) -> str:
        """The item it is shown at: the last one it reads."""
        return next(name for name in reversed(self.reads) if name not in GIVEN)


@dataclass(frozen=True)
class Derivation:
    """How a value is computed from others: rule id and version go into the trail as its author."""

    id: str
    version: int
    target: str
    reads: tuple[str, ...]
    compute: Callable[..., Any]
    spares: frozenset[str] = frozenset()
    forms: tuple[str, ...] = ()

    @property
    def looks_further(self) -> bool:
        """Does it read more than the answers beside it, so that a change elsewhere may leave it behind?"""
        return bool(GIVEN & set(self.reads))

    @property
    def author(self) -> str:
        """Who the trail names for the value."""
        return f"{self.id} v{self.version}"


@dataclass(frozen=True)
class RowsDef:
    """A repeating group inside a form."""

    name: str
    label: Any
    model: type[CrfRow]
    items: tuple[Item, ...]
    rules: tuple[Rule, ...] = ()
    start: tuple[Mapping[str, str], ...] = ()
    derivations: tuple[Derivation, ...] = ()


@dataclass(frozen=True)
class FormDef:
    """One version of a form, from the live declaration or from a released snapshot."""

    code: str
    title: Any
    version: int
    domain: str
    model: type[Crf]
    items: tuple[Item, ...]
    rows: tuple[RowsDef, ...] = ()
    rules: tuple[Rule, ...] = ()
    derivations: tuple[Derivation, ...] = ()
    log: bool = False
    anchors: Mapping[str, str] = field(default_factory=dict)
    summary: tuple[str, ...] = ()
    note: Any = ""
    applies_if: tuple[str, str, tuple[str, ...]] | None = None
    panel: str = ""
    safety: bool = False
    licensed: bool = False
    after_lock: bool = False

    @property
    def parts(self) -> tuple[FormDef | RowsDef, ...]:
        """The form itself and its repeating groups."""
        return (self, *self.rows)

    def item(self, name: str) -> Item:
        """The item of that name. KeyError where this version has none."""
        return next(item for item in self.items if item.name == name) if name in self.names else _absent(self, name)

    def is_asked_of(self, answer: str | None) -> bool:
        """Is it asked of a subject with this answer to what `applies_if` reads? Of all, until the answer is there."""
        return self.applies_if is None or answer is None or answer in self.applies_if[2]

    @property
    def names(self) -> frozenset[str]:
        """The names of all its items."""
        return frozenset(item.name for item in self.items)

    @property
    def typed(self) -> tuple[Item, ...]:
        """The items a person answers."""
        return tuple(item for item in self.items if not item.derived)

    def group(self, name: str) -> RowsDef:
        """The repeating group of that name."""
        return next(rows for rows in self.rows if rows.name == name)


def _absent(form: FormDef, name: str) -> Item:
    raise KeyError(f"form {form.code} version {form.version} has no item {name}")
