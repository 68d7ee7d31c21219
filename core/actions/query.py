"""Answer and close queries. The thread is append-only; who opened it, said what and when never changes."""

from __future__ import annotations

from django.db import transaction

from accounts.actor import Actor
from accounts.permissions import Permission
from core.actions import checks, trail
from core.actions.errors import ReasonRequired, Refused
from core.models import Query, QueryEvent, QueryState


@transaction.atomic
def answer(query: Query, text: str, *, by: Actor, confirmed: bool = False) -> Query:
    """Answer a query; `confirmed`: the value is as observed. Raises ReasonRequired, Refused, PermissionDenied."""
    return _step(query, text, QueryState.ANSWERED, Permission.ANSWER_QUERY, by, confirmed=confirmed)


@transaction.atomic
def close(query: Query, text: str, *, by: Actor) -> Query:
    """Close an answered query. The answering site cannot (QRY-01)."""
    return _step(query, text, QueryState.CLOSED, Permission.CLOSE_QUERY, by)


@transaction.atomic
def reopen(query: Query, text: str, *, by: Actor) -> Query:
    """Ask again: the answer does not settle it."""
    return _step(query, text, QueryState.OPEN, Permission.RAISE_QUERY, by, confirmed=False)


FROM = {
    QueryState.ANSWERED: (QueryState.OPEN,),
    QueryState.CLOSED: (QueryState.OPEN, QueryState.ANSWERED),
    QueryState.OPEN: (QueryState.ANSWERED,),
}


def _step(
    query: Query, text: str, state: QueryState, permission: Permission, by: Actor, *, confirmed: bool | None = None
) -> Query:
    """The next step of a thread; `confirmed` None leaves it as it stands now, not as the caller saw it."""
    act = trail.begin(query.subject, permission, by=by)
    present = Query.objects.select_for_update().get(pk=query.pk)
    if not text.strip():
        raise ReasonRequired
    if present.state not in FROM[state]:
        raise Refused(checks.MOVED_ON)
    present.state, present.confirmed = state, present.confirmed if confirmed is None else confirmed
    present.save(update_fields=["state", "confirmed"])
    QueryEvent.objects.bulk_create([checks.event(act, present, by=by, role=act.role, text=text.strip())])
    return present
