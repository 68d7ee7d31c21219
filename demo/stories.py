"""The subjects of the demo: a story for each stage of the trial, and for each thing that can occur."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from demo.journey import Journey
from demo.tales import infused, untreated


@dataclass(frozen=True)
class Story:
    """A subject, where day 0 lies counted from today, and what happens."""

    number: str
    day0: int
    title: str
    tell: Callable[[Journey], None]


# At each site in the order in which the subjects came. First infusions of a dose level lie 28 days apart.
STORIES: Final = (
    Story("01-001", -185, "month 6, symptoms came back", infused.month_6),
    Story("01-002", -96, "month 3 done, a toxicity to judge", infused.month_3),
    Story("01-003", -36, "infusion postponed, day 28 overdue", infused.day_28_overdue),
    Story("01-004", -66, "month 2 open", infused.month_2_open),
    Story("01-005", -155, "one visit missed, withdrew", infused.withdrew),
    Story("01-006", -7, "day 7, CRS and ICANS after infusion", infused.day_7_fever),
    Story("01-007", 4, "in lymphodepletion", untreated.in_lymphodepletion),
    Story("01-008", 27, "screening complete", untreated.screened),
    Story("01-009", 45, "just registered", untreated.registered),
    Story("01-010", 31, "screen failure: hepatitis B", untreated.screen_failure),
    Story("02-001", -126, "dose below plan, died", infused.dose_off_plan),
    Story("02-002", 16, "after leukapheresis", untreated.after_leukapheresis),
    Story("02-003", 4, "pregnant before lymphodepletion", untreated.pregnant),
    Story("02-004", 33, "in screening, consent after a visit", untreated.consent_late),
)
BY_NUMBER: Final[Mapping[str, Story]] = {story.number: story for story in STORIES}
