"""What a seal says: the ends of the chains that moved since the seal before it, once a day of all of them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import EventHead
from core.models import ChainHead, Seal

WHOLE_AFTER = timedelta(days=1)
Head = list[Any]  # number of the last change, and its digest


@dataclass(frozen=True)
class Before:
    """What the seals before this one hold: the last of them, and of each chain the end they know."""

    last: Seal | None = None
    heads: dict[str, Head] = field(default_factory=dict)
    events: Head = field(default_factory=list)
    whole_at: datetime | None = None


@dataclass(frozen=True)
class Ends:
    """The ends of all chains at one moment."""

    heads: dict[str, Head]
    events: Head

    @classmethod
    def now(cls) -> Ends:
        """Two statements."""
        heads = ChainHead.objects.exclude(seq=0).values_list("subject__number", "seq", "digest")
        events = EventHead.objects.exclude(seq=0).values_list("seq", "digest").first()
        return cls({number: [seq, digest] for number, seq, digest in heads}, list(events or ()))

    def moved_since(self, before: Before) -> dict[str, Head]:
        """The chains that no longer end where the seals before say."""
        return {number: head for number, head in self.heads.items() if before.heads.get(number) != head}


def before() -> Before:
    """Read the seals back to the last one that holds every chain."""
    last, heads, events = None, dict[str, Head](), list[Any]()
    for seal in Seal.objects.order_by("-number").iterator(chunk_size=50):
        said = json.loads(seal.document)
        last, events = last or seal, events or said["events"]
        heads = said["heads"] | heads
        if said["whole"]:
            return Before(last, heads, events, seal.at)
    return Before(last, heads, events)


def compose(known: Before, ends: Ends, *, at: datetime, cause: str, key_id: str, whole: bool) -> str:
    """The document as it is signed, byte for byte. Names in order, one to a line: it can be read and compared."""
    said = {
        "number": known.last.number + 1 if known.last else 1,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "cause": cause,
        "previous": sha256(known.last.document) if known.last else "",
        "key": key_id,
        "whole": whole,
        "heads": ends.heads if whole else ends.moved_since(known),
        "events": ends.events,
        "counts": {
            "subjects": len(ends.heads),
            "changes": sum(seq for seq, _ in ends.heads.values()),
            "events": ends.events[0] if ends.events else 0,
        },
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def sha256(document: str) -> str:
    """What the next seal calls this one."""
    return hashlib.sha256(document.encode()).hexdigest()
