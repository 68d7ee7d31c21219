"""The accounts app, and the Django admin it hands out."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """People, sites and memberships."""

    name = "accounts"
    verbose_name = _("Sites and accounts")


class TrialAdminConfig(admin_apps.AdminConfig):
    """Django admin as the trial uses it; stands in INSTALLED_APPS in place of `django.contrib.admin`."""

    default = False
    default_site = "accounts.admin_site.TrialAdminSite"

    def ready(self) -> None:
        """Groups carry no rights here (see accounts.permissions), so nobody is shown them."""
        from django.contrib import admin  # the models load after this module
        from django.contrib.auth.models import Group

        super().ready()
        admin.site.unregister(Group)
