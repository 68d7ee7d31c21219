"""People, sites and memberships: who may do what, where and until when; and the events of the trial."""

from __future__ import annotations

from accounts.models.event import Event, EventHead, EventKind
from accounts.models.membership import SITE_STAFF, Membership, Role
from accounts.models.site import TRIAL_TIME_ZONE, Site
from accounts.models.user import User

__all__ = ["SITE_STAFF", "TRIAL_TIME_ZONE", "Event", "EventHead", "EventKind", "Membership", "Role", "Site", "User"]
