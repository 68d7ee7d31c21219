"""A monitor verifies by keyboard, without script, and on a phone."""

from __future__ import annotations

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.testing import PASSWORD, Cast
from core.actions import subject, verification
from core.models import Subject
from core.testing.forms import enter
from core.testing.trial import CALM, VISIT_ON, WHY, place_at, save_vs
from core.verification import Answer
from tests.conftest import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.req("QRY-02")]

SPLIT = "/subjects/01-001/verify/"
VS = f"{SPLIT}?visit=SCR&form=VS"
FOCUSED = "document.activeElement.value"


@pytest.fixture
def of(everyone: Cast) -> Subject:
    """01-001: vital signs of which one value changed after it was verified, demography, chemistry, an event."""
    by, monitor = everyone.actor(everyone.coordinator), everyone.actor(everyone.monitor)
    found = subject.add(everyone.site, by=by)
    save_vs(found, CALM | {"sysbp": "250"}, by=by)
    verification.verify(place_at(found, "SCR", "VS"), {Answer("", None, "pulse")}, by=monitor, revision=1)
    save_vs(found, {"pulse": "74"}, by=by, reason=WHY)
    enter(by, found, "SCR", "DM", {"sex": "F", "brthdat": "1980-05"})
    rows = [{"lbtestcd": test, "lborres": "30", "lborresu": "U/L"} for test in ("ALT", "AST")]
    enter(by, found, "SCR", "CHEM", {"lbperf": "Y", "lbdat": "2026-03-02"}, rows={"results": rows}, on=VISIT_ON)
    enter(by, found, "LOG", "AE", {"aeterm": "Fever", "aestdat": "2026-03", "aeser": "N"})
    return found


@pytest.fixture
def monitoring(page: Page, everyone: Cast, of: Subject, sign_in: SignIn) -> Page:
    """The monitor has signed in."""
    sign_in(page, everyone.monitor)
    return page


def marks(of: Subject, code: str = "VS") -> set[str]:
    return set(place_at(of, "SCR", code).record.verified)  # type: ignore[union-attr]


def test_it_works(monitoring: Page, of: Subject, complaints: list[str]) -> None:
    """One key to the next answer, Space to tick it, two keys to save and go on: no pointer."""
    keys = monitoring.keyboard
    monitoring.goto(VS)
    assert monitoring.evaluate(FOCUSED) == "vsperf", "it opens at the first answer to verify"
    for name in ("vsperf", "temp", "pulse", "resp", "sysbp", "diabp", "oxysat", "weight"):
        assert monitoring.evaluate(FOCUSED) == name
        keys.press("Space")
        keys.press("n")
    assert monitoring.evaluate("document.activeElement.hasAttribute('data-save')"), "nothing is left: save"
    expect(monitoring.locator("[data-unsaved]")).to_be_visible()
    with monitoring.expect_navigation():
        keys.press("Control+s")
    assert marks(of) == {"vsperf", "temp", "pulse", "resp", "sysbp", "diabp", "oxysat", "weight"}
    assert "form=CHEM" in monitoring.url
    expect(monitoring.locator("main")).to_contain_text("8 answers verified.")
    assert complaints == []


def test_next_goes_to_the_next_form_when_all_is_verified(monitoring: Page, of: Subject) -> None:
    monitoring.goto(VS)
    with monitoring.expect_navigation():
        monitoring.get_by_role("button", name="Verify all shown").click()
    monitoring.goto(VS)
    with monitoring.expect_navigation():
        monitoring.keyboard.press("n")
    assert "form=CHEM" in monitoring.url


def test_n_is_a_letter_where_one_types(monitoring: Page, of: Subject) -> None:
    monitoring.goto(VS)
    monitoring.get_by_label("Temperature", exact=True).check()
    monitoring.keyboard.press("Control+s")
    monitoring.wait_for_url("**form=CHEM**")
    monitoring.goto(VS)
    monitoring.locator("#id_reason").focus()
    monitoring.keyboard.type("no")
    assert monitoring.locator("#id_reason").input_value() == "no"


def test_a_section_s_tick_ticks_its_answers_and_follows_them(monitoring: Page, of: Subject) -> None:
    monitoring.goto(VS)
    section = monitoring.locator("[data-section]").nth(1)
    head = section.locator("[data-tick-section]")
    head.check()
    assert section.locator("[data-tick]:not(:checked)").count() == 0
    section.locator("[data-tick]").first.uncheck()
    assert not head.is_checked()
    with monitoring.expect_navigation():
        monitoring.keyboard.press("Control+s")
    assert marks(of) == {"pulse", "resp", "sysbp", "diabp", "oxysat", "weight"}


def test_without_script_next_is_a_link_and_ticks_are_saved(
    chromium: Browser, live_app: LiveServer, everyone: Cast, of: Subject
) -> None:
    context = chromium.new_context(base_url=live_app.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in/")
    page.fill("[name=username]", everyone.monitor.username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.goto(VS)
    page.get_by_role("link", name="Next to verify").click()
    assert page.url.endswith("#answer-VS-1-vsperf")
    page.get_by_label("Temperature", exact=True).check()
    page.get_by_label("Verify this section").first.check()
    page.get_by_role("button", name="Save and go to the next form").click()
    page.wait_for_url("**form=CHEM**")
    assert marks(of) == {"temp", "vsperf", "vstim", "vspos"}
    context.close()


def test_history_and_question_open_beside_the_answers(monitoring: Page, of: Subject, complaints: list[str]) -> None:
    monitoring.goto(VS)
    for name in ("History of Pulse rate", "Ask about Pulse rate"):
        monitoring.get_by_role("link", name=name).click()
        expect(monitoring.locator("#side-panel")).to_contain_text("Pulse rate")
        monitoring.keyboard.press("Escape")
    assert complaints == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_its_pages_are_usable_at_desk_and_on_a_phone(
    monitoring: Page, everyone: Cast, complaints: list[str], language: str
) -> None:
    everyone.monitor.language = language
    everyone.monitor.save()
    shots = os.environ.get("SHOTS")
    for name, url in PAGES.items():
        for width in (390, 1280):
            monitoring.set_viewport_size({"width": width, "height": 900})
            answer = monitoring.goto(url)
            assert answer is not None
            assert answer.status == 200, url
            if shots:
                monitoring.screenshot(path=f"{shots}/{name}-{width}-{language}.png", full_page=True)
            assert monitoring.evaluate("document.documentElement.scrollWidth <= innerWidth"), (url, width)
        found = Axe().run(monitoring).response["violations"]
        assert [(url, each["id"], each["nodes"][0]["html"]) for each in found] == []
    assert complaints == []


PAGES = {
    "home": "/",
    "list": "/verify/",
    "vs": VS,
    "chem": f"{SPLIT}?visit=SCR&form=CHEM",
    "visit": f"{SPLIT}?visit=SCR&required=1",
    "log": f"{SPLIT}?visit=LOG",
    "changed": "/reviewed/",
    "review": "/subjects/01-001/reviewed/",
}
