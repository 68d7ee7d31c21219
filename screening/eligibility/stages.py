"""The two stages: each has its form, its visit, and the step it decides on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.schedule import Anchor


@dataclass(frozen=True)
class Stage:
    """A stage of eligibility: its number, its form, the visit whose data it judges, the step that ends it."""

    number: int
    form: str
    visit: str
    ends: Anchor


STAGE_1: Final = Stage(1, "IE1", "SCR", Anchor.LEUKAPHERESIS)
STAGE_2: Final = Stage(2, "IE2", "BL", Anchor.LYMPHODEPLETION)
STAGES: Final = {stage.number: stage for stage in (STAGE_1, STAGE_2)}
