"""Make a seal: one at a time, in the database, in the folder outside, and on its way to every recipient."""

from __future__ import annotations

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction

from accounts.models import Site
from core.models import Seal, SealCause, SealDelivery
from core.sealing import document, folder, keys
from core.sealing.document import Ends
from verify_trail import key_id

LOCK = 4713  # advisory: a seal is being made


def request_seal(cause: SealCause) -> None:
    """Seal once the act under way is committed. What goes wrong is logged, and the hourly seal makes up for it."""
    transaction.on_commit(lambda: seal(cause), robust=True)


def seal(cause: SealCause) -> Seal | None:
    """Seal the ends of all chains as they are now. None where the seal before holds them all, unless asked for."""
    key = keys.signing_key()
    with transaction.atomic():
        made = _sealed(cause, key)
    if made:
        folder.keep(made)
    return made


def _sealed(cause: SealCause, key: Ed25519PrivateKey) -> Seal | None:
    at = _alone()
    known, ends = document.before(), Ends.now()
    whole = known.whole_at is None or at - known.whole_at >= document.WHOLE_AFTER
    if not (whole or cause == SealCause.ASKED or ends.moved_since(known) or ends.events != known.events):
        return None
    name = key_id(key.public_key())
    text = document.compose(known, ends, at=at, cause=cause.value, key_id=name, whole=whole)
    made = Seal.objects.create(
        number=known.last.number + 1 if known.last else 1,
        at=at,
        cause=cause,
        document=text,
        sha256=document.sha256(text),
        signature=key.sign(text.encode()).hex(),
        key_id=name,
    )
    SealDelivery.objects.bulk_create(SealDelivery(seal=made, address=address) for address in recipients())
    return made


def _alone() -> datetime:
    """Wait for a seal that is being made elsewhere; then the server's time of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute("SELECT transaction_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at


def recipients() -> list[str]:
    """Every address of every site, once."""
    return sorted({address for site in Site.objects.all() for address in site.seal_addresses})
