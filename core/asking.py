"""Who asks, who answers, who closes: the sides of a query, its steps, and what it is about (QRY-01)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from accounts.actor import Actor
from accounts.models import Role, Site
from accounts.permissions import Permission
from core.actions.checks import MOVED_ON
from core.crf.rules import VISIT
from core.holds import NOTHING_CHANGES, Held, of_subjects, steps_imposing
from core.models import Hold, HoldState, Query, QueryEvent, QueryState, Side, Subject
from core.places import Place, VisitPlace

SIDES: Mapping[str, Side] = {
    Role.MONITOR: Side.MONITORING,
    Role.DATA_MANAGER: Side.DATA_MANAGEMENT,
    Role.SAFETY_REVIEWER: Side.SAFETY,
}
# Who closes what a side asked. What the system asked, monitors and data managers close.
CLOSERS: Mapping[str, tuple[Role, ...]] = {
    Side.SYSTEM: (Role.MONITOR, Role.DATA_MANAGER),
    Side.MONITORING: (Role.MONITOR,),
    Side.DATA_MANAGEMENT: (Role.DATA_MANAGER,),
    Side.SAFETY: (Role.SAFETY_REVIEWER,),
}
CORRECTED = gettext_lazy("This query was closed because its check no longer fires. Raise a query of your own instead.")
WAS_ANSWERED = gettext_lazy("This query was answered, so it cannot be cancelled. Close it instead.")


@dataclass(frozen=True)
class Step:
    """What may be done to a query: by which right, from which states, and where it then stands."""

    name: str
    permission: Permission
    since: tuple[QueryState, ...]
    to: QueryState


ANSWER = Step("answer", Permission.ANSWER_QUERY, (QueryState.OPEN,), QueryState.ANSWERED)
CLOSE = Step("close", Permission.CLOSE_QUERY, (QueryState.OPEN, QueryState.ANSWERED), QueryState.CLOSED)
REOPEN = Step("reopen", Permission.RAISE_QUERY, (QueryState.ANSWERED, QueryState.CLOSED), QueryState.OPEN)
CANCEL = Step("cancel", Permission.CLOSE_QUERY, (QueryState.OPEN,), QueryState.CANCELLED)
STEPS = (ANSWER, CLOSE, REOPEN, CANCEL)


@dataclass(frozen=True)
class Spot:
    """What is asked about: one item, or a whole form or visit (no item). `group` and `row_key` name a repeating row."""

    subject: Subject
    visit_name: str
    form_code: str
    record_key: int = 1
    item: str = ""
    group: str = ""
    row_key: int | None = None

    @classmethod
    def of(cls, place: Place | VisitPlace, item: str = "", group: str = "", row_key: int | None = None) -> Spot:
        """A place of the casebook as pages know it."""
        if isinstance(place, VisitPlace):
            return cls(place.subject, place.name, VISIT)
        return cls(place.subject, place.at.name, place.form.code, place.key, item, group, row_key)

    @property
    def queries(self) -> QuerySet[Query]:
        """The queries about it."""
        return Query.objects.filter(
            subject=self.subject,
            visit_name=self.visit_name,
            form_code=self.form_code,
            record_key=self.record_key,
            field=self.item,
            group=self.group,
            row_key=self.row_key,
        )


def role_for(step: Step, query: Query, by: Actor) -> str | None:
    """The role in which a person may do this to a query; None: they may not, whatever its state."""
    if step is ANSWER:
        return by.role_at(query.subject.site, step.permission)
    if step is CANCEL and query.side == Side.SYSTEM:
        return None
    return next((role for role in _asking_roles(by, query.subject.site) if role in CLOSERS[query.side]), None)


def asking_role(by: Actor, site: Site) -> str | None:
    """The role in which a person asks at a site; None: they do not."""
    return next(iter(_asking_roles(by, site)), None)


def _asking_roles(by: Actor, site: Site) -> list[str]:
    """Who answers at a site asks and closes nothing there, whatever other role they hold."""
    if by.can(Permission.ANSWER_QUERY, site):
        return []
    held = {each.role for each in by.memberships if each.site_id in (None, site.pk)}
    return [role for role in SIDES if role in held]


def objection(step: Step, query: Query, events: Sequence[QueryEvent], held: Held, *, seen: int | None = None) -> str:
    """Why this cannot be done to a query as its thread stands; empty: it can. `seen`: the last step the person saw."""
    if held.state(query.visit_name, query.form_code, query.record_key) == HoldState.LOCKED:
        return str(NOTHING_CHANGES)
    if query.state not in step.since or (seen is not None and seen != events[-1].pk):
        return str(MOVED_ON)
    if step is CANCEL and any(event.state == QueryState.ANSWERED for event in events):
        return str(WAS_ANSWERED)
    if step is REOPEN and query.state == QueryState.CLOSED and events[-1].actor.is_system:
        return str(CORRECTED)
    return ""


def events_of(queries: Iterable[Query]) -> dict[int, list[QueryEvent]]:
    """The steps of each query, oldest first. One statement."""
    found: dict[int, list[QueryEvent]] = {query.pk: [] for query in queries}
    for event in QueryEvent.objects.filter(query__in=found).select_related("actor").order_by("id"):
        found[event.query_id].append(event)
    return found


def held_by(subjects: Iterable[Subject]) -> dict[int, Held]:
    """What is frozen or locked of several subjects. One statement, two where anything is."""
    found: dict[int, list[Hold]] = {subject.pk: [] for subject in subjects}
    holds = Hold.objects.filter(subject__in=found).exclude(state=HoldState.FREE)
    for hold in holds.annotate(since=steps_imposing()):
        found[hold.subject_id].append(hold)
    return of_subjects(found)


def waiting_for(by: Actor) -> Q:
    """The queries whose next step is this person's: open ones where they answer, answered ones of a side they act for.

    Who answers at a site closes nothing there.
    """
    answers = by.site_ids(Permission.ANSWER_QUERY) or frozenset()
    found = Q(state=QueryState.OPEN, subject__site__in=answers)
    for side, roles in CLOSERS.items():
        sites = {each.site_id for each in by.memberships if each.role in roles}
        if sites:
            at = Q() if None in sites else Q(subject__site__in=sites)
            found |= Q(at, ~Q(subject__site__in=answers), state=QueryState.ANSWERED, side=side)
    return found
