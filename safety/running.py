"""The clocks of a record as a page shows them now: until when, sent when, in time or late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safety import clocks


@dataclass(frozen=True)
class Clock:
    """What is to be sent, until which moment or to the end of which day, and when it was sent."""

    title: Any
    due: datetime | date
    sent: datetime | None
    now: datetime

    @property
    def until(self) -> str:
        """In words: a moment with its offset, or a day."""
        if isinstance(self.due, datetime):
            return _written(self.due)
        return _("the end of %(day)s, +08:00") % {"day": self.due.isoformat()}

    @property
    def sent_at(self) -> str:
        """When it was sent, as it was read from the clock; empty until then."""
        return _written(self.sent) if self.sent else ""

    @property
    def is_late(self) -> bool:
        """Sent after its time, or not sent and the time is over."""
        at = self.sent or self.now
        if isinstance(self.due, datetime):
            return clocks.is_late(at, self.due)
        return clocks.is_day_late(at, self.due)

    @property
    def state(self) -> tuple[str, str]:
        """A class of the design and its word."""
        if self.sent is not None:
            return ("overdue", _("Sent late")) if self.is_late else ("complete", _("Sent in time"))
        return ("overdue", _("Late, not sent")) if self.is_late else ("due", _("Runs"))


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} {moment.isoformat()[-6:]}"


OF_SERIOUS_EVENT = (
    (gettext_lazy("To the sponsor"), "saedue", "saesent"),
    (gettext_lazy("To the authority (SUSAR)"), "saesusdue", "saesussnt"),
    (gettext_lazy("The turn for the worse"), "saeupgdue", "saeupgsnt"),
    (gettext_lazy("Follow-up of a fatal or life-threatening SUSAR"), "saefudue", "saefusnt"),
)
OF_PREGNANCY = ((gettext_lazy("To the sponsor"), "prdue", "prsent"),)


def clocks_of(record: Any, named: tuple[tuple[Any, str, str], ...], now: datetime) -> list[Clock]:
    """Those that run, or ran, for a record."""
    return [
        Clock(title, getattr(record, due), getattr(record, sent), now)
        for title, due, sent in named
        if getattr(record, due) is not None
    ]
