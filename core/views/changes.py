"""The change list: every changed field at the sites a person may see, newest first, filtered as they ask."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.actor import Actor
from accounts.models import User
from accounts.permissions import Permission
from core import schedule
from core.crf import read
from core.crf.inputs import TextValue, parse_day
from core.listing import ANY, Filters, page_of
from core.models import Change, ChangeItem, ChangeKind
from core.wording import trail
from core.wording.fields import MISSING, VOIDED


class ChangeFilters(Filters):
    """By place, person, day, item, reason and what was done."""

    visit = forms.ChoiceField(label=gettext_lazy("Visit"), required=False)
    form = forms.ChoiceField(label=gettext_lazy("Form"), required=False)
    item = forms.CharField(label=gettext_lazy("Item"), required=False, max_length=100)
    person: forms.ModelChoiceField[User] = forms.ModelChoiceField(
        None, label=gettext_lazy("Person"), required=False, empty_label=ANY
    )
    kind = forms.ChoiceField(label=gettext_lazy("What was done"), required=False)
    since = TextValue(parse_day, label=gettext_lazy("From day"), required=False)
    until = TextValue(parse_day, label=gettext_lazy("To day"), required=False)
    reason = forms.CharField(label=gettext_lazy("Words of the reason"), required=False, max_length=200)

    def __init__(self, actor: Actor, data: Any) -> None:
        super().__init__(actor, Permission.VIEW_TRAIL, data)
        self.offer("person", people(actor))
        self.offer("visit", {visit.code: visit.label for visit in schedule.current().visits}.items())
        self.offer("form", [(form.code, form.title) for form in read.forms()])
        self.offer("kind", ChangeKind.choices)
        for name in ("since", "until"):
            self.fields[name].widget.attrs["placeholder"] = "YYYY-MM-DD"

    def clean_item(self) -> Q | None:
        """The fields of all tables that go by this name."""
        words = self.cleaned_data["item"]
        found = fields_called(words) if words else None
        if found is not None and not found:
            raise forms.ValidationError(_("No form asks an item of this name. Type a word of its label."))
        return found

    def clean(self) -> dict[str, Any]:
        """The days in order."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day lies before the first."))
        return self.cleaned_data

    def changes(self) -> QuerySet[Change]:
        """The change records asked for. The form must be valid."""
        asked = self.cleaned_data
        exact = {"site": asked["site"], "subject": asked["subject"], "form_code": asked["form"]}
        found = Change.objects.filter(self.visible, **{name: value for name, value in exact.items() if value})
        if code := asked["visit"]:
            found = found.filter(Q(visit_name=code) | Q(visit_name__startswith=f"{code}-"))
        if asked["kind"] and asked["kind"] != ChangeKind.VOID:
            found = found.filter(kind=asked["kind"])
        if asked["person"] and not asked["person"].is_system:
            found = found.filter(actor=asked["person"])
        if asked["reason"]:
            found = found.filter(reason__icontains=asked["reason"])
        found = _within(found, asked["since"], asked["until"])
        items = self.items()
        return found.filter(Exists(ChangeItem.objects.filter(items, change=OuterRef("pk")))) if items else found

    def items(self) -> Q:
        """Which of their lines: a person's own or the system's own, an item's, those that void."""
        asked = self.cleaned_data
        found = asked["item"] or Q()
        if asked["kind"] == ChangeKind.VOID:
            found &= Q(field=VOIDED)
        if asked["person"]:
            by_rule = ~Q(system_rule="")
            found &= by_rule | Q(change__actor=asked["person"]) if asked["person"].is_system else ~by_rule
        return found


def people(actor: Actor) -> QuerySet[User]:
    """Those who have or had a role at the sites the reader may see, and the system."""
    ids = actor.site_ids(Permission.VIEW_TRAIL)
    here = (
        Q(memberships__isnull=False)
        if ids is None
        else Q(memberships__site__in=ids) | Q(memberships__isnull=False, memberships__site__isnull=True)
    )
    known: QuerySet[User] = User.objects.all()
    return known.filter(here | Q(is_system=True)).distinct().order_by("full_name")


def fields_called(words: str) -> Q:
    """Every item with these words in its label, or in its name, with its missing reason."""
    found = Q()
    for model in read.recorded_models():
        names = [item.name for item in read.items(model) if words.lower() in f"{item.label}\n{item.name}".lower()]
        if names:
            found |= Q(table_name=model._meta.db_table, field__in=[*names, *(MISSING + name for name in names)])
    return found


def _within(found: QuerySet[Change], since: Any, until: Any) -> QuerySet[Change]:
    """Whole days on the reader's own clock."""
    clock = timezone.get_current_timezone()
    if since:
        found = found.filter(at__gte=datetime.combine(since, time.min, clock))
    return found.filter(at__lte=datetime.combine(until, time.max, clock)) if until else found


@require_safe
@requires(Permission.VIEW_TRAIL)
def index(request: AuthenticatedRequest) -> HttpResponse:
    """Who changed what, when and why, a line for each changed field."""
    asked = ChangeFilters(request.actor, request.GET)
    context: dict[str, Any] = {"filters": asked}
    if not asked.is_valid():
        return render(request, "core/change_list.html", context, status=400)
    changes = asked.changes().select_related("site", "subject")
    page = page_of(changes, "at", request.GET)
    items = ChangeItem.objects.filter(asked.items(), change__in=page.rows).order_by("id")
    context |= {"page": page, "changes": trail.tell(page.rows, items)}
    return render(request, "core/change_list.html", context)
