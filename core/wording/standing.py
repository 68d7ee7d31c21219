"""How a record stands, for its own page: frozen or locked, signed by whom, how much of it is verified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core import asof, verification
from core.models import CrfRow, Hold, HoldState, Signature
from core.places import Place
from core.wording.holds import blocked_words


@dataclass(frozen=True)
class Standing:
    """`hold` says why nothing can be changed, or is empty; `verified` of `required` items of the plan are verified.

    `after_lock`: it can be entered all the same, by the path past a freeze or lock.
    """

    state: HoldState
    hold: str = ""
    signature: Signature | None = None
    required: int = 0
    verified: int = 0
    after_lock: bool = False

    @property
    def is_open(self) -> bool:
        """Data may be changed here."""
        return self.state == HoldState.FREE


def standing(place: Place, rows: Mapping[str, Sequence[CrfRow]]) -> Standing:
    """Now, or at the place's moment. One statement; one more where it is signed, some more where it is held."""
    held = asof.held_at(place.subject, place.moment)
    where = (place.at.name, place.form.code, place.key)
    widest: Hold | None = next(held.covering(*where), None)
    words = blocked_words(widest) if widest and place.moment is None else ""
    after_lock = place.moment is None and held.takes(place.form.after_lock, *where)
    if place.record is None:
        return Standing(held.state(*where), words, after_lock=after_lock)
    required, verified = verification.count(place.form, place.record, rows, place.subject)
    return Standing(held.state(*where), words, place.record.signature, required, verified, after_lock)
