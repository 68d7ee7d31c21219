"""Load the demo trial: each subject in turn, act by act, the same for the same seed and day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from time import monotonic

from accounts.actor import system_actor
from accounts.models import Role, Site
from core.actions import signature
from core.actions import subject as subjects
from core.actions.recheck import recheck
from core.models import Subject
from core.wording.signatures import STATEMENT
from demo import cast, oversight
from demo.course import Course
from demo.desk import Desk, Staff
from demo.journey import Journey
from demo.patients import PATIENTS
from demo.stories import STORIES, Story


def load(today: date, seed: int, say: Callable[[str], None]) -> int:
    """All subjects that are not there yet. Gives the number of acts."""
    if not cast.is_there():
        cast.make()
    staff = {site["code"]: _staff(site["code"]) for site in cast.SITES}
    present = set(Subject.objects.values_list("number", flat=True))
    told = [story for story in STORIES if story.number not in present]
    acts = sum(_tell(story, staff[story.number[:2]], today, seed, say) for story in told)
    for subject in Subject.objects.filter(number__in=[story.number for story in told]).select_related("site"):
        recheck(subject, by=system_actor())  # as every night: what another form has settled meanwhile is closed
    return acts + oversight.oversee()


def is_complete() -> bool:
    """Is every subject of the demo there?"""
    return Subject.objects.filter(number__in=[story.number for story in STORIES]).count() == len(STORIES)


def _staff(site: str) -> Staff:
    """Who works there; the investigator accepts that electronic signatures bind as those by hand do."""
    if cast.actor(Role.INVESTIGATOR, site).user.equivalence_at is None:
        signature.accept_statement(str(STATEMENT), by=cast.actor(Role.INVESTIGATOR, site))
    return Staff(cast.actor(Role.COORDINATOR, site), cast.actor(Role.INVESTIGATOR, site), cast.actor(Role.MONITOR))


def _tell(story: Story, staff: Staff, today: date, seed: int, say: Callable[[str], None]) -> int:
    begun = monotonic()
    site = Site.objects.get(code=story.number[:2])
    desk = Desk(subjects.add(site, by=staff.coordinator), staff)
    if desk.subject.number != story.number:
        raise RuntimeError(f"subject {story.number} was to come next, and {desk.subject.number} did")
    course = Course(PATIENTS[story.number], f"{seed}/{story.number}")
    story.tell(Journey(desk, course, today + timedelta(days=story.day0)))
    say(f"{story.number}  {story.title}: {desk.acts + 1} acts, {monotonic() - begun:.1f} s")
    return desk.acts + 1
