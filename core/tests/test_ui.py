"""The pieces pages are made of: time with its offset, states in words, icons and vendored files as recorded."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.models import Site
from core.templatetags.ui import STATES

ROOT = Path(settings.BASE_DIR)
VENDOR = ROOT / "static" / "vendor"
MOMENT = datetime(2026, 11, 24, 8, 20, 31, tzinfo=UTC)


def render(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


@pytest.mark.req("TIM-01")
def test_it_works() -> None:
    shown = render("{% stamp moment site %}", moment=MOMENT, site=Site(code="01", time_zone="Asia/Shanghai"))
    assert shown == '<time datetime="2026-11-24T16:20:31+08:00">2026-11-24 16:20 +08:00</time>'


@pytest.mark.req("TIM-01")
def test_without_a_site_the_readers_clock_counts() -> None:
    with timezone.override(ZoneInfo("America/New_York")):
        assert ">2026-11-24 03:20:31 -05:00<" in render("{% stamp moment seconds=True %}", moment=MOMENT)


@pytest.mark.req("TIM-01")
def test_half_hours_and_the_next_day_are_shown_right() -> None:
    late = datetime(2026, 2, 28, 20, 0, tzinfo=UTC)
    shown = render("{% stamp moment site %}", moment=late, site=Site(code="02", time_zone="Asia/Kolkata"))
    assert ">2026-03-01 01:30 +05:30<" in shown


def test_a_date_reads_the_same_in_every_language() -> None:
    with translation.override("zh-hans"):
        assert render("{% when day %}", day=date(2026, 3, 1)) == '<time datetime="2026-03-01">2026-03-01</time>'


def test_an_absent_date_is_said_in_words() -> None:
    assert render("{% when day %}|{% stamp day %}", day=None) == "|".join(['<span class="no-value">none</span>'] * 2)


@pytest.mark.parametrize("state", STATES)
def test_each_state_is_a_word_and_not_a_colour_alone(state: str) -> None:
    assert re.fullmatch(rf'<span class="pill state-{state}">[A-Z][a-z ]+</span>', render(f'{{% pill "{state}" %}}'))


def test_a_state_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        render('{% pill "splendid" %}')


def test_a_label_cannot_carry_markup() -> None:
    assert "&lt;b&gt;" in render('{% pill "due" label %}', label="<b>")


def test_an_icon_without_label_is_silent_and_one_with_label_speaks() -> None:
    assert 'aria-hidden="true"' in render('{% icon "house" %}')
    assert 'aria-label="Home"' in render('{% icon "house" "Home" %}')


def test_every_icon_of_the_templates_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (VENDOR / "bootstrap-icons" / "sprite.svg").read_text()))
    pages = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html"))
    used = set(re.findall(r'{% icon "([^"]+)"', pages))
    assert used
    assert used <= sprite


def test_vendored_files_are_those_on_record() -> None:
    recorded = dict(re.findall(r"\| `([^`]+/[^`]+)` \| `([0-9a-f]{64})` \|", (VENDOR / "VERSIONS.md").read_text()))
    files = [path for path in VENDOR.rglob("*") if path.is_file() and path.suffix != ".md" and path.name != "LICENSE"]
    assert {
        path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    } == recorded


@pytest.mark.parametrize("page", ["400.html", "403_csrf.html", "500.html"])
def test_error_pages_stand_without_a_request(page: str) -> None:
    assert "<h1>" in render_to_string(page)


def test_no_page_reaches_for_another_host_or_runs_inline_code() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?:src|href|action)=[\"']?(?:https?:)?//", text), path
        if path.name in ("report_document.html", "blank_document.html", "blank_contents.html"):
            continue  # no pages: documents that are kept as a file and opened without the application
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", text), path
