"""What a criterion asks of the facts. Whatever it reads is noted: what was there as used, what was not as lacking."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from screening.eligibility import words
from screening.eligibility.answers import Answer, Spot, Used
from screening.eligibility.facts import Facts, dated
from screening.eligibility.stages import STAGES


class Evidence:
    """The facts as one criterion sees them. It reads only what it declared: LookupError for anything else."""

    def __init__(self, facts: Facts, reads: Iterable[str]) -> None:
        self.facts = facts
        self.reads = frozenset(reads)
        self.used: list[Used] = []
        self.lacking: list[str] = []
        self.notes: list[str] = []

    @property
    def why(self) -> str:
        """Why it cannot be said: the criterion's own words, and what was looked for and is not entered."""
        between = pgettext("between the answers of a list", ", ")
        lacking = [_("Not entered: %(what)s.") % {"what": between.join(dict.fromkeys(self.lacking))}]
        return " ".join([*self.notes, *(lacking if self.lacking else ())])

    def note(self, words: str) -> None:
        """Say what a reader cannot see from the values."""
        self.notes.append(words)

    def newest(self, code: str, having: str = "") -> Seen:
        """The newest record of a form that counts at the stage; `having`: the newest with an answer to that item."""
        found = self.facts.at_stage(self.declared(code))
        if having:
            found = [record for record in found if getattr(record, having, None) is not None]
        return Seen(self, code, found[-1] if found else None)

    def value(self, code: str, item: str) -> Any:
        """The newest answer to an item that counts at the stage."""
        return self.newest(code, having=item)(item)

    def every(self, code: str) -> list[Seen]:
        """All records of a form, whatever the stage: what counts by its own date."""
        return [Seen(self, code, record) for record in self.facts.source.records(self.declared(code))]

    def rows(self, record: Any, code: str, group: str) -> list[Seen]:
        """The rows of a record."""
        return [Seen(self, code, row, group, record) for row in self.facts.source.rows(record, group)]

    def milestone(self, label: str, on: date | None) -> date | None:
        """A date of the subject's own."""
        if on is None:
            self.lacking.append(label)
        else:
            self.used.append(Used(label, on.isoformat(), on))
        return on

    def judged(self, key: str) -> bool | Answer | None:
        """The investigator's own answer, for what nothing can compute."""
        answer = self.facts.form.get(f"ie{key.lower()}")
        label = _("The investigator's own answer")
        if answer is None:
            self.lacking.append(label)
        else:
            self.used.append(Used(label, str(Answer(answer).label)))
        known: dict[str | None, bool | Answer] = {Answer.MET: True, Answer.NOT_MET: False}
        return Answer.NOT_APPLICABLE if answer == Answer.NOT_APPLICABLE else known.get(answer)

    def of_form(self, label: str, name: str, value: Any) -> None:
        """Note an answer of the stage's own form."""
        code = STAGES[self.facts.stage.number].form
        self.used.append(Used(label, words.shown(code, name, value)))

    def declared(self, code: str, item: str = "", group: str = "") -> str:
        """The form's code, if the criterion said that it reads this of it."""
        name = ".".join(filter(None, (code, group, item)))
        if not any(read == name or (not item and read.startswith(f"{code}.")) for read in self.reads):
            raise LookupError(f"a criterion reads {name} without saying so: add it to its reads=")
        return code


class Seen:
    """A record, or a row of one, as a criterion sees it: call it with the name of an item. It may be none at all."""

    def __init__(self, evidence: Evidence, code: str, record: Any, group: str = "", parent: Any = None) -> None:
        self.evidence, self.code, self.record, self.group = evidence, code, record, group
        self.parent = record if parent is None else parent

    def __bool__(self) -> bool:
        return self.record is not None

    def __call__(self, item: str) -> Any:
        """The answer to an item, noted as used or as lacking."""
        value = self.peek(item)
        label = words.label(self.code, item, self.group)
        if value is None:
            self.evidence.lacking.append(label)
        else:
            self.use(label, words.shown(self.code, item, value, self.group))
        return value

    def as_named(self, name: str, item: str) -> None:
        """Note an answer under what another one names, a medicine for example; under its own label without a name."""
        named, value = self.peek(name), self.peek(item)
        if named is None or value is None:
            self(item)
        else:
            self.use(named, words.shown(self.code, item, value, self.group))

    def peek(self, item: str) -> Any:
        """The same without noting it."""
        self.evidence.declared(self.code, item, self.group)
        return getattr(self.record, item, None)

    def use(self, label: str, value: str) -> None:
        """Note a value, with the date and the place of its record."""
        used = Used(label, value, self.on, self.place)
        if used not in self.evidence.used:
            self.evidence.used.append(used)

    @property
    def on(self) -> date | None:
        """The day the record is about."""
        return dated(self.parent)

    @property
    def place(self) -> Spot:
        """Where the record stands."""
        visit = self.parent.visit
        return Spot(visit.name if visit else "LOG", self.code, self.parent.key)
