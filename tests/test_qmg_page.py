"""The QMG page with a patient waiting: digits, figures and Enter are enough, and the words may be the site's own."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.testing import Cast
from core.actions import subject
from core.crf import licensed, read
from core.testing.forms import enter
from core.testing.trial import VISIT_ON
from tests.conftest import SignIn

pytestmark = pytest.mark.browser

QMG = "/subjects/01-001/visits/SCR/QMG/"
# From the first question to the last, Enter between them: a digit picks a choice, else a figure is typed.
BEGIN = ("2", "0930", "R01", "2", "2", f"{VISIT_ON} 0730")
EYES_TO_SPEECH = ("1", "34", "2", "1", "0", "1", "28")
ARMS_AND_BREATH = ("1", "95.5", "2", "1", "78.4", "1")
GRIP = ("D12", "1", "1", "14.9", "15.2", "14", "2")
HEAD_AND_LEGS = ("1", "45", "2", "1", "30")
POINTS = [1, 0, 1, 0, 2, 1, 0, 1, 1, 3, 1, 0, 2]


@pytest.fixture
def at_qmg(page: Page, everyone: Cast, sign_in: SignIn) -> Page:
    """An empty QMG of a woman at screening."""
    by = everyone.actor(everyone.coordinator)
    enter(by, subject.add(everyone.site, by=by), "SCR", "DM", {"sex": "F"}, on=VISIT_ON)
    sign_in(page, everyone.coordinator)
    page.goto(QMG)
    return page


def picture(page: Page, name: str) -> None:
    """Screenshots are kept where one asks for them: PICTURES=folder."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_the_whole_scale_is_filled_in_by_digits_figures_and_enter(at_qmg: Page, complaints: list[str]) -> None:
    keys = 0
    for answer in (*BEGIN, *EYES_TO_SPEECH, *ARMS_AND_BREATH, *GRIP, *HEAD_AND_LEGS):
        at_qmg.keyboard.type(answer)
        at_qmg.keyboard.press("Enter")
        keys += len(answer) + 1
    expect(at_qmg.locator("[data-sum]")).to_have_count(0)  # points are no sum of answers: they come with saving
    picture(at_qmg, "qmg-filled")
    with at_qmg.expect_navigation():
        at_qmg.keyboard.press("Control+s")
    print(f"QMG by keyboard: {keys + 1} keys, 0 clicks")
    picture(at_qmg, "qmg-saved")

    record: Any = read.form_models()["QMG"].objects.get()
    assert [getattr(record, f"qmg{number:02}") for number in range(1, 14)] == POINTS
    assert record.qmgtot == sum(POINTS)
    expect(at_qmg.locator(".item-errors")).to_have_count(0)
    expect(at_qmg.locator("[data-item=rscheihr]")).to_contain_text("2.0 h")
    expect(at_qmg.locator("[data-item=rscheidtc] .item-query")).to_have_count(1)
    assert complaints == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_is_usable_at_desk_and_on_a_phone(
    at_qmg: Page, everyone: Cast, complaints: list[str], language: str
) -> None:
    everyone.coordinator.language = language
    everyone.coordinator.save()
    for form in ("QMG", "MGC", "MGQOL", "MGFA"):
        for width in (1280, 390):
            at_qmg.set_viewport_size({"width": width, "height": 900})
            at_qmg.goto(f"/subjects/01-001/visits/SCR/{form}/")
            at_qmg.keyboard.type("2")
            expect(at_qmg.locator("[name=rsperf][value=Y], [name=qsperf][value=Y]")).to_be_checked()
            assert at_qmg.evaluate("document.documentElement.scrollWidth <= innerWidth"), (form, width)
            picture(at_qmg, f"{form.lower()}-{language}-{width}")
        found = Axe().run(at_qmg).response["violations"]
        assert [(form, each["id"], each["nodes"][0]["html"]) for each in found] == []
    assert complaints == []


def test_the_site_s_own_wording_is_shown_and_escaped_and_our_code_is_stored(
    at_qmg: Page, settings: Any, tmp_path: Path
) -> None:
    words = {"0": "shut <b>tight</b>", "1": "shut", "2": "half shut", "3": "open"}
    path = tmp_path / "texts.json"
    path.write_text(json.dumps({"en": {"QMG": {"qmg03c": {"label": "Lids, as licensed", "codes": words}}}}))
    settings.INSTRUMENT_TEXTS = str(path)
    licensed._read.cache_clear()
    at_qmg.goto(QMG)
    at_qmg.locator("[name=rsperf][value=Y]").check()

    expect(at_qmg.locator("[data-item=qmg03c]")).to_contain_text("Lids, as licensed")
    expect(at_qmg.locator("[data-item=qmg03c]")).to_contain_text("shut <b>tight</b>")
    at_qmg.locator("[name=qmg03c][value='2']").check()
    with at_qmg.expect_navigation():
        at_qmg.keyboard.press("Control+s")
    record: Any = read.form_models()["QMG"].objects.get()
    assert (record.qmg03c, record.qmg03) == ("2", 2)
    at_qmg.goto(f"{QMG}history/qmg03c/")
    expect(at_qmg.locator("body")).to_contain_text("Close fully, hold against none")
    expect(at_qmg.locator("body")).not_to_contain_text("half shut")
