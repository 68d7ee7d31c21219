"""What of a subject is frozen or locked: the holds that cover a place, from the study down to the form.

A safety record that was entered by the controlled path after everything over it was frozen or locked (SAF-02) counts as
frozen: its data change by that path alone; queries, verification and signature go on. All else stays as it was held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _

from core.actions.errors import Refused
from core.models import Change, ChangeKind, Hold, HoldState, HoldStep, HoldVerb, Level, Subject

NOTHING_CHANGES = _(
    "This is locked. Nothing of it can be changed until it is unlocked, for which two people are needed."
)
NO_DATA_CHANGES = _("This is frozen: its data cannot be changed. Queries, verification and signature go on.")
NOT_AFTER_LOCK = _(
    "Here nothing is entered after a lock. Only safety records are, and of those only new lines are changed."
)

Spot = tuple[str, str, int]  # visit, form, record
IMPOSING = (HoldVerb.FREEZE, HoldVerb.LOCK)


@dataclass(frozen=True)
class Held:
    """The holds of one subject that are in force, each with the change (`since`) that imposed it.

    `entered`: the records that were entered after a hold, each with the change that did.
    """

    holds: tuple[Hold, ...] = ()
    entered: Mapping[Spot, int] = field(default_factory=dict)

    @classmethod
    def of(cls, holds: Iterable[Hold], entered: Iterable[Mapping[str, Any]] = ()) -> Held:
        """Those that hold. `entered`: visit, form, record and number of each change after a hold."""
        first: dict[Spot, int] = {}
        for each in entered:
            spot = (each["visit_name"], each["form_code"], each["record_key"])
            first[spot] = min(each["seq"], first.get(spot, each["seq"]))
        return cls(tuple(hold for hold in holds if hold.state != HoldState.FREE), first)

    def covering(self, visit_name: str = "", form_code: str = "", record_key: int | None = None) -> Iterator[Hold]:
        """Every hold that covers a form (or a visit, or the subject), the widest first."""
        order = list(Level)
        for hold in sorted(self.holds, key=lambda hold: -order.index(Level(hold.level))):
            if _covers(hold, visit_name, form_code, record_key or 0):
                yield hold

    def state(self, visit_name: str = "", form_code: str = "", record_key: int | None = None) -> HoldState:
        """The strictest state of what covers a place; frozen where it was entered after all of that."""
        states = {hold.state for hold in self.covering(visit_name, form_code, record_key)}
        if states and self.is_entered_after(visit_name, form_code, record_key):
            return HoldState.FROZEN
        strictest = (HoldState.LOCKED, HoldState.FROZEN)
        return next((state for state in strictest if state in states), HoldState.FREE)

    def is_entered_after(self, visit_name: str, form_code: str, record_key: int | None) -> bool:
        """Was the record entered after everything that holds it? Never where it is held by itself."""
        seq = self.entered.get((visit_name, form_code, record_key or 0))
        holds = list(self.covering(visit_name, form_code, record_key))
        return seq is not None and all(hold.level != Level.FORM and seq > _since(hold) for hold in holds)

    def takes(self, after_lock: bool, visit_name: str, form_code: str, record_key: int | None) -> bool:
        """May this be entered although it is held? A new line of a form that says so, or one that was entered so."""
        if not after_lock or self.state(visit_name, form_code, record_key) == HoldState.FREE:
            return False
        return not record_key or self.is_entered_after(visit_name, form_code, record_key)

    def require_open(self, visit_name: str = "", form_code: str = "", record_key: int | None = None) -> None:
        """Data may change here. Raises Refused where it is frozen or locked."""
        state = self.state(visit_name, form_code, record_key)
        if state != HoldState.FREE:
            raise Refused(NOTHING_CHANGES if state == HoldState.LOCKED else NO_DATA_CHANGES)

    def require_unlocked(self, visit_name: str = "", form_code: str = "", record_key: int | None = None) -> None:
        """Queries, verification and signature may go on here. Raises Refused where it is locked."""
        if self.state(visit_name, form_code, record_key) == HoldState.LOCKED:
            raise Refused(NOTHING_CHANGES)


def steps_imposing() -> Subquery:
    """Of a hold: the subject's change that froze or locked it last."""
    steps = HoldStep.objects.filter(hold=OuterRef("pk"), verb__in=IMPOSING).order_by("-id")
    return Subquery(steps.values("change__seq")[:1])


def entered_after() -> ArraySubquery:
    """Of a subject: every change by the path that leads past a hold."""
    changes = Change.objects.filter(subject=OuterRef("pk"), kind=ChangeKind.AFTER_LOCK)
    names = ("visit_name", "form_code", "record_key", "seq")
    return ArraySubquery(changes.values(json=JSONObject(**{name: name for name in names})))


def held_of(subject: Subject) -> Held:
    """The holds of a subject as they are now. One statement, two where anything holds."""
    holds = list(Hold.objects.filter(subject=subject).exclude(state=HoldState.FREE).annotate(since=steps_imposing()))
    return of_subjects({subject.pk: holds})[subject.pk]


def of_subjects(holds: Mapping[int, Sequence[Hold]]) -> dict[int, Held]:
    """The same of several subjects, their holds fetched with `since`. One statement where anything holds."""
    held = [pk for pk, found in holds.items() if found]
    entered: dict[int, list[Mapping[str, Any]]] = {pk: [] for pk in holds}
    changes = Change.objects.filter(subject__in=held, kind=ChangeKind.AFTER_LOCK) if held else Change.objects.none()
    for each in changes.values("subject_id", "visit_name", "form_code", "record_key", "seq"):
        entered[each["subject_id"]].append(each)
    return {pk: Held.of(found, entered[pk]) for pk, found in holds.items()}


def _since(hold: Hold) -> int:
    """Nothing was entered after a hold of which that is not known."""
    found: int | None = getattr(hold, "since", None)
    return 2**31 if found is None else found


def _covers(hold: Hold, visit_name: str, form_code: str, record_key: int) -> bool:
    if hold.level == Level.VISIT:
        return hold.visit_name == visit_name
    if hold.level == Level.FORM:
        return (hold.visit_name, hold.form_code, hold.record_key) == (visit_name, form_code, record_key)
    return True
