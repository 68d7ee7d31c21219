"""What a person typed survives the browser, the session and the network (AUD-03), and the page helps while typing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import BrowserContext, Page, expect

from accounts.testing import Cast
from core.actions import subject
from core.crf import read
from core.models import DraftEntry, Subject
from core.testing.trial import CALM, save_vs
from tests.conftest import SignIn

pytestmark = pytest.mark.browser

VS = "/subjects/01-001/visits/SCR/VS/"
KEPT, NOTICE = "[data-journal-state]", "[data-journal-notice]"


@pytest.fixture
def at_form(page: Page, everyone: Cast, sign_in: SignIn) -> Page:
    """The coordinator has opened the vital signs of a new subject."""
    subject.add(everyone.site, by=everyone.actor(everyone.coordinator))
    sign_in(page, everyone.coordinator)
    page.goto(VS)
    page.locator("[name=vsperf][value=Y]").check()
    return page


def type_in(page: Page, name: str, text: str) -> None:
    page.locator(f"[name={name}]").press_sequentially(text)


@pytest.mark.req("AUD-03")
def test_a_browser_that_dies_loses_nothing(
    at_form: Page, everyone: Cast, sign_in: SignIn, open_browser: Callable[[], BrowserContext]
) -> None:
    type_in(at_form, "temp", "38.4")
    expect(at_form.locator(KEPT)).to_contain_text("kept on the server", timeout=3000)
    at_form.context.close()

    elsewhere = open_browser().new_page()
    sign_in(elsewhere, everyone.coordinator)
    elsewhere.goto(VS)

    expect(elsewhere.locator("[name=temp]")).to_have_value("38.4")
    expect(elsewhere.locator("[name=vsperf][value=Y]")).to_be_checked()
    expect(elsewhere.locator("main")).to_contain_text("This is what you typed and did not save yet")
    assert not read.form_models()["VS"].objects.exists()


@pytest.mark.req("AUD-03")
def test_a_session_that_ends_over_an_open_form_loses_nothing(at_form: Page, everyone: Cast, sign_in: SignIn) -> None:
    Session.objects.all().delete()
    at_form.fill("[name=visit_on]", "2026-03-02")
    type_in(at_form, "temp", "36.8")
    expect(at_form.locator(NOTICE)).to_be_visible(timeout=5000)
    expect(at_form.locator(NOTICE)).to_contain_text("You are signed out")

    sign_in(at_form.context.new_page(), everyone.coordinator)

    expect(at_form.locator(NOTICE)).to_be_hidden(timeout=20000)
    with at_form.expect_navigation():
        at_form.keyboard.press("Control+s")
    assert str(read.form_models()["VS"].objects.get().temp) == "36.8"  # type: ignore[attr-defined]


@pytest.mark.req("AUD-03")
def test_a_network_that_goes_away_loses_nothing(at_form: Page) -> None:
    at_form.context.set_offline(True)
    type_in(at_form, "temp", "36.8")
    expect(at_form.locator(NOTICE)).to_contain_text("Offline", timeout=5000)

    at_form.context.set_offline(False)

    expect(at_form.locator(NOTICE)).to_be_hidden(timeout=20000)
    assert DraftEntry.objects.filter(name="temp").last().value == "36.8"  # type: ignore[union-attr]


def test_leaving_with_unsaved_changes_is_asked_about(at_form: Page) -> None:
    type_in(at_form, "temp", "36.8")
    expect(at_form.locator("[data-unsaved]")).to_be_visible()
    asked: list[str] = []

    def stay(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    at_form.on("dialog", stay)
    at_form.close(run_before_unload=True)
    at_form.wait_for_timeout(500)

    assert asked == ["beforeunload"]


def test_the_page_helps_while_one_types(at_form: Page, complaints: list[str]) -> None:
    expect(at_form.locator("[data-item=vsreasnd]")).to_be_hidden()
    at_form.locator("[name=vsperf]").first.focus()
    at_form.keyboard.press("1")
    expect(at_form.locator("[data-item=vsreasnd]")).to_be_visible()
    expect(at_form.locator("[data-item=temp]")).to_be_hidden()
    at_form.keyboard.press("2")
    type_in(at_form, "temp", "42")
    expect(at_form.locator("[data-item=temp] [data-warning]")).to_contain_text("Outside the expected range")
    assert complaints == []


def test_scores_add_up_while_they_are_answered(at_form: Page) -> None:
    at_form.goto("/subjects/01-001/visits/SCR/MGADL/")
    at_form.locator("[name=qsperf][value=Y]").check()
    for item, score in (("mgadl01", 2), ("mgadl02", 1), ("mgadl07", 3)):
        at_form.locator(f"[name={item}][value='{score}']").check()

    expect(at_form.locator("[data-item=mgadltot] output")).to_have_text("6 (3 of 8 answered)")


def test_a_second_person_s_save_is_shown_and_nothing_is_overwritten(
    at_form: Page, everyone: Cast, complaints: list[str]
) -> None:
    of = Subject.objects.get()
    save_vs(of, CALM, by=everyone.actor(everyone.coordinator))
    at_form.goto(VS)
    save_vs(of, {"pulse": "75"}, by=everyone.actor(everyone.coordinator2), reason="read again")
    at_form.fill("[name=pulse]", "99")
    at_form.fill("[name=reason]", "mistyped")

    with at_form.expect_navigation():
        at_form.keyboard.press("Control+s")

    table = at_form.locator("table.compare")
    expect(table).to_contain_text("99")
    expect(table).to_contain_text("75")
    expect(at_form.locator("[name=pulse]")).to_have_value("99")
    assert read.form_models()["VS"].objects.get().pulse == 75  # type: ignore[attr-defined]


@pytest.mark.req("AUD-03", "ENT-05")
def test_what_was_typed_before_a_colleague_saved_is_shown_beside_it(at_form: Page, everyone: Cast) -> None:
    of = Subject.objects.get()
    save_vs(of, CALM, by=everyone.actor(everyone.coordinator))
    at_form.goto(VS)
    at_form.fill("[name=pulse]", "60")
    expect(at_form.locator(KEPT)).to_contain_text("kept on the server", timeout=3000)
    save_vs(of, {"pulse": "95"}, by=everyone.actor(everyone.coordinator2), reason="read again")

    again = at_form.context.new_page()
    again.goto(VS)

    expect(again.locator("[name=pulse]")).to_have_value("60")
    expect(again.locator("table.compare")).to_contain_text("95")


def test_a_saved_form_opens_at_the_answer_not_beside_it(at_form: Page, everyone: Cast) -> None:
    save_vs(Subject.objects.get(), CALM, by=everyone.actor(everyone.coordinator))
    at_form.goto(VS)

    at_form.keyboard.press("Space")

    assert at_form.evaluate("document.activeElement.value") == "Y"
    expect(at_form.locator("[name=vsperf][value=Y]")).to_be_checked()


def test_enter_goes_to_the_next_answer_and_saves_nothing(at_form: Page) -> None:
    at_form.locator("[name=vspos][value=SITTING]").focus()
    at_form.keyboard.press("Enter")
    assert at_form.evaluate("document.activeElement.name") == "temp"
    at_form.keyboard.type("36.6")
    at_form.keyboard.press("Enter")

    assert at_form.evaluate("document.activeElement.name") == "pulse"
    assert not read.form_models()["VS"].objects.exists()


def test_a_form_opens_at_its_first_field_and_a_refused_one_at_what_was_refused(at_form: Page) -> None:
    assert at_form.evaluate("document.activeElement.name") == "vsperf"  # the fixture has just answered it
    at_form.goto("/subjects/01-001/visits/SCR/MGADL/")
    assert at_form.evaluate("document.activeElement.name") == "visit_on"
    at_form.goto(VS)
    at_form.locator("[name=vsperf][value=Y]").check()  # whether the journal had it by now is another test's question
    at_form.fill("[name=temp]", "abc")
    with at_form.expect_navigation():
        at_form.keyboard.press("Control+s")
    assert at_form.evaluate("document.activeElement.name") == "temp"
