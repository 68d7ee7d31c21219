"""Compute a subject's chain anew from the database and say every fault: what was altered, left out, added or moved."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy

from core.actions import trail
from core.models import ChainHead, Change, ChangeItem, Subject


def verify_chain(subject: Subject) -> list[str]:
    """Every fault in words, oldest first; empty when the chain is whole. Three statements."""
    items: dict[int, list[ChangeItem]] = {}
    for item in ChangeItem.objects.filter(change__subject=subject).order_by("id").iterator():
        items.setdefault(item.change_id, []).append(item)
    faults, seq, digest = [], 0, trail.GENESIS
    for change in Change.objects.filter(subject=subject).order_by("seq").iterator():
        found = [*_out_of_place(change, seq, digest), *_altered(change, items.get(change.pk, []), subject.number)]
        faults += [f"{subject.number}, change {change.seq}: {fault}" for fault in found]
        seq, digest = change.seq, change.digest
    head = ChainHead.objects.filter(subject=subject).first()
    if head is None or (head.seq, head.digest) != (seq, digest):
        faults.append(f"{subject.number}: the chain does not end where its head says it ends")
    return faults


def _out_of_place(change: Change, seq: int, digest: str) -> Iterator[str]:
    if change.seq != seq + 1:
        yield f"it comes after change {seq}"
    if change.prev_digest != digest:
        yield "it does not continue the one before it"


def _altered(change: Change, items: list[ChangeItem], number: str) -> Iterator[str]:
    for item in items:
        if trail.seal_item(copy(item)).digest != item.digest:
            yield f"item {item.table_name}.{item.field} was altered"
    sealed = trail.seal(copy(change), items, number)
    if sealed.reason_digest != change.reason_digest:
        yield "its reason was altered"
    if sealed.digest != change.digest:
        yield "it was altered, or items were added or left out"
