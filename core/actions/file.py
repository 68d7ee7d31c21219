"""Keep an uploaded file: its content decides what it is, its hash is kept, nothing is overwritten."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.permissions import Permission
from core.actions import trail
from core.models import ChangeKind, StoredFile, Subject

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

NOWHERE = trail.Where()  # of the subject, at no form
MAX_SIZE = 10 * 1024 * 1024
SIGNATURES = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def content_type(content: bytes) -> str:
    """What the content is. ValidationError where it is none of the kinds that may be kept."""
    for signature, kind in SIGNATURES.items():
        if content.startswith(signature):
            return kind
    raise ValidationError(_("Choose a PDF, PNG or JPEG file. This file is none of these, whatever its name says."))


@transaction.atomic
def keep(subject: Subject, upload: UploadedFile[bytes], *, by: Actor, where: trail.Where = NOWHERE) -> StoredFile:
    """Store a file of a subject, uploaded at a form. The same content is kept once.

    ValidationError says what is wrong with it; Refused where the form is frozen or locked.
    """
    if (upload.size or 0) > MAX_SIZE:
        raise ValidationError(_("The file is larger than 10 MB. Choose a smaller one."))
    act = trail.begin(subject, Permission.ENTER_DATA, by=by)
    act.held.require_open(where.visit_name, where.form_code, where.record_key)
    content = upload.read()
    digest = hashlib.sha256(content).hexdigest()
    if same := StoredFile.objects.defer("content").filter(subject=subject, sha256=digest).first():
        return same
    kept = StoredFile(
        subject=act.subject,
        name=(upload.name or "").replace("\0", "")[-150:],
        content_type=content_type(content),
        size=len(content),
        sha256=digest,
        content=content,
        uploaded_at=act.at,
        uploaded_by=by.user,
    )
    trail.note(act, [kept])
    trail.write(act, kind=ChangeKind.FILE, where=where)
    return kept
