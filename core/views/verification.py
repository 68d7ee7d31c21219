"""Source data verification: what is left, and the split screen on which it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Sum
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.permissions import Permission
from core import sheets
from core.actions import verification as acts
from core.actions.errors import ReasonRequired, Refused
from core.actions.verification import Ticks
from core.models import ChainHead, Subject
from core.panels import at
from core.places import find_subject
from core.sheets import Entry, address
from core.verification import Answer
from core.views.posted import whole
from core.wording.sheet import Posted, Sheet


@dataclass(frozen=True)
class Chosen:
    """What of the subject is on the screen: one record, all of one form's lines, or all of a visit's."""

    visit: str = ""
    form: str = ""
    key: int = 0
    required: bool = False

    @classmethod
    def of(cls, asked: QueryDict) -> Chosen:
        """As the address says."""
        return cls(asked.get("visit", ""), asked.get("form", ""), whole(asked.get("key")), asked.get("required") == "1")

    @property
    def query(self) -> str:
        """As an address says it."""
        said = {"visit": self.visit, "form": self.form, "key": self.key, "required": int(self.required)}
        return urlencode({name: value for name, value in said.items() if value})

    def takes(self, entry: Entry) -> bool:
        """Is that record among it?"""
        status = entry.status
        return (
            entry.visit_name == self.visit
            and self.form in ("", status.form_code)
            and self.key in (0, status.key)
            and (bool(self.form) or not entry.is_void)
        )


@require_safe
@requires(Permission.VIEW_CLINICAL)
def index(request: AuthenticatedRequest) -> HttpResponse:
    """How far each subject is verified."""
    subjects = Subject.objects.filter(at(request.actor, Permission.VIEW_CLINICAL)).select_related("site")
    counted = subjects.annotate(wanted=Sum("form_statuses__required"), done=Sum("form_statuses__verified"))
    return render(request, "core/verify_list.html", {"rows": counted.order_by("number")})


@require_safe
@requires(Permission.VIEW_CLINICAL)
def detail(request: AuthenticatedRequest, number: str) -> HttpResponse:
    """The subject's forms at left, the answers of those chosen at right; for monitors with a tick at each."""
    subject = find_subject(request.actor, number)
    return _page(request, subject, Chosen.of(request.GET))


@require_POST
@requires(Permission.VERIFY_SOURCE)
def save(request: AuthenticatedRequest, number: str) -> HttpResponse:
    """Verify what was ticked, take back what was not any more; then on to the next form."""
    subject = find_subject(request.actor, number, Permission.VERIFY_SOURCE)
    chosen = Chosen.of(request.GET)
    entries = [entry for entry in sheets.entries(subject) if chosen.takes(entry)]
    posted = _posted(request.POST, entries)
    loaded = sheets.load(subject, entries, posted=posted)
    ticks = [_ticks(request.POST, sheet, posted) for sheet in loaded if _is_sent(request.POST, sheet)]
    try:
        if ticks:
            acts.verify_all(ticks, by=request.actor, reason=request.POST.get("reason", ""))
    except Refused as refusal:
        status = 400 if isinstance(refusal, ReasonRequired) else 409
        return _page(request, subject, chosen, posted=posted, refusal=refusal, status=status)
    _say(request, ticks)
    return redirect(_onward(subject, chosen))


def _is_sent(data: QueryDict, sheet: Sheet) -> bool:
    return f"revision.{sheet.id}" in data


def _posted(data: QueryDict, entries: Sequence[Entry]) -> Posted:
    ids = {(entry.status.form_code, entry.status.key) for entry in entries}
    sent = {at: f"{at[0]}.{at[1]}" for at in ids if f"revision.{at[0]}.{at[1]}" in data}
    was = {at: _answers(data.getlist(f"was.{id}")) for at, id in sent.items()}
    ticked = {at: _answers(data.getlist(f"tick.{id}") + data.getlist(f"section.{id}")) for at, id in sent.items()}
    if "all" in data:
        ticked = {at: ticked[at] | _answers(data.getlist(f"shown.{id}")) for at, id in sent.items()}
    return Posted(ticked, was, whole(data.get("seq")))


def _answers(texts: Sequence[str]) -> set[Answer]:
    """The answers that names of inputs stand for, several to a text with spaces between."""
    return {answer for text in texts for name in text.split() if (answer := Answer.parse(name)) is not None}


def _ticks(data: QueryDict, sheet: Sheet, posted: Posted) -> Ticks:
    key = (sheet.place.form.code, sheet.place.key)
    ticked, was = set(posted.ticked[key]), set(posted.was[key])
    shown = _answers(data.getlist(f"shown.{sheet.id}"))
    return Ticks(sheet.place, ticked - was, was - ticked, whole(data.get(f"revision.{sheet.id}")), shown)


def _say(request: AuthenticatedRequest, ticks: Sequence[Ticks]) -> None:
    """What was done."""
    marks, taken = sum(len(each.marks) for each in ticks), sum(len(each.withdrawn) for each in ticks)
    if marks:
        messages.success(request, ngettext("%(n)s answer verified.", "%(n)s answers verified.", marks) % {"n": marks})
    if taken:
        words = ngettext("%(n)s mark taken back.", "%(n)s marks taken back.", taken)
        messages.success(request, words % {"n": taken})
    if not marks and not taken:
        messages.info(request, _("Nothing was ticked, so nothing was saved."))


def _onward(subject: Subject, chosen: Chosen) -> str:
    """The next form with answers to verify; where there is none the same page, which then says so."""
    entries = sheets.entries(subject)
    following = _next(entries, chosen)
    required = "1" if chosen.required else ""
    if following is None:
        return address(subject, visit=chosen.visit, form=chosen.form, key=chosen.key, required=required)
    status = following.status
    return address(subject, visit=following.visit_name, form=status.form_code, key=status.key, required=required)


def _next(entries: Sequence[Entry], chosen: Chosen) -> Entry | None:
    """The next record after those chosen that has something left, from the top again after the last."""
    last = max((place for place, entry in enumerate(entries) if chosen.takes(entry)), default=-1)
    order = [*entries[last + 1 :], *entries[: last + 1]]
    return next((entry for entry in order if entry.left and not chosen.takes(entry)), None)


def _page(
    request: AuthenticatedRequest,
    subject: Subject,
    chosen: Chosen,
    *,
    posted: Posted | None = None,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    seq = ChainHead.objects.get(pk=subject.pk).seq  # before the values: what comes in between counts as later
    entries = sheets.entries(subject)
    chosen = _first(entries, chosen)
    taken = [entry for entry in entries if chosen.takes(entry)]
    loaded = sheets.load(subject, taken, posted=posted, required_only=chosen.required)
    may_verify = request.actor.can(Permission.VERIFY_SOURCE, subject.site)
    following = _next(entries, chosen)
    context: dict[str, Any] = {
        "subject": subject,
        "site": subject.site,
        "seq": seq,
        "entries": entries,
        "taken": taken,
        "sheets": loaded,
        "chosen": chosen,
        "may_verify": may_verify and any(sheet.open for sheet in loaded),
        "may_ask": request.actor.can(Permission.RAISE_QUERY, subject.site),
        "may_read_trail": request.actor.can(Permission.VIEW_TRAIL, subject.site),
        "verified": sum(entry.status.verified for entry in entries),
        "required": sum(entry.status.required for entry in entries),
        "following": following,
        "marked": any(sheet.was for sheet in loaded),
        "next_url": _jump(loaded, following, chosen),
        "save_url": f"{reverse('verify-save', args=[subject.number])}?{chosen.query}",
        "refusal": refusal,
        "reason_wanted": isinstance(refusal, ReasonRequired),
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "core/verify_subject.html", context, status=status)


def _first(entries: Sequence[Entry], chosen: Chosen) -> Chosen:
    """Without a choice, the first record that has something left. Http404 where nothing is as asked for."""
    if chosen.visit:
        if not any(chosen.takes(entry) for entry in entries):
            raise Http404
        return chosen
    first = next((entry for entry in entries if entry.left), entries[0] if entries else None)
    if first is None:
        return chosen
    return Chosen(first.visit_name, first.status.form_code, first.status.key, chosen.required)


def _jump(loaded: Sequence[Sheet], following: Entry | None, chosen: Chosen) -> str:
    """Where Next leads: the first required answer on the page that is not verified, else the next form."""
    left = (
        line for sheet in loaded if sheet.open for line in sheet.lines if line.required and not line.standing.verified
    )
    here = next(left, None)
    if here is not None:
        return f"#answer-{here.id}"
    if following is None:
        return ""
    return following.url + ("&required=1" if chosen.required else "")
