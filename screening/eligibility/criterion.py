"""What a criterion is: its wording by protocol version, its stages, what it reads, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from screening.eligibility.answers import FAILS, PASSES, Answer, Finding, Kind
from screening.eligibility.evidence import Evidence
from screening.eligibility.facts import Facts

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Wording:
    """A criterion as the protocol words it from a version on: a short name of our own, and what it says."""

    since: int
    name: StrOrPromise
    text: StrOrPromise


@dataclass(frozen=True)
class Criterion:
    """One criterion. `reads`: items of other forms, `FORM.item` or `FORM.group.item`; `own`: items of its own form.

    `stages`: those that answer it. Before the first it is deferred; a later one judges what was found since, unasked.
    """

    key: str
    wordings: tuple[Wording, ...]
    holds: Callable[[Evidence], bool | Answer | None]
    stages: tuple[int, ...]
    reads: tuple[str, ...] = ()
    own: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """Inclusion or exclusion."""
        return Kind.INCLUSION if self.key.startswith("I") else Kind.EXCLUSION

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms it reads, each once."""
        return tuple(dict.fromkeys(read.partition(".")[0] for read in self.reads))

    @property
    def item(self) -> str:
        """The item of the investigator's own answer."""
        return f"ie{self.key.lower()}"

    @property
    def computed_item(self) -> str:
        """The item of the computed answer."""
        return f"{self.item}c"

    def wording(self, version: int) -> Wording:
        """As that version of the protocol words it."""
        return max((each for each in self.wordings if each.since <= version), key=lambda each: each.since)

    def is_asked(self, stage: int) -> bool:
        """Does the stage answer it?"""
        return stage in self.stages

    def passes(self, answer: str | None) -> bool:
        """May a subject with this answer take part? Also where it is deferred or not applicable."""
        return answer in PASSES[self.kind]

    def fails(self, answer: str | None) -> bool:
        """Is a subject with this answer not eligible?"""
        return answer == FAILS[self.kind]

    def judge(self, facts: Facts) -> Finding:
        """The computed answer at a stage, with all that it was computed from."""
        if facts.stage.number < min(self.stages):
            return Finding(Answer.DEFERRED)
        ask = Evidence(facts, self.reads)
        said = self.holds(ask)
        if said is None:
            return Finding(Answer.NOT_EVALUABLE, tuple(ask.used), ask.why)
        answer = said if isinstance(said, Answer) else Answer.MET if said else Answer.NOT_MET
        return Finding(answer, tuple(ask.used))
