"""Dose levels: what the protocol says of each, who was treated, and until when the next subject waits.

What is said of subjects of other sites is never more than a day to wait for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from core import protocol
from core.crf import read
from core.crf.display import show
from core.models import Subject
from core.schedule import Anchor, current

ENROLMENT: Final = "ENR"
TOXICITY: Final = "DLT"
NOT_EVALUABLE: Final = "NOT_EVALUABLE"
LEVELS: Final = ("DL1", "DL2", "DL3")
STATES: Final = {
    "OPEN": _("Open for enrolment"),
    "WAITING": _("Not open yet"),
    "CLOSED": _("Closed for enrolment"),
    "MTD": _("Maximum tolerated dose"),
    "EXCEEDED": _("Above the maximum tolerated dose"),
}


@dataclass(frozen=True)
class Treated:
    """A subject enrolled at a level; `outcome`: what was decided about a dose-limiting toxicity, and that in words."""

    subject: Subject
    level: str
    cohort: int | None
    place: int | None
    outcome: str = ""
    decision: str = ""

    @property
    def infused_on(self) -> date | None:
        """Day 0."""
        on: date | None = self.subject.infusion_on
        return on

    @property
    def window_until(self) -> date | None:
        """The last day on which a toxicity counts as dose-limiting (`dlt_window`)."""
        on = self.infused_on
        return None if on is None else on + timedelta(days=protocol.days("dlt_window"))

    @property
    def state(self) -> str:
        """`waiting` (not infused), `open` (in the window), `left` it before its end, `evaluable`, `excluded` (not).

        Evaluable: a dose-limiting toxicity at any time, or the window over (clinical reference pack, 4.8).
        """
        until, left = self.window_until, self.subject.left_on
        if until is None:
            return "waiting"
        if self.outcome:
            return "excluded" if self.outcome == NOT_EVALUABLE else "evaluable"
        if left is not None and left < until:
            return "left"
        return "open" if self.subject.site.today() <= until else "evaluable"


@dataclass(frozen=True)
class Level:
    """A dose level: 10^6 cells/kg, its state in words, who is in it."""

    code: str
    dose: Decimal
    state: str
    treated: list[Treated] = field(default_factory=list)

    @property
    def number(self) -> str:
        """Its number in the protocol."""
        return self.code[-1]

    @property
    def next_from(self) -> date | None:
        """From which day another subject may be infused; None while nobody was."""
        return next_day(one.infused_on for one in self.treated)


def next_day(infusions: Iterable[date | None]) -> date | None:
    """The latest infusion plus the stagger (`stagger_days`); that day itself is in order."""
    last = max((on for on in infusions if on is not None), default=None)
    return None if last is None else last + timedelta(days=protocol.days("stagger_days"))


def too_early(on: date, infusions: Iterable[date]) -> bool:
    """Was somebody infused on that day or before it, and fewer days ago than the stagger?"""
    earliest = next_day(other for other in infusions if other <= on)
    return earliest is not None and on < earliest


def _records(code: str) -> Any:
    """The records of a form that count; apps meet in the forms' codes alone."""
    return read.form_models()[code]._default_manager.filter(voided=False)


def others_infused(subject: Subject, level: str) -> list[date]:
    """The days on which other subjects of the level, at whatever site, were infused first. One statement."""
    enrolled = _records(ENROLMENT).filter(doselvl=level, enrdec="ENROLLED")
    found = enrolled.exclude(subject=subject).exclude(subject__infusion_on=None)
    return list(found.values_list("subject__infusion_on", flat=True))


def levels() -> list[Level]:
    """Every level with its subjects, by cohort and place. Two statements."""
    enrolled = _records(ENROLMENT).filter(enrdec="ENROLLED")
    decided = _decisions()
    found: dict[str, list[Treated]] = {code: [] for code in LEVELS}
    for form in enrolled.select_related("subject__site").order_by("cohort", "enrslot", "subject__number"):
        if form.doselvl in found:
            said = decided.get(form.subject_id, ("", ""))
            found[form.doselvl].append(Treated(form.subject, form.doselvl, form.cohort, form.enrslot, *said))
    return [_level(code, treated) for code, treated in found.items()]


def _level(code: str, treated: list[Treated]) -> Level:
    number = code[-1]
    state = protocol.text(f"dose_level_{number}_state")
    return Level(code, protocol.number(f"dose_level_{number}"), str(STATES[state]), treated)


def _decisions() -> dict[int, tuple[str, str]]:
    """Subject -> the decision about a dose-limiting toxicity of the first infusion, as a code and in words."""
    if TOXICITY not in read.form_models():
        return {}
    item = read.form(TOXICITY).item("dltdec")
    again = [visit.code for visit in current().visits if visit.anchor is Anchor.SECOND_INFUSION]
    kept = _records(TOXICITY).filter(dltdec__isnull=False).exclude(visit__code__in=again).order_by("id")
    return {form.subject_id: (form.dltdec, show(item, form.dltdec)) for form in kept}


def panel(place: Any, rows: Any) -> dict[str, Any]:
    """Above enrolment and clearance: from which day this subject may be infused, and where the levels are shown."""
    level = level_of(place.subject)
    wait = next_day(others_infused(place.subject, level)) if level else None
    return {
        "template": "dosing/_stagger.html",
        "level": level and level[-1],
        "next_from": wait,
        "days": protocol.days("stagger_days"),
        "done": place.subject.infusion_on is not None,
    }


def level_of(subject: Subject) -> str | None:
    """The dose level the subject is enrolled at. One statement."""
    enrolled = _records(ENROLMENT).filter(subject=subject, enrdec="ENROLLED")
    found: str | None = enrolled.order_by("id").values_list("doselvl", flat=True).last()
    return found
