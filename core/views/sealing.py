"""Seals: when the ends of all chains were signed and to whom that went, and the files to verify them with."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedRequest, requires
from accounts.permissions import Permission
from core.listing import page_of
from core.models import Seal, SealDelivery
from core.sealing import keys
from verify_trail import key_id, seal_name

BIGGEST = 2**31 - 1


@dataclass(frozen=True)
class Told:
    """A seal as the list tells it."""

    seal: Seal
    deliveries: list[SealDelivery]

    @property
    def chains(self) -> int:
        """How many ends it holds: of subjects, and of the events where there are any."""
        said = json.loads(self.seal.document)
        return len(said["heads"]) + bool(said["events"])


@require_safe
@requires(Permission.VIEW_TRAIL)
def index(request: AuthenticatedRequest) -> HttpResponse:
    """Every seal, the newest first. Two statements, whatever the page."""
    page = page_of(Seal.objects.all(), "at", request.GET)
    sent: dict[int, list[SealDelivery]] = {seal.pk: [] for seal in page.rows}
    for delivery in SealDelivery.objects.filter(seal__in=page.rows).order_by("address"):
        sent[delivery.seal_id].append(delivery)
    seals = [Told(seal, sent[seal.pk]) for seal in page.rows]
    return render(request, "core/seal_list.html", {"page": page, "seals": seals})


@require_safe
@requires(Permission.VIEW_TRAIL)
def document(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """The document as it was signed, byte for byte."""
    seal = _find(number)
    return _file(seal_name(number), seal.document.encode(), "application/json")


@require_safe
@requires(Permission.VIEW_TRAIL)
def signature(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """The 64 bytes of the signature."""
    seal = _find(number)
    return _file(seal_name(number).replace(".json", ".sig"), bytes.fromhex(seal.signature), "application/octet-stream")


@require_safe
@requires(Permission.VIEW_TRAIL)
def public_key(request: AuthenticatedRequest, number: int) -> HttpResponse:
    """The public key that a seal was signed with, while the system still seals with it."""
    seal = _find(number)
    try:
        key = keys.signing_key().public_key()
    except ImproperlyConfigured as error:
        raise Http404 from error
    if key_id(key) != seal.key_id:
        raise Http404
    return _file(f"key-{seal.key_id[:16]}.pub", keys.public_pem(key), "application/x-pem-file")


def _find(number: int) -> Seal:
    """Every reader of the trail may hold every seal: a seal is worth what others hold of it."""
    if number > BIGGEST:
        raise Http404
    return get_object_or_404(Seal, number=number)


def _file(name: str, content: bytes, content_type: str) -> HttpResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=disposition)
