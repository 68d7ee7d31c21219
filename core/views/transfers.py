"""Send a subject to another site."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import AuthenticatedRequest, requires
from accounts.models import Site
from accounts.permissions import Permission
from core.actions import transfer as acts
from core.actions.errors import ReasonRequired, Refused
from core.models import Subject
from core.places import find_subject
from core.views.posted import whole


@requires(Permission.TRANSFER_SUBJECT)
def transfer(request: AuthenticatedRequest, number: str) -> HttpResponse:
    """The sites it may go to; on POST it goes there."""
    subject = find_subject(request.actor, number, Permission.TRANSFER_SUBJECT)
    if request.method != "POST":
        return _page(request, subject, {})
    reason, seen = request.POST.get("reason", ""), Site.objects.filter(pk=whole(request.POST.get("seen"))).first()
    site = _sites(request, subject).filter(pk=whole(request.POST.get("site"))).first()
    said = {"reason": reason, "chosen": site}
    if site is None or seen is None:
        return _page(request, subject, said | {"error": _("Choose the site that takes the subject.")}, status=400)
    try:
        acts.transfer(subject, site, by=request.actor, reason=reason, seen=seen)
    except ReasonRequired:
        return _page(request, subject, said | {"error": _("Say why the subject goes to another site.")}, status=400)
    except ValidationError as error:
        return _page(request, subject, said | {"error": " ".join(error.messages)}, status=400)
    except Refused as refusal:
        return _page(request, subject, said | {"error": str(refusal)}, status=409)
    messages.success(request, _("Subject %(number)s is now followed at %(site)s.") % {"number": number, "site": site})
    return redirect("subject-detail", number)


def _sites(request: AuthenticatedRequest, subject: Subject) -> Any:
    return request.actor.sites(Permission.TRANSFER_SUBJECT).filter(is_active=True).exclude(pk=subject.site_id)


def _page(request: AuthenticatedRequest, subject: Subject, said: dict[str, Any], status: int = 200) -> HttpResponse:
    context = {"subject": subject, "sites": _sites(request, subject)} | said
    return render(request, "core/subject_transfer.html", context, status=status)
