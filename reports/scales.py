"""Change of a scale from baseline, response, and minimal symptom expression (clinical reference pack, 3.1 to 3.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

MINIMAL = 1  # MG-ADL total of 0 or 1


@dataclass(frozen=True)
class Score:
    """A total on the day it was rated, at a visit."""

    on: date
    visit: str
    total: int
    url: str = ""


@dataclass(frozen=True)
class Change:
    """A score after infusion beside the baseline. `change` is negative where it became better."""

    score: Score
    change: int | None
    responds: bool | None


def baseline(scores: Sequence[Score], reference: date | None) -> Score | None:
    """The score at the baseline visit; without one the last before the first lymphodepletion dose (`reference`)."""
    at_visit = [score for score in scores if score.visit == "BL"]
    before = [score for score in scores if reference is not None and score.on < reference]
    return max(at_visit or before, key=lambda score: score.on, default=None)


def changes(scores: Sequence[Score], start: Score | None, infused: date, least: int) -> list[Change]:
    """What came after infusion, in order of time; a fall of `least` points or more is a response."""
    after = sorted((score for score in scores if score.on > infused), key=lambda score: score.on)
    return [_change(score, start, least) for score in after]


def _change(score: Score, start: Score | None, least: int) -> Change:
    if start is None:
        return Change(score, None, None)
    change = score.total - start.total
    return Change(score, change, -change >= least)


def minimal_since(scores: Sequence[Score], infused: date) -> date | None:
    """First day from which every MG-ADL total so far was minimal; None where the last one was not."""
    since = None
    for score in sorted(scores, key=lambda score: score.on):
        if score.on > infused:
            since = (since or score.on) if score.total <= MINIMAL else None
    return since


def was_sustained(scores: Sequence[Score], infused: date, days: int) -> bool:
    """Was the MG-ADL total minimal at every rating over so many days, at any time after infusion?"""
    since = None
    for score in sorted(scores, key=lambda score: score.on):
        if score.on <= infused:
            continue
        since = (since or score.on) if score.total <= MINIMAL else None
        if since is not None and score.on - since >= timedelta(days=days):
            return True
    return False
