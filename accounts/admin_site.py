"""Django admin, opened by a membership in force that manages something there, and by nothing else."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import actor_of, safe_next
from accounts.permissions import Permission
from accounts.views import sign_out

OPENING = (Permission.MANAGE_SITES, Permission.MANAGE_ACCOUNTS, Permission.MANAGE_REFERENCE)


class TrialAdminSite(admin.AdminSite):
    """Sites and accounts; Django's flags is_staff and is_superuser open nothing here."""

    site_header = gettext_lazy("Sites and accounts")
    site_title = gettext_lazy("Sites and accounts")
    index_title = gettext_lazy("Administration")

    def has_permission(self, request: HttpRequest) -> bool:
        actor = actor_of(request)
        return actor is not None and any(actor.can(permission) for permission in OPENING)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one sign-in page. Who has signed in and comes here is not an administrator."""
        if self.has_permission(request):
            return redirect("admin:index")
        if actor_of(request):
            raise PermissionDenied(_("None of your roles in force may open this page."))
        return redirect_to_login(safe_next(request, "admin:index"), resolve_url("sign-in"))

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return sign_out(request)

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("password-change")
