"""How an answer came into the system other than at once: from a paper form, or later from the medical record.

These items are on every form of every version, after its own (BCK-02). They are none of the protocol's questions: the
annotated CRF and the snapshots of a form leave them out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.crf.items import Item

if TYPE_CHECKING:
    from core.models.crf import Crf

MODE, PAPER_DATE, WRITER = "srcmode", "srcdat", "srcby"
NAMES = frozenset({MODE, PAPER_DATE, WRITER})


class Mode(models.TextChoices):
    """Where the answers stood before they were entered. Who transcribes is who saves."""

    PAPER = "PAPER", gettext_lazy("From a paper form, written while the system was down")
    RETROSPECTIVE = "RETROSPECTIVE", gettext_lazy("Afterwards, from the medical record")


def own(items: Iterable[Item]) -> tuple[Item, ...]:
    """The form's own questions."""
    return tuple(item for item in items if item.name not in NAMES)


def common(items: Iterable[Item]) -> tuple[Item, ...]:
    """Those that every form has."""
    return tuple(item for item in items if item.name in NAMES)


def lacking(record: Crf) -> dict[str, Any]:
    """What a transcription from paper cannot be saved without, by item."""
    if getattr(record, MODE) != Mode.PAPER:
        return {}
    said = {
        PAPER_DATE: _("Enter the date on which the paper form was filled in."),
        WRITER: _("Enter who filled in the paper form."),
    }
    return {name: [message] for name, message in said.items() if getattr(record, name) is None}
