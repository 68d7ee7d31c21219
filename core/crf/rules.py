"""Rules across forms and visits, declared in each app's `rules.py`; they run on save and every night."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

    from core.models import Crf, Subject, Visit

VISIT = "SV"


class Strength(StrEnum):
    """What a rule that does not hold brings about. None of them blocks the record: what happened is recordable."""

    QUERY = "query"
    DEVIATION = "deviation"


@dataclass(frozen=True)
class Context:
    """What a rule across forms may look at: the record just saved, its visit, its subject, and other forms by code.

    `known` holds the records of other forms that were fetched, by form code.
    """

    subject: Subject
    record: Any
    visit: Visit | None
    known: dict[str, list[Crf]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def visit_on(self) -> date | None:
        """The date of the visit the record belongs to."""
        return self.visit.visit_on if self.visit else None

    def records(self, code: str) -> list[Crf]:
        """The subject's records of another form, void ones left out, oldest first. One statement per form."""
        from core.crf import read  # noqa: PLC0415  the registry needs every app loaded

        if code not in self.known:
            kept = read.form_models()[code].objects.filter(subject=self.subject, voided=False)
            self.known[code] = list(kept.select_related("visit").order_by("entered_at", "id"))
        return self.known[code]

    def newest(self, code: str, item: str) -> Any:
        """The answer to an item on the newest record of another form that has one; None where none has."""
        answers = (getattr(record, item) for record in reversed(self.records(code)))
        return next((answer for answer in answers if answer is not None), None)


@dataclass(frozen=True)
class TrialRule:
    """A rule across forms: `holds` gives True, False, or None where it cannot be said yet."""

    id: str
    form: str
    item: str
    message: Any
    strength: Strength
    holds: Callable[[Context], bool | None]


RULES: dict[str, TrialRule] = {}


def trial_rule(
    id: str, message: Any, *, form: str, item: str, strength: Strength = Strength.QUERY
) -> Callable[[Callable[[Context], bool | None]], Callable[[Context], bool | None]]:
    """Declare a rule across forms, shown at `item` of `form` (`SV` and `visit_on` for the visit itself)."""

    def declare(holds: Callable[[Context], bool | None]) -> Callable[[Context], bool | None]:
        if id in RULES and RULES[id].holds.__module__ != holds.__module__:
            raise ValueError(f"rule {id} is declared twice")
        RULES[id] = TrialRule(id, form, item, message, strength, holds)
        return holds

    return declare


def rules_of(form: str) -> tuple[TrialRule, ...]:
    """The rules that are shown at a form."""
    return tuple(rule for rule in RULES.values() if rule.form == form)
