"""Versions of the consent form in Django admin: who looks after the sites looks after them."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin import KeptAdmin
from accounts.admin_forms import KeptForm, reason_field
from accounts.permissions import Permission
from screening.models.consent_version import ConsentVersion


class ConsentVersionForm(KeptForm):
    """A version, with the reason."""

    change_reason = reason_field()

    class Meta:
        model = ConsentVersion
        fields = ("site", "version", "dated_on", "approved_on", "in_force_on", "needs_reconsent")


@admin.register(ConsentVersion)
class ConsentVersionAdmin(KeptAdmin):
    """What is signed at each site since when. A version that was mistyped is corrected, never deleted."""

    needs = Permission.MANAGE_SITES
    fixed = ("site",)
    form = ConsentVersionForm
    list_display = ("site", "version", "dated_on", "approved_on", "in_force_on", "needs_reconsent")
    list_display_links = ("version",)
    list_filter = ("site", "needs_reconsent")
    search_fields = ("version", "site__code", "site__name")
    ordering = ("site__code", "-in_force_on")
