"""Who acts: a person with the memberships that are in force now, or the system itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import TRIAL_TIME_ZONE, Membership, Role, Site, User
from accounts.permissions import EVERYONE, POLICY, Permission

# When two roles of a person would do, the record names the first of these.
_PRECEDENCE = {role.value: place for place, role in enumerate(Role)}


@dataclass(frozen=True)
class Actor:
    """A person with the memberships in force at the moment of asking; every act is done `by` one."""

    user: User
    memberships: tuple[Membership, ...] = ()
    is_system: bool = False

    @classmethod
    def of(cls, user: User) -> Actor:
        """One query. A deactivated account has no rights, whatever its memberships say."""
        if not user.is_active:
            return cls(user)
        found = Membership.objects.in_force_now().filter(user=user).select_related("site")
        return cls(user, tuple(sorted(found, key=_site_then_role)))

    @property
    def name(self) -> str:
        return self.user.full_name

    @property
    def clock(self) -> ZoneInfo:
        """The clock the person's pages show: of their first site, or the trial's for those who work for all."""
        return next((each.site.clock for each in self.memberships if each.site), ZoneInfo(TRIAL_TIME_ZONE))

    def can(self, permission: Permission, site: Site | None = None) -> bool:
        """At that site; without a site: anywhere at all."""
        if self.is_system or permission in EVERYONE:
            return True
        return any(site is None or _covers(each, site) for each in self._granting(permission))

    def role_at(self, site: Site, permission: Permission) -> str | None:
        """The role in which the person may do this there; None: they may not. The system has the empty role."""
        if self.is_system:
            return ""
        roles = [each.role for each in self._granting(permission) if _covers(each, site)]
        return min(roles, key=_PRECEDENCE.__getitem__, default=None)

    def require(self, permission: Permission, site: Site) -> str:
        """The role in which the act is done. Raises PermissionDenied."""
        role = self.role_at(site, permission)
        if role is None:
            raise PermissionDenied(
                _("%(person)s has no role in force at site %(site)s that may do this.")
                % {"person": self.name, "site": site.code}
            )
        return role

    def site_ids(self, permission: Permission) -> frozenset[int] | None:
        """The sites where the person may do this; None: all of them."""
        if self.is_system:
            return None
        found = {each.site_id for each in self._granting(permission)}
        return None if None in found else frozenset(pk for pk in found if pk is not None)

    def sites(self, permission: Permission) -> QuerySet[Site]:
        """The same as a queryset, by site number."""
        ids = self.site_ids(permission)
        sites = Site.objects.order_by("code")
        return sites if ids is None else sites.filter(pk__in=ids)

    def _granting(self, permission: Permission) -> Iterator[Membership]:
        return (each for each in self.memberships if permission in POLICY[Role(each.role)])


def _covers(membership: Membership, site: Site) -> bool:
    return membership.site_id is None or membership.site_id == site.pk


def _site_then_role(membership: Membership) -> tuple[str, int]:
    return (membership.site.code if membership.site else "", _PRECEDENCE[membership.role])


@cache
def system_actor() -> Actor:
    """The named system account: it derives, raises queries and deviations, and never signs in."""
    return Actor(User.objects.get(is_system=True), is_system=True)
