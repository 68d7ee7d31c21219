"""Reports of a serious event: the versions that were frozen, what differs since, and freezing the next one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.permissions import Permission
from core.actions import report as acts
from core.actions.errors import Refused
from core.models import Report, ReportKind
from core.places import LOG, Place, find_place
from core.views.posted import whole
from core.wording.people import Who
from safety import report as content
from safety.running import OF_SERIOUS_EVENT, clocks_of

CODE = "SAE"
Change = tuple[str, str, str, str]  # section, item, before, now


class ReportForm(forms.Form):
    """Which report it is, and a note that goes with it."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Which report is it?"),
        choices=ReportKind.choices,
        error_messages={"required": gettext_lazy("Choose which report it is.")},
    )
    text = forms.CharField(label=gettext_lazy("Note (goes into the report)"), max_length=1000, required=False)


@dataclass(frozen=True)
class Version:
    """A frozen report, and what it says that the one before did not."""

    report: Report
    who: str
    changes: list[Change]

    @property
    def due(self) -> str:
        """Until when it was to be sent, as a moment or a day."""
        date, _separator, rest = self.report.due.partition("T")
        return f"{date} {rest[:5]} {rest[5:]}".strip()

    @property
    def state(self) -> tuple[str, str] | None:
        """In time or late, as the clock stood when it was frozen; None where none ran."""
        late = content.is_late(self.report)
        if late is None:
            return None
        return ("overdue", _("Frozen late")) if late else ("complete", _("Frozen in time"))


@require_safe
@requires(Permission.VIEW_CLINICAL)
def reports(request: AuthenticatedRequest, number: str, key: int) -> HttpResponse:
    """The versions, newest first, and what a report frozen now would say anew."""
    return _page(request, _place(request, number, key))


@require_POST
@requires(Permission.FREEZE_REPORT)
def freeze(request: AuthenticatedRequest, number: str, key: int) -> HttpResponse:
    """Freeze the next version, as the page showed it."""
    place = _place(request, number, key, Permission.FREEZE_REPORT)
    form = ReportForm(request.POST)
    if not form.is_valid():
        return _page(request, place, form, status=400)
    seen = {name: whole(request.POST.get(name)) for name in ("revision", "version")}
    try:
        kind = ReportKind(form.cleaned_data["kind"])
        frozen = acts.freeze(place, kind, content.compose, by=request.actor, text=form.cleaned_data["text"], **seen)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, place, form, status=409 if isinstance(refusal, acts.Moved) else 400)
    messages.success(
        request, _("Version %(version)s is frozen. Download it and send it.") % {"version": frozen.version}
    )
    return redirect(reverse("sae-reports", args=[number, key]))


def _place(
    request: AuthenticatedRequest, number: str, key: int, permission: Permission = Permission.VIEW_CLINICAL
) -> Place:
    place = find_place(request.actor, number, LOG, CODE, key, permission)
    if place.record is None:
        raise Http404
    return place


def _page(
    request: AuthenticatedRequest, place: Place, form: ReportForm | None = None, *, status: int = 200
) -> HttpResponse:
    record: Any = place.record
    record.subject = place.subject
    frozen = _reports(place)
    may_freeze = not record.voided and request.actor.can(Permission.FREEZE_REPORT, place.subject.site)
    context = {
        "place": place,
        "subject": place.subject,
        "site": place.subject.site,
        "clocks": clocks_of(record, OF_SERIOUS_EVENT, timezone.now()),
        "versions": _versions(place, frozen),
        "changes": _changes(frozen[-1].said, content.content_now(record)) if frozen else [],
        "form": form or ReportForm(initial={} if frozen else {"kind": ReportKind.INITIAL}),
        "may_freeze": may_freeze,
        "kinds": [choice for choice in ReportKind.choices if (choice[0] == ReportKind.INITIAL) != bool(frozen)],
    }
    return render(request, "safety/reports.html", context, status=status)


def _reports(place: Place) -> list[Report]:
    found = Report.objects.filter(subject=place.subject, form_code=CODE, record_key=place.key)
    return list(found.select_related("site").order_by("version"))


def _versions(place: Place, frozen: list[Report]) -> list[Version]:
    """The newest first, each compared with the one before it."""
    before = [None, *frozen]
    return [
        Version(
            each,
            Who(each.actor_name, each.role, each.site).label,
            _changes(former.said, each.said) if former else [],
        )
        for former, each in reversed(list(zip(before, frozen, strict=False)))
    ]


def _changes(before: dict[str, Any], now: dict[str, Any]) -> list[Change]:
    """In the reader's language."""
    language = "zh" if (get_language() or "").startswith("zh") else "en"
    return [
        (section[language], item[language], former[language], present[language])
        for section, item, former, present in content.differences(before, now)
    ]
