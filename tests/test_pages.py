"""Every kind of page, in both languages, at desk and on a phone: usable by all, nothing off the edge, no complaint."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from accounts.testing import Cast
from core.actions import subject
from core.models import Query
from core.testing.trial import CALM, save_vs
from tests.conftest import SignIn

pytestmark = pytest.mark.browser

CASEBOOK = "/subjects/01-001/"
FORM = f"{CASEBOOK}visits/SCR/VS/"
PAGES = [
    "/", "/subjects/", "/subjects/add/", CASEBOOK, f"{CASEBOOK}?across=visits", f"{CASEBOOK}?later=1",
    f"{CASEBOOK}visits/SCR/", f"{CASEBOOK}unscheduled/", FORM, f"{FORM}void/", f"{FORM}history/",
    f"{FORM}history/sysbp/", f"{CASEBOOK}visits/SCR/MGADL/", f"{CASEBOOK}visits/SCR/CHEM/", f"{CASEBOOK}log/AE/",
    f"{CASEBOOK}visits/LOG/AE/0/", "/queries/", "/changes/", "/password/",
]  # fmt: skip


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
        for width in (1280, 390):
            signed_in.set_viewport_size({"width": width, "height": 900})
            answer = signed_in.goto(url)
            assert answer is not None
            assert answer.status == 200, url
            assert signed_in.evaluate("document.documentElement.scrollWidth <= innerWidth"), (url, width)
        found = Axe().run(signed_in).response["violations"]
        assert [(url, each["id"], each["nodes"][0]["html"]) for each in found] == []
        assert signed_in.locator("html").get_attribute("lang") == language
    assert complaints == []
