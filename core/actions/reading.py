"""Say that one has looked at what changed, up to a change: what comes later is new again (AUD-06)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.permissions import Permission
from core.actions import trail
from core.actions.errors import Refused
from core.models import ChainHead, ReadMark, Subject
from core.reading import Record, read_by


@transaction.atomic
def mark_read(subject: Subject, records: Sequence[Record], *, by: Actor, seq: int) -> list[ReadMark]:
    """Mark records as reviewed up to the subject's change `seq`: what the person had before them, and no more.

    Raises Refused (no such change yet), PermissionDenied. What was reviewed so far already is not marked again.
    """
    by.require(Permission.REVIEW_TRAIL, subject.site)
    trail.heed_watch()
    if not 0 < seq <= ChainHead.objects.get(pk=subject.pk).seq:
        raise Refused(_("The page is out of date. Open it again."))
    known = read_by(by, subject)
    marks = [
        ReadMark(
            user=by.user,
            subject=subject,
            visit_name=record.visit_name,
            form_code=record.form_code,
            record_key=record.key,
            seq=seq,
        )
        for record in dict.fromkeys(records)
        if known.get(record, 0) < seq
    ]
    return ReadMark.objects.bulk_create(marks)
