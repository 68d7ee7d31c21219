"""A moment as of which a subject is looked at: as it stands in an address, and on the site's clock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.core.exceptions import BadRequest
from django.db.models import DateTimeField, F, Func, Value
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _

PARAMETER = "at"
# A plus sign that nobody encoded comes out of an address as a space.
SHAPE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[-+ ](0\d|1[0-4]):[0-5]\d)?", re.ASCII)
SINCE = 1900  # the year before which no clock of a trial was ever set


class BadMoment(BadRequest):
    """No moment that can be looked at; says what to do."""

    status = 400


class NotYet(BadMoment):
    """What is asked for was not there yet at that moment."""

    status = 404


@dataclass(frozen=True)
class Moment:
    """A moment of one subject, with the changes of the subject next before and after it."""

    at: datetime
    clock: ZoneInfo
    before: datetime | None = None
    after: datetime | None = None

    @property
    def text(self) -> str:
        """As in addresses: on the site's clock, with its offset."""
        return written(self.at, self.clock)

    @property
    def before_text(self) -> str:
        """The change before, as in addresses; empty where there is none."""
        return written(self.before, self.clock) if self.before else ""

    @property
    def after_text(self) -> str:
        """The change after, as in addresses; empty where there is none."""
        return written(self.after, self.clock) if self.after else ""

    @property
    def wall(self) -> str:
        """As a browser's input of date and time wants it."""
        return self.at.astimezone(self.clock).strftime("%Y-%m-%dT%H:%M:%S")

    @property
    def today(self) -> date:
        """The day it was at the site."""
        return self.at.astimezone(self.clock).date()

    def keep(self, url: str) -> str:
        """An address, as of this moment."""
        page, hash_sign, fragment = url.partition("#")
        joint = "&" if "?" in page else "?"
        return f"{page}{joint}{PARAMETER}={quote(self.text, safe=':')}{hash_sign}{fragment}"


def keep(moment: Moment | None, url: str) -> str:
    """An address as of the moment that is looked at; the address itself where that is now."""
    return moment.keep(url) if moment else url


def asked_for(address: Mapping[str, str]) -> str:
    """The moment that an address asks for, as written there; empty for now."""
    return address.get(PARAMETER, "").strip()


def written(at: datetime, clock: ZoneInfo) -> str:
    """A moment on a clock, with its offset."""
    return at.astimezone(clock).isoformat()


def parse(text: str) -> datetime:
    """A moment as written; without an offset it is a wall time. Raises BadMoment."""
    if not SHAPE.fullmatch(text):
        raise BadMoment(
            _("“%(text)s” is no moment. Write date and time like 2026-11-24T10:00, on the site's clock.")
            % {"text": text[:40]}
        )
    day, rest = text[:10], text[11:].replace(" ", "+")
    try:
        moment = datetime.fromisoformat(f"{day}T{rest}")
    except ValueError as error:
        raise BadMoment(_("There is no such date or time: %(text)s. Check it.") % {"text": text}) from error
    if moment.year < SINCE:
        raise BadMoment(_("There is no such date or time: %(text)s. Check it.") % {"text": text})
    return moment


class WallTime(Func):
    """A wall time on the clock of a place, as PostgreSQL reads it: also where summer time skips or repeats an hour."""

    function = "timezone"
    template = "%(function)s(%(expressions)s::timestamp)"
    output_field = DateTimeField()


def instant(text: str, zone: str = "site__time_zone") -> Combinable:
    """The moment for a statement that knows the site; saves one that asks for the site's clock. Raises BadMoment."""
    moment = parse(text)
    if moment.tzinfo is not None:
        return Value(moment, output_field=DateTimeField())
    return WallTime(F(zone), Value(moment.isoformat(" ")))


def not_ahead(moment: datetime, now: datetime, clock: ZoneInfo) -> None:
    """Nothing is known of what lies ahead. Raises BadMoment."""
    if moment > now:
        said = moment.astimezone(clock).isoformat(" ", "minutes")
        raise BadMoment(_("%(moment)s lies ahead. Choose a moment that has passed.") % {"moment": said})
