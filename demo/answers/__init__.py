"""What an invented subject answers to each form of a visit, by form code; each area in a module of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from demo.answers import assessments, followup, measured, screening, toxicity, treatment
from demo.answers.scene import Filled, Scene

ANSWERS: Final[Mapping[str, Callable[[Scene], Filled | None]]] = {
    **screening.ANSWERS,
    **measured.ANSWERS,
    **assessments.ANSWERS,
    **treatment.ANSWERS,
    **toxicity.ANSWERS,
    **followup.ANSWERS,
}
"""Form code -> what is entered at a visit; None where the form is not entered there."""
