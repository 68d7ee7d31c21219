"""Sign records: one person, one meaning, each record bound to the content that was shown (21 CFR 11.50, 11.70)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.events import record
from accounts.models import EventKind, User
from accounts.permissions import Permission
from core.actions import status, trail
from core.actions.errors import Conflict, Refused
from core.actions.trail import Act, Touched
from core.models import ChangeKind, Meaning, SealCause, Signature, Subject
from core.places import Place
from core.sealing.act import request_seal
from core.signing import Filed, Spot, records_at
from core.standing import signature_digest

NOTHING = _("Tick at least one form, then sign.")
IDENTITY = _(
    "Your identity has not been recorded yet. Show the administrator of the trial your identity document: once the"
    " check is on record, you can sign."
)
STATEMENT = _(
    "You have not accepted the statement on electronic signatures yet. Read and accept it first; it is asked once."
)


@dataclass(frozen=True)
class ToSign:
    """A record as the page showed it: its place, its version token, and the digest of its content."""

    place: Place
    revision: int
    shown_digest: str


class Moved(Conflict):
    """Some of the forms are no longer as the page showed them. None was signed."""

    def __init__(self, places: Sequence[Place]) -> None:
        super().__init__(None)
        self.message = _("Some forms were changed or signed after this page was opened. Nothing was signed.")
        self.places = tuple(places)


@transaction.atomic
def sign(subject: Subject, items: Sequence[ToSign], meaning: Meaning, *, by: Actor) -> list[Signature]:
    """Sign all of these records or none: a change record for each. Neither data nor version token changes.

    Raises PermissionDenied, Refused (identity, statement, nothing ticked, a lock) and Moved (names what differs).
    """
    act = trail.begin(subject, Permission.SIGN, by=by)
    require_enrolled(by.user)
    if not items:
        raise Refused(NOTHING)
    filed = _as_shown(act, items)
    signatures = []
    for turn, each in enumerate(filed):
        act = trail.again(act) if turn else act
        signatures.append(_sign(act, each, meaning))
    request_seal(SealCause.SIGNATURE)
    return signatures


def require_enrolled(user: User) -> None:
    """Before the first signature the identity is checked and the statement accepted (SIG-06). Raises Refused."""
    if user.identity_checked_on is None:
        raise Refused(IDENTITY)
    if user.equivalence_at is None:
        raise Refused(STATEMENT)


@transaction.atomic
def accept_statement(statement: str, *, by: Actor, request: HttpRequest | None = None) -> None:
    """The person states, once and for good, that the electronic signature equals the handwritten one (SIG-06)."""
    user = User.objects.select_for_update().get(pk=by.user.pk)
    if user.equivalence_at is not None:
        return
    user.equivalence_at = timezone.now()
    user.attribute_to(user, "Statement on the electronic signature accepted by its owner")
    user.save(update_fields=["equivalence_at"])
    record(EventKind.STATEMENT, actor=by, request=request, what="signature statement", detail={"statement": statement})


def _as_shown(act: Act, items: Sequence[ToSign]) -> list[Filed]:
    """The records as they are now, the chain being locked. Raises Moved where one is not what was shown."""
    asked = {_spot(item.place): item for item in items}
    found = records_at(act.subject, list(asked))
    for each in found.values():
        act.held.require_unlocked(*each.key)
    moved = [item.place for spot, item in asked.items() if not _is_as_shown(found.get(spot), item)]
    if moved:
        raise Moved(moved)
    return [found[spot] for spot in asked]


def _spot(place: Place) -> Spot:
    return Spot(place.record.visit_id if place.record else None, place.form.code, place.key)


def _is_as_shown(filed: Filed | None, item: ToSign) -> bool:
    if filed is None or filed.record.signature_id is not None:
        return False
    return (filed.record.revision, filed.digest) == (item.revision, item.shown_digest)


def _sign(act: Act, filed: Filed, meaning: Meaning) -> Signature:
    signed = filed.record
    signed.subject = act.subject
    touched = Touched.existing(signed)
    signature = _signature(act, filed, meaning)
    signature.digest = signature_digest(signature)
    trail.note(act, [signature])
    signed.signature = signature
    trail.write(act, [touched], kind=ChangeKind.SIGN, where=filed.where)
    status.refresh(filed.place.form, signed, filed.rows)
    return signature


def _signature(act: Act, filed: Filed, meaning: Meaning) -> Signature:
    """All that the signature says, but for its own digest."""
    signed, (visit_name, form_code, record_key) = filed.record, filed.key
    return Signature(
        subject=act.subject,
        site=act.subject.site,
        visit_name=visit_name,
        form_code=form_code,
        record_key=record_key,
        form_version=signed.form_version,
        table_name=signed._meta.db_table,
        row_id=signed.pk,
        meaning=meaning,
        content_digest=filed.digest,
        actor=act.by.user,
        actor_name=act.by.name,
        role=act.role,
        at=act.at,
        utc_offset=timezone.localtime(act.at, act.subject.site.clock).isoformat()[-6:],
    )
