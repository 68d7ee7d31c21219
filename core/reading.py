"""What changed since a person last looked: per record, its newest change against the last they marked as reviewed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    IntegerField,
    Max,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import Cast, Coalesce, Concat
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.permissions import Permission
from core.models import DATA_KINDS, Change, FormStatus, ReadMark, Subject
from core.panels import at
from core.places import LOG
from core.wording.places import Where

# How the visit of a line is called, as the trail has it: D28, UNS-2, LOG.
VISIT_NAME = Case(
    When(visit=None, then=Value(LOG)),
    When(visit__ordinal=0, then=F("visit__code")),
    default=Concat("visit__code", Value("-"), Cast("visit__ordinal", CharField())),
    output_field=CharField(),
)


class Record(NamedTuple):
    """A record of a subject as the trail names it."""

    visit_name: str
    form_code: str
    key: int


@dataclass(frozen=True)
class Changed:
    """One record that changed since it was reviewed."""

    status: Any  # a line of FormStatus with what `unread` adds

    @property
    def subject(self) -> Subject:
        """Of whom."""
        found: Subject = self.status.subject
        return found

    @property
    def who(self) -> str:
        """Who changed it last; the system is named in the reader's language."""
        name: str = self.status.changed_by
        return _(name) if not self.status.changed_in else name

    @property
    def where(self) -> Where:
        """Its place in words."""
        return Where(self.status.subject, self.status.visit_name, self.status.form_code, self.status.key)

    @property
    def record(self) -> Record:
        """As the trail names it."""
        return Record(self.status.visit_name, self.status.form_code, self.status.key)

    @property
    def token(self) -> str:
        """As the page sends it back."""
        return ".".join(map(str, self.record))

    @property
    def anchor(self) -> str:
        """Its place on the subject's page."""
        return f"record-{'-'.join(map(str, self.record))}"

    @property
    def url(self) -> str:
        """Where it is reviewed."""
        return f"{reverse('review', args=[self.status.subject.number])}#{self.anchor}"


def read_by(actor: Actor, subject: Subject) -> dict[Record, int]:
    """Up to which change of the subject the person has reviewed each of its records. One statement."""
    marks = ReadMark.objects.filter(user=actor.user, subject=subject)
    found = marks.values_list("visit_name", "form_code", "record_key").annotate(seq=Max("seq")).order_by()
    return {Record(visit, code, key): seq for visit, code, key, seq in found}


def unread(actor: Actor, permission: Permission = Permission.REVIEW_TRAIL) -> QuerySet[FormStatus]:
    """The records whose data changed since the person reviewed them: how often, when and by whom. Newest first.

    One statement, however many subjects. `total` counts them all, also where only the first are taken.
    """
    mine = {
        "subject": OuterRef("subject"),
        "visit_name": OuterRef("visit_name"),
        "form_code": OuterRef("form_code"),
        "record_key": OuterRef("key"),
    }
    marks = ReadMark.objects.filter(user=actor.user, **mine).order_by("-seq").values("seq")[:1]
    later = Change.objects.filter(**mine, kind__in=DATA_KINDS, seq__gt=OuterRef("read")).order_by()
    newest: Any = Change.objects.filter(subject=OuterRef("subject"), seq=OuterRef("seq"))
    return (
        FormStatus.objects.filter(at(actor, permission, "subject__site"))
        .annotate(visit_name=VISIT_NAME)
        .annotate(read=Coalesce(Subquery(marks), 0))
        .filter(seq__gt=F("read"))
        .annotate(
            changes=Subquery(later.values("subject").annotate(n=Count("id")).values("n"), output_field=IntegerField()),
            changed_at=Subquery(newest.values("at")),
            changed_by=Subquery(newest.values("actor_name")),
            changed_in=Subquery(newest.values("role")),
            total=Window(Count("id")),
        )
        .select_related("subject__site", "visit")
        .order_by("-changed_at", "-id")
    )
