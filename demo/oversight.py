"""The other side of the trial: what monitor, investigator and data manager did with the data of a subject."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.actor import Actor
from accounts.models import Role
from core import signing, verification
from core.actions import hold, signature, trail_review
from core.actions import verification as verifying
from core.actions.hold import Shown
from core.actions.signature import ToSign
from core.actions.verification import Ticks
from core.lockcheck import Target
from core.models import Change, Meaning, Subject
from core.places import visit_of
from demo import cast
from demo.coding import code_words

FIRST = "01-001"  # the subject whose casebook has come furthest


def oversee() -> int:
    """Verify, sign, freeze and lock in the first subject's casebook, review the trail, code the words of all.

    Gives the number of acts, without the codings.
    """
    subject = Subject.objects.select_related("site").get(number=FIRST)
    if Change.objects.filter(subject=subject, kind="FREEZE").exists() or not signing.waiting(subject, "SCR").forms:
        return 0
    acts = _verify(subject, ("SCR", "LEUK"), by=cast.actor(Role.MONITOR))
    acts += _sign(subject, ("SCR", "LEUK", "D28"), by=cast.actor(Role.INVESTIGATOR, subject.number[:2]))
    acts += _hold(subject, cast.actor(Role.DATA_MANAGER))
    _review(cast.actor(Role.MONITOR))
    code_words(cast.actor(Role.DATA_MANAGER))
    return acts + 1


def _verify(subject: Subject, visits: tuple[str, ...], *, by: Actor) -> int:
    """Every answer the plan wants verified at these visits."""
    waiting = [each for name in visits for each in signing.waiting(subject, name).forms]
    ticks = []
    for each in waiting:
        found = verification.standings(each.place.form, each.record, each.rows)
        marks = [one.answer for one in found if one.given and not one.item.derived]
        ticks.append(Ticks(each.place, marks, revision=each.record.revision))
    return len(verifying.verify_all(ticks, by=by))


def _sign(subject: Subject, visits: tuple[str, ...], *, by: Actor) -> int:
    """The forms of these visits, after the statement of equivalence."""
    forms = [each for name in visits for each in signing.waiting(subject, name).forms]
    shown = [ToSign(each.place, each.record.revision, each.digest) for each in forms]
    return len(signature.sign(subject, shown, Meaning.REVIEWED, by=by))


def _hold(subject: Subject, by: Actor) -> int:
    """Screening is frozen; the leukapheresis visit is locked, and somebody wants it unlocked."""
    screening, collection = (Target.of_visit(visit_of(subject, name)) for name in ("SCR", "LEUK"))
    acts = hold.freeze(screening, by=by, shown=Shown.now(screening))
    acts += hold.lock(collection, by=by, shown=Shown.now(collection))
    reason = "The apheresis log shows another start time than the form."
    investigator = cast.actor(Role.INVESTIGATOR, subject.number[:2])
    acts += hold.ask_unlock(collection, by=investigator, shown=Shown.now(collection), reason=reason)
    return len(acts)


def _review(by: Actor) -> None:
    """A review of the trail some weeks ago, so that the next one is due soon."""
    today = timezone.localdate()
    said = {
        "scope": "All sites: changed after verification, late entry, bursts of one person.",
        "address": "",
        "from_on": today - timedelta(days=60),
        "to_on": today - timedelta(days=30),
        "finding": "Nothing was entered in these days.",
        "outcome": "NOTHING",
        "next_due_on": today + timedelta(days=5),
    }
    trail_review.add(said, changes=0, by=by)
