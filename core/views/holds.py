"""Freeze and lock: how a form, a visit, a subject, a site or the study is held, what a lock needs, and the acts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.actor import Actor
from accounts.models import Site
from accounts.permissions import Permission
from core.actions import hold as acts
from core.actions.errors import Refused
from core.actions.hold import Move, Shown
from core.holds import held_of
from core.lockcheck import Standing, Strength, Target, digest, look, standing
from core.models import HoldState, Level
from core.places import NEW, find_place, find_subject, find_visit
from core.views.posted import whole
from core.wording import holds as wording

MAX_REASON = 2000
Act = Callable[..., Any]


class ReasonForm(forms.Form):
    """Why, where the step needs it; a remark where it does not."""

    reason = forms.CharField(max_length=MAX_REASON, error_messages={"required": acts.WHY})

    def __init__(self, *, required: bool, data: Any = None, auto_id: str = "id_%s") -> None:
        super().__init__(data, auto_id=auto_id)
        self.fields["reason"].required = required


@dataclass(frozen=True)
class Button:
    """One act that this person may do now."""

    label: str
    url: str
    css: str


@dataclass(frozen=True)
class Group:
    """Acts that share a form: its name in addresses, its heading, and what the reason is called."""

    name: str
    heading: Any
    label: Any
    moves: tuple[Move, ...]


GROUPS = (
    Group(
        "hold",
        gettext_lazy("Freeze or lock"),
        gettext_lazy("Remark (kept with the step)"),
        (acts.FREEZE, acts.LOCK),
    ),
    Group("release", gettext_lazy("Release"), gettext_lazy("Why may data change again?"), (acts.UNFREEZE,)),
    Group("ask", gettext_lazy("Ask to unlock"), gettext_lazy("Why must it be unlocked?"), (acts.ASK,)),
    Group(
        "decide",
        gettext_lazy("Decide on the request"),
        gettext_lazy("Why do you decide so?"),
        (acts.UNLOCK, acts.REFUSE),
    ),
)

BUTTONS = {
    acts.FREEZE: ("hold-freeze", gettext_lazy("Freeze: data rest, review goes on"), "btn-outline-secondary"),
    acts.UNFREEZE: ("hold-unfreeze", gettext_lazy("Release: data may change again"), "btn-outline-secondary"),
    acts.LOCK: ("hold-lock", gettext_lazy("Lock: nothing changes any more"), "btn-primary"),
    acts.ASK: ("hold-ask-unlock", gettext_lazy("Ask to unlock"), "btn-outline-secondary"),
    acts.UNLOCK: ("hold-unlock", gettext_lazy("Agree and unlock"), "btn-primary"),
    acts.REFUSE: ("hold-refuse-unlock", gettext_lazy("Refuse: it stays locked"), "btn-outline-secondary"),
}

DONE = {
    acts.FREEZE: gettext_lazy("Frozen: %(what)s."),
    acts.UNFREEZE: gettext_lazy("Released: %(what)s."),
    acts.LOCK: gettext_lazy("Locked: %(what)s."),
    acts.ASK: gettext_lazy("Asked to unlock: %(what)s. Another person decides."),
    acts.UNLOCK: gettext_lazy("Unlocked: %(what)s."),
    acts.REFUSE: gettext_lazy("It stays locked: %(what)s."),
}


@require_safe
@requires(Permission.VIEW_CLINICAL)
def page(request: AuthenticatedRequest, number: str = "", code: str = "") -> HttpResponse:
    """How it is held, since when, and what a lock still needs."""
    return _page(request, _find(request, number, code, Permission.VIEW_CLINICAL))


@require_POST
@requires(Permission.FREEZE)
def freeze(request: AuthenticatedRequest, number: str = "", code: str = "") -> HttpResponse:
    """Data rest, review goes on."""
    return _step(request, _find(request, number, code, Permission.FREEZE), acts.FREEZE, acts.freeze)


@require_POST
@requires(Permission.FREEZE)
def unfreeze(request: AuthenticatedRequest, number: str = "", code: str = "") -> HttpResponse:
    """Data may change again."""
    return _step(request, _find(request, number, code, Permission.FREEZE), acts.UNFREEZE, acts.unfreeze)


@require_POST
@requires(Permission.LOCK)
def lock(request: AuthenticatedRequest, number: str = "", code: str = "") -> HttpResponse:
    """Nothing changes any more."""
    return _step(request, _find(request, number, code, Permission.LOCK), acts.LOCK, acts.lock)


@require_POST
@requires(Permission.ASK_UNLOCK)
def ask_unlock(request: AuthenticatedRequest, number: str = "", code: str = "") -> HttpResponse:
    """The first of two people."""
    return _step(request, _find(request, number, code, Permission.ASK_UNLOCK), acts.ASK, acts.ask_unlock)


@require_POST
@requires(Permission.DECIDE_UNLOCK)
def unlock(request: AuthenticatedRequest, number: str = "", code: str = "") -> HttpResponse:
    """The second of two people agrees."""
    return _step(request, _find(request, number, code, Permission.DECIDE_UNLOCK), acts.UNLOCK, acts.unlock)


@require_POST
@requires(Permission.DECIDE_UNLOCK)
def refuse_unlock(request: AuthenticatedRequest, number: str = "", code: str = "") -> HttpResponse:
    """It stays locked."""
    return _step(request, _find(request, number, code, Permission.DECIDE_UNLOCK), acts.REFUSE, acts.refuse_unlock)


def _find(request: AuthenticatedRequest, number: str, code: str, permission: Permission) -> Target:
    """What the address names. Http404 for what the person may not see, PermissionDenied where they may not do this."""
    if number:
        return _find_part(request, number, permission)
    actor = request.actor
    if code:
        site = Site.objects.filter(code=code).first() if "\0" not in code else None
        if site is None or not actor.can(Permission.VIEW_CLINICAL, site):
            raise Http404
        actor.require(permission, site)
        return Target.of_site(site)
    if actor.site_ids(Permission.VIEW_CLINICAL) is not None:
        raise Http404
    return Target.of_study()


def _find_part(request: AuthenticatedRequest, number: str, permission: Permission) -> Target:
    """A subject, or what of it the address asks for: `visit`, `form`, `key`."""
    visit, code = request.GET.get("visit", ""), request.GET.get("form", "")
    if not visit:
        return Target.of_subject(find_subject(request.actor, number, permission))
    if not code:
        return Target.of_visit(find_visit(request.actor, number, visit, permission))
    key = whole(request.GET.get("key")) or None
    place = find_place(request.actor, number, visit, code, key, permission)
    if place.key == NEW:
        raise Http404
    return Target.of_form(place)


def _step(request: AuthenticatedRequest, target: Target, move: Move, act: Act) -> HttpResponse:
    group = next(group for group in GROUPS if move in group.moves)
    form = ReasonForm(required=move.reasoned, data=request.POST, auto_id=f"id_{group.name}_%s")
    if not form.is_valid():
        return _page(request, target, {group.name: form}, status=400)
    ticked = frozenset(request.POST.getlist("seen"))
    shown = Shown(whole(request.POST.get("step")), request.POST.get("findings", ""), ticked)
    try:
        act(target, by=request.actor, shown=shown, reason=form.cleaned_data["reason"])
    except Refused as refusal:
        form.add_error(None, str(refusal))
        status = 400 if isinstance(refusal, acts.Unseen | acts.WhyRequired) else 409
        return _page(request, target, {group.name: form}, status=status)
    _tell(request, target, move)
    return redirect(target.url())


def _tell(request: AuthenticatedRequest, target: Target, move: Move) -> None:
    messages.success(request, DONE[move] % {"what": wording.title(target)})
    still = [words for state, words in _wider(target) if state == HoldState.LOCKED] if move is acts.UNLOCK else []
    if still:
        messages.warning(request, _("A wider lock still holds it, so nothing can be changed yet."))


def _page(
    request: AuthenticatedRequest, target: Target, tried: dict[str, ReasonForm] | None = None, *, status: int = 200
) -> HttpResponse:
    """What was tried and refused stays on the page, also where it can be done no more."""
    now = standing(target)
    found = look(target) if now.state != HoldState.LOCKED else []
    blocks = sum(each.strength is Strength.BLOCK for each in found)
    offered = [
        move for move in acts.MOVES if _may(move, target, now, request.actor) and not (move is acts.LOCK and blocks)
    ]
    context = {
        "target": target,
        "title": wording.title(target),
        "now": now,
        "pill": PILLS[now.state],
        "state": now.state.label,
        "wider": [words for _state, words in _wider(target)],
        "findings": found,
        "digest": digest(found),
        "blocks": blocks,
        "ticked": request.POST.getlist("seen"),
        "ticks": any(move.checks for move in offered),
        "may_freeze": acts.FREEZE in offered,
        "asked_by_reader": now.asked and request.actor.user.pk in now.asked_by,
        "groups": list(_groups(target, offered, tried or {})),
        "history": wording.history(target),
        "parts": [(part, PILLS[part.state]) for part in wording.parts(target)],
    }
    return render(request, "core/hold_page.html", context, status=status)


PILLS = {HoldState.FREE: "upcoming", HoldState.FROZEN: "due", HoldState.LOCKED: "missed"}


def _may(move: Move, target: Target, now: Standing, actor: Actor) -> bool:
    """Does it follow, and may this person do it?"""
    if not move.follows(now) or (move is acts.UNLOCK and actor.user.pk in now.asked_by):
        return False
    if target.level == Level.STUDY:
        return actor.can(move.permission) and actor.site_ids(move.permission) is None
    return actor.can(move.permission, target.subject.site if target.subject else target.site)


def _groups(target: Target, offered: list[Move], tried: dict[str, ReasonForm]) -> Iterator[dict[str, Any]]:
    for group in GROUPS:
        moves = [move for move in group.moves if move in offered]
        if moves or group.name in tried:
            required = not any(move.checks for move in group.moves)
            form = tried.get(group.name) or ReasonForm(required=required, auto_id=f"id_{group.name}_%s")
            yield {"group": group, "form": form, "buttons": [_button(move, target) for move in moves]}


def _button(move: Move, target: Target) -> Button:
    name, label, css = BUTTONS[move]
    return Button(str(label), target.url(name), css)


def _wider(target: Target) -> list[tuple[str, str]]:
    """What else holds it, in words: the holds of its visit, its subject, its site or the study."""
    if target.subject is None:
        return []
    covering = held_of(target.subject).covering(target.visit_name, target.form_code, target.record_key)
    return [(hold.state, wording.blocked_words(hold)) for hold in covering if hold.level != target.level]
