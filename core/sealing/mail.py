"""Seals on their way to the sites' recipients: each is sent until the mail server has taken it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.models import Seal, SealDelivery
from verify_trail import seal_name

log = logging.getLogger(__name__)

AT_ONCE = 500  # letters of one sweep; the next one goes on
PATIENT = 6  # after so many attempts, one an hour
MOST = 32_000  # the column's own limit


def due_at(delivery: SealDelivery) -> datetime:
    """When the next attempt is due: after 1, 3, 7, ... minutes, in the end every hour."""
    tried = delivery.attempts
    minutes = 2 ** min(tried, PATIENT) - 1 + 60 * max(tried - PATIENT, 0)
    return delivery.seal.at + timedelta(minutes=minutes)


def sweep() -> int:
    """Send what is due, each letter for itself: one that fails holds up no other. Gives how many were sent."""
    waiting = SealDelivery.objects.filter(sent_at=None).select_related("seal").order_by("id")[:AT_ONCE]
    now = timezone.now()
    due = [delivery.pk for delivery in waiting if due_at(delivery) <= now]
    if not due:
        return 0
    post: Any = get_connection()
    try:
        return sum(_deliver(pk, post) for pk in due)
    finally:
        post.close()


@transaction.atomic
def _deliver(pk: int, post: Any) -> bool:
    """The row stays locked while its letter is handed over: no other process sends it too."""
    unsent = SealDelivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk, sent_at=None)
    delivery = unsent.select_related("seal").first()
    if delivery is None:
        return False
    delivery.attempts = min(delivery.attempts + 1, MOST)
    try:
        letter(delivery.seal, delivery.address, post).send()
    except (OSError, SMTPException, ValueError) as error:
        log.exception("Seal %s was not sent to %s.", delivery.seal.number, delivery.address)
        delivery.error = said(error)[:500]
        post.close()  # what failed may have left the conversation half done
    else:
        delivery.sent_at, delivery.error = timezone.now(), ""
    delivery.save(update_fields=["attempts", "error", "sent_at"])
    return delivery.sent_at is not None


def said(error: Exception) -> str:
    """What the mail server answered, or why there was no answer."""
    if isinstance(error, SMTPRecipientsRefused):
        return "; ".join(f"{code} {text.decode(errors='replace')}" for code, text in error.recipients.values())
    return str(error) or type(error).__name__


def letter(seal: Seal, address: str, post: Any = None) -> EmailMessage:
    """The seal with its signature, and what to do with it, in both languages."""
    name = seal_name(seal.number)
    told = list(_words(seal))
    message = EmailMessage(
        subject=" / ".join(subject for subject, _body in told),
        body="\n\n".join(body for _subject, body in told),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[address],
        connection=post,
    )
    message.attach(name, seal.document.encode(), "application/octet-stream")
    message.attach(name.replace(".json", ".sig"), bytes.fromhex(seal.signature), "application/octet-stream")
    return message


def _words(seal: Seal) -> Iterator[tuple[str, str]]:
    said = {"number": seal.number, "at": f"{seal.at:%Y-%m-%d %H:%M} UTC", "digest": seal.sha256, "key": seal.key_id}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            yield (
                _("Seal %(number)s of the trial's audit trail") % said,
                _(
                    "Attached is seal %(number)s of %(at)s with its signature. Keep both files unchanged, away from the"
                    " trial's system: with them an inspector can prove that no earlier record was altered.\n"
                    "SHA-256 of the seal: %(digest)s\n"
                    "Signed with key: %(key)s"
                )
                % said,
            )
