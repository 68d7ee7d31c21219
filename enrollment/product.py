"""The product on its way: which state may follow which, and what two people's check of its identity says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where the product stands (clinical reference pack, 8.4)."""

    COLLECTED = "COLLECTED", _("Collected")
    MANUFACTURING = "MANUFACTURING", _("Being manufactured")
    RELEASED = "RELEASED", _("Released")
    FAILED = "FAILED", _("Manufacture failed")
    OOS = "OOS", _("Out of specification")
    RECEIVED = "RECEIVED", _("Received at the site")
    INFUSED = "INFUSED", _("Infused")
    NOT_INFUSED = "NOT_INFUSED", _("Not infused")


class Point(models.TextChoices):
    """Where the chain of identity is checked."""

    COLLECTION = "COLLECTION", _("At collection")
    RECEIPT = "RECEIPT", _("At receipt")
    BEDSIDE = "BEDSIDE", _("At the bedside")


class Identity(models.TextChoices):
    """What a check of identity says."""

    MATCH = "MATCH", _("The codes agree, checked by two people")
    MISMATCH = "MISMATCH", _("The codes differ")
    ONE_PERSON = "ONE_PERSON", _("Checked by one person only")


class Fate(models.TextChoices):
    """What became of a bag."""

    INFUSED = "INFUSED", _("Infused")
    KEPT = "KEPT", _("Not infused, kept")
    DESTROYED = "DESTROYED", _("Destroyed")
    RETURNED = "RETURNED", _("Returned to the manufacturer")


FINAL: Final = (State.INFUSED, State.NOT_INFUSED)
# State -> the states that may follow. What is out of specification may be released by way of exception.
MAY_FOLLOW: Final[dict[str, tuple[str, ...]]] = {
    "": (State.COLLECTED,),
    State.COLLECTED: (State.MANUFACTURING, State.FAILED),
    State.MANUFACTURING: (State.RELEASED, State.FAILED, State.OOS),
    State.OOS: (State.RELEASED, State.FAILED, State.NOT_INFUSED),
    State.RELEASED: (State.RECEIVED, State.OOS, State.NOT_INFUSED),
    State.RECEIVED: (State.INFUSED, State.NOT_INFUSED, State.OOS),
    State.FAILED: (),
    State.INFUSED: (),
    State.NOT_INFUSED: (),
}


def in_time(states: Iterable[Any]) -> list[Any]:
    """The states that have a date and time, oldest first; of one moment as they were entered."""
    dated = [row for row in states if row.prstate is not None and row.prstdtc is not None]
    return sorted(dated, key=lambda row: (row.prstdtc, row.key))


def newest(states: Iterable[Any]) -> str | None:
    """The state the product is in; None while none has a date."""
    found = in_time(states)
    return found[-1].prstate if found else None


def is_possible(states: Iterable[Any]) -> bool:
    """Does each state follow from the one before it?"""
    codes = ["", *(row.prstate for row in in_time(states))]
    return all(then in MAY_FOLLOW[first] for first, then in zip(codes, codes[1:], strict=False))


def identity(code: str, first: str, second: str, by: str, by_second: str) -> Identity:
    """The code of the product against what two people read: exact, letter by letter."""
    if not code == first == second:
        return Identity.MISMATCH
    return Identity.MATCH if by != by_second else Identity.ONE_PERSON
