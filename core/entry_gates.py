"""What stops data of a subject from being collected at all: a consent that is lacking or was withdrawn (PRV-04).

Apps declare the gates in their `rules.py`. Forms marked `safety` are never stopped, nor is the
correction of what stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from core.crf.items import FormDef
    from core.crf.rules import Context

Gate: TypeAlias = "Callable[[FormDef, Context], Any]"
GATES: list[Gate] = []


def entry_gate(stops: Gate) -> Gate:
    """Declare a gate: gives the words that say why a new record of the form is refused, or nothing."""
    GATES.append(stops)
    return stops


def refusals(form: FormDef, context: Context) -> Iterator[Any]:
    """Why this form cannot be begun for this subject at this visit."""
    if not form.safety:
        yield from (words for gate in GATES if (words := gate(form, context)))
