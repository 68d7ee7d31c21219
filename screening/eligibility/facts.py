"""What the criteria may know of a subject at a stage: records of other forms, milestones, what the form itself says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Protocol

from core import schedule
from core.models import Subject
from core.schedule import Anchor
from screening.eligibility.stages import STAGE_1, Stage

UNSCHEDULED = "UNS"
# Of a scale the visit's own score governs, whatever is found between visits.
OF_THE_VISIT = frozenset({"MGADL", "QMG", "MGFA"})
DATED = ("lbdat", "lbdtc")  # the sample's own date counts before the visit's
LAST_MINUTE = time(23, 59)  # moments are observed to the minute
PLANNED = "ieldpl"
DECIDED = "ieddat"


class Source(Protocol):
    """Where records come from: the database now, the histories, or a test. A form nobody declared has none."""

    def records(self, code: str) -> list[Any]:
        """The subject's records of a form that are not void, oldest first."""

    def rows(self, record: Any, group: str) -> list[Any]:
        """The rows of a record that are not void."""


@dataclass(frozen=True)
class Facts:
    """One subject at one stage. `visit_on`: the date of the stage's visit. `form`: what the stage's own form says."""

    subject: Subject
    stage: Stage
    source: Source = field(repr=False)
    visit_on: date | None = None
    form: Mapping[str, Any] = field(default_factory=dict)

    def at_stage(self, code: str) -> list[Any]:
        """The records of a form that the stage judges, oldest first: of its visit, and repeats at unscheduled visits.

        A form that the stage's visit does not ask is judged as screening left it. Lines of a log all count; of a scale
        only the visit's own record.
        """
        records = self.source.records(code)
        return sorted((each for each in records if self._counts(each, code)), key=lambda each: dated(each) or date.min)

    def _counts(self, record: Any, code: str) -> bool:
        if record.visit is None:
            return True
        stage = self.stage if self._is_asked(code) else STAGE_1
        if record.visit.code != UNSCHEDULED or code in OF_THE_VISIT:
            return bool(record.visit.code == stage.visit)
        opens = self.subject.consent_on if stage == STAGE_1 else self.visit_on
        closes, on = self.subject.anchors.of(self.stage.ends), record.visit.visit_on
        return opens is not None and opens <= on and (closes is None or on <= closes)

    def _is_asked(self, code: str) -> bool:
        return code in schedule.current().forms_of(self.stage.visit, self.subject.protocol_version)

    @property
    def planned(self) -> datetime | None:
        """When lymphodepletion is planned to begin."""
        return self.form.get(PLANNED)

    @property
    def decided_on(self) -> date | None:
        """The day of the decision, once it is entered."""
        return self.form.get(DECIDED)

    def reference(self, milestone: str) -> date | None:
        """The date of a milestone; of lymphodepletion the planned one until it has begun."""
        on = self.subject.anchors.of(Anchor(milestone))
        if on is None and milestone == Anchor.LYMPHODEPLETION and self.planned:
            return self.planned.date()
        return on

    def first_dose(self) -> tuple[datetime, datetime] | None:
        """The earliest and latest moment at which the first lymphodepletion dose can have begun, or is planned to."""
        given = self.doses()
        if given:
            return min(given), min(given)
        on, clock = self.subject.lymphodepletion_on, self.subject.site.clock
        if on is not None:
            return datetime.combine(on, time.min, clock), datetime.combine(on, LAST_MINUTE, clock)
        return (self.planned, self.planned) if self.planned else None

    def doses(self) -> list[datetime]:
        """When lymphodepletion doses began."""
        given = (getattr(dose, name, None) for dose in self.source.records("LD") for name in ("flustdtc", "cystdtc"))
        return [moment for moment in given if moment is not None]

    @property
    def is_dosed(self) -> bool:
        """Has treatment begun?"""
        return self.subject.lymphodepletion_on is not None or self.subject.infusion_on is not None


def dated(record: Any) -> date | None:
    """The day a record is about: that of its sample, else that of its visit."""
    for name in DATED:
        if (value := getattr(record, name, None)) is not None:
            return value.date() if isinstance(value, datetime) else value
    visit = record.visit
    return None if visit is None else visit.visit_on
