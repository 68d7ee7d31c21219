"""Files are given out as they were uploaded, to those who may see the subject, and never opened in the page."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.testing import Cast, make_cast
from core.actions import file as files
from core.actions import subject
from core.models import StoredFile
from core.tests.scenes import client_of

CONTENT = b"%PDF-1.7\n<script>alert(1)</script>"


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def stored(cast: Cast) -> StoredFile:
    by = cast.actor(cast.coordinator)
    of = subject.add(cast.site, by=by)
    return files.keep(of, SimpleUploadedFile('报告 "1".pdf', CONTENT, content_type="text/html"), by=by)


def address(file: StoredFile) -> str:
    return reverse("file-detail", args=[file.pk])


@pytest.mark.req("AUD-01")
def test_it_works(cast: Cast, stored: StoredFile) -> None:
    answer = client_of(cast.monitor).get(address(stored))
    assert answer.content == CONTENT
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["ETag"] == f'"{stored.sha256}"'
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E6%8A%A5%E5%91%8A")
    assert "private" in answer["Cache-Control"]


def test_who_has_it_already_is_not_sent_it_again(cast: Cast, stored: StoredFile) -> None:
    answer = client_of(cast.monitor).get(address(stored), headers={"if-none-match": f'"{stored.sha256}"'})
    assert answer.status_code == 304
    assert answer.content == b""
    changed = client_of(cast.monitor).get(address(stored), headers={"if-none-match": '"0000"'})
    assert changed.content == CONTENT


def test_another_sites_file_is_not_there_whoever_guesses_its_number(cast: Cast, stored: StoredFile) -> None:
    assert client_of(cast.other_coordinator).get(address(stored)).status_code == 404
    known = client_of(cast.other_coordinator).get(address(stored), headers={"if-none-match": f'"{stored.sha256}"'})
    assert known.status_code == 404
    assert client_of(cast.monitor).get(reverse("file-detail", args=[stored.pk + 1])).status_code == 404


def test_an_administrator_reads_no_clinical_file(cast: Cast, stored: StoredFile) -> None:
    assert client_of(cast.administrator).get(address(stored)).status_code == 403


def test_a_file_is_only_read(cast: Cast, stored: StoredFile) -> None:
    assert client_of(cast.coordinator).post(address(stored)).status_code == 405
