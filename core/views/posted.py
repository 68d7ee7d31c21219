"""What a page posts beside its answers: version tokens and page tokens; what is none counts for nothing."""

from __future__ import annotations

from uuid import UUID


def whole(text: str | None) -> int:
    """A version token or a count; 0 for what is none."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def token(text: str | None) -> UUID | None:
    """A page's token; None for what is none."""
    try:
        return UUID(text or "")
    except ValueError:
        return None
