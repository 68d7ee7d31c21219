"""The clocks of safety reports: hours from the site's awareness, calendar days from the sponsor's. Pure functions.

ICH E2A and the NMPA rapid-reporting standard of 2018: the day on which the sponsor first knows is day 0, days are
calendar days, counted here on the clock of China (+08:00). Whatever falls due on a day may be sent until its end.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from safety.codes import BY_THE_TREATMENT, Causality, Expectedness

CHINA = timezone(timedelta(hours=8))
ORDER = list(Causality)  # the most related first


def due_within(aware: datetime, hours: int) -> datetime:
    """The last moment in time, on the clock the awareness was read from."""
    return aware + timedelta(hours=hours)


def is_late(sent: datetime, due: datetime) -> bool:
    """Strictly after the last moment: a second more is late."""
    return sent > due


def day_of(moment: datetime) -> date:
    """The calendar day in China."""
    return moment.astimezone(CHINA).date()


def due_day(aware: datetime, days: int) -> date:
    """The last day in time: the day of awareness is day 0, whatever the hour."""
    return day_of(aware) + timedelta(days=days)


def is_day_late(sent: datetime, due: date) -> bool:
    """Sent after the end of the last day, by the clock of China."""
    return day_of(sent) > due


def ends(due: date) -> datetime:
    """The moment at which a last day is over."""
    return datetime.combine(due + timedelta(days=1), datetime.min.time(), CHINA)


def prevailing(investigator: str | None, sponsor: str | None) -> str | None:
    """Of two opinions the more related one; a single one stands alone. ICH E2A: neither overrules a suspicion."""
    given = [Causality(view) for view in (investigator, sponsor) if view]
    return min(given, key=ORDER.index).value if given else None


def is_susar(expectedness: str, product: str | None, lymphodepletion: str | None) -> bool | None:
    """A suspected unexpected serious adverse reaction to any part of the study treatment. None while it is open."""
    if expectedness != Expectedness.UNEXPECTED:
        return False
    if any(view in BY_THE_TREATMENT for view in (product, lymphodepletion)):
        return True
    return None if None in (product, lymphodepletion) else False
