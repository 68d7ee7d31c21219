"""Keep the one line per record that the matrix and the lists read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core import verification
from core.crf import evaluate
from core.crf.items import FormDef
from core.models import Crf, CrfRow, FormStatus
from core.models.crf import FormState

SUMMARY_LENGTH = 200
DERIVED = ("state", "gaps", "required", "verified", "signed", "summary")


def refresh(form: FormDef, record: Crf, rows: Mapping[str, Sequence[CrfRow]], *, seq: int | None = None) -> None:
    """Write the record's line. One statement. `seq`: the subject's change that altered its data; None: none did."""
    FormStatus.objects.bulk_create(
        [line(form, record, rows, seq=seq or 0)],
        update_conflicts=True,
        unique_fields=["subject", "visit", "form_code", "key"],
        update_fields=[*DERIVED, *(["seq"] if seq else [])],
    )


def differs(present: FormStatus | None, wanted: FormStatus) -> bool:
    """Is the line that stands another than the record would have now, as where the plan changed?"""
    return present is None or any(getattr(present, name) != getattr(wanted, name) for name in DERIVED)


def line(form: FormDef, record: Crf, rows: Mapping[str, Sequence[CrfRow]], *, seq: int = 0) -> FormStatus:
    """The record's line as it should be."""
    missing = count_gaps(form, record, rows)
    required, verified = verification.count(form, record, rows, record.subject)
    return FormStatus(
        subject=record.subject,
        visit=record.visit,
        form_code=form.code,
        key=record.key,
        state=state_of(record, missing),
        gaps=missing,
        required=required,
        verified=verified,
        signed=record.signature_id is not None,
        seq=seq,
        summary=summary(form, record),
        entered_at=record.entered_at,
    )


def count_gaps(form: FormDef, record: Crf, rows: Mapping[str, Sequence[CrfRow]]) -> int:
    """How many asked items have neither value nor missing reason."""
    own = len(evaluate.gaps(record, form.items))
    return own + sum(
        len(evaluate.gaps(row, group.items))
        for group in form.rows
        for row in rows.get(group.name, ())
        if not row.voided
    )


def state_of(record: Crf, missing: int) -> FormState:
    """How far the form has come."""
    if record.voided:
        return FormState.VOIDED
    return FormState.INCOMPLETE if missing else FormState.COMPLETE


def summary(form: FormDef, record: Crf) -> str:
    """What names the record in a list: an adverse event's term and onset."""
    parts = (getattr(record, name) for name in form.summary if name in form.names)
    return " · ".join(str(part) for part in parts if part is not None)[:SUMMARY_LENGTH]
