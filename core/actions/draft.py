"""Journal what is typed, within a second, on the server: it outlives the session, the browser and the network."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import models, transaction

from accounts.actor import Actor
from accounts.permissions import Permission
from core.models import DraftEntry
from core.places import Place

MAX_NAME, MAX_VALUE, MAX_FIELDS = 100, 4000, 500


@transaction.atomic
def journal(place: Place, values: Mapping[str, str], *, by: Actor, token: UUID) -> int:
    """Append what was typed: input name -> text as typed. Returns how many were kept. One statement."""
    by.require(Permission.ENTER_DATA, place.subject.site)
    kept = [(name, text) for name, text in list(values.items())[:MAX_FIELDS] if len(name) <= MAX_NAME]
    lines = [_line(place, by, token, name=name, value=text.replace("\0", "")[:MAX_VALUE]) for name, text in kept]
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
    for line in _lines(place).filter(user=by.user).order_by("id"):
        if line.discarded:
            typed.clear()
        else:
            typed[line.name] = line.value
    return typed


def _lines(place: Place) -> models.QuerySet[DraftEntry]:
    lines = DraftEntry.objects.filter(
        subject=place.subject, visit_name=place.at.name, form_code=place.form.code, record_key=place.key
    )
    return lines if place.record is None else lines.filter(at__gt=place.record.changed_at)


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
