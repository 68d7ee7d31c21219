"""What every page shows around its content: where one can go, as whom one is signed in, which software this is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actor import Actor
from accounts.permissions import Permission

# Address, name and the permission that opens it.
PLACES = (
    ("home", gettext_lazy("Home"), Permission.VIEW_HOME),
    ("subject-list", gettext_lazy("Subjects"), Permission.VIEW_CLINICAL),
    ("verify-list", gettext_lazy("Source data verification"), Permission.VERIFY_SOURCE),
    ("query-list", gettext_lazy("Queries"), Permission.VIEW_CLINICAL),
    ("deviation-list", gettext_lazy("Deviations"), Permission.VIEW_CLINICAL),
    ("coding-list", gettext_lazy("Coding"), Permission.CODE),
    ("dose-escalation", gettext_lazy("Dose levels"), Permission.VIEW_CLINICAL),
    ("change-list", gettext_lazy("Changes"), Permission.VIEW_TRAIL),
    ("listing-list", gettext_lazy("Oversight"), Permission.VIEW_TRAIL),
    ("admin:index", gettext_lazy("Administration"), Permission.MANAGE_ACCOUNTS),
    ("admin:index", gettext_lazy("Reference data"), Permission.MANAGE_REFERENCE),
)
# Those that show subjects of every site, for who may see them all.
OF_ALL_SITES = ("dose-escalation",)


@dataclass(frozen=True)
class Place:
    """An entry of the main navigation."""

    url: str
    label: str | Promise
    path: str

    @property
    def exact(self) -> bool:
        """The page shown is this very one."""
        return self.path == self.url

    @property
    def current(self) -> bool:
        """The page shown lies under this one; everything lies under the home page, so that counts only itself."""
        return self.exact or (self.url != reverse("home") and self.path.startswith(self.url))


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor for base.html; signed out, there is nowhere to go and nobody to be."""
    actor: Actor | None = getattr(request, "actor", None)
    return {
        "DEMO": settings.DEMO,
        "SOFTWARE_VERSION": settings.SOFTWARE_VERSION,
        "places": places(actor, request.path) if actor else [],
        "posts": posts(actor) if actor else [],
    }


def places(actor: Actor, path: str) -> list[Place]:
    """Where this person may go."""
    return [Place(reverse(name), label, path) for name, label, permission in PLACES if _may(actor, name, permission)]


def _may(actor: Actor, name: str, permission: Permission) -> bool:
    return actor.can(permission) and (name not in OF_ALL_SITES or actor.site_ids(permission) is None)


def posts(actor: Actor) -> list[str]:
    """The person's roles in force, each with its site."""
    return [
        _("%(role)s, %(site)s") % {"role": each.get_role_display(), "site": each.site or _("all sites")}
        for each in actor.memberships
    ]
