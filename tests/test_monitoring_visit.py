"""A monitoring visit in a real browser: review, verify, query, answer, close, sign, lock, unlock, look back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import Event, User
from accounts.testing import PASSWORD, Cast
from core.actions import subject as subjects
from core.actions.verify import verify_chain
from core.models import Change, Query, Signature, Subject
from core.testing.keyboard import Keyboard
from core.testing.trial import CALM, place_at, save_vs
from tests.conftest import SignIn
from tests.test_journey import picture

pytestmark = pytest.mark.browser

FORM = "/subjects/01-001/visits/SCR/VS/"
ASKED = "The monitor strip shows another pulse. Please check. 请核对脉搏。"
LOCK = "/subjects/01-001/lock/?visit=SCR"


@dataclass
class Room:
    """Four people at four machines."""

    open_browser: Callable[[], BrowserContext]
    sign_in: SignIn

    def seat(self, user: User) -> Page:
        """Somebody signs in on a browser of their own."""
        page = self.open_browser().new_page()
        self.sign_in(page, user)
        return page


@pytest.fixture
def entered(everyone: Cast) -> Subject:
    """01-001 with vital signs at screening: a pulse of 72 where the strip says 82."""
    by = everyone.actor(everyone.coordinator)
    found = subjects.add(everyone.site, by=by)
    save_vs(found, CALM, by=by)
    return found


@pytest.mark.req("AUD-05", "QRY-01", "QRY-02", "QRY-03", "SIG-01", "SIG-02", "SIG-04", "INV-01")
def test_a_monitoring_visit(
    everyone: Cast,
    entered: Subject,
    open_browser: Callable[[], BrowserContext],
    sign_in: SignIn,
    complaints: list[str],
) -> None:
    room = Room(open_browser, sign_in)
    monitor, coordinator = room.seat(everyone.monitor), room.seat(everyone.coordinator)
    the_monitor_reviews_and_verifies(monitor)
    the_monitor_asks(monitor)
    the_coordinator_answers_and_corrects(coordinator)
    the_monitor_closes_and_verifies_again(monitor)
    investigator = room.seat(everyone.investigator)
    the_investigator_signs(investigator)
    manager = room.seat(everyone.data_manager)
    the_data_manager_locks(manager)
    nothing_can_be_changed(coordinator)
    two_people_unlock(investigator, monitor)
    the_monitor_looks_back(monitor)
    # 403 and 409 answers are none of these; a refused request shows as an error of the network.
    assert complaints == []
    assert verify_chain(entered) == []
    kinds = list(Change.objects.filter(subject=entered).order_by("seq").values_list("kind", flat=True))
    assert kinds == ["CREATE", "CREATE", "VERIFY", "QUERY", "QUERY", "CHANGE", "QUERY", "VERIFY", "SIGN", "LOCK"] + [
        "ASK_UNLOCK",
        "UNLOCK",
    ]
    assert Change.objects.get(kind="CHANGE").query == Query.objects.get()
    assert Event.objects.filter(kind="SIGN_IN").count() == 4


def the_monitor_reviews_and_verifies(page: Page) -> None:
    page.goto("/")
    expect(page.locator("#changed")).to_contain_text("01-001")
    picture(page, "home-monitor")
    page.locator("#changed").get_by_role("link", name="01-001").first.click()
    expect(page.locator("main")).to_contain_text("72")
    picture(page, "review")
    page.get_by_role("button", name="Mark all shown as reviewed").click()
    page.goto("/")
    expect(page.locator("#changed")).to_contain_text("Nothing changed since you last reviewed.")
    page.goto("/subjects/01-001/verify/?visit=SCR&form=VS")
    picture(page, "verify")
    with page.expect_navigation():
        page.get_by_role("button", name="Verify all shown").click()


def the_monitor_asks(page: Page) -> None:
    """Beside the form, at the item."""
    page.goto(FORM)
    page.get_by_role("link", name="Ask about Pulse rate").click()
    panel = page.locator("#side-panel")
    panel.locator("textarea").fill(ASKED)
    picture(page, "query-beside-the-form")
    panel.get_by_role("button", name="Raise the query").click()
    expect(panel).to_contain_text(ASKED)


def the_coordinator_answers_and_corrects(page: Page) -> None:
    """By keyboard: home, the query, its answer, then the value because of it."""
    keyboard = Keyboard(page)
    page.goto("/queries/")
    keyboard.sees(ASKED)
    query = Query.objects.get()
    page.goto(f"/queries/{query.pk}/")
    keyboard.go_to("id_answer_text")
    keyboard.type("82 on the strip, corrected")
    keyboard.follow("Send the answer")
    page.goto(f"{FORM}?query={query.pk}")
    keyboard.sees("What you change now is kept as done because of the query")
    keyboard.go_to("pulse")
    page.keyboard.press("Control+a")
    keyboard.type("82")
    keyboard.go_to("reason")
    keyboard.type("read again from the strip")
    keyboard.save()
    expect(page.locator(".item-errors")).to_have_count(0)


def the_monitor_closes_and_verifies_again(page: Page) -> None:
    query = Query.objects.get()
    page.goto(f"/queries/{query.pk}/")
    expect(page.locator("main")).to_contain_text("82")
    picture(page, "query-thread")
    page.locator("#id_close_text").fill("Seen on the strip.")
    with page.expect_navigation():
        page.get_by_role("button", name="Close the query").click()
    page.goto("/changes/?after_verification=on")
    expect(page.locator("main")).to_contain_text("after verification")
    picture(page, "changes-after-verification")
    page.goto("/subjects/01-001/verify/?visit=SCR&form=VS")
    expect(page.locator("main")).to_contain_text("changed since")
    with page.expect_navigation():
        page.get_by_role("button", name="Verify all shown").click()


def the_investigator_signs(page: Page) -> None:
    """The statement once, then the forms, with both components."""
    page.goto("/signature-statement/?next=/subjects/01-001/sign/")
    page.locator("[name=password]").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="I have read the statement and accept it").click()
    page.goto("/subjects/01-001/sign/?visit=SCR")
    picture(page, "sign")
    page.locator("[name=tick]").check()
    page.locator("[name=meaning]").first.check()
    page.locator("[name=signer]").fill("chen.jing")
    page.locator("[name=password]").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign the ticked forms").click()
    assert Signature.objects.get().actor_name == "Chen Jing 陈静"
    page.goto("/subjects/01-001/signatures/")
    expect(page.locator("main")).to_contain_text("Stands")
    expect(page.locator("main")).to_contain_text("+08:00")
    picture(page, "signatures")


def the_data_manager_locks(page: Page) -> None:
    page.goto(LOCK)
    expect(page.locator("main")).to_contain_text("Nothing blocks the lock.")
    for box in page.locator("[name=seen]").all():
        box.check()
    picture(page, "lock")
    with page.expect_navigation():
        page.get_by_role("button", name="Lock: nothing changes any more").click()
    expect(page.locator("main")).to_contain_text("It is locked")


def nothing_can_be_changed(page: Page) -> None:
    page.goto(FORM)
    expect(page.locator("main")).to_contain_text("Nothing can be changed")
    expect(page.locator("form [name=pulse]")).to_have_count(0)
    picture(page, "locked-form")


def two_people_unlock(investigator: Page, monitor: Page) -> None:
    investigator.goto(LOCK)
    investigator.locator("textarea[name=reason]").fill("The strip was misread once more.")
    with investigator.expect_navigation():
        investigator.get_by_role("button", name="Ask to unlock").click()
    expect(investigator.locator("main")).to_contain_text("Somebody else must agree.")
    monitor.goto("/")
    expect(monitor.locator("main")).to_contain_text("01-001")
    monitor.goto(LOCK)
    monitor.locator("textarea[name=reason]").first.fill("Agreed after a look at the strip.")
    with monitor.expect_navigation():
        monitor.get_by_role("button", name="Agree and unlock").click()
    expect(monitor.locator("main")).to_contain_text("Data can be entered and changed here.")


def the_monitor_looks_back(page: Page) -> None:
    """To the form as it was when it was entered."""
    entered_at = Change.objects.filter(form_code="VS", kind="CREATE").get().at
    page.goto(f"{FORM}?at={entered_at.isoformat().replace('+00:00', 'Z')}")
    expect(page.locator("[data-moment]")).to_contain_text("As it was on")
    expect(page.locator("#item-pulse")).to_contain_text("72")
    picture(page, "looking-back")
    page.get_by_role("link", name="Back to now").click()
    expect(page.locator("#item-pulse")).to_contain_text("82")
    page.goto("/subjects/01-001/difference/?since=" + entered_at.isoformat().replace("+00:00", "Z"))
    expect(page.locator("main")).to_contain_text("82")
    picture(page, "difference")
    assert place_at(Subject.objects.get(), "SCR", "VS").record.signature is not None  # type: ignore[union-attr]
