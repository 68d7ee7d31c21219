"""The main job in a real browser: a subject from consent to Day 28 by the coordinator, then read by the monitor."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Site
from accounts.testing import Cast
from core.actions.verify import verify_chain
from core.crf import read
from core.models import Change, Subject
from core.testing.keyboard import Keyboard
from tests.conftest import SignIn

pytestmark = pytest.mark.browser

MGADL_ADMINISTERED = {
    **{"qsperf": "#2", "qstim": "1015", "qsmethod": "#1", "qsrater": "R01"},
    **{"qscert": "#2", "qslang": "#1", "qschei": "#1"},
}
MGADL_DAY28 = {f"mgadl0{n}": f"#{score}" for n, score in enumerate("11010110", 1)}
MGADL_SCREENING = {f"mgadl0{n}": f"#{score}" for n, score in enumerate("22121211", 1)}
VITALS = {"vsperf": "#2", "vstim": "0930", "vspos": "#2", "temp": "36.6", "pulse": "72", "resp": "16"} | {
    "sysbp": "118", "diabp": "76", "oxysat": "98", "weight": "58.5",
}  # fmt: skip


def picture(page: Page, name: str) -> None:
    """Screenshots are kept where one asks for them: PICTURES=folder."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def enter(keyboard: Keyboard, visit: str, code: str, answers: dict[str, str]) -> None:
    """Open a form by its address, as from the casebook, and fill it in by keyboard."""
    keyboard.page.goto(f"/subjects/01-001/visits/{visit}/{code}/")
    keyboard.fill(answers)
    keyboard.save()
    expect(keyboard.page.locator(".item-errors")).to_have_count(0)


@pytest.mark.req("AUD-01", "AUD-02", "ENT-02", "INV-01")
def test_a_subject_goes_from_consent_to_day_28_and_the_monitor_reads_every_change(
    page: Page, everyone: Cast, complaints: list[str], sign_in: SignIn
) -> None:
    infusion = everyone.site.today() - timedelta(days=28)
    sign_in(page, everyone.coordinator)
    keyboard = Keyboard(page)
    keyboard.sees("Lin Yue")
    picture(page, "home-empty")
    screening(keyboard, infusion)
    dosing(keyboard, infusion)
    day_28(keyboard, infusion)
    correction(keyboard)
    assert complaints == []

    subject = Subject.objects.get()
    assert (subject.status, subject.infusion_on) == ("FOLLOW_UP", infusion)
    assert verify_chain(subject) == []
    page.goto("/")
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, everyone.monitor)
    the_monitor_reads(page)


def screening(keyboard: Keyboard, infusion: date) -> None:
    page = keyboard.page
    page.goto("/subjects/")
    keyboard.follow("Add subject")
    keyboard.follow("Draw the number and add")
    keyboard.sees("01-001")
    consent = infusion - timedelta(days=40)
    version = {"icyn": "#2", "icver": "2.0", "icverdat": "20260105"}
    separate = {"icpipl": "#2", "icxfer": "#1", "icltfu": "#2", "icsamp": "#2", "icgene": "#1"}
    signed = {"rficdtc": f"{consent} 0905", "icsigner": "#1", "icexpl": "INV-01", "iccopy": "#2"}
    enter(keyboard, "SCR", "ICF", {"visit_on": f"{consent}", **version, **separate, **signed})
    enter(keyboard, "SCR", "DM", {"brthdat": "1984", "sex": "#1", "ethnic": "Han"})
    enter(keyboard, "SCR", "VS", VITALS)
    enter(
        keyboard,
        "SCR",
        "MGADL",
        {**MGADL_ADMINISTERED, **MGADL_SCREENING},
    )
    enter(
        keyboard,
        "SCR",
        "UPT",
        {"lbperf": "#2", "lbdtc": f"{consent} 1030", "lborres": "#1", "lbllod": "25", "lblot": "L7"},
    )
    page.goto("/subjects/01-001/")
    picture(page, "casebook-screening")


def dosing(keyboard: Keyboard, infusion: date) -> None:
    page = keyboard.page
    for visit, before in (("LEUK", 28), ("BL", 6), ("LD1", 5)):
        page.goto(f"/subjects/01-001/visits/{visit}/")
        keyboard.fill({"visit_on": f"{infusion - timedelta(days=before)}"})
        with page.expect_navigation():
            keyboard.press("Enter")
    start, end = f"{infusion} 1000", f"{infusion} 1025"
    test = {"lbperf": "#2", "lbdtc": f"{infusion} 0700", "lborres": "#1", "lbllod": "25", "lblot": "L8"}
    enter(keyboard, "INF", "UPT", {"visit_on": f"{infusion}", **test})
    given = {
        "exoccur": "#2",
        "exlot": "CD19-001",
        "exviab": "92",
        "expldos": "1.0",
        "exweight": "58.5",
        "exdose": "58.5",
    }
    times = {"exstdtc": start, "exendtc": end, "exvamt": "50", "exintp": "#1"}
    enter(keyboard, "INF", "INF", given | times)
    page.goto("/subjects/01-001/visits/INF/INF/")
    keyboard.sees("100.0 %")
    page.goto("/subjects/01-001/visits/LOG/AE/0/")
    fever = infusion + timedelta(days=2)
    keyboard.fill({"aeterm": "Fever", "aestdat": f"{fever}", "aeongo": "#1", "aeendat": f"{fever + timedelta(days=1)}"})
    keyboard.save()


def day_28(keyboard: Keyboard, infusion: date) -> None:
    """The visit of the day: from the home page to the last form, by keyboard alone; what it costs is printed."""
    page = keyboard.page
    page.goto("/")
    keyboard.sees("Day 28")
    picture(page, "home-due")
    before = (keyboard.keys, keyboard.loads)
    today = f"{infusion + timedelta(days=28)}"
    page.goto("/subjects/01-001/visits/D28/")
    keyboard.follow("Vital signs")
    keyboard.fill({"visit_on": today, **VITALS})
    keyboard.save()
    picture(page, "form-after-save")
    page.goto("/subjects/01-001/visits/D28/MGADL/")
    keyboard.fill({**MGADL_ADMINISTERED, **MGADL_DAY28})
    picture(page, "form-mgadl")
    keyboard.save()
    page.goto("/subjects/01-001/visits/D28/CHEM/")
    sample = {"lbperf": "#2", "lbdat": today, "lbtim": "0800", "lbfast": "#2", "lbnam": "Central laboratory"}
    keyboard.fill(sample | {"results-1-lborres": "23", "results-1-lbornrlo": "7", "results-1-lbornrhi": "40"})
    picture(page, "form-chemistry")
    keyboard.save()
    enter(
        keyboard,
        "D28",
        "UPT",
        {"lbperf": "#2", "lbdtc": f"{today} 0830", "lborres": "#1", "lbllod": "25", "lblot": "L9"},
    )
    print(f"Day 28 by keyboard: {keyboard.keys - before[0]} keys, {keyboard.loads - before[1]} page loads, 0 clicks")
    page.goto("/subjects/01-001/")
    picture(page, "casebook-day-28")


def correction(keyboard: Keyboard) -> None:
    page = keyboard.page
    page.goto("/subjects/01-001/visits/D28/VS/")
    keyboard.go_to("pulse")
    keyboard.press("Control+a")
    keyboard.type("76")
    keyboard.fill({"reason": "read again from the monitor strip"})
    keyboard.save()
    page.goto("/subjects/01-001/visits/D28/VS/")
    expect(page.locator("[name=pulse]")).to_have_value("76")


def the_monitor_reads(page: Page) -> None:
    keyboard = Keyboard(page)
    page.goto("/changes/?subject=01-001")
    picture(page, "changes")
    keyboard.sees("read again from the monitor strip")
    seen = set()
    while True:
        seen |= set(page.locator("[data-change]").evaluate_all("rows => rows.map(row => row.dataset.change)"))
        older = page.locator("a[rel=next]")
        if not older.count():
            break
        older.first.click()
    assert seen == {str(pk) for pk in Change.objects.values_list("pk", flat=True)}
    page.goto("/subjects/01-001/visits/D28/VS/")
    expect(page.locator("form [name=pulse]")).to_have_count(0)  # reads, does not write
    page.get_by_role("link", name="History of Pulse rate").click()
    expect(page.locator("#side-panel")).to_contain_text("read again from the monitor strip")
    expect(page.locator("#side-panel")).to_contain_text("72")
    picture(page, "field-history")


@pytest.mark.req("ADM-01")
def test_an_administrator_manages_sites_and_reaches_no_clinical_page(
    page: Page, everyone: Cast, sign_in: SignIn
) -> None:
    sign_in(page, everyone.administrator)
    page.goto("/admin/accounts/site/add/")
    for name, text in {
        "code": "03",
        "name": "Third hospital",
        "name_zh": "第三医院",
        "city": "Wenzhou",
        "city_zh": "温州",
    }.items():
        page.fill(f"[name={name}]", text)
    page.fill("[name=change_reason]", "A third site joins")
    page.click("[name=_save]")

    assert Site.objects.get(code="03").history.get().history_change_reason == "A third site joins"
    picture(page, "admin-sites")
    assert page.goto("/subjects/").status == 403  # type: ignore[union-attr]
    assert not any(model._meta.label_lower in page.content() for model in read.recorded_models())
