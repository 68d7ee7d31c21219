"""Journal what is typed, within a second, on the server: it outlives the session, the browser and the network."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from django.db import models, transaction
from django.db.models.functions import Coalesce

from accounts.actor import Actor
from accounts.permissions import Permission
from core.holds import held_of
from core.models import DATA_KINDS, Change, DraftEntry
from core.places import NEW, Place

MAX_NAME, MAX_VALUE, MAX_FIELDS = 100, 4000, 500
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@transaction.atomic
def journal(place: Place, values: Mapping[str, str], *, by: Actor, token: UUID) -> int:
    """Append what was typed: input name -> text as typed. Returns how many were kept. Two statements.

    Raises Refused where the place is frozen or locked: it could never be saved.
    """
    by.require(Permission.ENTER_DATA, place.subject.site)
    held, where = held_of(place.subject), (place.at.name, place.form.code, place.key)
    if not held.takes(place.form.after_lock, *where):
        held.require_open(*where)
    kept = [(name, text) for name, text in list(values.items())[:MAX_FIELDS] if len(name) <= MAX_NAME]
    lines = [_line(place, by, token, name=_storable(name), value=_storable(text)[:MAX_VALUE]) for name, text in kept]
    DraftEntry.objects.bulk_create(lines)
    return len(lines)


@transaction.atomic
def discard(place: Place, *, by: Actor, token: UUID) -> None:
    """The person lets go of what was typed; the journal keeps that too."""
    by.require(Permission.ENTER_DATA, place.subject.site)
    DraftEntry.objects.bulk_create([_line(place, by, token, discarded=True)])


def pending(place: Place, *, by: Actor) -> dict[str, str]:
    """Input name -> text typed by this person since they last saved or discarded this page. One statement."""
    typed: dict[str, str] = {}
    for line in _unsaved(place, by).order_by("id"):
        if line.discarded:
            typed.clear()
        else:
            typed[line.name] = line.value
    return typed


def token_of(place: Place, *, by: Actor) -> UUID | None:
    """The page on which a new line was begun: whoever goes on with it goes on with that page. One statement."""
    if place.key != NEW:
        return None
    return _unsaved(place, by).values_list("page_token", flat=True).first()


def is_older(place: Place, *, by: Actor) -> bool:
    """Did somebody save the record after this person began to type what is pending? One statement."""
    if place.record is None:
        return False
    return _unsaved(place, by).filter(at__lt=place.record.changed_at).exists()


def _unsaved(place: Place, by: Actor) -> models.QuerySet[DraftEntry]:
    """A colleague's save takes nothing away: only the person's own, and of a new line that of the very page."""
    at = {"subject": place.subject, "visit_name": place.at.name, "form_code": place.form.code}
    lines = DraftEntry.objects.filter(user=by.user, record_key=place.key, **at)
    saved = Change.objects.filter(actor=by.user, kind__in=DATA_KINDS, **at)
    if place.key == NEW:
        unsaved = lines.exclude(page_token__in=saved.filter(page_token__isnull=False).values("page_token"))
        newest = unsaved.order_by("-id").values("page_token")[:1]  # two new lines typed in two tabs are two lines
        return unsaved.filter(page_token=models.Subquery(newest))
    last = saved.filter(record_key=place.key).order_by("-seq").values("at")[:1]
    return lines.filter(at__gt=Coalesce(models.Subquery(last), models.Value(LONG_AGO)))


def _storable(text: str) -> str:
    """Without what no text can hold: NUL, halves of a character."""
    return text.replace("\0", "").encode(errors="ignore").decode()


def _line(
    place: Place, by: Actor, token: UUID, *, name: str = "", value: str = "", discarded: bool = False
) -> DraftEntry:
    return DraftEntry(
        subject=place.subject,
        visit_name=place.at.name,
        form_code=place.form.code,
        record_key=place.key,
        user=by.user,
        page_token=token,
        name=name,
        value=value,
        discarded=discarded,
    )
