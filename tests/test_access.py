"""Every address, every role, own and other site: who gets in, who is refused, who is told that nothing is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from accounts.access import PUBLIC, is_declared
from accounts.testing import Cast
from core.actions import file as files
from core.models import Change, DraftEntry, Query, Subject
from core.testing.trial import CALM, save_vs
from core.tests.scenes import client_of

SITE_STAFF = ("coordinator", "coordinator2", "investigator")
READERS = (*SITE_STAFF, "monitor", "data_manager", "safety_reviewer", "auditor")
MAY_ASK = (*SITE_STAFF, "data_manager")
ELSEWHERE = ("other_coordinator", "other_investigator")
EVERYBODY = (*READERS, *ELSEWHERE, "administrator")
OURS = ("accounts.", "core.")


@dataclass(frozen=True)
class Address:
    """A page about one subject, and who may read it or post to it."""

    url: str
    readers: tuple[str, ...] = READERS
    writers: tuple[str, ...] = ()


def addresses(query: int, file: int, change: int) -> list[Address]:
    """Every page of site 01's subject; those that only take a post have no reader."""
    home = "/subjects/01-001/"
    form = f"{home}visits/SCR/VS/"
    return [
        Address(home),
        Address(f"{home}standing/"),
        Address(f"{home}verify/"),
        Address(f"{home}verify/save/?visit=SCR&form=VS", readers=(), writers=("monitor",)),
        Address(f"{home}reviewed/", readers=("monitor", "data_manager", "auditor")),
        Address(f"{home}reviewed/mark/", readers=(), writers=("monitor", "data_manager", "auditor")),
        Address(f"{home}sign/", readers=("investigator",), writers=("investigator",)),
        Address(f"{home}difference/"),
        Address(f"{home}signatures/"),
        Address(f"{home}lock/"),
        Address(f"{home}lock/freeze/", readers=(), writers=("monitor", "data_manager")),
        Address(f"{home}lock/unfreeze/", readers=(), writers=("monitor", "data_manager")),
        Address(f"{home}lock/lock/", readers=(), writers=("data_manager",)),
        Address(f"{home}lock/ask-unlock/", readers=(), writers=("investigator", "data_manager")),
        Address(f"{home}lock/unlock/", readers=(), writers=("investigator", "monitor", "data_manager")),
        Address(f"{home}lock/refuse-unlock/", readers=(), writers=("investigator", "monitor", "data_manager")),
        Address(f"{home}masking/"),
        Address(f"{home}masking/reason/{change}/ask/", readers=MAY_ASK, writers=MAY_ASK),
        Address(f"{form}queries/"),
        Address(f"{form}queries/sysbp/"),
        Address(f"{form}queries/raise/", readers=(), writers=("monitor", "data_manager", "safety_reviewer")),
        Address(f"{form}queries/sysbp/raise/", readers=(), writers=("monitor", "data_manager", "safety_reviewer")),
        Address(f"/queries/{query}/cancel/", readers=(), writers=()),
        Address(f"{home}visits/SCR/"),
        Address(f"{home}log/AE/"),
        Address(form, writers=SITE_STAFF),
        Address(f"{form}history/"),
        Address(f"{form}history/sysbp/"),
        Address(f"{home}visits/LOG/AE/0/", readers=SITE_STAFF, writers=SITE_STAFF),
        Address(f"{form}void/", readers=SITE_STAFF, writers=SITE_STAFF),
        Address(f"{home}unscheduled/", readers=SITE_STAFF, writers=SITE_STAFF),
        Address(f"{form}draft/", readers=(), writers=SITE_STAFF),
        Address(f"{form}draft/discard/", readers=(), writers=SITE_STAFF),
        Address(f"{home}visits/SCR/date/", readers=(), writers=SITE_STAFF),
        Address(f"{home}visits/SCR/missed/", readers=(), writers=SITE_STAFF),
        Address(f"/queries/{query}/"),
        Address(f"/queries/{query}/answer/", readers=(), writers=SITE_STAFF),
        Address(f"/queries/{query}/close/", readers=(), writers=("monitor", "data_manager")),
        Address(f"/queries/{query}/reopen/", readers=(), writers=("monitor", "data_manager")),
        Address(f"/files/{file}/"),
    ]


@pytest.fixture
def about(cast: Cast, subject: Subject, coordinator: Any) -> list[Address]:
    """Site 01's subject with vital signs, a query and a file."""
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415

    save_vs(subject, CALM | {"sysbp": "250"}, by=coordinator)
    kept = files.keep(subject, SimpleUploadedFile("a.pdf", b"%PDF-1.7"), by=coordinator)
    change = save_vs(subject, CALM | {"sysbp": "251"}, by=coordinator, reason="read again").change
    assert change is not None
    return addresses(Query.objects.get().pk, kept.pk, change.pk)


def views() -> Iterator[URLPattern]:
    """Every address of our own in the URL configuration."""
    waiting: list[Any] = list(get_resolver().url_patterns)
    while waiting:
        pattern = waiting.pop()
        if isinstance(pattern, URLPattern):
            if pattern.callback.__module__.startswith(OURS) and "admin" not in pattern.callback.__module__:
                yield pattern
        elif getattr(pattern, "namespace", None) != "admin":
            waiting += pattern.url_patterns


@pytest.mark.req("ACC-02")
def test_every_view_declares_who_may_open_it() -> None:
    found = list(views())

    assert len(found) > 30
    assert [str(pattern.pattern) for pattern in found if not is_declared(pattern.callback)] == []


def test_the_open_views_are_these_and_no_other() -> None:
    # What needs no sign-in is counted by hand: a new one must be thought about.
    opened = {pattern.name for pattern in views() if getattr(pattern.callback, "permission", "?") is PUBLIC}

    assert opened == {"sign-in", "sign-out", "language-set", "password-set", "health"}


@pytest.mark.req("ACC-02", "ENT-03")
@pytest.mark.parametrize("person", EVERYBODY)
def test_who_reads_what(person: str, cast: Cast, about: list[Address]) -> None:
    client = client_of(getattr(cast, person))
    for address in about:
        if not address.readers:
            continue
        status = client.get(address.url).status_code
        if person in address.readers:
            assert status == 200, address.url
        else:
            assert status in (403, 404), address.url
            same_role = person.removeprefix("other_") in address.readers
            assert person not in ELSEWHERE or status == 404 or not same_role or "unscheduled" in address.url, (
                address.url
            )


@pytest.mark.req("ACC-02", "ENT-03")
@pytest.mark.parametrize("person", EVERYBODY)
def test_who_may_write_where(person: str, cast: Cast, about: list[Address]) -> None:
    client = client_of(getattr(cast, person))
    for address in about:
        if person not in address.writers:
            before = (Change.objects.count(), DraftEntry.objects.count(), Query.objects.get().state)
            status = client.post(address.url, {"reason": "x", "revision": "1", "text": "x", "pulse": "99"}).status_code
            assert status in (403, 404, 405), (address.url, status)
            assert (Change.objects.count(), DraftEntry.objects.count(), Query.objects.get().state) == before


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_gets_in_without_signing_in(method: str, about: list[Address]) -> None:
    for url in [*(address.url for address in about), "/", "/subjects/", "/subjects/add/", "/changes/", "/queries/"]:
        answer = getattr(Client(), method)(url)
        assert answer.status_code in (302, 405), url
        if answer.status_code == 302:
            assert answer["Location"].startswith("/sign-in/")


def test_an_account_that_was_closed_is_out_at_once(cast: Cast, about: list[Address]) -> None:
    client = client_of(cast.coordinator)
    assert client.get(about[0].url).status_code == 200

    cast.coordinator.is_active = False
    cast.coordinator.save()

    assert client.get(about[0].url).status_code == 302


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_an_answer_leads_nowhere_else(where: str, cast: Cast, about: list[Address]) -> None:
    query = Query.objects.get()
    answer = client_of(cast.coordinator).post(
        f"/queries/{query.pk}/answer/?next={where}",
        {"text": "seen", "next": where, "seen": query.events.latest("id").pk},
    )

    assert answer.status_code == 302
    assert answer["Location"].startswith("/")
    assert not answer["Location"].startswith("//")


def test_what_is_typed_is_shown_as_text_never_as_markup(cast: Cast, about: list[Address]) -> None:
    client, bad = client_of(cast.coordinator), "<script>alert(1)</script>\"'"
    client.post("/subjects/01-001/visits/LOG/AE/0/", {"aeterm": bad, "aestdat": "2026-03", "token": ""})

    for url in ("/subjects/01-001/log/AE/", "/subjects/01-001/visits/LOG/AE/1/", "/changes/", "/subjects/01-001/", "/"):
        assert "<script>alert" not in client.get(url).content.decode(), url


def test_a_post_without_its_token_is_refused(cast: Cast, about: list[Address]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.coordinator)

    assert (
        client.post("/subjects/01-001/visits/SCR/VS/", {"pulse": "99", "revision": "1", "reason": "x"}).status_code
        == 403
    )


def test_another_subject_s_file_cannot_be_attached(cast: Cast, about: list[Address]) -> None:
    theirs = about[-1].url.split("/")[2]
    client = client_of(cast.other_coordinator)
    client.post("/subjects/add/", {"site": cast.other_site.pk})
    data = {"lbperf": "Y", "lbphoto__file": theirs, "visit_on": "2026-03-02"}

    client.post("/subjects/02-001/visits/SCR/UPT/", data)

    page = client.get("/subjects/02-001/visits/SCR/UPT/").content.decode()
    assert f"/files/{theirs}/" not in page


def test_nothing_clinical_stays_in_the_browser_s_store(cast: Cast, about: list[Address]) -> None:
    client = client_of(cast.coordinator)
    for url in [
        "/",
        "/subjects/",
        "/changes/",
        *(address.url for address in about if "coordinator" in address.readers),
    ]:
        assert client.get(url)["Cache-Control"] in ("no-store", "private, no-cache"), url


def test_a_number_no_subject_can_have_is_not_found(cast: Cast) -> None:
    for number in ("01-999", "01-001%00", "%00", "x" * 500):
        assert client_of(cast.coordinator).get(f"/subjects/{number}/").status_code == 404
