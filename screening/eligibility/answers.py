"""How a criterion can be answered, what was used for it, and the logic of what is not known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crf.values import Measured


class Kind(StrEnum):
    """An inclusion criterion must be met, an exclusion criterion must not be."""

    INCLUSION = "INCLUSION"
    EXCLUSION = "EXCLUSION"


class Answer(models.TextChoices):
    """Is the criterion met? Of an exclusion criterion, met means excluded."""

    MET = "MET", _("Met")
    NOT_MET = "NOT_MET", _("Not met")
    NOT_EVALUABLE = "NOT_EVALUABLE", _("Not evaluable")
    DEFERRED = "DEFERRED", _("Deferred to stage 2")
    NOT_APPLICABLE = "NOT_APPLICABLE", _("Not applicable")


class Overall(models.TextChoices):
    """What all criteria say together."""

    ELIGIBLE = "ELIGIBLE", _("Eligible")
    NOT_ELIGIBLE = "NOT_ELIGIBLE", _("Not eligible")
    NOT_EVALUABLE = "NOT_EVALUABLE", _("Not evaluable")


class Decision(models.TextChoices):
    """May the subject go on to the next step?"""

    ELIGIBLE = "ELIGIBLE", _("Eligible")
    NOT_ELIGIBLE = "NOT_ELIGIBLE", _("Not eligible")


PASSES = {
    Kind.INCLUSION: frozenset({Answer.MET, Answer.NOT_APPLICABLE, Answer.DEFERRED}),
    Kind.EXCLUSION: frozenset({Answer.NOT_MET, Answer.NOT_APPLICABLE, Answer.DEFERRED}),
}
FAILS = {Kind.INCLUSION: Answer.NOT_MET, Kind.EXCLUSION: Answer.MET}


@dataclass(frozen=True)
class Spot:
    """Where in the casebook a value stands: visit, form, number of the record."""

    visit: str
    form: str
    key: int


@dataclass(frozen=True)
class Used:
    """A value that an answer rests on: what it is, the value in words, its date, and where it stands."""

    label: str
    value: str
    on: date | None = None
    place: Spot | None = None


@dataclass(frozen=True)
class Finding:
    """A computed answer, what it rests on, and where it is not plain, why."""

    answer: Answer
    used: tuple[Used, ...] = ()
    why: str = ""


def overall(answers: Iterable[tuple[Kind, Answer]]) -> Overall:
    """One criterion that fails decides; else one that cannot be evaluated leaves it open."""
    answers = tuple(answers)
    if any(answer == FAILS[kind] for kind, answer in answers):
        return Overall.NOT_ELIGIBLE
    passed = all(answer in PASSES[kind] for kind, answer in answers)
    return Overall.ELIGIBLE if passed else Overall.NOT_EVALUABLE


def any_of(*said: bool | None) -> bool | None:
    """True where one is, whatever the others are; None (not known) where one that is not known could still be it."""
    return True if True in said else None if None in said else False


def all_of(*said: bool | None) -> bool | None:
    """False where one is, whatever the others are; None (not known) where one that is not known could still be it."""
    return False if False in said else None if None in said else True


def agreed(one: bool, other: bool) -> bool | None:
    """What holds at both ends of what is possible, as of a partial date; None where the ends differ."""
    return one if one is other else None


def yes(answer: str | None) -> bool | None:
    """Of an answer Y or N; None where there is none."""
    return None if answer is None else answer == "Y"


def exceeds(result: Measured, limit: Decimal) -> bool | None:
    """Is the result above the limit? Strictly, unrounded; None where a censored result (`<20`) leaves it open."""
    if result.operator in ("<", "<="):
        return False if result.value <= limit else None
    if result.operator == ">":
        return True if result.value >= limit else None
    if result.operator == ">=":
        return True if result.value > limit else None
    return result.value > limit


def reaches(result: Measured, limit: Decimal) -> bool | None:
    """Is the result at or above the limit? Unrounded; None where a censored result leaves it open."""
    if result.operator == "<":
        return False if result.value <= limit else None
    if result.operator == "<=":
        return False if result.value < limit else None
    if result.operator in (">", ">="):
        return True if result.value >= limit else None
    return result.value >= limit
