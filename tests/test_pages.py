"""Every kind of page, in both languages, at desk and on a phone: usable by all, nothing off the edge, no complaint."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from accounts.testing import Cast
from core.actions import subject
from core.models import Query
from core.testing.trial import CALM, save_vs
from tests.conftest import SignIn

pytestmark = pytest.mark.browser

CASEBOOK = "/subjects/01-001/"
FORM = f"{CASEBOOK}visits/SCR/VS/"
PAGES = [
    "/",
    "/subjects/",
    "/subjects/add/",
    CASEBOOK,
    f"{CASEBOOK}?across=visits",
    f"{CASEBOOK}?later=1",
    f"{CASEBOOK}visits/SCR/",
    f"{CASEBOOK}unscheduled/",
    FORM,
    f"{FORM}void/",
    f"{FORM}history/",
    f"{FORM}history/sysbp/",
    f"{CASEBOOK}visits/SCR/MGADL/",
    f"{CASEBOOK}visits/SCR/CHEM/",
    f"{CASEBOOK}log/AE/",
    f"{CASEBOOK}visits/LOG/AE/0/",
    "/queries/",
    "/changes/",
    "/password/",
    f"{CASEBOOK}standing/",
    f"{CASEBOOK}difference/",
    f"{CASEBOOK}signatures/",
    f"{CASEBOOK}lock/?visit=SCR",
    f"{CASEBOOK}masking/",
    f"{CASEBOOK}verify/",
    "/deviations/",
    "/listings/",
    "/listings/odd-hours/",
    "/reviews/",
    "/seals/",
]
OF_OTHERS = {
    "monitor": ["/", "/verify/", "/reviewed/", f"{CASEBOOK}reviewed/", "/queries/raise/", "/reviews/add/"],
    "investigator": ["/", f"{CASEBOOK}sign/", "/signature-statement/"],
}  # fmt: skip


@pytest.fixture
def signed_in(page: Page, everyone: Cast, sign_in: SignIn) -> Page:
    """A coordinator whose subject has a form with a query."""
    by = everyone.actor(everyone.coordinator)
    save_vs(subject.add(everyone.site, by=by), CALM | {"sysbp": "250"}, by=by)
    sign_in(page, everyone.coordinator)
    return page


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_is_usable_in_both_languages_at_desk_and_on_a_phone(
    signed_in: Page, everyone: Cast, complaints: list[str], language: str
) -> None:
    everyone.coordinator.language = language
    everyone.coordinator.save()
    for url in [*PAGES, f"/queries/{Query.objects.get().pk}/"]:
        is_usable(signed_in, url, language)
    assert complaints == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("role", list(OF_OTHERS))
def test_so_are_those_of_the_others(
    signed_in: Page,
    everyone: Cast,
    open_browser: Callable[[], BrowserContext],
    sign_in: SignIn,
    complaints: list[str],
    role: str,
    language: str,
) -> None:
    person = getattr(everyone, role)
    person.language = language
    person.save()
    page = open_browser().new_page()
    sign_in(page, person)
    for url in OF_OTHERS[role]:
        is_usable(page, url, language)
    assert complaints == []


def is_usable(page: Page, url: str, language: str) -> None:
    """At desk and on a phone nothing runs off the edge; axe finds nothing; the language is the reader's."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        answer = page.goto(url)
        assert answer is not None
        assert answer.status == 200, url
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (url, width)
    found = Axe().run(page).response["violations"]
    assert [(url, each["id"], each["nodes"][0]["html"]) for each in found] == []
    assert page.locator("html").get_attribute("lang") == language
