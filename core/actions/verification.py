"""Verify answers against source, and take a mark back. A mark belongs to the value it was set on (QRY-02)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actor import Actor
from accounts.permissions import Permission
from core.actions import status, trail
from core.actions.errors import Conflict, ReasonRequired, Refused
from core.actions.trail import Act, Touched, Where
from core.models import Change, ChangeKind, Crf, CrfRow
from core.models.crf import Declared
from core.places import Place, record_at
from core.verification import Answer, Standing, standings

NOT_SHOWN = gettext_lazy("The page did not show all that it would verify. Open it again, and look at each value.")
NOTHING_THERE = gettext_lazy("%(item)s has neither a value nor a reason why it is missing, so it cannot be verified.")
NOT_ON_FORM = gettext_lazy("%(item)s is not on this form, or its row is void.")
VOID = gettext_lazy("This record is void. What is void is not verified.")
SAY_WHY = gettext_lazy("Say why you take a mark back. The reason is kept with it.")


class Outdated(Conflict):
    """The record was changed after the page was opened: what would be verified is not what was looked at."""

    def __init__(self, current: Crf | None) -> None:
        super().__init__(current)
        self.message = _(
            "This form was changed after you opened it. Nothing was verified: look at its values again, then verify."
        )


class WhyTakenBack(ReasonRequired):
    """A mark is not taken back without its reason."""

    def __init__(self) -> None:
        Refused.__init__(self, SAY_WHY)


@dataclass(frozen=True)
class Ticks:
    """What a person ticked on one form: answers to verify, marks to take back, and what of it they had before them.

    `revision`: the version of the record they saw. `shown`: the answers the page showed; None where it showed them all.
    """

    place: Place
    marks: Collection[Answer] = ()
    withdrawn: Collection[Answer] = ()
    revision: int = 0
    shown: Collection[Answer] | None = None


def verify(
    place: Place,
    marks: Collection[Answer],
    withdrawn: Collection[Answer] = (),
    *,
    by: Actor,
    revision: int,
    shown: Collection[Answer] | None = None,
    reason: str = "",
) -> Change | None:
    """Verify answers of one form, and take marks back. Nothing differs: nothing is written.

    Raises Outdated (changed since it was seen), ReasonRequired (a mark taken back without one), Refused (nothing to
    verify, void, locked, not shown), PermissionDenied.
    """
    changes = verify_all([Ticks(place, marks, withdrawn, revision, shown)], by=by, reason=reason)
    return changes[0] if changes else None


@transaction.atomic
def verify_all(ticks: Sequence[Ticks], *, by: Actor, reason: str = "") -> list[Change]:
    """Several forms of one subject, such as those of a visit: a change record for each, or none of it at all."""
    act = trail.begin(ticks[0].place.subject, Permission.VERIFY_SOURCE, by=by, reason=reason)
    if any(each.withdrawn for each in ticks) and not act.reason:
        raise WhyTakenBack
    changes: list[Change] = []
    for each in ticks:
        if not (each.marks or each.withdrawn):
            continue
        act = trail.again(act) if changes else act
        change = _verify(act, each)
        changes += [change] if change else []
    return changes


def _verify(act: Act, ticks: Ticks) -> Change | None:
    place, record, rows = _present(act, ticks)
    touched = [Touched.existing(row) for row in (record, *(row for found in rows.values() for row in found))]
    answers = {standing.answer: standing for standing in standings(place.form, record, rows)}
    for answer in ticks.marks:
        _mark(_standing(answers, answer))
    for answer in ticks.withdrawn:
        _unmark(_standing(answers, answer))
    where = Where(place.at.name, place.form.code, record.key, record.form_version)
    change = trail.write(_without_reason_for_marks(act, ticks), touched, kind=ChangeKind.VERIFY, where=where)
    if change is not None:
        status.refresh(place.form, record, rows)
    return change


def _without_reason_for_marks(act: Act, ticks: Ticks) -> Act:
    """The reason is that of a mark taken back: a form where none was has no part in it."""
    return act if ticks.withdrawn else replace(act, reason="")


def _present(act: Act, ticks: Ticks) -> tuple[Place, Crf, dict[str, list[CrfRow]]]:
    """The record as it is under the lock. Raises Outdated where it is not what was seen, Refused where it is closed."""
    act.held.require_unlocked(ticks.place.at.name, ticks.place.form.code, ticks.place.key)
    record = record_at(ticks.place.at, ticks.place.form, ticks.place.key)
    if record is None or record.revision != ticks.revision:
        raise Outdated(record)
    if record.voided:
        raise Refused(VOID)
    if ticks.shown is not None and not {*ticks.marks, *ticks.withdrawn} <= set(ticks.shown):
        raise Refused(NOT_SHOWN)
    record.subject, record.visit = act.subject, ticks.place.at.visit
    place = ticks.place.with_record(record)
    return place, record, {group.name: group.model.of(record) for group in place.form.rows}


def _standing(answers: Mapping[Answer, Standing], answer: Answer) -> Standing:
    if answer not in answers:
        raise Refused(NOT_ON_FORM % {"item": answer.input})
    return answers[answer]


def _mark(standing: Standing) -> None:
    if not standing.given:
        raise Refused(NOTHING_THERE % {"item": standing.item.label})
    _set(standing.row, {**standing.row.verified, standing.item.name: True})


def _unmark(standing: Standing) -> None:
    kept = {name: mark for name, mark in standing.row.verified.items() if name != standing.item.name}
    _set(standing.row, kept)


def _set(row: Declared, marks: Mapping[str, bool]) -> None:
    row.verified = dict(marks)
