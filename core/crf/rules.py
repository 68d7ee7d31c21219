"""Rules across forms and visits, declared in each app's `rules.py`; they run on save and every night."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from core import schedule
from core.crf.fetch import records_of

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
    """What a check may look at beyond its own form: the record at hand, its visit, its subject, other forms by code.

    `known` holds the records of other forms that were fetched, by form code, and by a name of their own the rows of no
    form; `forms` the codes the check in hand declared to read (None: any).
    """

    subject: Subject
    record: Any
    visit: Visit | None
    known: dict[str, list[Any]] = field(default_factory=dict, repr=False, compare=False)
    forms: tuple[str, ...] | None = None

    @property
    def visit_on(self) -> date | None:
        """The date of the visit the record belongs to."""
        return self.visit.visit_on if self.visit else None

    def reading(self, forms: tuple[str, ...]) -> Context:
        """The same for a check that declared these forms; what is fetched is shared."""
        return replace(self, forms=forms)

    def records(self, code: str) -> list[Any]:
        """The subject's records of a form, without void ones and the one at hand, oldest first. One statement a form.

        LookupError where the check did not declare to read that form.
        """
        return [record for record in self._all(code) if not self._is_at_hand(record)]

    def rows(self, record: Any, group: str) -> list[Any]:
        """The rows of one of those records that are not void, by key.

        A form's first group comes with its records; any other costs one statement for all records of the form.
        """
        if group not in record.group_rows and group in _later_groups(record.crf.code):
            self._fetch_rows(record.crf.code, group)
        return [row for row in record.group_rows.get(group, ()) if not row.voided]

    def newest(self, code: str, item: str) -> Any:
        """The answer to an item on the newest record of another form that has one; None where none has."""
        answers = (getattr(record, item) for record in reversed(self.records(code)))
        return next((answer for answer in answers if answer is not None), None)

    def once(self, name: str, fetch: Callable[[], Iterable[Any]]) -> list[Any]:
        """Rows of no form that checks look up, such as reference ranges: fetched once, whatever the number of rows."""
        if name not in self.known:
            self.known[name] = list(fetch())
        return self.known[name]

    def _all(self, code: str) -> list[Any]:
        from core.crf import read  # noqa: PLC0415  the registry needs every app loaded

        if self.forms is not None and code not in self.forms:
            raise LookupError(f"a check reads form {code} without saying so: add it to its forms=")
        if code not in self.known and code in schedule.forms_to_come():
            return []  # announced and not built yet: nobody can have filled it in
        if code not in self.known:
            self.known[code] = records_of(read.form(code), self.subject)
        return self.known[code]

    def _is_at_hand(self, record: Crf) -> bool:
        if self.record is None or record is self.record:
            return self.record is not None
        return record.pk is not None and record.pk == self.record.pk and type(record) is type(self.record)

    def _fetch_rows(self, code: str, name: str) -> None:
        from core.crf import read  # noqa: PLC0415

        records = {record.pk: record for record in self.known[code]}
        for record in records.values():
            record.group_rows = {**(record.group_rows or {}), name: []}
        rows: Any = read.form(code).group(name).model
        for row in rows.objects.filter(parent__in=records).order_by("key"):
            row.parent = records[row.parent_id]
            row.parent.group_rows[name].append(row)


def _later_groups(code: str) -> set[str]:
    from core.crf import read  # noqa: PLC0415

    return {group.name for group in read.form(code).rows[1:]}


@dataclass(frozen=True)
class TrialRule:
    """A rule across forms: `holds` gives True, False, or None where it cannot be said yet. `forms`: what it reads.

    `category`: what the deviation that it finds concerns, a code of the deviation form.
    """

    id: str
    form: str
    item: str
    message: Any
    strength: Strength
    holds: Callable[[Context], bool | None]
    forms: tuple[str, ...] = ()
    category: str = ""


RULES: dict[str, TrialRule] = {}


def trial_rule(
    id: str,
    message: Any,
    *,
    form: str,
    item: str,
    forms: tuple[str, ...] = (),
    strength: Strength = Strength.QUERY,
    category: str = "",
) -> Callable[[Callable[[Context], bool | None]], Callable[[Context], bool | None]]:
    """Declare a rule across forms, shown at `item` of `form` (`SV` and `visit_on` for the visit itself).

    `forms`: the codes of the forms it reads through `context.records` and `context.newest`. `category`: what a
    deviation that it finds concerns.
    """

    def declare(holds: Callable[[Context], bool | None]) -> Callable[[Context], bool | None]:
        if id in RULES and RULES[id].holds.__module__ != holds.__module__:
            raise ValueError(f"rule {id} is declared twice")
        RULES[id] = TrialRule(id, form, item, message, strength, holds, forms, category)
        return holds

    return declare


def rules_of(form: str) -> tuple[TrialRule, ...]:
    """The rules that are shown at a form."""
    return tuple(rule for rule in RULES.values() if rule.form == form)
