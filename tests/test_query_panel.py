"""Queries beside the form, in a real browser and by keyboard: ask, answer, change because of it, close."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.testing import Cast
from core.actions import query as acts
from core.actions import subject
from core.models import Change, Query, QueryState
from core.testing.trial import CALM, save_vs
from core.tests.query_scenes import raised
from tests.conftest import SignIn

pytestmark = pytest.mark.browser

FORM = "/subjects/01-001/visits/SCR/VS/"


def picture(page: Page, name: str) -> None:
    """Screenshots are kept where one asks for them: PICTURES=folder."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def usable(page: Page) -> None:
    """Nothing that shuts anybody out."""
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


@pytest.fixture
def entered(everyone: Cast) -> Cast:
    """Vital signs at screening, with nothing asked yet."""
    by = everyone.actor(everyone.coordinator)
    save_vs(subject.add(everyone.site, by=by), CALM, by=by)
    return everyone


@pytest.mark.req("QRY-01")
def test_a_query_is_asked_answered_and_closed_beside_the_form(
    page: Page, entered: Cast, complaints: list[str], sign_in: SignIn
) -> None:
    panel = page.locator("#side-panel")
    sign_in(page, entered.monitor)
    page.goto(FORM)
    link = page.locator("#item-sysbp").get_by_role("link", name="Ask about Systolic blood pressure")
    link.focus()
    page.keyboard.press("Enter")
    expect(panel).to_be_focused()
    page.get_by_label("What the site should check").fill("Which arm?")
    picture(page, "query-ask")
    usable(page)
    page.get_by_role("button", name="Raise the query").press("Enter")
    expect(panel).to_contain_text("The query is raised.")
    page.keyboard.press("Escape")
    expect(panel).to_be_empty()
    expect(page.locator("#item-sysbp .item-query")).to_have_count(0)
    page.reload()
    expect(page.locator("#item-sysbp .item-query")).to_contain_text("Which arm?")
    page.context.clear_cookies()

    sign_in(page, entered.coordinator)
    page.goto(FORM)
    page.locator("#id_sysbp").fill("124")  # being typed, not saved: it stays while the query is answered
    page.locator("#item-sysbp").get_by_role("link", name="Answer").press("Enter")
    expect(panel).to_contain_text("Which arm?")
    page.get_by_label("What the source says").fill("The left one.")
    picture(page, "query-answer")
    usable(page)
    page.get_by_role("button", name="Send the answer").press("Enter")
    expect(panel).to_contain_text("Your answer is kept.")
    expect(page.locator("#item-sysbp .item-query")).to_contain_text("Answered query")
    expect(page.locator("#id_sysbp")).to_have_value("124")
    page.get_by_role("link", name="Change the form because of this query").click()
    expect(page.locator("main")).to_contain_text("What you change now is kept as done because of the query")
    page.locator("#id_sysbp").fill("122")
    page.locator("#id_reason").fill("Source corrected")
    picture(page, "query-because")
    page.keyboard.press("Control+s")
    expect(page.locator("#messages")).to_contain_text("Saved")
    page.context.clear_cookies()

    query = Query.objects.get()
    assert Change.objects.filter(query=query, kind="CHANGE").count() == 1
    sign_in(page, entered.monitor)
    page.goto(FORM)
    page.locator("#item-sysbp").get_by_role("link", name="Thread").press("Enter")
    expect(panel).to_contain_text("from 120 to 122 mmHg")
    picture(page, "query-thread")
    usable(page)
    page.get_by_label("Why it is settled").fill("Seen in the source.")
    page.get_by_role("button", name="Close the query").press("Enter")
    expect(panel).to_contain_text("The query is closed.")
    expect(page.locator("#item-sysbp .item-query")).to_contain_text("Closed query")
    query.refresh_from_db()
    assert query.state == QueryState.CLOSED
    assert complaints == []


def test_what_is_typed_in_a_stale_panel_stays(page: Page, entered: Cast, sign_in: SignIn) -> None:
    query = raised(entered)
    panel = page.locator("#side-panel")
    sign_in(page, entered.coordinator)
    page.goto(FORM)
    page.locator("#item-sysbp").get_by_role("link", name="Answer").press("Enter")
    page.get_by_label("What the source says").fill("Typed in vain?")
    acts.answer(query, "First.", by=entered.actor(entered.coordinator2))
    page.get_by_role("button", name="Send the answer").press("Enter")
    expect(panel).to_contain_text("answered or closed in the meantime")
    expect(panel).to_contain_text("First.")
    expect(page.get_by_label("What the source says")).to_have_value("Typed in vain?")
    picture(page, "query-stale")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_lists_and_previews_are_usable_at_desk_and_on_a_phone(
    page: Page, entered: Cast, complaints: list[str], sign_in: SignIn, language: str
) -> None:
    acts.answer(raised(entered), "The left one.", by=entered.actor(entered.coordinator))
    entered.monitor.language = language
    entered.monitor.save()
    sign_in(page, entered.monitor)
    pages = ["/queries/", "/queries/raise/?form=VS&item=sysbp", f"/queries/{Query.objects.get().pk}/", "/deviations/"]
    pages += [f"{FORM}queries/sysbp/", "/subjects/01-001/visits/SCR/queries/"]
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for url in pages:
            page.goto(url)
            picture(page, f"queries-{language}-{width}-{url.strip('/').split('?')[0].replace('/', '-')}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (url, width)
            usable(page)
        page.goto("/queries/")
        page.locator("button[name=whole]").press("Enter")
        expect(page.locator("#doable")).to_be_visible()
        picture(page, f"queries-{language}-{width}-preview")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        usable(page)
    assert complaints == []
