"""Panels of the home page: what a person's roles give them to do, each area for itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.actor import Actor
from accounts.permissions import Permission

SHOWN = 20
RECENT = timedelta(days=7)


@dataclass(frozen=True)
class Task:
    """A line of the work list: what, how many, where it is done, how urgent it looks (a state class of the design)."""

    label: str
    count: int
    url: str
    state: str


@dataclass(frozen=True)
class Panel:
    """What one area puts on the home page: counted tasks, and a list with its own template where it has one."""

    tasks: Sequence[Task] = ()
    template: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)


def recent() -> datetime:
    """The first moment of the day a week ago: from there on the change list shows the changes of that day as well."""
    return timezone.localtime(timezone.now() - RECENT).replace(hour=0, minute=0, second=0, microsecond=0)


def at(actor: Actor, permission: Permission, site: str = "site") -> Q:
    """The sites where a person may do this, as a condition on rows."""
    ids = actor.site_ids(permission)
    return Q() if ids is None else Q(**{f"{site}__in": ids})
