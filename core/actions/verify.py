"""Compute a subject's chain and rows anew and say every fault: what was altered, left out, added or moved."""

from __future__ import annotations

from core.models import Subject
from core.sealing import verification


def verify_chain(subject: Subject) -> list[str]:
    """Every fault in words, oldest first; empty when all is whole."""
    return [str(fault) for fault in verification.of_subject(subject).faults]
