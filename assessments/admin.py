"""The laboratories' reference ranges in Django admin: by who may manage reference data, each change with its reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from accounts.access import actor_of
from accounts.admin import KeptAdmin
from accounts.admin_forms import KeptForm, reason_field
from accounts.permissions import Permission
from assessments.models.reference_range import ReferenceRange


class ReferenceRangeForm(KeptForm):
    """A reference range, with the reason."""

    change_reason = reason_field()

    class Meta:
        model = ReferenceRange
        fields = (
            *("site", "laboratory", "test", "sex", "age_from", "age_to"),
            *("unit", "low", "high", "valid_from", "valid_to", "source"),
        )


@admin.register(ReferenceRange)
class ReferenceRangeAdmin(KeptAdmin):
    """A range is ended by its last day; a new one begins another line. Each person sees their own sites."""

    needs = Permission.MANAGE_REFERENCE
    fixed = ("site", "laboratory", "test")
    form = ReferenceRangeForm
    list_display = ("test", "laboratory", "site", "sex", "ages", "low", "high", "unit", "valid_from", "valid_to")
    list_filter = ("site", "laboratory", "sex")
    list_select_related = ("site",)
    search_fields = ("test", "laboratory", "site__code", "source")
    ordering = ("site__code", "laboratory", "test", "sex", "age_from", "valid_from")

    @admin.display(description=gettext_lazy("age, years"))
    def ages(self, each: ReferenceRange) -> str:
        """From the first to the last year, both included."""
        if each.age_from is None and each.age_to is None:
            return ""
        return "–".join("" if age is None else str(age) for age in (each.age_from, each.age_to))

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReferenceRange]:
        found: QuerySet[ReferenceRange] = super().get_queryset(request)
        actor = actor_of(request)
        return found.filter(site__in=actor.sites(self.needs)) if actor else found.none()

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **options: Any
    ) -> forms.ModelChoiceField[Any] | None:
        """The sites for which this person manages reference data."""
        if db_field.name == "site" and (actor := actor_of(request)):
            options["queryset"] = actor.sites(self.needs)
        found: forms.ModelChoiceField[Any] | None = super().formfield_for_foreignkey(db_field, request, **options)
        return found
