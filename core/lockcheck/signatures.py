"""Do the signatures stand for what is there now?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from core.lockcheck.target import Target
from core.models import Signature, Subject
from core.signing_proof import faults, gather

if TYPE_CHECKING:
    from core.lockcheck.facts import Line


def broken(target: Target, subjects: Mapping[int, Subject], lines: Iterable[Line]) -> list[Line]:
    """The lines said to be signed whose signature is not of what stands there. The cost is constant."""
    signed = [line for line in lines if line.status is not None and line.status.signed]
    record = "table_name", "row_id"
    given = Signature.objects.filter(target.named(), subject__in=subjects).order_by(*record, "-id").distinct(*record)
    signatures = {each.pk: each for each in given.select_related("subject")} if signed else {}
    evidence = gather(list(signatures.values()))
    whole = {number for number, each in signatures.items() if not any(faults(each, evidence))}
    borne = {
        (filed.record.subject_id, *filed.key)
        for filed in evidence.records.values()
        if filed.record.signature_id in whole
    }
    return [line for line in signed if line.place not in borne]
