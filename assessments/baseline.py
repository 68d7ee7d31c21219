"""Change of a scale from baseline: which record is the baseline, and from when on there is a change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from core.crf.rules import Context

BASELINE: Final = "BL"  # the visit of the schedule


def change(context: Context, item: str, now: int) -> int | None:
    """The total now, less the total at baseline; above 0 is worse. None up to the first lymphodepletion dose.

    Baseline is the record of visit BL, or else the last one dated before the first lymphodepletion dose (clinical
    reference pack, 8.2: efficacy baseline). Only complete records have a total.
    """
    before = baseline(context, item) if _is_after_baseline(context) else None
    return None if before is None else now - before


def baseline(context: Context, item: str) -> int | None:
    """The total at baseline, of the other records of this form; None where there is none."""
    found = sorted(_totals(context, item), key=lambda each: each[0])
    at_visit = [total for _, code, total in found if code == BASELINE]
    first_dose = context.subject.lymphodepletion_on
    earlier = [total for on, _, total in found if first_dose is not None and on < first_dose]
    return next(iter((*at_visit, *reversed(earlier))), None)


def previous(context: Context, item: str) -> int | None:
    """The total of the last record dated before this one; None where there is none."""
    today = context.visit_on
    earlier = [each for each in _totals(context, item) if today is not None and each[0] < today]
    return max(earlier, key=lambda each: each[0])[2] if earlier else None


def _is_after_baseline(context: Context) -> bool:
    first_dose, today = context.subject.lymphodepletion_on, context.visit_on
    at_baseline = context.visit is not None and context.visit.code == BASELINE
    return not at_baseline and first_dose is not None and today is not None and today >= first_dose


def _totals(context: Context, item: str) -> Iterator[tuple[date, str, int]]:
    """Date, visit and total of the other records of this form that have both."""
    records: list[Any] = context.records(context.record.crf.code)
    for record in records:
        if record.visit is not None and record.visit.visit_on is not None and getattr(record, item) is not None:
            yield record.visit.visit_on, record.visit.code, getattr(record, item)
