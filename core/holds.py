"""What of a subject is frozen or locked: the holds that cover a place, from the study down to the form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.actions.errors import Refused
from core.models import Hold, HoldState, Level, Subject

NOTHING_CHANGES = _(
    "This is locked. Nothing of it can be changed until it is unlocked, for which two people are needed."
)
NO_DATA_CHANGES = _("This is frozen: its data cannot be changed. Queries, verification and signature go on.")


@dataclass(frozen=True)
class Held:
    """The holds of one subject that are in force."""

    holds: tuple[Hold, ...] = ()

    @classmethod
    def of(cls, holds: Iterable[Hold]) -> Held:
        """Those that hold."""
        return cls(tuple(hold for hold in holds if hold.state != HoldState.FREE))

    def covering(self, visit_name: str = "", form_code: str = "", record_key: int | None = None) -> Iterator[Hold]:
        """Every hold that covers a form (or a visit, or the subject), the widest first."""
        order = list(Level)
        for hold in sorted(self.holds, key=lambda hold: -order.index(Level(hold.level))):
            if _covers(hold, visit_name, form_code, record_key or 0):
                yield hold

    def state(self, visit_name: str = "", form_code: str = "", record_key: int | None = None) -> HoldState:
        """The strictest state of what covers a place."""
        states = {hold.state for hold in self.covering(visit_name, form_code, record_key)}
        strictest = (HoldState.LOCKED, HoldState.FROZEN)
        return next((state for state in strictest if state in states), HoldState.FREE)

    def require_open(self, visit_name: str = "", form_code: str = "", record_key: int | None = None) -> None:
        """Data may change here. Raises Refused where it is frozen or locked."""
        state = self.state(visit_name, form_code, record_key)
        if state != HoldState.FREE:
            raise Refused(NOTHING_CHANGES if state == HoldState.LOCKED else NO_DATA_CHANGES)

    def require_unlocked(self, visit_name: str = "", form_code: str = "", record_key: int | None = None) -> None:
        """Queries, verification and signature may go on here. Raises Refused where it is locked."""
        if self.state(visit_name, form_code, record_key) == HoldState.LOCKED:
            raise Refused(NOTHING_CHANGES)


def held_of(subject: Subject) -> Held:
    """The holds of a subject as they are now. One statement."""
    return Held.of(Hold.objects.filter(subject=subject).exclude(state=HoldState.FREE))


def _covers(hold: Hold, visit_name: str, form_code: str, record_key: int) -> bool:
    if hold.level == Level.VISIT:
        return hold.visit_name == visit_name
    if hold.level == Level.FORM:
        return (hold.visit_name, hold.form_code, hold.record_key) == (visit_name, form_code, record_key)
    return True
