"""The daily record of CRS and ICANS is filled in at the bedside every day: by keys alone, and few of them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from accounts.testing import Cast
from core.actions import subject
from core.testing.forms import enter
from core.testing.keyboard import Keyboard
from safety.tests.toxicity_records import FEBRILE, day
from tests.conftest import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.req("SAF-05")]

FIGURES = {"crstmax": "36.8", "crsfev": "#1", "crssbp": "118", "crsdbp": "74", "crshypo": "#1", "crsspo2": "97"}
MIND = {"icloc": "#1", "icseiz": "#1", "icmotor": "#1", "icicp": "#1", "crsice": "10", "crsgri": "#0", "icansgri": "#0"}


def test_it_works(everyone: Cast, page: Page, sign_in: SignIn, complaints: list[str]) -> None:
    """A calm day after a febrile one: about 85 keys, a third of them figures and the date."""
    by = everyone.actor(everyone.coordinator)
    someone = subject.add(everyone.site, by=by)
    enter(by, someone, "D1", "CRS", FEBRILE, on=day(1))
    sign_in(page, everyone.coordinator)
    page.goto("/subjects/01-001/visits/D2/CRS/")
    keyboard = Keyboard(page)
    keyboard.fill({"visit_on": "2026-03-03"} | FIGURES | {"crso2": "#1"})
    keyboard.go_to("crstreat")
    keyboard.press("Space")
    keyboard.fill(MIND)
    assert keyboard.keys <= 90
    keyboard.save()
    keyboard.sees("Saved: Daily CRS and ICANS record.")
    assert "still missing" not in page.content()
    page.goto("/subjects/01-001/visits/D2/CRS/")
    keyboard.sees("2026-03-02 to 2026-03-02, over; highest grade 1 on 2026-03-02")
    assert complaints == []
