"""Changed since I last reviewed: every record whose data changed, and what of it; reviewed up to what was shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.permissions import Permission
from core.actions import reading as acts
from core.actions.errors import Refused
from core.listing import SIZE, page_of
from core.models import DATA_KINDS, ChainHead, Change, ChangeItem, Subject
from core.places import find_subject
from core.reading import Changed, Record, unread
from core.standing import is_mark
from core.views.posted import whole
from core.wording import trail
from core.wording.trail import Told


@require_safe
@requires(Permission.REVIEW_TRAIL)
def index(request: AuthenticatedRequest) -> HttpResponse:
    """What changed at all sites, the newest first."""
    page = page_of(unread(request.actor), "changed_at", request.GET, size=SIZE)
    context = {"page": page, "rows": [Changed(status) for status in page.rows]}
    return render(request, "core/verify_review_list.html", context)


@require_safe
@requires(Permission.REVIEW_TRAIL)
def detail(request: AuthenticatedRequest, number: str) -> HttpResponse:
    """What changed of one subject, form by form: old and new value, who and why."""
    return _page(request, find_subject(request.actor, number, Permission.REVIEW_TRAIL))


@require_POST
@requires(Permission.REVIEW_TRAIL)
def mark(request: AuthenticatedRequest, number: str) -> HttpResponse:
    """Mark records as reviewed, up to what the page showed of them."""
    subject = find_subject(request.actor, number, Permission.REVIEW_TRAIL)
    records = _records(request.POST.getlist("record"))
    try:
        marks = acts.mark_read(subject, records, by=request.actor, seq=whole(request.POST.get("seq")))
    except Refused as refusal:
        return _page(request, subject, refusal=refusal, status=400)
    words = ngettext("%(n)s form marked as reviewed.", "%(n)s forms marked as reviewed.", len(marks))
    messages.success(request, words % {"n": len(marks)})
    return redirect(reverse("review", args=[number]))


def _records(tokens: Iterable[str]) -> list[Record]:
    """The records that were sent; what is none counts for nothing."""
    parts = (token.split(".") for token in tokens)
    return [Record(part[0], part[1], whole(part[2])) for part in parts if len(part) == 3 and max(map(len, part)) <= 12]


def _page(
    request: AuthenticatedRequest, subject: Subject, *, refusal: Refused | None = None, status: int = 200
) -> HttpResponse:
    seq = ChainHead.objects.get(pk=subject.pk).seq  # before the changes: what comes in between stays unread
    changed = [Changed(found) for found in unread(request.actor).filter(subject=subject).order_by("-seq")]
    context = {
        "subject": subject,
        "site": subject.site,
        "seq": seq,
        "changed": [(each, told) for each, told in _told(subject, changed, seq)],
        "refusal": refusal,
    }
    return render(request, "core/verify_review.html", context, status=status)


def _told(subject: Subject, changed: Sequence[Changed], seq: int) -> list[tuple[Changed, list[Told]]]:
    """The changes of each record since its last review, newest first."""
    since = {each.record: each.status.read for each in changed}
    changes = Change.objects.filter(
        subject=subject, kind__in=DATA_KINDS, seq__gt=min(since.values(), default=seq), seq__lte=seq
    )
    new = [
        change
        for change in changes.select_related("subject", "site").order_by("-seq")
        if change.seq > since.get(_record_of(change), seq)
    ]
    items = [item for item in ChangeItem.objects.filter(change__in=new).order_by("id") if not is_mark(item.field)]
    told = trail.tell(new, items) if new else []
    return [(each, [one for one in told if _record_of(one.change) == each.record]) for each in changed]


def _record_of(change: Change) -> Record:
    return Record(change.visit_name, change.form_code, change.record_key or 0)
