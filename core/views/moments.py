"""Looking back: how a subject stood at a moment, and what differs between two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.permissions import Permission
from core import asof, difference
from core.models import OVER, FormStatus, Signature, Subject
from core.models.crf import FormState
from core.moment import BadMoment, Moment, asked_for
from core.places import LOG, find_subject, find_subject_at
from core.records import Records, gather
from core.wording import moments as words
from core.wording import threads
from core.wording.places import Where

MANY = 1500  # lines of a difference on one page; beyond, each record shows its lines on a page of its own


@dataclass(frozen=True)
class Reviewed:
    """A record: how far it is entered and verified, and the signature that stands."""

    where: Where
    line: FormStatus
    signature: Signature | None

    @property
    def state(self) -> str:
        """The class of the design for its state."""
        return {FormState.VOIDED: "void", FormState.COMPLETE: "complete"}.get(FormState(self.line.state), "incomplete")


@require_safe
@requires(Permission.VIEW_CLINICAL)
def standing(request: AuthenticatedRequest, number: str) -> HttpResponse:
    """Queries, verification, signatures, freezes and locks of a subject; now, or as of a moment."""
    subject, moment = find_subject_at(request.actor, number, asked_for(request.GET))
    records = gather([subject], moment)[0]
    asked = asof.queries_of(subject, moment)
    context = {
        "subject": subject,
        "moment": moment,
        "queries": threads.tell([query for query in asked if query.state not in OVER]),
        "over": sum(query.state in OVER for query in asked),
        "records": list(_reviewed(records, asof.last_signatures(subject, moment))),
        "holds": [(words.held_what(hold, subject), hold) for hold in asof.held_at(subject, moment).holds],
    }
    return render(request, "core/standing.html", context)


def _reviewed(records: Records, signatures: dict[tuple[str, str, int], Signature]) -> Iterator[Reviewed]:
    named = {(name, code, line.key): line for (name, code), line in records.states.items()}
    named |= {(LOG, line.form_code, line.key): line for line in records.log_lines}
    for key in sorted(named, key=difference.casebook_order(records.subject)):
        yield Reviewed(Where(records.subject, *key), named[key], signatures.get(key) if named[key].signed else None)


@require_safe
@requires(Permission.VIEW_CLINICAL)
def compare(request: AuthenticatedRequest, number: str) -> HttpResponse:
    """What differs between two moments; until now where the second is left open."""
    subject = find_subject(request.actor, number)
    since, until = (request.GET.get(name, "").strip() for name in ("since", "until"))
    context: dict[str, Any] = {"subject": subject, "since": since, "until": until}
    if not since and not until:
        return render(request, "core/difference.html", context)
    try:
        over = difference.span(subject, since, until)
    except BadMoment as refusal:
        return render(request, "core/difference.html", context | {"refusal": str(refusal)}, status=400)
    return render(request, "core/difference.html", context | _told(request, subject, over))


def _told(request: AuthenticatedRequest, subject: Subject, over: difference.Span) -> dict[str, Any]:
    found = difference.between(over)
    place = request.GET.get("place", "")
    chosen = [each for each in found.places if not place or each.ref == place]
    brief = not place and found.size > MANY
    return {
        "over": over,
        "since": over.since.wall,
        "until": over.until.wall,
        "place": place,
        "sections": [] if brief else words.tell(found.only(chosen), over),
        "brief": words.brief(found, subject) if brief else [],
        "holds": [] if place else words.holds(found.holds, subject),
        "may_read_trail": request.actor.can(Permission.VIEW_TRAIL, subject.site),
        **_addresses(over.since, over.until),
    }


def _addresses(since: Moment, until: Moment) -> dict[str, str]:
    """The two moments exactly, for the links to other pages: what stands in the inputs is rounded."""
    return {"since_text": since.text, "until_text": until.text}
