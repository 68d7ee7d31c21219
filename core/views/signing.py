"""Sign the forms of a subject, several at once; what was signed; the statement before the first signature."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, requires, safe_next
from accounts.permissions import Permission
from core import signing, signing_proof
from core.actions import signature as acts
from core.actions.errors import Refused
from core.models import Meaning, Signature, Subject
from core.places import find_subject
from core.views import signing_components as components
from core.views.posted import whole
from core.wording import signatures as words

ALL = "all"


class MeaningForm(forms.Form):
    """What the signature says."""

    meaning = forms.ChoiceField(
        label=gettext_lazy("Meaning of the signature"),
        choices=Meaning.choices,
        error_messages={
            "required": gettext_lazy("Choose what your signature means."),
            "invalid_choice": gettext_lazy("Choose what your signature means."),
        },
    )


class SigningPage:
    """The forms that wait, and what of them is ticked: a form that is no longer as it was shown loses its tick."""

    def __init__(self, request: AuthenticatedRequest, subject: Subject) -> None:
        self.request, self.subject = request, subject
        get = request.GET
        self.waiting = signing.waiting(
            subject, get.get("visit", ""), get.get("form", ""), whole(get.get("key")) or None
        )
        self.cards = words.cards(subject, self.waiting.forms)
        self.by_ref = {card.form.ref: card for card in self.cards}
        asked = request.POST.getlist("tick")
        self.moved = [title for ref in asked if not self._is_as_shown(ref) if (title := words.ref_title(subject, ref))]
        self.ticked = {ref for ref in asked if self._is_as_shown(ref)}
        if request.method != "POST" and get.get("tick") == ALL:
            self.ticked = set(self.by_ref)
        self.meaning = MeaningForm(request.POST if request.method == "POST" else None)
        self.components = components.of_session(request)

    def _is_as_shown(self, ref: str) -> bool:
        card = self.by_ref.get(ref)
        return card is not None and self.request.POST.get(f"shown-{ref}") == card.shown

    @property
    def to_sign(self) -> list[acts.ToSign]:
        """What is ticked."""
        chosen = [card.form for card in self.cards if card.form.ref in self.ticked]
        return [acts.ToSign(form.place, form.record.revision, form.digest) for form in chosen]

    def render(self, *, status: int = 200, error: Any = "") -> HttpResponse:
        """The page, with what stands in the way."""
        version = self.subject.protocol_version
        context = {
            "subject": self.subject,
            "site": self.subject.site,
            "cards": self.cards,
            "more": self.waiting.more,
            "visits": [(name, words.visit_label(name, version), n) for name, n in self.waiting.visits.items()],
            "ticked": self.ticked,
            "moved": self.moved,
            "meaning": self.meaning,
            "components": self.components,
            "error": error,
            "not_enrolled": _not_enrolled(self.request),
            "statement_lacks": self.request.user.equivalence_at is None,
            "now": timezone.now(),
        }
        return render(self.request, "core/sign_forms.html", context, status=status)


def _not_enrolled(request: AuthenticatedRequest) -> str:
    """What must be done before the person can sign at all; empty where nothing."""
    try:
        acts.require_enrolled(request.user)
    except Refused as refusal:
        return str(refusal)
    return ""


@requires(Permission.SIGN)
@sensitive_post_parameters("signer", "password")
def sign(request: AuthenticatedRequest, number: str) -> HttpResponse:
    """What waits for the investigator's signature; sends back which forms, as they were shown, and what it means."""
    subject = find_subject(request.actor, number, Permission.SIGN)
    page = SigningPage(request, subject)
    return _sign(request, page) if request.method == "POST" else page.render()


def _sign(request: AuthenticatedRequest, page: SigningPage) -> HttpResponse:
    if page.moved:
        return page.render(status=409)
    if not page.meaning.is_valid() or not page.ticked:
        return page.render(status=400, error="" if page.ticked else acts.NOTHING)
    page.components = components.of_session(request, request.POST)
    if not page.components.is_valid():
        return _wrong(request, page)
    components.forget_wrong(request)
    try:
        meaning = Meaning(page.meaning.cleaned_data["meaning"])
        signed = acts.sign(page.subject, page.to_sign, meaning, by=request.actor)
    except acts.Moved:
        return SigningPage(request, page.subject).render(status=409)
    except Refused as refusal:
        page.components = components.of_session(request)
        return page.render(status=400, error=str(refusal))
    components.remember(request)
    messages.success(request, _said(signed))
    return redirect("signature-list", page.subject.number)


def _said(signed: list[Signature]) -> str:
    """How many, by whom, when, meaning what (SIG-01)."""
    first = words.Signed(signed[0])
    said = ngettext(
        "Signed: %(n)s form, by %(who)s, %(at)s. %(meaning)s",
        "Signed: %(n)s forms, by %(who)s, %(at)s. %(meaning)s",
        len(signed),
    )
    return said % {"n": len(signed), "who": first.who, "at": first.printed_at, "meaning": first.meaning}


def _wrong(request: AuthenticatedRequest, page: SigningPage) -> HttpResponse:
    """Something is wrong with the components: what was ticked stays, the password does not."""
    subject = page.subject
    if page.components.wrong and components.refuse(request, "signature", site=subject.site, subject=subject.number):
        return redirect(f"{reverse('sign-in')}?next={request.path}")
    return page.render(status=400)


@require_safe
@requires(Permission.VIEW_CLINICAL)
def index(request: AuthenticatedRequest, number: str) -> HttpResponse:
    """Every signature of the subject, standing or superseded, the newest first, each checked now (SIG-03, SIG-04)."""
    subject = find_subject(request.actor, number)
    signatures = list(Signature.objects.filter(subject=subject).select_related("subject", "site").order_by("-id"))
    found = words.signed(signatures, signing_proof.gather(signatures))
    context = {
        "subject": subject,
        "signatures": found,
        "standing": sum(each.stands for each in found),
        "faulty": sum(bool(each.faults) for each in found),
        "may_sign": request.actor.can(Permission.SIGN, subject.site),
    }
    return render(request, "core/sign_list.html", context)


@requires(Permission.SIGN)
@sensitive_post_parameters("password")
def statement(request: AuthenticatedRequest) -> HttpResponse:
    """The statement on the electronic signature: read, and accepted with the password, once (SIG-06)."""
    form = components.Components(request, request.POST if request.method == "POST" else None, both=False)
    following = safe_next(request, reverse("home"))
    if form.is_valid():
        acts.accept_statement(str(words.STATEMENT), by=request.actor, request=request)
        components.forget_wrong(request)
        messages.success(request, _("Your statement is on record. You can sign now."))
        return redirect(following)
    if form.is_bound and form.wrong and components.refuse(request, "signature statement"):
        return redirect("sign-in")
    context = {"components": form, "statement": words.STATEMENT, "next": following}
    return render(request, "core/sign_statement.html", context, status=400 if form.is_bound else 200)
