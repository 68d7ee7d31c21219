"""Values that a case report form collects and Python has no type for: partial dates, censored results."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
REDUCED = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
SPOKEN = re.compile(r"(UN|UNK|\d{1,2})-(UN|UNK|[A-Z]{3})-(\d{4})")
MEASURED = re.compile(r"(<=|>=|<|>)?\s*(\d{1,12}(?:\.\d{1,8})?)")
# No place on earth is further than 14 hours from UTC.
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}[+-](0\d|1[0-4]):[0-5]\d", re.ASCII)


@dataclass(frozen=True, order=True)
class PartialDate:
    """A date of which the day, or month and day, may be unknown. Written in ISO 8601 reduced form, never completed."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.day is not None and self.month is None:
            raise ValueError("a day needs its month")
        date(self.year, 1 if self.month is None else self.month, 1 if self.day is None else self.day)

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """`2026`, `2026-03`, `2026-03-05`, `UN-MAR-2026`, `5-MAR-2026`. ValueError says what to type."""
        parts = _parts(text.strip().upper())
        if parts is None:
            raise ValueError(_("Type the date as 2026-03-05, 2026-03 (day unknown) or 2026 (month and day unknown)."))
        try:
            return cls(*parts)
        except ValueError as error:
            raise ValueError(_("There is no such date. Check the month and the day.")) from error

    def __str__(self) -> str:
        text = f"{self.year:04}"
        if self.month:
            text += f"-{self.month:02}"
        if self.day:
            text += f"-{self.day:02}"
        return text

    @property
    def earliest(self) -> date:
        """The first day it can have been."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        """The last day it can have been."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])


def _parts(text: str) -> tuple[int, int | None, int | None] | None:
    if match := REDUCED.fullmatch(text):
        year, month, day = match.groups()
        return int(year), int(month) if month else None, int(day) if day else None
    if (match := SPOKEN.fullmatch(text)) and (match[2] in MONTHS or match[2].startswith("UN")):
        month_number = MONTHS.index(match[2]) + 1 if match[2] in MONTHS else None
        day_number = None if match[1].startswith("UN") else int(match[1])
        return None if day_number and not month_number else (int(match[3]), month_number, day_number)
    return None


@dataclass(frozen=True)
class Measured:
    """A result as reported: an operator where it is censored (`<0.5`), and the figure with its digits."""

    value: Decimal
    operator: str = ""

    @classmethod
    def parse(cls, text: str) -> Measured:
        """`5.1`, `<0.5`, `>= 400`. ValueError says what to type; a comma is not taken for a point."""
        match = MEASURED.fullmatch(
            text.strip().replace("≤", "<=").replace("≥", ">=").replace("＜", "<").replace("＞", ">")
        )
        if not match:
            raise ValueError(_("Type the result as a number with a point, for example 5.1 or <0.5."))
        return cls(Decimal(match[2]), match[1] or "")

    def __str__(self) -> str:
        return f"{self.operator}{self.value:f}"


def parse_moment(text: str) -> datetime:
    """A collected date and time with its offset, `2026-03-05T14:30+08:00`. ValueError where it is none."""
    if not MOMENT.fullmatch(text):
        raise ValueError(_("Type the date and time with its offset, for example 2026-03-05T14:30+08:00."))
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(
            _("There is no such date and time. Check the month, the day, the time and the offset.")
        ) from error


def write_moment(moment: datetime) -> str:
    """The wall time and offset as observed; never converted to another zone."""
    if moment.tzinfo is None:
        raise ValueError("a collected time needs its offset")
    return moment.isoformat(timespec="minutes")
