"""A file is kept as it came, with its hash, once; what it is follows from its content; nothing is overwritten."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actor import Actor
from accounts.testing import Cast
from core.actions import file as files
from core.actions import subject as subjects
from core.actions.entry import Entry
from core.models import ChangeItem, StoredFile, Subject
from core.testing import samples, trial
from core.testing.trial import VISIT_ON, WHY, refused

PDF = b"%PDF-1.7\nreport"


def upload(content: bytes = PDF, name: str = "report.pdf") -> Any:
    return SimpleUploadedFile(name, content)


def attach(subject: Subject, file: Any, by: Actor, reason: str = "") -> Any:
    place = trial.place_at(subject, "SCR", "CHEM")
    entry = Entry({"lbperf": "Y", "lbreport": file}, visit_on=VISIT_ON)
    return trial.save(place, entry, by=by, reason=reason)


@pytest.mark.req("AUD-01")
def test_it_works(subject: Subject, coordinator: Actor) -> None:
    """The trail names the file by its number, old and new; the old one stays."""
    first = files.keep(subject, upload(), by=coordinator)
    second = files.keep(subject, upload(PDF + b" 2"), by=coordinator)
    attach(subject, first, coordinator)
    saved = attach(subject, second, coordinator, WHY)
    assert [(i.field, i.old, i.new) for i in ChangeItem.objects.filter(change=saved.change)] == [
        ("lbreport", first.pk, second.pk)
    ]
    kept = StoredFile.objects.get(pk=first.pk)
    assert (bytes(kept.content), kept.sha256) == (PDF, hashlib.sha256(PDF).hexdigest())
    assert (kept.content_type, kept.size, kept.uploaded_by) == ("application/pdf", len(PDF), coordinator.user)
    trial.commit()


@pytest.mark.parametrize(
    ("content", "kind"),
    [(PDF, "application/pdf"), (b"\x89PNG\r\n\x1a\n.", "image/png"), (b"\xff\xd8\xff.", "image/jpeg")],
)
def test_its_content_says_what_it_is(subject: Subject, coordinator: Actor, content: bytes, kind: str) -> None:
    assert files.keep(subject, upload(content, "x.exe"), by=coordinator).content_type == kind


@pytest.mark.parametrize(
    "content", [b"", b"<html><script>", b"MZ\x90", b"PK\x03\x04", b" %PDF-1.7", b"GIF89a", b"<svg xmlns="]
)
def test_what_is_neither_pdf_nor_picture_is_refused(subject: Subject, coordinator: Actor, content: bytes) -> None:
    with pytest.raises(ValidationError, match="PDF, PNG or JPEG"):
        files.keep(subject, upload(content), by=coordinator)
    assert not StoredFile.objects.exists()


def test_what_is_too_large_is_refused(subject: Subject, coordinator: Actor) -> None:
    files.keep(subject, upload(PDF.ljust(files.MAX_SIZE)), by=coordinator)
    with pytest.raises(ValidationError, match="10 MB"):
        files.keep(subject, upload(PDF.ljust(files.MAX_SIZE + 1)), by=coordinator)


def test_the_same_file_is_kept_once(subject: Subject, cast: Cast, coordinator: Actor) -> None:
    """Per subject: what another subject has is none of this one's business."""
    kept = files.keep(subject, upload(), by=coordinator)
    assert files.keep(subject, upload(name="again.pdf"), by=coordinator) == kept
    other = subjects.add(cast.site, by=coordinator)
    assert files.keep(other, upload(), by=coordinator) != kept


def test_an_odd_name_is_kept_as_far_as_it_goes(subject: Subject, coordinator: Actor) -> None:
    kept = files.keep(subject, upload(name="化验单\0" + "x" * 300 + ".pdf"), by=coordinator)
    kept.refresh_from_db()
    assert len(kept.name) == 150
    assert kept.name.endswith(".pdf")


@pytest.mark.req("ENT-03")
def test_nobody_but_the_sites_own_staff_keeps_files(subject: Subject, cast: Cast, monitor: Actor) -> None:
    for by in (monitor, cast.actor(cast.other_coordinator)):
        with pytest.raises(PermissionDenied):
            files.keep(subject, upload(), by=by)


def test_a_file_of_another_subject_is_refused_by_name(subject: Subject, cast: Cast, coordinator: Actor) -> None:
    other = subjects.add(cast.site, by=coordinator)
    foreign = files.keep(other, upload(), by=coordinator)
    for given in (foreign, foreign.pk, "1", "report.pdf", True):
        with pytest.raises(ValidationError) as caught:
            attach(subject, given, coordinator)
        assert list(caught.value.message_dict) == ["lbreport"]


@pytest.mark.req("ADM-05", "AUD-04", "TIM-01")
def test_a_kept_file_never_changes(subject: Subject, coordinator: Actor) -> None:
    kept = files.keep(subject, upload(), by=coordinator)
    with refused("permission denied"):
        StoredFile.objects.filter(pk=kept.pk).update(content=b"%PDF-other")
    with refused("permission denied"):
        kept.delete()
    with refused("its change record says otherwise"):
        kept.pk, kept.uploaded_at = None, "2020-01-01T00:00Z"
        kept.save(force_insert=True)


def test_a_save_does_not_read_what_is_in_the_file(subject: Subject, coordinator: Actor) -> None:
    """Ten megabytes are not fetched to compare one figure."""
    attach(subject, files.keep(subject, upload(), by=coordinator), coordinator)
    place = trial.place_at(subject, "SCR", "CHEM")
    with CaptureQueriesContext(connection) as seen:
        saved = trial.save(place, Entry({"lbnam": "Central"}), by=coordinator, reason=WHY)
    assert saved.change
    assert not [query["sql"] for query in seen if "core_storedfile" in query["sql"]]


def test_samples_know_the_three_kinds(subject: Subject, coordinator: Actor) -> None:
    kinds = [kept.content_type for kept in samples.keep_files(subject, coordinator)]
    assert kinds == ["application/pdf", "image/png", "image/jpeg"]
