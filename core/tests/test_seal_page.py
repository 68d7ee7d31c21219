"""The list of seals and its files; a clock that was set back."""

# ruff: noqa: F811  (fixtures are named as what they give)
from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Event, EventKind
from accounts.testing import Cast
from core.models import SealCause, Subject
from core.sealing import act, clock, keys, mail, tasks
from core.testing.databases import owner_connection
from core.testing.mailbox import Mailbox, _seal_key, mailbox, sealed_in  # noqa: F401  (fixtures)
from core.tests.scenes import client_of, statements, text_of
from core.tests.seal_scenes import TO, with_recipients

pytestmark = [pytest.mark.req("ADM-08")]


@pytest.fixture
def subject(sealed_in: Path, cast: Cast) -> Subject:
    return with_recipients(cast)


def test_the_page_lists_what_was_sealed_and_sent(subject: Subject, mailbox: Mailbox, cast: Cast) -> None:
    client = client_of(cast.monitor)
    assert "Nothing has been sealed yet" in text_of(client.get(reverse("seal-list")))
    seal = act.seal(SealCause.HOURLY)
    assert seal
    mailbox.refused = {TO[0]}
    mail.sweep()
    shown = text_of(client.get(reverse("seal-list")))
    for words in ("The hour is over", seal.key_id[:16], TO[1], "no such mailbox", "manage.py export_trail -o export"):
        assert words in shown


def test_its_files_are_what_was_signed(subject: Subject, cast: Cast) -> None:
    seal = act.seal(SealCause.HOURLY)
    assert seal
    client = client_of(cast.auditor)
    files = {name: client.get(reverse(f"seal-{name}", args=[1])) for name in ("document", "signature", "key")}
    assert files["document"].content == seal.document.encode()
    assert files["document"]["Content-Disposition"] == 'attachment; filename="seal-000001.json"'
    assert files["signature"].content.hex() == seal.signature
    assert files["key"].content == keys.public_pem(keys.signing_key().public_key())


def test_a_key_that_is_no_longer_used_is_not_offered(
    subject: Subject, cast: Cast, settings: Settings, tmp_path: Path
) -> None:
    act.seal(SealCause.HOURLY)
    settings.SEAL_KEY_FILE = str(tmp_path / "next.key")
    keys.draw(tmp_path / "next.key")
    assert client_of(cast.auditor).get(reverse("seal-key", args=[1])).status_code == 404


@pytest.mark.parametrize("name", ["seal-list", "seal-document", "seal-signature", "seal-key"])
def test_who_may_not_read_the_trail_sees_no_seal(subject: Subject, cast: Cast, name: str) -> None:
    act.seal(SealCause.HOURLY)
    address = reverse(name, args=[] if name == "seal-list" else [1])
    assert client_of(cast.administrator).get(address).status_code == 403
    assert client_of(cast.coordinator).get(address).status_code == 200


@pytest.mark.parametrize("number", [2, 2**31, 10**30])
def test_a_seal_that_is_not_there(subject: Subject, cast: Cast, number: int) -> None:
    act.seal(SealCause.HOURLY)
    assert client_of(cast.auditor).get(f"/seals/{number}/document/").status_code == 404


def test_a_page_costs_the_same_however_many_there_are(subject: Subject, cast: Cast) -> None:
    client = client_of(cast.auditor)
    for _ in range(2):
        act.seal(SealCause.ASKED)
    few = statements(lambda: client.get(reverse("seal-list")))
    for _ in range(30):
        act.seal(SealCause.ASKED)
    assert statements(lambda: client.get(reverse("seal-list"))) == few


# The clock


@pytest.fixture
def in_step() -> Any:
    cache.delete(clock.KEY)
    yield
    cache.delete(clock.KEY)


@pytest.mark.req("TIM-01")
def test_a_clock_that_was_set_back_is_told_once(
    committed_db: str, subject: Subject, in_step: None, caplog: pytest.LogCaptureFixture
) -> None:
    """The head of a chain lies in the future: the clock had been there."""
    assert clock.behind() < timedelta(0)
    move = "UPDATE core_chainhead SET at = now() + interval '{}'"
    with owner_connection(committed_db) as owner:
        owner.execute(move.format("1 hour"))
        with caplog.at_level(logging.ERROR):
            assert clock.look() > timedelta(minutes=59)
        clock.look()
        assert [event.detail["seconds_behind_newest_record"] for event in alerts()] == [pytest.approx(3600, abs=60)]
        assert "behind its newest record" in caplog.text
        owner.execute(move.format("0"))
        assert tasks.look_at_clocks() == 1  # it is told to administrators
        owner.execute(move.format("1 hour"))
        clock.look()
    assert len(alerts()) == 2


def alerts() -> list[Event]:
    return list(Event.objects.filter(kind=EventKind.CLOCK))
