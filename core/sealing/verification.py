"""Verify the trail where it lies, by the very checks of verify_trail.py; what is found is told."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.db import transaction

import verify_trail
from accounts.events import record
from accounts.models import EventKind
from core.actions import recheck
from core.models import Subject
from core.sealing import keys
from core.sealing.source import Database, snapshot
from verify_trail import Outside, Report, Sealed

log = logging.getLogger(__name__)


def verify(outside: Outside | None, known: Sequence[Ed25519PublicKey]) -> Report:
    """The whole trial as it is at one moment."""
    with snapshot():
        false = list(_outline())
        report = Report()  # its clock and its rows are those of the trail alone
        verify_trail.verify(Database(), outside, known, report)
    for words, where in false:
        report.add(words, **where)
    return report


def _outline() -> Iterator[tuple[str, dict[str, Any]]]:
    """The outline of each casebook, which the matrix and the lists read, says what the records say."""
    for subject in Subject.objects.select_related("site").order_by("number"):
        for found in recheck.false_lines(subject):
            words = f"the outline of the casebook says otherwise than the record ({found.where.visit_name})"
            yield words, {"subject": subject.number, "table": found.form.model._meta.db_table, "row": found.record.pk}


def verify_and_tell() -> Report:
    """Against the copies outside, with this system's own key; faults go to the log and among the events."""
    outside = Outside.of(Path(settings.SEAL_FOLDER))
    report = verify(outside, [*outside.keys(), keys.signing_key().public_key()])
    tell(report)
    return report


def tell(report: Report) -> None:
    """An alert in the log and one event, where anything was found."""
    if report.faults:
        first = [str(fault) for fault in report.faults[:20]]
        log.error("The audit trail was altered behind the application: %s faults. %s", len(report.faults), first)
        record(EventKind.SEAL, what="verification", detail={"faults": len(report.faults), "first": first})


def of_subject(subject: Subject) -> Report:
    """One subject alone, without the seals, as the transaction under way sees it."""
    report = Report()
    with transaction.atomic():
        verify_trail.check_subjects(Database(subject), Sealed(), report)
    return report
