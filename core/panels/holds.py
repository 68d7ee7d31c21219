"""Requests to unlock that wait for a person's decision."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.permissions import Permission
from core.lockcheck import Target
from core.models import HoldStep, HoldVerb, Level
from core.panels import Panel, Task, at
from core.wording.holds import Told, tell, title

TEMPLATE = "core/_panel_holds.html"


@dataclass(frozen=True)
class Request:
    """One request: what is to be unlocked, who asked when and why, and where it is decided."""

    target: Target
    told: Told

    @property
    def title(self) -> str:
        """What is to be unlocked."""
        return title(self.target)

    @property
    def subject(self) -> str:
        """The subject's number; empty for a site or the study."""
        return self.target.subject.number if self.target.subject else ""

    @property
    def url(self) -> str:
        """Its page."""
        return self.target.url()


def panel(actor: Actor) -> Panel | None:
    """The requests of others at the person's sites, the oldest first; nothing where none waits."""
    found = requests(actor) if actor.can(Permission.DECIDE_UNLOCK) else []
    if not found:
        return None
    task = Task(_("Requests to unlock"), len(found), "#unlock", "overdue")
    return Panel([task], TEMPLATE, {"unlocks": found})


def requests(actor: Actor) -> list[Request]:
    """Those the person may decide: not their own, since unlocking takes two people. One for a site; one statement."""
    mine = at(actor, Permission.DECIDE_UNLOCK, "hold__subject__site")
    everywhere = actor.site_ids(Permission.DECIDE_UNLOCK) is None
    wide = Q() if everywhere else ~Q(hold__level=Level.STUDY)
    asked = HoldStep.objects.filter(mine, wide, hold__asked=True, verb=HoldVerb.ASK).exclude(
        hold__steps__id__gt=F("id")
    )
    steps = asked.select_related("hold__subject__site", "hold__site").exclude(actor=actor.user).order_by("id")
    found: dict[str, Request] = {}
    for step in steps:
        target = Target.of_hold(step.hold, step.hold.subject)
        found.setdefault(target.url(), Request(target, tell(step)))
    return list(found.values())
