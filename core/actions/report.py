"""Freeze a report of a record: the document is kept with its hash, and no later change of any data reaches it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.permissions import Permission
from core.actions import trail
from core.actions.errors import Conflict, Refused
from core.actions.trail import Where
from core.models import ChangeKind, Crf, Report, ReportKind, StoredFile
from core.places import Place, record_at

GONE = _("This record is void, or not there. Nothing of it can be reported.")
FIRST = _("The first report is the initial one. Choose it.")
AGAIN = _("There is an initial report already. Choose a follow-up or the final report.")
MOVED = _("The record or its reports changed after this page was opened. Nothing was frozen: look at the page again.")


class Moved(Conflict):
    """Something changed since the page was opened. Nothing was frozen."""

    def __init__(self) -> None:
        super().__init__(None)
        self.message = MOVED


@dataclass(frozen=True)
class Frame:
    """What stands around the content of a report: which version, of what, frozen when and by whom."""

    record: Crf
    version: int
    kind: ReportKind
    at: datetime
    actor_name: str
    role: str
    text: str


@dataclass(frozen=True)
class Document:
    """The content, the file that shows it, and until when it was to be sent."""

    said: dict[str, Any]
    content: bytes
    name: str
    content_type: str = "text/html; charset=utf-8"
    due: str = ""


@transaction.atomic
def freeze(
    place: Place,
    kind: ReportKind,
    compose: Callable[[Frame], Document],
    *,
    by: Actor,
    revision: int,
    version: int,
    text: str = "",
) -> Report:
    """Freeze the record as it stands. `revision` and `version`: what the page showed; `compose` makes the document.

    Works under any freeze or lock: a report changes no data. Raises PermissionDenied, Moved, Refused.
    """
    act = trail.begin(place.subject, Permission.FREEZE_REPORT, by=by, reason=text)
    record = record_at(place.at, place.form, place.key)
    if record is None or record.voided:
        raise Refused(GONE)
    record.subject = act.subject
    there = Report.objects.filter(subject=act.subject, form_code=place.form.code, record_key=place.key).count()
    if record.revision != revision or there != version:
        raise Moved
    if (kind == ReportKind.INITIAL) != (there == 0):
        raise Refused(AGAIN if there else FIRST)
    made = compose(Frame(record, there + 1, kind, act.at, by.name, act.role, act.reason))
    digest = hashlib.sha256(made.content).hexdigest()
    file = StoredFile(
        subject=act.subject,
        name=made.name,
        content_type=made.content_type,
        size=len(made.content),
        sha256=digest,
        content=made.content,
        uploaded_at=act.at,
        uploaded_by=by.user,
    )
    trail.note(act, [file])
    report = Report(
        subject=act.subject,
        site=act.subject.site,
        form_code=place.form.code,
        record_key=place.key,
        version=there + 1,
        kind=kind,
        due=made.due,
        text=act.reason,
        file=file,
        sha256=digest,
        said=made.said,
        at=act.at,
        actor=by.user,
        actor_name=by.name,
        role=act.role,
    )
    trail.note(act, [report])
    trail.write(
        act, kind=ChangeKind.REPORT, where=Where(place.at.name, place.form.code, place.key, record.form_version)
    )
    return report
