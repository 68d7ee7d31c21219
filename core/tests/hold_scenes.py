"""A casebook that nothing keeps from being locked, and the acts of those who hold it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accounts.models import User
from accounts.testing import Cast
from core import schedule, verification
from core.actions import hold, visit
from core.actions.hold import Shown
from core.actions.verification import verify
from core.lockcheck import Target
from core.models import Change, Subject
from core.places import Place, VisitPlace
from core.testing import trial
from core.tests import signing_scenes

VISIT = "UNS-1"  # a visit that asks for no form in particular
WHY = "A value was transcribed wrongly"
Act = Callable[..., list[Change]]


def ready(cast: Cast, subject: Subject) -> Place:
    """Vital signs at an unscheduled visit: complete, verified and signed, so that nothing blocks a lock."""
    by = cast.actor(cast.coordinator)
    plan = schedule.current().visit("UNS")
    visit.add_unscheduled(VisitPlace(subject, plan, 0, None), trial.VISIT_ON, by=by, reason="She felt dizzy")
    place = signing_scenes.vitals(subject, by, visit=VISIT)
    verified(cast, place)
    return signed(cast, place)


def verified(cast: Cast, place: Place) -> Place:
    """The monitor verifies all that the plan wants."""
    filed = signing_scenes.filed(place)
    answers = verification.required_items(place.form, filed.record, filed.rows, place.subject.number)
    verify(filed.place, answers, by=cast.actor(cast.monitor), revision=filed.record.revision)
    trial.commit()
    return place


def signed(cast: Cast, place: Place) -> Place:
    """The investigator of site 01 signs."""
    signing_scenes.sign(place, by=signing_scenes.investigator(cast))
    return trial.place_at(place.subject, place.at.name, place.form.code, place.key)


def targets(place: Place) -> dict[str, Target]:
    """Every level that covers a form, by its name."""
    return {
        "form": Target.of_form(place),
        "visit": Target.of_visit(place.at),
        "subject": Target.of_subject(place.subject),
        "site": Target.of_site(place.subject.site),
        "study": Target.of_study(),
    }


def do(
    act: Act, target: Target, cast: Cast, user: User | None = None, reason: str = WHY, **otherwise: Any
) -> list[Change]:
    """The data manager, or who is named, does it as one who has just opened the page and ticked every warning."""
    by = cast.actor(user or cast.data_manager)
    changes = act(target, by=by, shown=otherwise.get("shown") or Shown.now(target), reason=reason)
    trial.commit()
    return changes


def freeze(target: Target, cast: Cast) -> None:
    """Data rest."""
    do(hold.freeze, target, cast)


def lock(target: Target, cast: Cast) -> None:
    """Nothing changes any more."""
    do(hold.lock, target, cast)


def unlock(target: Target, cast: Cast) -> None:
    """The investigator asks, the data manager agrees; those who work for all sites where it is the study."""
    asker, decider = (
        (cast.data_manager, cast.monitor) if target.subject is None else (cast.investigator, cast.data_manager)
    )
    do(hold.ask_unlock, target, cast, asker)
    do(hold.unlock, target, cast, decider)
