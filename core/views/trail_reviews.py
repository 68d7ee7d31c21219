"""Reviews of the audit trail, each signed when it is recorded and never changed after."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.permissions import Permission
from core.actions import trail_review as acts
from core.crf.inputs import TextValue, parse_day
from core.listing import page_of
from core.models import Change, Outcome, TrailReview
from core.panels import at
from core.views import signing_components as components

DAY = {"required": gettext_lazy("Enter the day as YYYY-MM-DD.")}


class ReviewForm(forms.Form):
    """What was looked at, what was found, what follows."""

    from_on = TextValue(parse_day, label=gettext_lazy("Changes from day"), error_messages=DAY)
    to_on = TextValue(parse_day, label=gettext_lazy("to day"), error_messages=DAY)
    scope = forms.CharField(
        label=gettext_lazy("What was looked at"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Sites, listings and filters, so that somebody else could look at the same."),
        error_messages={"required": gettext_lazy("Say which sites, listings or filters you looked at.")},
    )
    finding = forms.CharField(
        label=gettext_lazy("What was found"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": gettext_lazy("Write what was found; where nothing was, write what was looked at.")},
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("What follows"),
        choices=[("", ""), *Outcome.choices],
        error_messages={"required": gettext_lazy("Choose what follows.")},
    )
    next_due_on = TextValue(parse_day, label=gettext_lazy("Next review due"), error_messages=DAY)

    def __init__(self, data: Any = None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, label_suffix="", use_required_attribute=False)
        for field in self.fields.values():
            select = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = "form-select" if select else "form-control"


@require_safe
@requires(Permission.VIEW_TRAIL)
def index(request: AuthenticatedRequest) -> HttpResponse:
    """All reviews, the newest first, and when the next is due."""
    page = page_of(TrailReview.objects.all(), "signed_at", request.GET)
    today = timezone.localdate()
    due = acts.next_due(today)
    context = {
        "page": page,
        "due": due,
        "is_due": due <= today,
        "may_review": request.actor.can(Permission.REVIEW_TRAIL),
    }
    return render(request, "core/review_list.html", context)


@require_safe
@requires(Permission.VIEW_TRAIL)
def detail(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """One review as it was signed."""
    return render(request, "core/review_detail.html", {"review": get_object_or_404(TrailReview, number=number)})


@requires(Permission.REVIEW_TRAIL)
@sensitive_post_parameters("password")
def add(request: AuthenticatedRequest) -> HttpResponse:
    """Record a review and sign it."""
    if request.method != "POST":
        return _page(request, ReviewForm(initial=_initial(request)), components.of_session(request))
    form, signer = ReviewForm(request.POST), components.of_session(request, request.POST)
    if not (form.is_valid() & signer.is_valid()):
        return _not_signed(request, form, signer)
    said = {**form.cleaned_data, "address": request.GET.urlencode()[:1000]}
    try:
        review = acts.add(said, changes=_changes(request, said), by=request.actor)
    except ValidationError as error:
        for name, texts in error.message_dict.items():
            form.add_error(name, texts)
        return _page(request, form, components.of_session(request), status=400)
    components.remember(request)
    messages.success(request, _("Review %(number)s is signed and kept.") % {"number": review.number})
    return redirect("trail-review-detail", review.number)


def _not_signed(request: AuthenticatedRequest, form: ReviewForm, signer: components.Components) -> HttpResponse:
    if signer.wrong and components.refuse(request, _("Review of the audit trail")):
        return redirect("sign-in")
    return _page(request, form, signer, status=400)


def _initial(request: AuthenticatedRequest) -> dict[str, Any]:
    """From the last day reviewed to today."""
    today = timezone.localdate()
    last = TrailReview.objects.order_by("-number").values_list("to_on", flat=True).first()
    return {"from_on": last or "", "to_on": today, "next_due_on": acts.proposed(today)}


def _changes(request: AuthenticatedRequest, said: dict[str, Any]) -> int:
    """How many changes the reviewer could see in those days, by their own clock."""
    days = {"at__date__gte": said["from_on"], "at__date__lte": said["to_on"]}
    return Change.objects.filter(at(request.actor, Permission.VIEW_TRAIL), **days).count()


def _page(
    request: AuthenticatedRequest, form: ReviewForm, signer: components.Components, *, status: int = 200
) -> HttpResponse:
    return render(request, "core/review_add.html", {"form": form, "components": signer}, status=status)
