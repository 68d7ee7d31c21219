"""Masking: ask for it, decide on it, take the original away sealed."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.permissions import Permission
from core import masking
from core.actions import mask as acts
from core.actions.errors import Refused
from core.models import MaskRequest, MaskTarget, Subject
from core.places import find_subject
from core.views.posted import whole

REASON = {
    "required": gettext_lazy("Say why. The reason is kept with the masking; do not repeat the personal data in it.")
}


class AskForm(forms.Form):
    """Why a text should be masked."""

    reason = forms.CharField(
        label=gettext_lazy("Why must it be masked?"),
        max_length=1000,
        help_text=gettext_lazy("Do not repeat the personal data here."),
        error_messages=REASON,
    )


class DecideForm(forms.Form):
    """The decision, and the passphrase that seals the original."""

    reason = forms.CharField(label=gettext_lazy("Why do you decide so?"), max_length=1000, error_messages=REASON)
    passphrase = forms.CharField(
        label=gettext_lazy("Passphrase for the sealed original"),
        required=False,
        strip=False,
        max_length=200,
        help_text=gettext_lazy(
            "The original leaves the system with this decision, in a file that only this passphrase opens. Keep both "
            "at the site, apart from each other."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    granted = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        """What is granted needs a passphrase that cannot be guessed."""
        said = self.cleaned_data
        if said.get("granted") and len(said.get("passphrase", "")) < masking.SHORTEST:
            self.add_error("passphrase", _("Choose at least %(n)s characters.") % {"n": masking.SHORTEST})
        return said


@require_safe
@requires(Permission.VIEW_TRAIL)
def index(request: AuthenticatedRequest, number: str) -> HttpResponse:
    """Every request of a subject with what became of it; never the text."""
    subject = find_subject(request.actor, number, Permission.VIEW_TRAIL)
    return _page(request, subject)


def _page(
    request: AuthenticatedRequest, subject: Subject, *, tried: dict[int, DecideForm] | None = None, status: int = 200
) -> HttpResponse:
    may_decide = request.actor.can(Permission.MASK, subject.site)
    found = MaskRequest.objects.filter(subject=subject).select_related("decision", "change", "decision__change")
    rows = []
    for each in found.order_by("-id"):
        decided = getattr(each, "decision", None)
        open_to = decided is None and may_decide and each.actor_id != request.user.pk
        form = ((tried or {}).get(each.pk) or DecideForm(auto_id=f"id_{each.pk}_%s")) if open_to else None
        rows.append({"request": each, "decision": decided, "form": form})
    context = {"subject": subject, "site": subject.site, "rows": rows}
    return render(request, "core/mask_list.html", context, status=status)


@requires(Permission.ASK_MASK)
def ask(request: AuthenticatedRequest, number: str, target: str, pk: int) -> HttpResponse:
    """Ask that one text be masked."""
    subject = find_subject(request.actor, number, Permission.ASK_MASK)
    if target.upper() not in MaskTarget.values:
        raise Http404
    kind = MaskTarget(target.upper())
    form, status = AskForm(request.POST or None, label_suffix=""), 200
    try:
        found = acts.find(subject, kind, pk)
    except Refused as refusal:
        return render(request, "core/mask_ask.html", {"subject": subject, "refusal": str(refusal)}, status=400)
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                acts.ask(subject, kind, pk, by=request.actor, reason=form.cleaned_data["reason"])
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("The request is kept. An investigator of the site decides."))
                return redirect("mask-list", subject.number)
    context = {"subject": subject, "form": form, "found": found, "kind": kind}
    return render(request, "core/mask_ask.html", context, status=status)


@require_POST
@requires(Permission.MASK)
@sensitive_post_parameters("passphrase")
def decide(request: AuthenticatedRequest, number: str, pk: int) -> HttpResponse:
    """Grant, and take the sealed original away; or refuse."""
    subject = find_subject(request.actor, number, Permission.MASK)
    asked = get_object_or_404(MaskRequest, pk=pk, subject=subject)
    form = DecideForm(request.POST, auto_id=f"id_{pk}_%s")
    if not form.is_valid():
        return _page(request, subject, tried={asked.pk: form}, status=400)
    said = form.cleaned_data
    try:
        found = acts.decide(asked, said["granted"], by=request.actor, reason=said["reason"])
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, subject, tried={asked.pk: form}, status=409)
    if not said["granted"]:
        messages.success(request, _("The request is refused. Nothing was masked."))
        return redirect("mask-list", subject.number)
    return _sealed(asked, found.text, said["passphrase"])


def _sealed(asked: MaskRequest, text: str, passphrase: str) -> HttpResponse:
    """The original as a file, never shown on a page and kept nowhere here."""
    about = {"subject": asked.subject.number, "request": whole(str(asked.pk)), "target": asked.target}
    file = masking.sealed(text, passphrase, salt=secrets.token_bytes(16), **about)
    name = f"masked-{asked.subject.number}-{asked.pk}.json"
    return HttpResponse(
        file,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
