"""What an administrator looks after."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import SITE_STAFF, Membership, Site, User
from accounts.permissions import Permission
from core.panels import Panel, Task


def panel(actor: Actor) -> Panel | None:
    """Roles that lack something, and how many people and sites are active."""
    if not actor.can(Permission.MANAGE_ACCOUNTS):
        return None
    not_over = Q(to_on=None) | Q(to_on__gte=timezone.localdate())
    lacking = Membership.objects.filter(not_over, Q(trained_on=None) | Q(delegated_on=None), role__in=SITE_STAFF)
    memberships = f"{reverse('admin:accounts_membership_changelist')}?in_force=no"
    people = User.objects.filter(is_active=True, is_system=False).count()
    sites = Site.objects.filter(is_active=True).count()
    active = "?is_active__exact=1"
    return Panel(
        [
            Task(_("Roles without training or delegation"), lacking.count(), memberships, "overdue"),
            Task(_("Active people"), people, reverse("admin:accounts_user_changelist") + active, "complete"),
            Task(_("Active sites"), sites, reverse("admin:accounts_site_changelist") + active, "complete"),
        ]
    )
