"""Blank forms for paper: every question of every form, in both languages, also without the server."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils.translation import override

from accounts.testing import Cast
from core import blank, schedule
from core.crf import read
from core.crf.provenance import own
from core.models import Subject
from core.testing.forms import enter
from core.testing.trial import VISIT_ON, home_of
from core.tests.scenes import client_of, text_of

pytestmark = pytest.mark.req("BCK-02")


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)).split())


def squeezed(text: Any) -> str:
    return " ".join(str(text).split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of them, written once."""
    made = tmp_path_factory.mktemp("blank")
    call_command("blank_forms", made, verbosity=0)
    return made


def test_it_works(folder: Path) -> None:
    page = words((folder / "en" / "form-VS.html").read_text("utf-8"))
    for said in ("Vital signs", "Subject number", "Visit date", "Filled in by", "Signature", "mmHg", "____-__-__"):
        assert said in page


@pytest.mark.parametrize("code", sorted(form.code for form in read.forms()))
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_question_and_every_answer_of_a_form_is_on_its_sheet(folder: Path, language: str, code: str) -> None:
    page = words((folder / language / f"form-{code}.html").read_text("utf-8"))
    with override(language):
        for part in read.form(code).parts:
            for item in own(part.items):
                assert item.derived or squeezed(item.label) in page, item.name
                for answer in () if item.derived else item.codes:
                    assert squeezed(answer.label) in page, (item.name, answer.code)
                assert item.derived or item.unit in page, item.name
            for start in getattr(part, "start", ()):
                for name, value in start.items():
                    item = next(each for each in part.items if each.name == name)
                    assert squeezed(item.label_of(value)) in page


def test_a_file_needs_nothing_beside_it(folder: Path) -> None:
    for file in folder.rglob("*.html"):
        html = file.read_text("utf-8")
        assert not re.search(r"<(script|link|img)\b|url\(|https?://", html), file
        for address in re.findall(r'href="([^"]+)"', html):
            assert (file.parent / address).exists(), (file, address)


def test_every_visit_that_has_forms_is_one_document(folder: Path) -> None:
    for visit in schedule.current().visits:
        codes = blank.codes_of(visit)
        page = folder / "en" / f"visit-{visit.code}.html"
        assert page.exists() is bool(codes)
        if codes:
            assert page.read_text("utf-8").count("<article") == len(codes)


def test_what_is_derived_and_how_it_was_transcribed_is_not_asked_on_paper(folder: Path) -> None:
    page = words((folder / "en" / "form-MGADL.html").read_text("utf-8"))
    total = next(item for item in read.form("MGADL").items if item.derived)
    assert squeezed(total.label) not in page
    assert "If not entered at once" not in page


def test_a_second_run_writes_the_same(folder: Path) -> None:
    before = {file: file.read_bytes() for file in folder.rglob("*.html")}
    call_command("blank_forms", folder, verbosity=0)
    assert {file: file.read_bytes() for file in folder.rglob("*.html")} == before


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_whoever_may_view_prints_in_the_reader_s_language(cast: Cast, language: str) -> None:
    for person in (cast.coordinator, cast.monitor, cast.auditor):
        person.language = language
        person.save()
        client = client_of(person)
        listed = client.get("/blank-forms/")
        assert listed.status_code == 200
        with override(language):
            assert squeezed(read.form("VS").title) in text_of(listed)
            assert squeezed(read.form("VS").title) in text_of(client.get("/blank-forms/SCR/"))
            assert squeezed(read.form("VS").item("sysbp").label) in text_of(client.get("/blank-forms/SCR/VS/"))
    assert client_of(cast.administrator).get("/blank-forms/").status_code == 403


@pytest.mark.parametrize("address", ["XX/", "SCR/XX/", "SCR/AE/", "XX/VS/"])
def test_there_is_no_page_of_what_is_not_asked(cast: Cast, address: str) -> None:
    assert client_of(cast.coordinator).get(f"/blank-forms/{address}").status_code == 404


def test_for_a_subject_its_number_is_on_each_sheet(cast: Cast, subject: Subject) -> None:
    client = client_of(cast.coordinator)
    page = client.get("/blank-forms/SCR/?subject=01-001").content.decode()
    assert page.count("<b>01-001</b>") == page.count("<article")
    assert client_of(cast.other_coordinator).get("/blank-forms/SCR/?subject=01-001").status_code == 404
    assert client.get("/blank-forms/SCR/?subject=99-999").status_code == 404
    assert "/blank-forms/SCR/?subject=01-001" in client.get("/subjects/01-001/visits/SCR/").content.decode()


def test_for_a_subject_what_is_not_asked_of_it_is_left_out(cast: Cast, subject: Subject, coordinator: Any) -> None:
    client = client_of(cast.coordinator)
    title = squeezed(read.form("UPT").title)
    assert title in text_of(client.get("/blank-forms/SCR/?subject=01-001"))
    enter(coordinator, subject, home_of("DM", subject, coordinator), "DM", {"sex": "M"}, on=VISIT_ON)
    assert title not in text_of(client.get("/blank-forms/SCR/?subject=01-001"))
