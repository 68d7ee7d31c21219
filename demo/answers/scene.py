"""Where a form is filled in, and what was filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from demo.course import Course, Patient
    from demo.journey import Journey


@dataclass(frozen=True)
class Scene:
    """A visit of one subject: its name, and its day counted from infusion, done or planned."""

    journey: Journey
    visit: str
    day: int

    @property
    def course(self) -> Course:
        """How the subject fares."""
        return self.journey.course

    @property
    def patient(self) -> Patient:
        """The person."""
        return self.journey.course.patient

    @property
    def on(self) -> date:
        """The calendar day."""
        return self.journey.on(self.day)

    def at(self, clock: str, *, days: int = 0) -> str:
        """A clock time of that day, or of some days later, as the site's clock showed it."""
        return self.journey.moment(self.day + days, clock)


@dataclass(frozen=True)
class Filled:
    """Answers by item, rows by group; by whom, where it is not the coordinator (`investigator`)."""

    answers: Mapping[str, Any]
    rows: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    by_investigator: bool = False
