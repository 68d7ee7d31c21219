"""What waits for an investigator's signature, counted per subject, and what has waited too long (SIG-05)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.permissions import Permission
from core import protocol
from core.models import Change, FormStatus, Signature
from core.models.crf import FormState
from core.panels import SHOWN, Panel, Task, at
from core.places import LOG


def panel(actor: Actor) -> Panel | None:
    """For investigators: forms that are complete and were never signed, and forms changed since. One statement."""
    if not actor.can(Permission.SIGN):
        return None
    rows = list(_by_subject(waiting().filter(at(actor, Permission.SIGN, "subject__site"))))
    days = protocol.days("unsigned_days")
    tasks = [
        Task(_("Forms to sign"), sum(row["n"] for row in rows), "#signing", "due"),
        Task(
            _("Forms unsigned for more than %(n)s days") % {"n": days},
            sum(row["late"] for row in rows),
            "#signing",
            "overdue",
        ),
    ]
    shown = [row | {"url": reverse("subject-sign", args=[row["number"]])} for row in rows[:SHOWN]]
    lacks = actor.user.identity_checked_on is None or actor.user.equivalence_at is None
    context = {"rows": shown, "more": len(rows) > SHOWN, "days": days, "lacks": lacks}
    return Panel(tasks, "core/_panel_signing.html", context)


def waiting() -> QuerySet[FormStatus]:
    """Records that wait: `again` where one was signed before, `since` the moment from which it has waited.

    A record never signed waits since its entry, one that was changed after a signature since its last change.
    """
    lines = FormStatus.objects.filter(signed=False).annotate(place=_visit_name())
    given = Signature.objects.filter(
        subject=OuterRef("subject"), form_code=OuterRef("form_code"), record_key=OuterRef("key")
    ).filter(visit_name=OuterRef("place"))
    changed = Change.objects.filter(subject=OuterRef("subject"), seq=OuterRef("seq")).values("at")
    lines = lines.annotate(again=Exists(given))
    since = Case(When(again=True, then=Subquery(changed)), default=F("entered_at"))
    return lines.filter(Q(again=True) | Q(state=FormState.COMPLETE)).annotate(since=since)


def _visit_name() -> Case:
    """As the trail names it: `D28`, `UNS-2`, `LOG`."""
    numbered = Concat("visit__code", Value("-"), Cast("visit__ordinal", CharField()))
    return Case(
        When(visit=None, then=Value(LOG)),
        When(visit__ordinal=0, then=F("visit__code")),
        default=numbered,
        output_field=CharField(),
    )


def _by_subject(lines: QuerySet[FormStatus]) -> QuerySet[Any]:
    limit = timezone.now() - timedelta(days=protocol.days("unsigned_days"))
    counts = {
        "n": Count("pk"),
        "changed": Count("pk", filter=Q(again=True)),
        "late": Count("pk", filter=Q(since__lt=limit)),
    }
    return lines.values(number=F("subject__number")).annotate(**counts).order_by("number")
