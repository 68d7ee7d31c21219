"""Freeze, release, lock and unlock a form, a visit, a subject, a site or the study: QRY-03.

Site and study are held subject by subject in one transaction, so that each subject's chain tells of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actor import Actor
from accounts.models import Site
from accounts.permissions import Permission
from core.actions import recheck, trail
from core.actions.errors import Conflict, ReasonRequired, Refused
from core.actions.subject import LOCK as NUMBERS
from core.actions.trail import Act, Where
from core.lockcheck import Finding, Standing, Strength, Target, digest, look, softened, standing
from core.models import Change, ChangeKind, Hold, HoldState, HoldStep, HoldVerb, Level, SealCause
from core.sealing.act import request_seal

WHY = gettext_lazy("Say why. The reason is kept with this step.")
MOVED = gettext_lazy("Something changed here after this page was opened. Nothing was done: look at the list again.")
UNSEEN = gettext_lazy("Tick each warning that you have seen. What you ticked is kept with this step.")
BLOCKED = gettext_lazy("This cannot be locked yet. First mend what the list marks as blocking.")
NOBODY = gettext_lazy("There is no subject here yet, so there is nothing to freeze or lock.")
OTHERS = gettext_lazy("You asked to unlock this yourself. Somebody else must agree: unlocking takes two people.")
EVERYWHERE = gettext_lazy("The study as a whole is held by those who work for all sites.")


class WhyRequired(ReasonRequired):
    """The step needs its reason."""

    def __init__(self) -> None:
        Refused.__init__(self, WHY)


class Moved(Conflict):
    """The state or the list is no longer what the page showed. Nothing was done."""

    def __init__(self) -> None:
        super().__init__(None)
        self.message = MOVED


class Unseen(Refused):
    """Warnings were left unticked."""

    def __init__(self) -> None:
        super().__init__(UNSEEN)


@dataclass(frozen=True)
class Move:
    """One of the acts: by which right, from which states, where it leads, and what it demands."""

    verb: HoldVerb
    kind: ChangeKind
    permission: Permission
    since: tuple[HoldState, ...]
    to: HoldState
    asks: bool = False
    answers: bool = False
    reasoned: bool = True
    checks: bool = False

    def follows(self, now: Standing) -> bool:
        """May it come next?"""
        return now.state in self.since and (now.state != HoldState.LOCKED or now.asked == self.answers)


FREE, FROZEN, LOCKED = HoldState.FREE, HoldState.FROZEN, HoldState.LOCKED
FREEZE = Move(HoldVerb.FREEZE, ChangeKind.FREEZE, Permission.FREEZE, (FREE,), FROZEN, reasoned=False, checks=True)
UNFREEZE = Move(HoldVerb.UNFREEZE, ChangeKind.UNFREEZE, Permission.FREEZE, (FROZEN,), FREE)
LOCK = Move(HoldVerb.LOCK, ChangeKind.LOCK, Permission.LOCK, (FREE, FROZEN), LOCKED, reasoned=False, checks=True)
ASK = Move(HoldVerb.ASK, ChangeKind.ASK_UNLOCK, Permission.ASK_UNLOCK, (LOCKED,), LOCKED, asks=True)
UNLOCK = Move(HoldVerb.UNLOCK, ChangeKind.UNLOCK, Permission.DECIDE_UNLOCK, (LOCKED,), FREE, answers=True)
REFUSE = Move(HoldVerb.REFUSE, ChangeKind.UNLOCK, Permission.DECIDE_UNLOCK, (LOCKED,), LOCKED, answers=True)
MOVES = (FREEZE, UNFREEZE, LOCK, ASK, UNLOCK, REFUSE)


@dataclass(frozen=True)
class Shown:
    """What the person saw: the number of the last step, the list of preconditions, and the warnings they ticked."""

    step: int = 0
    findings: str = ""
    ticked: frozenset[str] = frozenset()

    @classmethod
    def now(cls, target: Target) -> Shown:
        """What a page opened now shows, every warning ticked."""
        found = look(target)
        return cls(standing(target).step, digest(found), frozenset(each.mark for each in found))


@transaction.atomic
def freeze(target: Target, *, by: Actor, shown: Shown, reason: str = "") -> list[Change]:
    """Data rest; queries, verification and signature go on. Nothing blocks it; each warning is ticked.

    All these acts raise PermissionDenied, Moved, Refused, and WhyRequired where they need a reason.
    """
    return _move(FREEZE, target, by, shown, reason)


@transaction.atomic
def unfreeze(target: Target, *, by: Actor, shown: Shown, reason: str) -> list[Change]:
    """Data may change again."""
    return _move(UNFREEZE, target, by, shown, reason)


@transaction.atomic
def lock(target: Target, *, by: Actor, shown: Shown, reason: str = "") -> list[Change]:
    """Nothing changes any more. Refused while anything blocks, whatever the page said; seals the chains."""
    changes = _move(LOCK, target, by, shown, reason)
    request_seal(SealCause.LOCK)
    return changes


@transaction.atomic
def ask_unlock(target: Target, *, by: Actor, shown: Shown, reason: str) -> list[Change]:
    """The first of the two people whom unlocking takes."""
    return _move(ASK, target, by, shown, reason)


@transaction.atomic
def unlock(target: Target, *, by: Actor, shown: Shown, reason: str) -> list[Change]:
    """The second of them agrees. Wider and narrower locks stay as they are."""
    return _move(UNLOCK, target, by, shown, reason)


@transaction.atomic
def refuse_unlock(target: Target, *, by: Actor, shown: Shown, reason: str) -> list[Change]:
    """It stays locked. Who asked may take the request back in this way."""
    return _move(REFUSE, target, by, shown, reason)


def _move(move: Move, target: Target, by: Actor, shown: Shown, reason: str) -> list[Change]:
    require(move, target, by)
    acts = _begin(move, target, by, reason)
    if move is LOCK:
        for act in acts:
            recheck.mend_outline(act.subject)
    now = standing(target)
    if now.step != shown.step or not move.follows(now):
        raise Moved
    if move is UNLOCK and by.user.pk in now.asked_by:
        raise PermissionDenied(OTHERS)
    if move.reasoned and not acts[0].reason:
        raise WhyRequired
    seen = _seen(move, target, acts, shown) if move.checks else []
    text = "\n".join([line for line in (acts[0].reason, *seen) if line])
    return [_write(move, target, act, now.holds.get(act.subject.pk), text) for act in acts]


def require(move: Move, target: Target, by: Actor) -> None:
    """The right to do it, at that site or everywhere. Raises PermissionDenied."""
    if target.level == Level.STUDY and by.site_ids(move.permission) is not None:
        raise PermissionDenied(EVERYWHERE)
    site = target.subject.site if target.subject else target.site
    if site is not None:
        by.require(move.permission, site)


def _begin(move: Move, target: Target, by: Actor, reason: str) -> list[Act]:
    """Lock the chains of all whom it concerns, always in the same order; meanwhile nobody adds a subject there."""
    if target.is_wide:
        sites = Site.objects.filter(pk=target.site.pk) if target.site else Site.objects.all()
        with connection.cursor() as cursor:
            for pk in sites.order_by("pk").values_list("pk", flat=True):
                cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [NUMBERS, pk])
    acts = [trail.begin(subject, move.permission, by=by, reason=reason) for subject in target.subjects()]
    if not acts:
        raise Refused(NOBODY)
    return acts


def _seen(move: Move, target: Target, acts: Sequence[Act], shown: Shown) -> list[str]:
    """The warnings ticked, in the words in which they were read. Looked for anew: the page is never trusted."""
    found = look(target, [act.subject for act in acts])
    if digest(found) != shown.findings:
        raise Moved
    found = found if move is LOCK else softened(found)
    if any(each.strength is Strength.BLOCK for each in found):
        raise Refused(BLOCKED)
    warnings = [each for each in found if each.strength is Strength.WARN]
    if any(each.mark not in shown.ticked for each in warnings):
        raise Unseen
    return _told(warnings)


def _told(warnings: Iterable[Finding]) -> list[str]:
    return [_("Seen: %(warning)s") % {"warning": each.text} for each in warnings]


def _write(move: Move, target: Target, act: Act, hold: Hold | None, text: str) -> Change:
    if hold is None:
        hold = Hold(subject=act.subject, site=act.subject.site, state=move.to, asked=move.asks, **target.place)
        trail.note(act, [hold])
    else:
        Hold.objects.filter(pk=hold.pk).update(state=move.to, asked=move.asks)
    step = HoldStep(hold=hold, verb=move.verb, state=move.to, asked=move.asks, at=act.at, role=act.role, text=text)
    step.actor, step.actor_name = act.by.user, act.by.name
    trail.note(act, [step])
    where = Where(target.visit_name, target.form_code, target.record_key or None)
    change = trail.write(act, kind=move.kind, where=where)
    if change is None:
        raise RuntimeError("a step was noted, so there is a change record")
    return change
