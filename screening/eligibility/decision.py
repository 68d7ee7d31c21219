"""The signed decision of a stage: the record, for whatever asks whether a subject may go on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from core.crf import read
from core.crf.provenance import Mode
from core.models import Signature, Subject
from screening.eligibility.answers import Decision
from screening.eligibility.stages import STAGES, Stage


@dataclass(frozen=True)
class SignedDecision:
    """What was decided and who signed it, when. `on_paper`: the date of the paper it was first written on."""

    stage: Stage
    decision: Decision | None
    by: str
    at: datetime
    on_paper: date | None = None

    def precedes(self, step: datetime | date, subject: Subject) -> bool:
        """Was it signed before this step? Of a step without its time, on its day or before, on the site's calendar."""
        if isinstance(step, datetime) and self.on_paper is None:
            return self.at < step
        day = step.date() if isinstance(step, datetime) else step
        signed = self.on_paper or timezone.localtime(self.at, subject.site.clock).date()
        return signed <= day


def decision(subject: Subject, stage: int) -> SignedDecision | None:
    """The decision whose signature stands now; None where nothing is decided, or it is not signed. One statement."""
    of = STAGES[stage]
    signed = read.form_models()[of.form].objects.filter(subject=subject, voided=False, signature__isnull=False)
    record: Any = signed.exclude(ied=None).select_related("signature").order_by("-id").first()
    return None if record is None else _signed(of, record, record.ied, record.signature)


def signed_eligible(records: Iterable[Any], stage: Stage) -> list[SignedDecision]:
    """Every signature, standing or let go since, under which one of these records said eligible. One statement.

    What was signed before a step stays signed before it, also where the record was corrected and signed again after.
    """
    known = {record.pk: record for record in records}
    if not known:
        return []
    model = read.form_models()[stage.form]
    then = model.history.filter(id=OuterRef("row_id"), history_date__lte=OuterRef("at"))
    said = then.order_by("-history_date", "-history_id").values("ied")[:1]
    signatures = Signature.objects.filter(table_name=model._meta.db_table, row_id__in=known).annotate(
        said=Subquery(said)
    )
    return [
        _signed(stage, known[each.row_id], each.said, each)
        for each in signatures.order_by("id")
        if each.said == Decision.ELIGIBLE
    ]


def _signed(stage: Stage, record: Any, said: str | None, signature: Signature) -> SignedDecision:
    paper = record.srcdat if record.srcmode == Mode.PAPER else None
    return SignedDecision(stage, Decision(said) if said else None, signature.actor_name, signature.at, paper)
